"""Where the lines stand, for people: each change goes to the log at once and to the database when that can be had."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from django.db import Error, connection

from accounts.clock import clock
from ingest.configuration import ChannelView
from ingest.models import Line
from numbers.carriers import smpp

log = logging.getLogger("smsgateway.smpp")

AGAIN_AFTER_S = 1.0
LEVELS = {Line.State.REFUSED: logging.ERROR, Line.State.WAITING: logging.WARNING}

Key = tuple[UUID, int]  # channel and session


class Standing(NamedTuple):
    """How a line stands. `since` is by the clock of the channel's environment."""

    state: Line.State
    reason: str
    since: datetime


class Board:
    """The last standing of each line, and which of them the database does not have yet."""

    def __init__(self, offset: Callable[[ChannelView], timedelta]) -> None:
        self.offset = offset
        self.standing: dict[Key, Standing | None] = {}
        self.unwritten: dict[Key, Standing | None] = {}  # None: the line is no more
        self.wake = asyncio.Event()
        self.closing = False

    def show(self, channel: ChannelView, session: int, state: Line.State, reason: str = "") -> None:
        key = channel.id, session
        before = self.standing.get(key)
        if before and before[:2] == (state, reason):
            return
        same = before is not None and before.state == state
        since = before.since if before and same else clock() + self.offset(channel)
        fields = {"channel": str(channel.id), "carrier": smpp.name, "reason": str(reason)}
        log.log(LEVELS.get(state, logging.INFO), f"line {state}", extra=fields)
        self.put(key, Standing(state, reason, since))

    def take_down(self, key: Key) -> None:
        self.put(key, None)

    def put(self, key: Key, standing: Standing | None) -> None:
        self.standing[key] = self.unwritten[key] = standing
        self.wake.set()

    async def run(self) -> None:
        """Write what changes until closed, through any outage of the database.

        What an earlier process left there is about lines that it no longer holds.
        """
        await self.insist(clear)
        while self.unwritten or not self.closing:
            await self.wake.wait()
            self.wake.clear()
            changes, self.unwritten = self.unwritten, {}
            await self.insist(partial(store, changes))

    def close(self) -> None:
        """Let `run` end when all is written."""
        self.closing = True
        self.wake.set()

    async def insist(self, work: Callable[[], None]) -> None:
        while True:
            try:
                return await asyncio.to_thread(work)
            except (Error, OSError) as error:
                log.warning("lines: trying again", extra={"reason": type(error).__name__})
                await asyncio.sleep(AGAIN_AFTER_S)


class Place:
    """One line's place on the board."""

    def __init__(self, board: Board, channel: ChannelView, session: int) -> None:
        self.board, self.channel, self.session = board, channel, session

    def show(self, state: Line.State, reason: str = "") -> None:
        self.board.show(self.channel, self.session, state, reason)


def clear() -> None:
    try:
        Line.objects.all().delete()
    finally:
        connection.close()  # this thread may never come again


def store(changes: Mapping[Key, Standing | None]) -> None:
    try:
        for (channel, session), standing in changes.items():
            if standing is None:
                Line.objects.filter(channel_id=channel, session=session).delete()
            else:
                Line.objects.update_or_create(
                    channel_id=channel, session=session, defaults=standing._asdict()
                )
    finally:
        connection.close()
