"""Texts that are kept, but of which the carrier may not know: it sends them again, and they must not count twice.

What has an id of the carrier's is known by that for good. The rest is known by its content, for some seconds only,
since people do write the same thing twice. When a connection ends, or the process that answered was killed, the last
of these may come again much later, and so are remembered for longer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

import psycopg
from django.conf import settings

from ingest.batch import Link

log = logging.getLogger("smsgateway.door")

TRY_AGAIN_S = 0.5

REMEMBER = """
UPDATE inbox_repeatkey SET repeats_until = seen_at + make_interval(secs => %(seconds)s)
WHERE digest = ANY(%(digests)s)
"""
# What was the last that was kept before a process died, however long ago.
REMEMBER_LAST = """
UPDATE inbox_repeatkey SET repeats_until = seen_at + make_interval(secs => %(seconds)s)
WHERE seen_at > (SELECT max(seen_at) FROM inbox_repeatkey) - make_interval(secs => %(last)s)
  AND repeats_until < seen_at + make_interval(secs => %(seconds)s)
"""
LAST_S = 60


class Doubts:
    """Writes down what to remember for longer; a task of its own, for nobody waits for it."""

    def __init__(self, dsn: str) -> None:
        self.link = Link(dsn)
        self.digests: set[bytes] = set()
        self.wake = asyncio.Event()

    def add(self, digests: Iterable[bytes]) -> None:
        self.digests.update(digests)
        self.wake.set()

    async def remember_last(self) -> bool:
        """Doubt what was kept last before this process began; false where the database does not answer."""
        return await self.write(REMEMBER_LAST, {"seconds": settings.REDELIVERY_S, "last": LAST_S})

    async def run(self) -> None:
        """Until cancelled, through any outage of the database."""
        try:
            while True:
                await self.wake.wait()
                self.wake.clear()
                if not await self.flush():
                    await asyncio.sleep(TRY_AGAIN_S)
                    self.wake.set()
        finally:
            self.link.drop()

    async def flush(self) -> bool:
        """Write what waits; false where the database does not take it, and it waits on."""
        digests = list(self.digests)
        if digests and not await self.write(REMEMBER, {"seconds": settings.REDELIVERY_S, "digests": digests}):
            return False
        self.digests.difference_update(digests)
        return True

    async def write(self, sql: str, parameters: dict[str, Any]) -> bool:
        try:
            await self.link.execute(sql, parameters)
        except (psycopg.Error, OSError, TimeoutError) as error:
            self.link.drop()
            log.warning("doubts: trying again", extra={"reason": type(error).__name__})
            return False
        return True
