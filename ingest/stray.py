"""Keeps what was authenticated but could not be placed, for the operator: one row a text, however often it comes."""

from __future__ import annotations

import asyncio
import hashlib
import time
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import Error, connection

from accounts import keyring
from accounts.encryption import DataKey
from accounts.ids import uuid7
from ingest.batch import Link, TryAgain
from ingest.configuration import ChannelView
from ingest.models import RAW, StrayText
from numbers.carriers.base import InboundSms

# A text to a number of the pool is somebody's, though not the present holder's: only that it came is kept.
KEEP = """
INSERT INTO ingest_straytext (id, kind, channel_id, number, digest, raw, stamped_at, received_at)
SELECT %(id)s, CASE WHEN ours THEN 'held' ELSE %(kind)s END, %(channel)s,
       CASE WHEN ours THEN %(number)s ELSE '' END, %(digest)s,
       CASE WHEN ours THEN NULL ELSE %(raw)s::bytea END, %(stamped_at)s, %(at)s
FROM (SELECT EXISTS (SELECT FROM numbers_number WHERE number = %(number)s)) AS pool(ours)
ON CONFLICT DO NOTHING
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


def digest(channel: UUID, *parts: str | bytes) -> bytes:
    hash = hashlib.blake2b(digest_size=16, key=channel.bytes)
    for part in parts:
        hash.update(part.encode() if isinstance(part, str) else part)
        hash.update(b"|")
    return hash.digest()


def cell_key() -> DataKey:
    try:
        return keyring.of(None)
    finally:
        connection.close()  # this thread may never come again


class Strays:
    """Rare by nature, so one connection and one row a statement."""

    def __init__(self, dsn: str) -> None:
        self.link = Link(dsn)
        self.one_at_a_time = asyncio.Lock()
        self.key: DataKey | None = None

    async def unreadable(self, channel: ChannelView, raw: bytes, at: datetime, deadline_s: float) -> None:
        known_by = digest(channel.id, "unreadable", raw)
        await self.keep(Stray(StrayText.Kind.UNREADABLE, channel.id, known_by, raw, at), deadline_s)

    async def unrouted(
        self, channel: ChannelView, sms: InboundSms, raw: bytes, at: datetime, deadline_s: float
    ) -> None:
        """A text that no environment gets; where its number is of the pool, it is held without its content."""
        known_by = digest(channel.id, "unrouted", sms.recipient, sms.carrier_id or raw)
        stray = Stray(StrayText.Kind.UNROUTED, channel.id, known_by, raw, at, sms.recipient, sms.sent_at)
        await self.keep(stray, deadline_s)

    async def keep(self, stray: Stray, deadline_s: float) -> None:
        """Commit one row; raises TryAgain when the database does not take it in time."""
        until = time.monotonic() + deadline_s
        try:
            async with asyncio.timeout(deadline_s):
                await self.one_at_a_time.acquire()
        except TimeoutError:
            raise TryAgain from None
        try:
            while True:
                try:
                    return await self.insert(stray)
                except (psycopg.Error, Error, TimeoutError, OSError):
                    self.link.drop()
                    if time.monotonic() > until:
                        raise TryAgain from None
                    await asyncio.sleep(0.1)
        finally:
            self.one_at_a_time.release()

    async def insert(self, stray: Stray) -> None:
        if self.key is None:
            self.key = await asyncio.to_thread(cell_key)
        id = uuid7()
        values: dict[str, Any] = stray._asdict() | {"id": id, "kind": stray.kind.value}
        await self.link.execute(KEEP, values | {"raw": self.key.seal(stray.raw, RAW, id)})
