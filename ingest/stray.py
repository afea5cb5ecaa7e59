"""Keeps what was authenticated but could not be placed, for the operator: one row a text, however often it comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

import psycopg
from django.db import Error, connection

from accounts import keyring
from accounts.clock import stamp
from accounts.encryption import DataKey, fingerprint
from accounts.ids import uuid7
from ingest.batch import TryAgain
from ingest.configuration import ChannelView
from ingest.crossings import Crossings, Reach
from ingest.link import Link
from ingest.models import RAW, StrayText
from numbers.carriers.base import InboundSms

T = TypeVar("T")

# A text to a number of the pool is somebody's, though not the present holder's: only that it came is kept. Answers the
# number where another environment of the channel's organisation holds it.
KEEP = """
WITH pool AS (SELECT EXISTS (SELECT FROM numbers_number WHERE number = %(number)s) AS ours), sibling AS (
  SELECT n.id FROM numbers_number n
  JOIN numbers_assignment a ON a.number_id = n.id AND a.ends_at IS NULL
  JOIN accounts_environment theirs ON theirs.id = a.environment_id
  JOIN accounts_environment own ON own.id = %(environment)s::uuid
  WHERE n.number = %(number)s AND theirs.tenant_id = own.tenant_id AND theirs.id <> own.id
), kept AS (
  INSERT INTO ingest_straytext (id, kind, channel_id, number, digest, raw, stamped_at, received_at)
  SELECT %(id)s, CASE WHEN ours THEN 'held' ELSE %(kind)s END, %(channel)s,
         CASE WHEN ours THEN %(number)s ELSE '' END, %(digest)s,
         CASE WHEN ours THEN NULL ELSE %(raw)s::bytea END, %(stamped_at)s, %(at)s
  FROM pool
  ON CONFLICT DO NOTHING
)
SELECT (SELECT id FROM sibling)
"""
# Somebody may have come to hold the number a moment ago, of which this process has not heard yet.
HELD = """
SELECT EXISTS (
  SELECT FROM numbers_number n JOIN numbers_assignment a ON a.number_id = n.id
  JOIN accounts_environment e ON e.id = a.environment_id JOIN numbers_channel c ON c.id = %(channel)s
  WHERE n.number = %(number)s AND (a.channel_id = c.id OR c.simulated) AND a.starts_at <= %(moment)s + e.clock_offset
    AND (a.ends_at IS NULL OR a.ends_at > %(moment)s + e.clock_offset)
    AND (c.environment_id IS NULL OR c.environment_id = a.environment_id)
)
"""


class Stray(NamedTuple):
    """One row to keep."""

    kind: StrayText.Kind
    channel: UUID
    digest: bytes
    raw: bytes
    at: datetime
    number: str = ""
    stamped_at: datetime | None = None
    environment: UUID | None = None  # the channel's


class Strays:
    """Rare by nature, so one connection and one row a statement."""

    def __init__(self, dsn: str) -> None:
        self.link = Link(dsn)
        self.one_at_a_time = asyncio.Lock()
        self.key: DataKey | None = None
        self.crossings = Crossings()

    async def unreadable(self, channel: ChannelView, raw: bytes, at: datetime, deadline_s: float) -> None:
        known_by = fingerprint(f"unreadable|{channel.id}|{raw.hex()}")
        await self.keep(Stray(StrayText.Kind.UNREADABLE, channel.id, known_by, raw, at), deadline_s)

    async def unrouted(self, channel: ChannelView, sms: InboundSms, at: datetime, deadline_s: float) -> None:
        """A text that no environment gets; where its number is of the pool, it is held without its content.

        Only this text is kept, never the request, which may have brought others' texts as well.
        """
        raw = told(sms)
        known_by = fingerprint(f"unrouted|{channel.id}|{sms.recipient}|{sms.carrier_id or raw.hex()}")
        kind, number, environment = StrayText.Kind.UNROUTED, sms.recipient, channel.environment
        stray = Stray(kind, channel.id, known_by, raw, at, number, sms.sent_at, environment)
        await self.keep(stray, deadline_s)

    async def is_held(self, channel: ChannelView, number: str, moment: datetime, deadline_s: float) -> bool:
        """Whether, by the database, somebody held `number` on `channel` at that moment; raises TryAgain."""
        asked = {"number": number, "channel": channel.id, "moment": moment}
        [[held]] = await self.patiently(lambda: self.link.fetch(HELD, asked), deadline_s)
        return bool(held)

    async def keep(self, stray: Stray, deadline_s: float) -> None:
        """Commit one row, and the trail's entry where it reached across; raises TryAgain when that takes too long."""
        await self.patiently(lambda: self.insert(stray), deadline_s)

    async def patiently(self, work: Callable[[], Awaitable[T]], deadline_s: float) -> T:
        """One at a time, again and again until it is done; raises TryAgain when its time is up."""
        try:
            async with asyncio.timeout(deadline_s), self.one_at_a_time:
                return await self.again_and_again(work)
        except TimeoutError:
            raise TryAgain from None

    async def again_and_again(self, work: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await work()
            except (psycopg.Error, Error, OSError):  # TimeoutError is an OSError
                self.link.drop()
                await asyncio.sleep(0.1)
            except asyncio.CancelledError:
                self.link.drop()  # who knows what it is in the middle of
                raise

    async def insert(self, stray: Stray) -> None:
        if self.key is None:
            self.key = await asyncio.to_thread(cell_key)
        id = uuid7()
        sealed = self.key.seal(stray.raw, RAW, id)
        values = stray._asdict() | {"id": id, "kind": stray.kind.value, "raw": sealed}
        [[number]] = await self.link.fetch(KEEP, values)
        if number is not None and stray.environment is not None:
            await self.crossings.note(Reach(stray.channel, stray.environment, number))


def cell_key() -> DataKey:
    try:
        return keyring.of(None)
    finally:
        connection.close()  # this thread may never come again


def told(sms: InboundSms) -> bytes:
    """One text as an operator reads it."""
    said = {
        "id": sms.carrier_id,
        "from": sms.sender,
        "to": sms.recipient,
        "text": sms.content,
        "sentAt": stamp(sms.sent_at),
        "part": f"{sms.part.number} of {sms.part.total}" if sms.part else None,
    }
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")
