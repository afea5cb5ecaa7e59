"""What every way in shares: texts of an authenticated carrier come in, and when `take` returns they are committed.

The door (HTTP) and the lines (SMPP binds, carriers that are polled) each run one in their event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from celery import current_app
from django.conf import settings

from accounts.database import dsn
from ingest import metrics
from ingest.acceptance import Accepted, accept, decisive_moment
from ingest.batch import Batch, Rows, TryAgain
from ingest.bell import Bell
from ingest.configuration import ChannelView, Configuration, follow
from ingest.doubts import Doubts
from ingest.joining import Joiner
from ingest.stray import Strays
from numbers.carriers.base import InboundSms

BEGIN_AGAIN_S = 0.5
OVERTAKEN_S = 0.02  # until a notice of a change that the database knows already has come


def lease_end() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=settings.DELIVERY_LEASE_S)


class Intake:
    """Everything that lives as long as the process: configuration, batch, bell, joiner, doubts, stray texts."""

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
        self.tasks = [asyncio.create_task(one) for one in (self.follow(), self.joiner.run())]

    async def follow(self) -> None:
        """Nothing is taken before a configuration is loaded, and that waits for what a crash may have left."""
        while not await self.doubts.work():
            await asyncio.sleep(BEGIN_AGAIN_S)
        self.tasks.append(asyncio.create_task(self.doubts.run()))
        await follow(self.configuration, dsn(), self.note_state)

    def on_parts(self, groups: Iterable[bytes]) -> None:
        self.joiner.hear(groups)

    def note_state(self, in_step: bool) -> None:
        self.in_step = in_step
        # The database answers again, even if no text comes.
        self.batch.healthy = self.batch.healthy or in_step

    async def stop(self) -> None:
        await self.batch.stop(grace_s=4)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.doubts.stop()
        self.strays.link.drop()
        await asyncio.to_thread(self.bell.stop)

    def ready(self) -> bool:
        return self.in_step and self.batch.healthy and not any(task.done() for task in self.tasks)

    async def take(
        self, channel: ChannelView, texts: Sequence[InboundSms], at: datetime, deadline_s: float
    ) -> list[bytes]:
        """Commit the texts of one authenticated request.

        Answers by what those texts are known that came without an id of the carrier's (see `doubt`). Raises TryAgain
        (nothing is promised, the carrier must come again) or Unstorable.
        """
        until = time.monotonic() + deadline_s
        accepted = await self.placed(channel, texts, at, until)
        for text in accepted.unrouted:
            await self.strays.unrouted(channel, text, at, until - time.monotonic())
            metrics.unrouted.labels(channel.carrier.name).inc()
        rows = Rows(accepted.messages, accepted.deliveries, accepted.parts, accepted.explanations)
        if rows.messages or rows.parts:
            try:
                await self.batch.store(rows, until - time.monotonic())
            except TryAgain:
                self.doubt(accepted.by_content)  # perhaps it is stored all the same
                raise
            metrics.accepted_from(channel.carrier.name).inc(len(rows.messages) + len(rows.parts))
        return accepted.by_content

    async def placed(
        self, channel: ChannelView, texts: Sequence[InboundSms], at: datetime, until: float
    ) -> Accepted:
        """What the texts come to. Before one counts as nobody's, what this process knows must be up to date."""
        while True:
            accepted = accept(self.configuration, channel, texts, at)
            moments = {text.recipient: decisive_moment(text.sent_at, at) for text in accepted.unrouted}
            for number, moment in moments.items():
                if moment and await self.strays.is_held(channel, number, moment, until - time.monotonic()):
                    break
            else:
                return accepted
            if time.monotonic() > until:
                raise TryAgain
            await asyncio.sleep(OVERTAKEN_S)

    def doubt(self, digests: Iterable[bytes]) -> None:
        """The carrier may not have heard that these are kept: the next equal text within a day is a repeat."""
        self.doubts.add(digests)

    async def keep_unreadable(
        self, channel: ChannelView, raw: bytes, at: datetime, deadline_s: float
    ) -> None:
        """Commit what holds no text, for the operator; raises TryAgain."""
        await self.strays.unreadable(channel, raw, at, deadline_s)
        metrics.unreadable.labels(channel.carrier.name).inc()
