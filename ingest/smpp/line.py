"""Keeps one session of a channel up: connects, binds, and after whatever ends it tries again, ever more slowly."""

from __future__ import annotations

import asyncio
import logging
import random
import time

from ingest.configuration import ChannelView
from ingest.models import Line as Row
from ingest.smpp.bind import bind_of
from ingest.smpp.board import Place
from ingest.smpp.connection import Failed, open_session
from ingest.smpp.session import Session, Taker

log = logging.getLogger("smsgateway.smpp")

FIRST_S, LONGEST_S = 1.0, 60.0
STABLE_S = 30.0  # who stayed bound so long starts again as if for the first time
State = Row.State
Reason = Row.Reason


class Backoff:
    """Seconds until the next try: doubling, and up to half of it off by chance, so that not all come at once."""

    def __init__(self) -> None:
        self.next_s = FIRST_S

    def reset(self) -> None:
        self.next_s = FIRST_S

    def pause(self) -> float:
        pause, self.next_s = self.next_s, min(self.next_s * 2, LONGEST_S)
        return pause * random.uniform(0.5, 1)  # noqa: S311  nothing secret about it


class Tries:
    """Failures of the same kind in a row."""

    def __init__(self) -> None:
        self.reason: Reason | None = None
        self.count = 0

    def reset(self) -> None:
        self.reason, self.count = None, 0

    def useless(self, failed: Failed) -> bool:
        """Whether this failure is one too many."""
        self.count = self.count + 1 if failed.reason == self.reason else 1
        self.reason = failed.reason
        return failed.patience is not None and self.count >= failed.patience


class Line:
    """One session's life, as a task; `place` is where it says how it stands."""

    def __init__(
        self, channel: ChannelView, intake: Taker, place: Place, after: asyncio.Task[None] | None
    ) -> None:
        self.channel, self.intake, self.place, self.after = channel, intake, place, after
        self.session: Session | None = None
        self.backoff, self.tries = Backoff(), Tries()
        self.task = asyncio.create_task(self.run())

    async def run(self) -> None:
        if self.after:
            await asyncio.wait([self.after])  # an SMSC that allows one bind must see the old one go first
        if self.channel.credentials is None:
            self.place.show(State.REFUSED, Reason.UNSEALABLE)
            return
        self.place.show(State.CONNECTING)
        while await self.once():
            await asyncio.sleep(self.backoff.pause())

    async def once(self) -> bool:
        """One session from its beginning to its end; whether another is worth trying."""
        try:
            reason = await self.held()
        except Failed as failed:
            useless = self.tries.useless(failed)
            self.place.show(State.REFUSED if useless else State.WAITING, failed.reason)
            return not useless
        except Exception:
            log.exception("line", extra={"channel": str(self.channel.id)})
            reason = Reason.NONSENSE
        self.place.show(State.WAITING, reason)
        return True

    async def held(self) -> Reason:
        """Why a session that was bound has ended. Raises Failed where none came about."""
        assert self.channel.credentials is not None
        session = await open_session(bind_of(self.channel.credentials), self.channel, self.intake)
        self.session, began = session, time.monotonic()
        self.tries.reset()
        self.place.show(State.BOUND)
        await session.ended.wait()
        self.session = None
        if time.monotonic() - began >= STABLE_S:
            self.backoff.reset()
        return session.reason

    async def stop(self) -> None:
        """End the session in order; nothing is tried any more."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        if self.session:
            await self.session.close()
        if self.after:
            await asyncio.wait([self.after])
