"""What comes to environments that somebody listens to: one look at the database for all of them, twenty times a second.

While nobody listens nobody looks, and the door knows nothing of it. A look that takes long is taken less often.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import Error

from accounts.clock import clock
from accounts.database import dsn
from accounts.models import Environment
from api.awaiting import reading_of
from api.feed import messages_of
from api.stream import LIMIT, Batch, batch_of
from inbox import feed
from inbox.feed import Page, Position
from routing.reading import Reading

log = logging.getLogger("smsgateway.api")

Run = Callable[..., Awaitable[Any]]  # a function that may block, in a thread of its own

LOOK_S = 0.05
REST = 5  # times as long as a look took, it is not taken again
SILENT_S = 5.0  # a frozen database answers nothing at all
AGAIN_S = 1.0
MOST_KEPT = 20  # batches for who does not take them; then it must read them itself


class Listener:
    """Who waits for messages of one environment: for one that is `wanted`, or, without, for all in batches."""

    def __init__(self, wanted: Callable[[Reading], bool] | None, ready: asyncio.Event) -> None:
        self.wanted = wanted
        self.ready = ready  # from then on it hears of all that commits, and perhaps of some that did before
        self.woken = asyncio.Event()
        self.batches: deque[Batch] = deque()
        self.missed = False  # more came than it took
        self.ended = False

    def hear(self, batch: Batch) -> None:
        if len(self.batches) >= MOST_KEPT:
            self.batches.clear()
            self.missed = True
        if not self.missed:
            self.batches.append(batch)
        self.woken.set()

    def end(self) -> None:
        self.ended = True
        self.woken.set()


class Tail:
    """The newest end of one environment's messages, and who listens there."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.position: Position | None = None
        self.ready = asyncio.Event()
        self.listeners: set[Listener] = set()


class Heard(NamedTuple):
    """What a page of one environment is to its listeners."""

    batch: Batch | None
    hit: Sequence[Listener]


class Tails:
    """All tails, and the loop that follows them."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.tails: dict[UUID, Tail] = {}
        self.somebody = asyncio.Event()

    @contextmanager
    def listening(
        self, environment: Environment, wanted: Callable[[Reading], bool] | None
    ) -> Iterator[Listener]:
        tail = self.tails.setdefault(environment.pk, Tail(environment))
        listener = Listener(wanted, tail.ready)
        tail.listeners.add(listener)
        self.somebody.set()
        try:
            yield listener
        finally:
            tail.listeners.discard(listener)
            if not tail.listeners:
                del self.tails[environment.pk]
            if not self.tails:
                self.somebody.clear()

    async def follow(self) -> None:
        """Look until cancelled, through any outage of the database."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as link:
                    while True:
                        await self.somebody.wait()
                        await asyncio.sleep(max(LOOK_S, REST * await self.looked(link)))
            except (psycopg.Error, Error, OSError) as error:
                log.warning("tails: trying again", extra={"reason": type(error).__name__})
                await asyncio.sleep(AGAIN_S)

    async def looked(self, link: psycopg.AsyncConnection[Any]) -> float:
        """One look at all tails; answers how many seconds it took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with asyncio.timeout(SILENT_S):
            await self.begin(link)
            pages = await self.read(link)
        took = loop.time() - began
        if any(page.ids for page in pages.values()):
            await self.tell(pages)
        for id, page in pages.items():
            tail = self.tails.get(id)
            if tail and tail.position is not None:  # else it is another one, that has not begun
                tail.position = page.end
        return took

    async def begin(self, link: psycopg.AsyncConnection[Any]) -> None:
        """Tails that are new begin behind what is there."""
        new = [id for id, tail in self.tails.items() if tail.position is None]
        if not new:
            return
        at = clock()
        found = await link.execute(feed.NEWEST, {"environments": new})
        for id, position in feed.newest_of(await found.fetchall(), at).items():
            if tail := self.tails.get(id):
                tail.position = position
                tail.ready.set()

    async def read(self, link: psycopg.AsyncConnection[Any]) -> Mapping[UUID, Page]:
        positions = {id: tail.position for id, tail in self.tails.items() if tail.position is not None}
        if not positions:
            return {}
        at = clock()
        found = await link.execute(feed.NEWS, feed.asked(positions, LIMIT))
        return feed.pages(await found.fetchall(), positions, LIMIT, at)

    async def tell(self, pages: Mapping[UUID, Page]) -> None:
        """Wake whoever wants something of what came."""
        news = [
            (tail.environment, pages[id], list(tail.listeners))
            for id, tail in self.tails.items()
            if id in pages and pages[id].ids
        ]
        for (_environment, _page, listeners), heard in zip(news, await self.run(all_heard, news), strict=True):
            for listener in heard.hit:
                listener.woken.set()
            for listener in listeners:
                if listener.wanted is None and heard.batch is not None:
                    listener.hear(heard.batch)


def all_heard(news: Sequence[tuple[Environment, Page, Sequence[Listener]]]) -> list[Heard]:
    """Read what came, once for all."""
    messages = messages_of([id for _environment, page, _listeners in news for id in page.ids])
    heard = []
    for environment, page, listeners in news:
        streams = any(listener.wanted is None for listener in listeners)
        readings = [reading_of(messages[id]) for id in page.ids if id in messages]
        hit = [one for one in listeners if one.wanted and any(map(one.wanted, filter(None, readings)))]
        heard.append(Heard(batch_of(environment, page, messages) if streams else None, hit))
    return heard
