"""Texts that are kept, but of which the carrier may not know: it sends them again, and they must not count twice.

What has an id of the carrier's is known by that for good. The rest is known by its content, for some seconds only,
since people do write the same thing twice. Where a connection ended before our answer was surely read, or a process
died, the next equal text within a day is that repeat, and only the next (ingest/batch.py, FRESH).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.ids import uuid7
from ingest.link import Link

log = logging.getLogger("smsgateway.door")

BEAT_S = 5.0
TRY_AGAIN_S = 0.5
BEFORE, AFTER = timedelta(seconds=60), timedelta(seconds=BEAT_S + 5)  # a dead process's last beat
PAGE = 5000

# Locked in the order in which the batch writes them, so that the two cannot deadlock.
REMEMBER = """
WITH doubted AS (
  SELECT digest FROM inbox_repeatkey WHERE {which} AND repeats_until < seen_at + make_interval(secs => %(seconds)s)
  ORDER BY digest LIMIT %(page)s FOR UPDATE
)
UPDATE inbox_repeatkey k SET repeats_until = k.seen_at + make_interval(secs => %(seconds)s)
FROM doubted WHERE k.digest = doubted.digest
"""
BY_DIGEST = REMEMBER.format(which="digest = ANY(%(digests)s)")
BY_TIME = REMEMBER.format(which="seen_at BETWEEN %(since)s AND %(until)s")

BEAT = """
INSERT INTO ingest_runningintake (id, seen_at) VALUES (%(id)s, %(now)s)
ON CONFLICT (id) DO UPDATE SET seen_at = EXCLUDED.seen_at
"""
OTHERS = "SELECT id, seen_at FROM ingest_runningintake WHERE id <> %(id)s"
# Each process holds a lock for as long as its connection lives: whoever gets another's knows that it is dead.
LOCK = "SELECT pg_try_advisory_lock(%(lock)s)"
UNLOCK = "SELECT pg_advisory_unlock(%(lock)s)"
GONE = "DELETE FROM ingest_runningintake WHERE id = %(id)s"


class Doubts:
    """Writes down what to expect again; tells by its lock that this process lives, and looks for those that died."""

    def __init__(self, dsn: str) -> None:
        self.link = Link(dsn)
        self.id = uuid7()
        self.locked_on: object = None  # the connection that holds our lock
        self.digests: set[bytes] = set()
        self.wake = asyncio.Event()

    def add(self, digests: Iterable[bytes]) -> None:
        self.digests.update(digests)
        self.wake.set()

    async def run(self) -> None:
        """Until cancelled, through any outage of the database."""
        try:
            while True:
                done = await self.work()
                await self.pause(BEAT_S if done else TRY_AGAIN_S)
        finally:
            self.link.drop()

    async def pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.wake.wait()
        except TimeoutError:
            pass
        self.wake.clear()

    async def work(self) -> bool:
        """Beat, write what waits, and doubt for the dead; false where the database does not take it."""
        digests, self.digests = self.digests, set()
        try:
            await self.beat()
            if digests:
                await self.remember(BY_DIGEST, digests=list(digests))
            await self.bury()
        except Exception as error:  # noqa: BLE001
            # Whatever it is, it is tried again.
            self.link.drop()
            self.digests |= digests
            log.warning("doubts: trying again", extra={"reason": type(error).__name__})
            return False
        return True

    async def beat(self) -> None:
        if self.locked_on is None or self.locked_on is not self.link.connection:
            await self.link.execute(LOCK, {"lock": lock_of(self.id)})
            self.locked_on = self.link.connection
        await self.link.execute(BEAT, {"id": self.id, "now": datetime.now(UTC)})

    async def bury(self) -> None:
        """Expect the last texts of each process that was killed to come again."""
        for id, seen_at in await self.link.fetch(OTHERS, {"id": self.id}):
            lock = {"lock": lock_of(id)}
            [[dead]] = await self.link.fetch(LOCK, lock)
            if not dead:
                continue
            await self.remember(BY_TIME, since=seen_at - BEFORE, until=seen_at + AFTER)
            await self.link.execute(GONE, {"id": id})
            await self.link.execute(UNLOCK, lock)

    async def remember(self, statement: str, **which: Any) -> None:
        values = which | {"seconds": settings.REDELIVERY_S, "page": PAGE}
        while (await self.link.execute(statement, values)).rowcount == PAGE:
            pass

    async def stop(self) -> None:
        """Write what waits, and leave in order."""
        if await self.work():
            await self.link.execute(GONE, {"id": self.id})
        self.link.drop()


def lock_of(id: UUID) -> int:
    """The key of a process's advisory lock: 63 of its id's random bits."""
    return id.int & (1 << 63) - 1
