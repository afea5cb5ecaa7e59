"""The batch that accepts: whatever requests wait are written by one statement, and answered after its commit.

Two flushers, each with one autocommit connection of its own and no pool (a pool did not come back after an outage).
A write whose outcome is unknown is written again with the same ids, which is harmless.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from struct import error as StructError
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import psycopg

from accounts.columns import Columns
from accounts.ids import uuid7
from delivery.models import QUEUES
from ingest.explanations import ExplanationRow
from ingest.link import Link

log = logging.getLogger("smsgateway.door")

FLUSHERS = 2
PATIENCE_LOOK_S = 0.05
MOST_EXPLAINED = 100_000  # explanations that are remembered as stored


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
    queued: bool  # for whoever asks, instead of born leased for the worker that is rung


class MessageRow(NamedTuple):
    """One message as the statement below takes it, in the order of its columns."""

    id: UUID
    digest: bytes
    seen_at: datetime
    repeats_until: datetime
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
    media: bytes | None
    partial: bool
    state: str
    route_id: UUID | None
    route_name: str
    route_version: int | None
    routing_tag: str
    why_id: UUID | None
    simulated: bool


class PartRow(NamedTuple):
    """One piece of a longer text, likewise."""

    id: UUID
    digest: bytes
    seen_at: datetime
    repeats_until: datetime
    group: bytes
    total: int
    number: int
    environment_id: UUID
    channel_id: UUID
    holding_id: UUID
    number_used: str
    alphabet: str
    data: bytes
    sender: bytes
    carrier_message_id: str
    encoding: str
    received_at: datetime
    sent_at: datetime | None
    expires_at: datetime


Row = TypeVar("Row", MessageRow, PartRow)

MESSAGES, DELIVERIES, PARTS = Columns(MessageRow), Columns(DeliveryRow, "d_"), Columns(PartRow)
EXPLANATIONS = Columns(ExplanationRow)
KEYS = ("digest", "seen_at", "repeats_until")
BORN = ", ".join(name for name in DELIVERIES.fields if name != "queued")
STORED = [name for name in MESSAGES.fields if name not in KEYS]
STORED_PARTS = ", ".join(f'"{name}"' for name in PARTS.fields if name not in KEYS)

# By their keys, what was seen before is a repeat, and is left alone. DO UPDATE, since a key may have had its time:
# - past its window a text known by its content is a text of its own, unless the key is in doubt (ingest/doubts.py):
#   then this is the repeat that was awaited, and the next one counts again;
# - a carrier's id has no end;
# - the same row comes again where the outcome of writing it is unknown.
FRESH = """
  INSERT INTO inbox_repeatkey AS known (digest, message_id, seen_at, repeats_until)
  SELECT digest, id, seen_at, repeats_until FROM incoming
  ON CONFLICT (digest) DO UPDATE
    SET message_id = CASE WHEN known.repeats_until <= EXCLUDED.seen_at
                          THEN EXCLUDED.message_id ELSE known.message_id END,
        seen_at = EXCLUDED.seen_at, repeats_until = EXCLUDED.repeats_until
    WHERE known.message_id <> EXCLUDED.message_id
      AND EXCLUDED.seen_at >= known.seen_at + (EXCLUDED.repeats_until - EXCLUDED.seen_at)
  RETURNING message_id
"""
# A text joined from parts is stored only by whoever removes them, all of them, in the same statement.
UNTAKEN = """
pieces AS (
  SELECT * FROM unnest(%(part_ids)s::uuid[], %(part_messages)s::uuid[]) AS p(part, message)
), locked AS (
  SELECT id FROM inbox_part WHERE id = ANY(%(part_ids)s) ORDER BY id FOR UPDATE
), whole AS (
  SELECT message FROM pieces LEFT JOIN locked ON locked.id = pieces.part
  GROUP BY message HAVING count(locked.id) = count(*)
), gone AS (
  DELETE FROM inbox_part WHERE id IN (SELECT part FROM pieces JOIN whole USING (message))
),
"""


def accepting(before: str = "", condition: str = "") -> str:
    """The statement that stores messages with their deliveries, born leased where we send them."""
    return f"""
WITH {before} incoming AS (
  SELECT * FROM unnest({MESSAGES.parameters}) AS t({MESSAGES.names}) {condition}
), fresh AS ({FRESH}), stored AS (
  INSERT INTO inbox_message ({", ".join(STORED)})
  SELECT {", ".join(STORED)}
  FROM incoming JOIN fresh ON fresh.message_id = incoming.id
)
INSERT INTO delivery_delivery ({BORN}, event_type, attempts_made, replays, state, lease, leased_until)
SELECT {BORN}, 'message.received', 0, 0, CASE WHEN queued THEN 'pending' ELSE 'sending' END,
       CASE WHEN NOT queued THEN %(lease)b::uuid END, CASE WHEN NOT queued THEN %(leased_until)b::timestamptz END
FROM unnest({DELIVERIES.parameters}) AS d({DELIVERIES.names})
JOIN fresh USING (message_id)
"""  # noqa: S608  names of columns only


ACCEPT = accepting()
JOIN = accepting(UNTAKEN, "WHERE t.id IN (SELECT message FROM whole)")

ANNOUNCE = f"SELECT pg_notify('{QUEUES}', id::text) FROM unnest(%(queues)s::uuid[]) AS q(id)"  # noqa: S608

KEEP_PARTS = f"""
WITH incoming AS (
  SELECT * FROM unnest({PARTS.parameters}) AS t({", ".join(f'"{name}"' for name in PARTS.fields)})
), fresh AS ({FRESH})
INSERT INTO inbox_part ({STORED_PARTS}, tries)
SELECT {STORED_PARTS}, 0 FROM incoming JOIN fresh ON fresh.message_id = incoming.id
"""  # noqa: S608  names of columns only


EXPLAIN = f"""
INSERT INTO inbox_explanation ({EXPLANATIONS.names})
SELECT id, environment_id, told::jsonb FROM unnest({EXPLANATIONS.parameters}) AS t({EXPLANATIONS.names})
ON CONFLICT DO NOTHING
"""  # noqa: S608  names of columns only


class Rows(NamedTuple):
    """What one request brought. Messages and parts may be committed one after the other; it is answered for both."""

    messages: Sequence[MessageRow] = ()
    deliveries: Sequence[DeliveryRow] = ()
    parts: Sequence[PartRow] = ()
    explanations: Sequence[ExplanationRow] = ()


class Item:
    """One request's rows, and who waits for them, until when by time.monotonic(); `done` is, once nobody does."""

    __slots__ = ("done", "rows", "until")

    def __init__(self, rows: Rows, done: asyncio.Future[None], until: float) -> None:
        self.rows, self.done, self.until = rows, done, until


def parameters(requests: Sequence[Rows], lease: UUID, leased_until: datetime) -> dict[str, Any]:
    """Of ACCEPT: one list a column."""
    messages = once([row for rows in requests for row in rows.messages])
    deliveries = [row for rows in requests for row in rows.deliveries]
    common = {"lease": lease, "leased_until": leased_until}
    return {**common, **MESSAGES.values(messages), **DELIVERIES.values(deliveries)}


def once(rows: list[Row]) -> list[Row]:
    """Each digest once, for a statement can see only one repeat; sorted, so that two flushers cannot deadlock."""
    rows.sort(key=digest_of)
    return [row for at, row in enumerate(rows) if not at or row.digest != rows[at - 1].digest]


digest_of = attrgetter("digest")


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
        on_parts: Callable[[Iterable[bytes]], None],
    ) -> None:
        self.dsn, self.size, self.limit, self.lease = dsn, size, waiting, lease
        self.ring, self.observe, self.on_parts = ring, observe, on_parts
        self.waiting: deque[Item] = deque()
        self.open: set[Item] = set()  # these, and what is being written
        self.wake = asyncio.Event()
        self.healthy = True
        self.explained: set[UUID] = set()  # explanations that are surely stored
        self.flushers: list[asyncio.Task[None]] = []
        self.watch: asyncio.Task[None]

    def start(self) -> None:
        self.flushers = [asyncio.create_task(self.flush(Link(self.dsn))) for _ in range(FLUSHERS)]
        self.watch = asyncio.create_task(self.give_up())

    async def stop(self, grace_s: float) -> None:
        """Write what waits, then end; what is not written by then the carrier must send again."""
        until = time.monotonic() + grace_s
        while self.waiting and time.monotonic() < until:
            await asyncio.sleep(0.01)
        for task in (*self.flushers, self.watch):
            task.cancel()
        await asyncio.gather(*self.flushers, self.watch, return_exceptions=True)
        self.refuse(self.open)

    async def store(self, rows: Rows, deadline_s: float) -> None:
        """Return once these rows are committed. Raises TryAgain or Unstorable.

        The time is kept here: while flushers try to write others' rows, these may not even be taken.
        """
        if len(self.waiting) >= self.limit:
            raise TryAgain
        done = asyncio.get_running_loop().create_future()
        item = Item(rows, done, time.monotonic() + deadline_s)
        self.waiting.append(item)
        self.open.add(item)
        self.wake.set()
        try:
            await done
        finally:
            self.open.discard(item)

    async def give_up(self) -> None:
        """Let nobody wait beyond their time. One look at all now and then costs less than a timer for each."""
        while True:
            await asyncio.sleep(PATIENCE_LOOK_S)
            now = time.monotonic()
            self.refuse(item for item in self.open if item.until <= now)

    def refuse(self, items: Iterable[Item]) -> None:
        for item in items:
            if not item.done.done():
                item.done.set_exception(TryAgain())

    def take(self) -> list[Item]:
        count = min(len(self.waiting), self.size)
        taken = [self.waiting.popleft() for _ in range(count)]
        if not self.waiting:
            self.wake.clear()
        return [item for item in taken if not item.done.done()]

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
                await asyncio.sleep(0.05)
                batch = [item for item in batch if not item.done.done()]

    async def commit(self, link: Link, batch: list[Item], lease: UUID) -> None:
        """One statement for all messages of the batch, and one for all parts; halves it around rows that the database
        refuses as data."""
        started = time.monotonic()
        parts = [row for item in batch for row in item.rows.parts]
        try:
            if any(item.rows.messages for item in batch):
                rows = [item.rows for item in batch]
                await self.explain(link, rows)
                await link.execute(ACCEPT, parameters(rows, lease, self.lease()))
            if parts:
                await link.execute(KEEP_PARTS, dict(PARTS.values(once(parts))))
        except (psycopg.DataError, psycopg.IntegrityError, UnicodeEncodeError, ValueError, StructError):
            if len(batch) > 1:
                half = len(batch) // 2
                await self.commit(link, batch[:half], lease)
                await self.commit(link, batch[half:], lease)
            elif not batch[0].done.done():
                log.exception("unstorable")
                batch[0].done.set_exception(Unstorable())
            return
        self.observe(sum(len(item.rows.messages) for item in batch), time.monotonic() - started)
        deliveries = [row for item in batch for row in item.rows.deliveries]
        self.ring_for(deliveries, lease)
        if parts:
            self.on_parts(row.group for row in parts)
        for item in batch:
            if not item.done.done():
                item.done.set_result(None)
        await self.announce(link, deliveries)

    async def explain(self, link: Link, requests: Sequence[Rows]) -> None:
        """Store the explanations that the messages of these requests name, where that is not done already."""
        new = {row.id: row for rows in requests for row in rows.explanations if row.id not in self.explained}
        if not new:
            return
        # Sorted, so that two flushers cannot deadlock. One too many, which nothing names, is harmless.
        await link.execute(EXPLAIN, dict(EXPLANATIONS.values(sorted(new.values()))))
        if len(self.explained) >= MOST_EXPLAINED:
            self.explained.clear()
        self.explained |= new.keys()

    def ring_for(self, rows: Iterable[DeliveryRow], lease: UUID) -> None:
        if ids := [row.id for row in rows if not row.queued]:
            self.ring(lease, ids)

    async def announce(self, link: Link, rows: Iterable[DeliveryRow]) -> None:
        """Wake who waits for an endpoint's queue; who is not woken looks by itself."""
        queues = {row.endpoint_id for row in rows if row.queued}
        if not queues:
            return
        try:
            await link.execute(ANNOUNCE, {"queues": list(queues)})
        except (psycopg.Error, OSError) as error:
            link.drop()
            log.warning("nobody is told of a queue", extra={"reason": type(error).__name__})

    async def join(self, link: Link, rows: Sequence[Rows], pieces: Sequence[tuple[UUID, UUID]]) -> None:
        """Store texts joined from (part, message) and remove the parts; a text whose parts another took is left out."""
        lease = uuid7()
        taken = {
            "part_ids": [part for part, _ in pieces],
            "part_messages": [message for _, message in pieces],
        }
        await self.explain(link, rows)
        await link.execute(JOIN, parameters(rows, lease, self.lease()) | taken)
        deliveries = [row for one in rows for row in one.deliveries]
        self.ring_for(deliveries, lease)
        await self.announce(link, deliveries)
