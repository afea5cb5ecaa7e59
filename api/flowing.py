"""One open stream: first what the database has behind its position, then what the tail brings as it comes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from uuid import UUID

from django.db import Error

from accounts import ids
from accounts.clock import clock
from accounts.ids import public
from api import stream
from api.holding import Stream
from api.stream import Batch
from api.tails import Listener, Run
from inbox import reading
from inbox.feed import SETTLED, Position

log = logging.getLogger("smsgateway.api")

HEARTBEAT_S = 15.0  # proxies close what is silent for long
HEARTBEAT = b":\n\n"
SLOW_S = 30.0  # who takes nothing for so long has left, or must come again
AT_ONCE = 500  # messages that one entry of the trail names


class Flow:
    """Writes the events of one stream; `write` returns when the client's connection has taken them."""

    def __init__(
        self, on: Stream, listener: Listener, left: asyncio.Task[None], write: Run, run: Run
    ) -> None:
        self.on, self.listener, self.left = on, listener, left
        self.write, self.run = write, run
        self.position = on.start
        self.passed: set[UUID] = set()  # read from the database, and perhaps on the tail as well
        self.told: list[UUID] = []

    async def go_on(self) -> None:
        """Until the client leaves or its key ends; whatever else ends it, the client comes again."""
        try:
            await self.heard(self.listener.ready)
            while self.is_open():
                await self.catch_up()
                await self.pass_on()
        except (TimeoutError, Error) as error:
            log.warning("a stream ends", extra={"reason": type(error).__name__})
        finally:
            await asyncio.shield(self.note())

    def is_open(self) -> bool:
        return not (self.left.done() or self.listener.ended)

    async def catch_up(self) -> None:
        """Read on from the position. What the tail brought until now is there to be read."""
        self.listener.batches.clear()
        self.listener.missed = False
        self.passed.clear()
        more = True
        while more and self.is_open():
            batch: Batch = await self.run(
                stream.look, self.on.environment, self.position, self.on.reads_content
            )
            await self.send(batch.events, batch.end)
            recent = ids.earliest(clock() - SETTLED)
            self.passed |= {id for id, _event in batch.events if id > recent}
            more = batch.more

    async def pass_on(self) -> None:
        """What the tail brings, until it brings too much at once."""
        while self.is_open() and not self.listener.missed:
            if self.listener.batches:
                batch = self.listener.batches.popleft()
                events = [event for event in batch.events if event[0] not in self.passed]
                await self.send(events, batch.end)
            else:
                await self.heard(self.listener.woken)
                self.listener.woken.clear()

    async def heard(self, event: asyncio.Event) -> None:
        """Wait until it happens or the client leaves, with a sign of life now and then."""
        while not await either(event, self.left, HEARTBEAT_S) and not self.left.done():
            await self.written(HEARTBEAT)

    async def send(self, events: Sequence[tuple[UUID, bytes]], end: Position) -> None:
        if events:
            self.told += [id for id, _event in events]
            await self.written(b"".join(event for _id, event in events))
        self.position = end
        if len(self.told) >= AT_ONCE:
            await self.note()

    async def written(self, data: bytes) -> None:
        async with asyncio.timeout(SLOW_S):
            await self.write(data)

    async def note(self) -> None:
        """Tell the trail what was read: once a connection, or more often where it is much."""
        told, self.told = self.told, []
        if not self.on.reads_content:  # nobody was told what they say
            return
        try:
            names = [public("message", id) for id in told]
            await self.run(reading.listed, self.on.environment, self.on.actor, names)
        except Error:
            log.exception("what a stream told is not on the trail")


async def either(event: asyncio.Event, left: asyncio.Task[None], within_s: float) -> bool:
    """Whether it happened before the client left and the time was up."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait((waiting, left), timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    return event.is_set() and not left.done()
