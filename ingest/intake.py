"""What every way in shares: texts of an authenticated carrier come in, and when `take` returns they are committed.

The door (HTTP) and the lines (SMPP binds, carriers that are polled) each run one in their event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from celery import current_app
from django.conf import settings

from accounts.database import dsn
from ingest import metrics
from ingest.acceptance import accept
from ingest.batch import Batch
from ingest.bell import Bell
from ingest.configuration import ChannelView, Configuration, follow
from ingest.stray import Strays
from numbers.carriers.base import InboundSms


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
        )
        self.strays = Strays(dsn())
        self.follower: asyncio.Task[None] | None = None
        self.in_step = False

    async def start(self) -> None:
        self.bell.start()
        self.batch.start()
        self.follower = asyncio.create_task(follow(self.configuration, dsn(), self.note_state))

    def note_state(self, in_step: bool) -> None:
        self.in_step = in_step
        # The database answers again, even if no text comes.
        self.batch.healthy = self.batch.healthy or in_step

    async def stop(self) -> None:
        await self.batch.stop(grace_s=4)
        if self.follower:
            self.follower.cancel()
            await asyncio.gather(self.follower, return_exceptions=True)
        self.strays.link.drop()
        await asyncio.to_thread(self.bell.stop)

    def ready(self) -> bool:
        return self.in_step and self.batch.healthy

    async def take(
        self, channel: ChannelView, texts: Sequence[InboundSms], raw: bytes, at: datetime, deadline_s: float
    ) -> None:
        """Commit the texts of one authenticated request; `raw` is the request, for the operator where one is nobody's.

        Raises TryAgain (nothing is promised, the carrier must come again) or Unstorable.
        """
        accepted = accept(self.configuration, channel, texts, at)
        for text in accepted.unrouted:
            await self.strays.unrouted(channel, text, raw, at, deadline_s)
            metrics.unrouted.labels(channel.carrier.name).inc()
        if accepted.messages:
            await self.batch.store(accepted.messages, accepted.deliveries, deadline_s)
            metrics.accepted.labels(channel.carrier.name).inc(len(accepted.messages))

    async def keep_unreadable(
        self, channel: ChannelView, raw: bytes, at: datetime, deadline_s: float
    ) -> None:
        """Commit what holds no text, for the operator; raises TryAgain."""
        await self.strays.unreadable(channel, raw, at, deadline_s)
        metrics.unreadable.labels(channel.carrier.name).inc()
