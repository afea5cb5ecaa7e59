"""What a carrier wants to see before it can tell whether a request is its own: fetched once, kept for a while."""

from __future__ import annotations

import asyncio
import time

from ingest.calling import fetch
from numbers.calling import Unanswered
from numbers.carriers.base import Wanted

AT_ONCE = 4
WITHIN_S = 4.0  # of the 15 seconds that SNS waits, the commit may need eight
KEPT = 64  # documents


class Documents:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[float, bytes]] = {}  # until when, by time.monotonic()
        self.places = asyncio.Semaphore(AT_ONCE)

    async def get(self, wanted: Wanted) -> bytes:
        """The document, from memory where it is kept. Raises Unanswered."""
        until, body = self.kept.get(wanted.url, (0.0, b""))
        if time.monotonic() < until:
            return body
        try:
            async with asyncio.timeout(WITHIN_S), self.places:
                reply = await asyncio.to_thread(fetch, wanted.url, WITHIN_S)
        except TimeoutError:
            raise Unanswered("timeout") from None
        if reply.status != 200:
            raise Unanswered(f"status{reply.status}")
        self.keep(wanted, reply.body)
        return reply.body

    def keep(self, wanted: Wanted, body: bytes) -> None:
        if not wanted.keep_s:
            return
        while len(self.kept) >= KEPT:
            del self.kept[next(iter(self.kept))]  # the one longest here
        self.kept[wanted.url] = (time.monotonic() + wanted.keep_s, body)
