"""Keeps what was authenticated but could not be placed, for the operator: one row a text, however often it comes."""

from __future__ import annotations

import asyncio
import hashlib
import time
from datetime import datetime
from typing import Any
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

KEEP = """
INSERT INTO ingest_straytext (id, kind, channel_id, digest, raw, received_at)
VALUES (%(id)s, %(kind)s, %(channel)s, %(digest)s, %(raw)s, %(at)s) ON CONFLICT DO NOTHING
"""


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
        await self.keep("unreadable", channel, digest(channel.id, "unreadable", raw), raw, at, deadline_s)

    async def unrouted(
        self, channel: ChannelView, sms: InboundSms, raw: bytes, at: datetime, deadline_s: float
    ) -> None:
        known_by = digest(channel.id, "unrouted", sms.recipient, sms.carrier_id or raw)
        await self.keep("unrouted", channel, known_by, raw, at, deadline_s)

    async def keep(
        self, kind: str, channel: ChannelView, known_by: bytes, raw: bytes, at: datetime, deadline_s: float
    ) -> None:
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
                    return await self.insert(kind, channel, known_by, raw, at)
                except (psycopg.Error, Error, TimeoutError, OSError):
                    self.link.drop()
                    if time.monotonic() > until:
                        raise TryAgain from None
                    await asyncio.sleep(0.1)
        finally:
            self.one_at_a_time.release()

    async def insert(
        self, kind: str, channel: ChannelView, known_by: bytes, raw: bytes, at: datetime
    ) -> None:
        if self.key is None:
            self.key = await asyncio.to_thread(cell_key)
        id = uuid7()
        values: dict[str, Any] = {
            "id": id,
            "kind": StrayText.Kind(kind).value,
            "channel": channel.id,
            "at": at,
        }
        await self.link.execute(KEEP, values | {"digest": known_by, "raw": self.key.seal(raw, RAW, id)})
