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

from accounts.clock import clock
from accounts.database import dsn
from accounts.models import Environment
from api.awaiting import reading_of
from api.feed import messages_of
from api.stream import LIMIT, Batch, batch_of
from inbox import feed
from inbox.feed import Page, Position
from inbox.models import Message
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

    def __init__(self, wanted: Callable[[Reading], bool] | None, reads_content: bool) -> None:
        self.wanted, self.reads_content = wanted, reads_content
        self.ready = asyncio.Event()  # it hears of all that commits from now on, and of nothing else
        self.woken = asyncio.Event()
        self.batches: deque[Batch] = deque()
        self.missed = False  # more came than it took
        self.ended = False

    def begin(self) -> None:
        self.batches.clear()
        self.ready.set()

    def hear(self, batch: Batch | None) -> None:
        """Take a batch; None is one that cannot be had, which it must try to read itself."""
        if batch is None or len(self.batches) >= MOST_KEPT:
            self.batches.clear()
            self.missed = True
        elif not self.missed:
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
        self.listeners: set[Listener] = set()


class Heard(NamedTuple):
    """What a page of one environment is to its listeners: to all who stream, and to those who got what they wanted."""

    batches: Mapping[bool, Batch]  # by whether one may read content
    hit: Sequence[Listener]


class Tails:
    """All tails, and the loop that follows them."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.tails: dict[UUID, Tail] = {}
        self.joining: set[Listener] = set()
        self.somebody = asyncio.Event()

    @contextmanager
    def listening(
        self,
        environment: Environment,
        wanted: Callable[[Reading], bool] | None = None,
        reads_content: bool = False,
    ) -> Iterator[Listener]:
        tail = self.tails.setdefault(environment.pk, Tail(environment))
        listener = Listener(wanted, reads_content)
        tail.listeners.add(listener)
        self.joining.add(listener)
        self.somebody.set()
        try:
            yield listener
        finally:
            self.joining.discard(listener)
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
                        await asyncio.sleep(max(LOOK_S, REST * await self.look(link)))
            except Exception as error:  # noqa: BLE001  whatever it is, who listens goes on listening
                log.warning("tails: trying again", extra={"reason": type(error).__name__})
                await asyncio.sleep(AGAIN_S)

    async def look(self, link: psycopg.AsyncConnection[Any]) -> float:
        """One look at all tails; answers how many seconds it took."""
        loop, joined, tails = asyncio.get_running_loop(), set(self.joining), dict(self.tails)
        began = loop.time()
        async with asyncio.timeout(SILENT_S):
            await begin(link, [tail for tail in tails.values() if tail.position is None])
            pages = await read(link, tails)
        took = loop.time() - began
        await self.tell([(tails[id], page) for id, page in pages.items() if page.ids])
        for id, page in pages.items():
            tails[id].position = page.end
        for listener in joined:  # what was told until now, it can read
            listener.begin()
        self.joining -= joined
        return took

    async def tell(self, news: Sequence[tuple[Tail, Page]]) -> None:
        """Wake whoever wants something of what came."""
        if not news:
            return
        asked = [(tail.environment, page, list(tail.listeners)) for tail, page in news]
        for (_environment, _page, listeners), told in zip(
            asked, await self.run(all_heard, asked), strict=True
        ):
            for listener in told.hit:
                listener.woken.set()
            for listener in listeners:
                if listener.wanted is None:
                    listener.hear(told.batches.get(listener.reads_content))


async def begin(link: psycopg.AsyncConnection[Any], tails: Sequence[Tail]) -> None:
    """Tails that are new begin behind what is there."""
    if not tails:
        return
    at = clock()
    found = await link.execute(feed.NEWEST, {"environments": [tail.environment.pk for tail in tails]})
    positions = feed.newest_of(await found.fetchall(), at)
    for tail in tails:
        tail.position = positions[tail.environment.pk]


async def read(link: psycopg.AsyncConnection[Any], tails: Mapping[UUID, Tail]) -> Mapping[UUID, Page]:
    positions = {id: tail.position for id, tail in tails.items() if tail.position is not None}
    if not positions:
        return {}
    at = clock()
    found = await link.execute(feed.NEWS, feed.asked(positions, LIMIT))
    return feed.pages(await found.fetchall(), positions, LIMIT, at)


def all_heard(news: Sequence[tuple[Environment, Page, Sequence[Listener]]]) -> list[Heard]:
    """Read what came, once for all."""
    messages = messages_of([id for _environment, page, _listeners in news for id in page.ids])
    return [heard(environment, page, listeners, messages) for environment, page, listeners in news]


def heard(
    environment: Environment, page: Page, listeners: Sequence[Listener], messages: Mapping[UUID, Message]
) -> Heard:
    waiting = [listener for listener in listeners if listener.wanted is not None]
    try:
        readings = [reading_of(messages[id]) for id in page.ids if id in messages] if waiting else []
        hit = [one for one in waiting if one.wanted and any(map(one.wanted, filter(None, readings)))]
        audiences = {listener.reads_content for listener in listeners if listener.wanted is None}
        batches = {sees: batch_of(environment, page, messages, sees) for sees in audiences}
        return Heard(batches, hit)
    except Exception:  # whatever it is, it must not keep other environments waiting
        log.exception("what came cannot be told", extra={"environment": str(environment.pk)})
        return Heard({}, waiting)
