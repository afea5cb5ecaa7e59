"""The batch that accepts: whatever requests wait are written by one statement, and answered after its commit.

Two flushers, each with one autocommit connection of its own and no pool (a pool did not come back after an outage).
A write whose outcome is unknown is written again with the same ids, which is harmless.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from struct import error as StructError
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from accounts.columns import Columns
from accounts.ids import uuid7

log = logging.getLogger("smsgateway.door")

WRITE_TIMEOUT_S = 3
FLUSHERS = 2


class TryAgain(Exception):
    """The database took too long: the carrier should send this request again."""


class Unstorable(Exception):
    """The database refuses these rows as data, now and for ever."""


class DeliveryRow(NamedTuple):
    id: UUID
    message_id: UUID
    environment_id: UUID
    endpoint_id: UUID
    created_at: datetime


class MessageRow(NamedTuple):
    """One message as the statement below takes it, in the order of its columns."""

    id: UUID
    digest: bytes
    environment_id: UUID
    channel_id: UUID
    number_id: UUID
    number_used: str
    content: bytes
    sender: bytes
    sender_index: bytes
    sender_type: str
    sender_country: str
    received_at: datetime
    sent_at: datetime | None
    carrier_message_id: str
    encoding: str
    segments: int | None
    state: str
    route_id: UUID | None
    route_name: str
    route_version: int | None
    routing_tag: str
    explanation: str
    simulated: bool


MESSAGES, DELIVERIES = Columns(MessageRow), Columns(DeliveryRow, "d_")
STORED = [name for name in MESSAGES.fields if name != "digest"]

ACCEPT = f"""
WITH incoming AS (
  SELECT * FROM unnest({MESSAGES.parameters}) AS t({MESSAGES.names})
), fresh AS (
  INSERT INTO inbox_carrierid (digest, message_id, seen_at)
  SELECT digest, id, received_at FROM incoming ON CONFLICT DO NOTHING RETURNING message_id
), stored AS (
  INSERT INTO inbox_message ({", ".join(STORED)})
  SELECT {", ".join("explanation::jsonb" if n == "explanation" else n for n in STORED)}
  FROM incoming JOIN fresh ON fresh.message_id = incoming.id
)
INSERT INTO delivery_delivery (id, message_id, environment_id, endpoint_id, created_at,
                               event_type, attempts_made, replays, state, lease, leased_until)
SELECT {", ".join("d." + name for name in DELIVERIES.fields)}, 'message.received', 0, 0,
       'sending', %(lease)b::uuid, %(leased_until)b::timestamptz
FROM unnest({DELIVERIES.parameters}) AS d({DELIVERIES.names})
JOIN fresh USING (message_id)
"""  # noqa: S608  names of columns only


class Item:
    """What one request brought: it is stored whole or not at all."""

    __slots__ = ("deliveries", "done", "messages", "until")

    def __init__(
        self,
        messages: list[MessageRow],
        deliveries: list[DeliveryRow],
        until: float,
        done: asyncio.Future[None],
    ) -> None:
        self.messages, self.deliveries, self.until, self.done = messages, deliveries, until, done


class Link:
    """One connection that is made when needed and dropped at the first doubt."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.connection: psycopg.AsyncConnection[Any] | None = None

    async def execute(self, sql: str, parameters: dict[str, Any]) -> None:
        # A frozen server obeys no statement_timeout, hence a time-out on this side as well.
        async with asyncio.timeout(WRITE_TIMEOUT_S):
            if self.connection is None or self.connection.closed:
                self.connection = await psycopg.AsyncConnection.connect(
                    self.dsn, autocommit=True, prepare_threshold=1
                )
            await self.connection.execute(sql, parameters)

    def drop(self) -> None:
        # No polite close: it may wait for a frozen server.
        if self.connection is not None:
            self.connection.pgconn.finish()
            self.connection = None


def columns(items: Sequence[Item], lease: UUID, leased_until: datetime) -> dict[str, Any]:
    """The statement's parameters: one list a column. Sorted by digest, so that two flushers cannot deadlock."""
    messages = sorted((row for item in items for row in item.messages), key=lambda row: row.digest)
    deliveries = [row for item in items for row in item.deliveries]
    common = {"lease": lease, "leased_until": leased_until}
    return {**common, **MESSAGES.values(messages), **DELIVERIES.values(deliveries)}


class Batch:
    """Requests that wait for the next commit, and the flushers that write them."""

    def __init__(
        self,
        dsn: str,
        *,
        size: int,
        waiting: int,
        lease: Callable[[], datetime],
        ring: Callable[[UUID, list[UUID]], None],
        observe: Callable[[int, float], None],
    ) -> None:
        self.dsn, self.size, self.limit, self.lease = dsn, size, waiting, lease
        self.ring, self.observe = ring, observe
        self.waiting: deque[Item] = deque()
        self.wake = asyncio.Event()
        self.healthy = True
        self.flushers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self.flushers = [asyncio.create_task(self.flush(Link(self.dsn))) for _ in range(FLUSHERS)]

    async def stop(self, grace_s: float) -> None:
        """Write what waits, then end."""
        until = time.monotonic() + grace_s
        while self.waiting and time.monotonic() < until:
            await asyncio.sleep(0.01)
        for task in self.flushers:
            task.cancel()
        await asyncio.gather(*self.flushers, return_exceptions=True)

    async def store(
        self, messages: list[MessageRow], deliveries: list[DeliveryRow], deadline_s: float
    ) -> None:
        """Return once these rows are committed. Raises TryAgain or Unstorable."""
        if len(self.waiting) >= self.limit:
            raise TryAgain
        done = asyncio.get_running_loop().create_future()
        self.waiting.append(Item(messages, deliveries, time.monotonic() + deadline_s, done))
        self.wake.set()
        await done

    def take(self) -> list[Item]:
        count = min(len(self.waiting), self.size)
        taken = [self.waiting.popleft() for _ in range(count)]
        if not self.waiting:
            self.wake.clear()
        return taken

    async def flush(self, link: Link) -> None:
        try:
            while True:
                await self.wake.wait()
                if batch := self.take():
                    await self.persist(link, batch)
        finally:
            link.drop()

    async def persist(self, link: Link, batch: list[Item]) -> None:
        """Write a batch, again and again until it is in, or each item's time is up."""
        lease = uuid7()  # the same for every try, so that what an unknown outcome stored can still be rung
        while batch:
            try:
                await self.commit(link, batch, lease)
                self.healthy = True
                return
            except Exception as error:  # noqa: BLE001  whatever happened, these requests must be answered
                link.drop()
                self.healthy = False
                log.warning(
                    "commit: trying again", extra={"reason": type(error).__name__, "count": len(batch)}
                )
                batch = [item for item in batch if not item.done.done() and self.in_time(item)]
                await asyncio.sleep(0.05)

    def in_time(self, item: Item) -> bool:
        if time.monotonic() < item.until:
            return True
        item.done.set_exception(TryAgain())
        return False

    async def commit(self, link: Link, batch: list[Item], lease: UUID) -> None:
        """One statement for the whole batch; halves it around rows that the database refuses as data."""
        started = time.monotonic()
        try:
            await link.execute(ACCEPT, columns(batch, lease, self.lease()))
        except (psycopg.DataError, psycopg.IntegrityError, UnicodeEncodeError, ValueError, StructError):
            if len(batch) > 1:
                half = len(batch) // 2
                await self.commit(link, batch[:half], lease)
                await self.commit(link, batch[half:], lease)
            elif not batch[0].done.done():
                log.exception("unstorable")
                batch[0].done.set_exception(Unstorable())
            return
        self.observe(sum(len(item.messages) for item in batch), time.monotonic() - started)
        ids = [row.id for item in batch for row in item.deliveries]
        if ids:
            self.ring(lease, ids)
        for item in batch:
            if not item.done.done():
                item.done.set_result(None)
