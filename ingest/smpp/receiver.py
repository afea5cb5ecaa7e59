"""The process that goes to the carriers: it holds all lines to SMSCs, and asks those carriers that want to be asked.

It follows the configuration, so that a channel made, changed or deleted is seen to within a second, and ends in order.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from ingest.configuration import ChannelView
from ingest.intake import Intake
from ingest.models import Line as Row
from ingest.polling import Poller
from ingest.smpp.bind import sessions_of
from ingest.smpp.board import Board, Key, Place
from ingest.smpp.line import Line
from numbers.carriers import smpp

LOOK_EVERY_S = 0.25
WRITE_WITHIN_S = 2


class Receiver:
    """Every SMPP session of this installation."""

    def __init__(self) -> None:
        self.intake = Intake()
        self.board = Board(self.offset)
        self.lines: dict[Key, Line] = {}
        self.ending: dict[Key, asyncio.Task[None]] = {}
        self.seen: dict[str, ChannelView] | None = None

    def offset(self, channel: ChannelView) -> timedelta:
        """How far the clock of a channel's environment runs ahead."""
        environment = channel.environment and self.intake.configuration.environments.get(channel.environment)
        return environment.clock_offset if environment else timedelta()

    async def run(self, stop: asyncio.Event) -> None:
        """Hold lines until `stop` is set."""
        await self.intake.start()
        writer = asyncio.create_task(self.board.run())
        poller = asyncio.create_task(Poller(self.intake).run())
        while not stop.is_set():
            self.follow()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await stop.wait()
        poller.cancel()
        await asyncio.gather(poller, return_exceptions=True)
        await self.end()
        self.board.close()
        await asyncio.wait([writer], timeout=WRITE_WITHIN_S)
        await self.intake.stop()

    def follow(self) -> None:
        """Start, restart and end lines, as the configuration in force wants it."""
        channels = self.intake.configuration.channels
        if channels is self.seen or not self.intake.configuration.loaded.is_set():
            return
        self.seen = channels
        self.ending = {key: task for key, task in self.ending.items() if not task.done()}
        wanted = {
            (channel.id, session): channel
            for channel in channels.values()
            if channel.carrier is smpp
            for session in range(1, sessions_of(channel.credentials) + 1)
        }
        for key, line in list(self.lines.items()):
            if key not in wanted or wanted[key].credentials != line.channel.credentials:
                self.retire(key, gone=key not in wanted)
        for key in wanted.keys() - self.lines.keys():
            place = Place(self.board, wanted[key], key[1])
            self.lines[key] = Line(wanted[key], self.intake, place, self.ending.get(key))

    def retire(self, key: Key, *, gone: bool) -> None:
        line = self.lines.pop(key)
        line.task.cancel()  # at once, so that it says no more on the board
        self.ending[key] = asyncio.create_task(line.stop())
        if gone:
            self.board.take_down(key)

    async def end(self) -> None:
        """Unbind everywhere; what was under way is answered first."""
        for line in self.lines.values():
            line.task.cancel()
            line.place.show(Row.State.STOPPED)
        await asyncio.gather(*(line.stop() for line in self.lines.values()), *self.ending.values())
