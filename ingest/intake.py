"""What every way in shares: texts of an authenticated carrier come in, and when `take` returns they are committed.

The door (HTTP) and the lines (SMPP binds, carriers that are polled) each run one in their event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from celery import current_app
from django.conf import settings

from accounts.database import dsn
from ingest import metrics
from ingest.acceptance import accept
from ingest.batch import Batch, Rows, TryAgain
from ingest.bell import Bell
from ingest.configuration import ChannelView, Configuration, follow
from ingest.doubts import Doubts
from ingest.joining import Joiner
from ingest.stray import Strays
from numbers.carriers.base import InboundSms

BEGIN_AGAIN_S = 0.5


def lease_end() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=settings.DELIVERY_LEASE_S)


class Intake:
    """Configuration, batch, bell and stray texts: everything that lives as long as the process."""

    def __init__(self) -> None:
        self.configuration = Configuration()
        self.bell = Bell(current_app, metrics.unrung.inc)
        self.batch = Batch(
            dsn(),
            size=settings.INGEST_BATCH,
            waiting=settings.INGEST_WAITING,
            lease=lease_end,
            ring=self.bell.ring,
            observe=metrics.committed,
            on_parts=self.on_parts,
        )
        self.joiner = Joiner(dsn(), self.configuration, self.batch)
        self.doubts = Doubts(dsn())
        self.strays = Strays(dsn())
        self.tasks: list[asyncio.Task[None]] = []
        self.in_step = False

    async def start(self) -> None:
        self.bell.start()
        self.batch.start()
        running = (self.follow(), self.joiner.run(), self.doubts.run())
        self.tasks = [asyncio.create_task(one) for one in running]

    async def follow(self) -> None:
        """Nothing is taken before a configuration is loaded, and that waits for what a crash may have left."""
        while not await self.doubts.remember_last():
            await asyncio.sleep(BEGIN_AGAIN_S)
        await follow(self.configuration, dsn(), self.note_state)

    def on_parts(self, groups: Iterable[bytes]) -> None:
        self.joiner.hear(groups)

    def note_state(self, in_step: bool) -> None:
        self.in_step = in_step
        # The database answers again, even if no text comes.
        self.batch.healthy = self.batch.healthy or in_step

    async def stop(self) -> None:
        await self.batch.stop(grace_s=4)
        await self.doubts.flush()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.strays.link.drop()
        await asyncio.to_thread(self.bell.stop)

    def ready(self) -> bool:
        return self.in_step and self.batch.healthy

    async def take(
        self,
        channel: ChannelView,
        texts: Sequence[InboundSms],
        raw: Callable[[], bytes],
        at: datetime,
        deadline_s: float,
    ) -> list[bytes]:
        """Commit the texts of one authenticated request; `raw` gives the request, kept where a text is nobody's.

        Answers by what those texts are known that came without an id of the carrier's (see `doubt`). Raises TryAgain
        (nothing is promised, the carrier must come again) or Unstorable.
        """
        accepted = accept(self.configuration, channel, texts, at)
        for text in accepted.unrouted:
            await self.strays.unrouted(channel, text, raw(), at, deadline_s)
            metrics.unrouted.labels(channel.carrier.name).inc()
        rows = Rows(accepted.messages, accepted.deliveries, accepted.parts)
        if rows.messages or rows.parts:
            try:
                await self.batch.store(rows, deadline_s)
            except TryAgain:
                self.doubt(accepted.by_content)  # perhaps it is stored all the same
                raise
            metrics.accepted.labels(channel.carrier.name).inc(len(rows.messages) + len(rows.parts))
        return accepted.by_content

    def doubt(self, digests: Iterable[bytes]) -> None:
        """The carrier may not have heard that these are kept: for a day, the same content is a repeat of them."""
        self.doubts.add(digests)

    async def keep_unreadable(
        self, channel: ChannelView, raw: bytes, at: datetime, deadline_s: float
    ) -> None:
        """Commit what holds no text, for the operator; raises TryAgain."""
        await self.strays.unreadable(channel, raw, at, deadline_s)
        metrics.unreadable.labels(channel.carrier.name).inc()
