"""Held-open requests: thousands may wait here for a text, on one event loop and a few threads.

    GET /v1/endpoints/{id}/queue?wait=60, /v1/messages/wait, /v1/feed?wait=60, /v1/sandbox/receivers/{id}/requests/wait
      ask the view that web has too → something is there, or wrong: answer
                                    → nothing yet: wait until there may be, ask again, until the time is up
    GET /v1/messages/stream
      ask the view → wrong: answer
                   → write each message as it comes (api.flowing), until the client leaves or its key ends

So keys, limits and problems are the API's own, at the end of the wait too. Of queues a notice wakes who waits; once a
second the database is asked as well, for all at once, since a notice can be lost, and none tells that a queue was
closed. Of messages api.tails tells.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import Error, close_old_connections

from accounts import ids
from accounts.database import dsn
from api import errors
from api.authentication import open_still
from api.flowing import Flow, either
from api.holding import HELD, Arrivals, Hold, Queue, Stream, Texts
from api.tails import Listener, Tails
from api.views import AGAIN
from delivery.models import QUEUES
from sandbox.receiver import ARRIVALS

log = logging.getLogger("smsgateway.api")

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Any]

OURS = re.compile(
    r"/v1/(endpoints/[^/]+/queue|messages/wait|messages/stream|feed|sandbox/receivers/[^/]+/requests/wait)"
    r"|/(healthz|readyz|metrics)"
)
THREADS = 4
MOST, MOST_OF_ONE = 10_000, 5_000  # requests held, of all environments and of one
LOOK_S = 1.0
CHECKED = 100  # credentials of streams a look
SILENT_S = 5.0  # a frozen database answers nothing at all
WAITING = """
SELECT q.id FROM unnest(%(queues)s::uuid[]) AS q(id)
WHERE EXISTS (SELECT FROM delivery_delivery d WHERE d.endpoint_id = q.id AND d.state = 'pending')
  OR EXISTS (SELECT FROM delivery_endpoint e
             WHERE e.id = q.id AND (e.disabled_at IS NOT NULL OR e.deleted_at IS NOT NULL))
"""


class Reply(NamedTuple):
    """What the view answered."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class App:
    """The ASGI callable around Django's WSGI application; `tidy` runs in each thread behind what it did there."""

    def __init__(self, wsgi: Wsgi, tidy: Callable[[], None] = close_old_connections) -> None:
        self.wsgi, self.tidy = wsgi, tidy
        self.pool = ThreadPoolExecutor(THREADS, "view")
        self.aside = ThreadPoolExecutor(1, "tails")  # so that nobody's view delays everybody's messages
        self.tails = Tails(partial(self.run, self.aside))
        self.waiting: defaultdict[UUID, list[asyncio.Event]] = defaultdict(list)
        self.watching: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)  # receivers, all at once
        self.held: Counter[UUID | None] = Counter()  # requests, by environment
        self.streams: dict[Listener, tuple[str, str]] = {}  # with the credentials that opened each

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            await self.answer(scope, receive, send)

    async def live(self, receive: Receive, send: Send) -> None:
        """From start-up to shutdown."""
        await receive()
        loops = [asyncio.create_task(one) for one in (self.follow(), self.tails.follow(), self.watch_keys())]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for one in loops:
            one.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        self.pool.shutdown(wait=False)
        self.aside.shutdown(wait=False)
        await send({"type": "lifespan.shutdown.complete"})

    # ---- one request

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not OURS.fullmatch(scope["path"]):
            await respond(send, refusal(scope, errors.NotFound()))
            return
        hold = Hold()
        reply = await self.ask(scope, hold)
        if hold.on is None:
            await respond(send, reply)
        elif self.held.total() >= MOST or self.held[hold.environment] >= MOST_OF_ONE:
            await respond(send, refusal(again(scope, reply), errors.TooManyWait()))
        else:
            await self.keep(again(scope, reply), hold, reply, receive, send)

    async def keep(self, scope: Scope, hold: Hold, reply: Reply, receive: Receive, send: Send) -> None:
        """Hold the request for what the view said."""
        left, environment = asyncio.create_task(gone(receive)), hold.environment
        self.held[environment] += 1
        try:
            if isinstance(hold.on, Stream):
                await self.stream(hold.on, reply, left, send)
                return
            reply = await self.way_of(hold)(scope, hold, reply, left)
            if not left.done():
                await respond(send, reply)
        finally:
            left.cancel()
            self.held[environment] -= 1
            if not self.held[environment]:
                del self.held[environment]

    def way_of(self, hold: Hold) -> Callable[..., Awaitable[Reply]]:
        if isinstance(hold.on, Arrivals):
            return self.wait_for_arrivals
        return self.wait_for_queue if isinstance(hold.on, Queue) else self.wait_for_text

    async def wait_for_arrivals(
        self, scope: Scope, hold: Hold, reply: Reply, left: asyncio.Task[None]
    ) -> Reply:
        assert isinstance(hold.on, Arrivals)
        receiver, woken = hold.on.receiver, asyncio.Event()
        self.watching[receiver].add(woken)
        woken.set()  # something may have come before
        try:
            return await self.asked_again(scope, hold, reply, woken, left, now() + hold.seconds)
        finally:
            self.watching[receiver].discard(woken)
            if not self.watching[receiver]:
                del self.watching[receiver]

    async def wait_for_queue(self, scope: Scope, hold: Hold, reply: Reply, left: asyncio.Task[None]) -> Reply:
        assert isinstance(hold.on, Queue)
        queue, woken = hold.on.id, asyncio.Event()
        self.waiting[queue].append(woken)
        try:
            return await self.asked_again(scope, hold, reply, woken, left, now() + hold.seconds)
        finally:
            self.leave(queue, woken)

    async def wait_for_text(self, scope: Scope, hold: Hold, reply: Reply, left: asyncio.Task[None]) -> Reply:
        assert isinstance(hold.on, Texts)
        end = now() + hold.seconds
        with self.tails.listening(hold.on.environment, hold.on.wanted) as listener:
            if await either(listener.ready, left, hold.seconds):
                listener.woken.set()  # something may have come before
            return await self.asked_again(scope, hold, reply, listener.woken, left, end)

    async def asked_again(
        self,
        scope: Scope,
        hold: Hold,
        reply: Reply,
        woken: asyncio.Event,
        left: asyncio.Task[None],
        end: float,
    ) -> Reply:
        """The view's answer whenever it may be another, until it is more than that there is nothing yet."""
        standing = [
            pair for pair in reply.headers if pair[0].startswith(b"ratelimit")
        ]  # only the first was counted
        while hold.on is not None and (rest := end - now()) > 0:
            if not hold.eager:
                await either(woken, left, rest)
            if left.done():
                break
            woken.clear()
            later = await self.ask(scope, hold)  # when the time is up too: key and queue may be no more
            reply = later._replace(headers=later.headers + standing)
        return reply

    async def stream(self, on: Stream, reply: Reply, left: asyncio.Task[None], send: Send) -> None:
        async def write(data: bytes) -> None:
            await send({"type": "http.response.body", "body": data, "more_body": True})

        await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        with self.tails.listening(on.environment, reads_content=on.reads_content) as listener:
            self.streams[listener] = on.credentials
            try:
                await write(reply.body)
                await Flow(on, listener, left, write, partial(self.run, self.pool)).go_on()
            finally:
                del self.streams[listener]
        await send({"type": "http.response.body", "body": b""})

    async def watch_keys(self) -> None:
        """End each stream whose key or token ended, within seconds: so many are looked at each second."""
        turn = 0
        while True:
            await asyncio.sleep(LOOK_S)
            shown = sorted(set(self.streams.values()))
            turn = turn + CHECKED if turn + CHECKED < len(shown) else 0
            asked = shown[turn : turn + CHECKED]
            if not asked:
                continue
            try:
                valid = await self.run(self.pool, open_still, asked)
            except Error as error:
                log.warning("keys: trying again", extra={"reason": type(error).__name__})
                continue
            ended = set(asked) - valid
            for listener, credentials in self.streams.items():
                if credentials in ended:
                    listener.end()

    def leave(self, queue: UUID, woken: asyncio.Event) -> None:
        others = self.waiting[queue]
        others.remove(woken)
        if not others:
            del self.waiting[queue]
        else:
            self.wake(queue)  # there may be more than was taken

    def wake(self, queue: UUID) -> None:
        """One of those who wait: what it does not take wakes the next."""
        for woken in self.waiting.get(queue, ()):
            if not woken.is_set():
                woken.set()
                return

    def wake_all(self, receiver: UUID) -> None:
        """Each of those who wait for requests: what one sees the others see too."""
        for woken in self.watching.get(receiver, ()):
            woken.set()

    async def ask(self, scope: Scope, hold: Hold) -> Reply:
        hold.on, hold.eager = None, False
        return await asyncio.get_running_loop().run_in_executor(self.pool, self.call, scope, hold)

    def call(self, scope: Scope, hold: Hold) -> Reply:
        told: list[Any] = []
        response = self.wsgi(environ_of(scope) | {HELD: hold}, lambda *status: told.extend(status))
        try:
            body = b"".join(response)
        finally:
            response.close()
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in told[1]
            if name.lower() != "content-length"
        ]
        return Reply(int(told[0].partition(" ")[0]), headers, body)

    async def run(self, pool: Executor, function: Callable[..., Any], *given: Any) -> Any:
        """What `function` answers, from a thread of the pool, with a connection to the database as views have one."""

        def call() -> Any:
            close_old_connections()
            try:
                return function(*given)
            finally:
                self.tidy()

        return await asyncio.get_running_loop().run_in_executor(pool, call)

    # ---- what wakes them

    async def follow(self) -> None:
        """Hear of queues that grow until cancelled, through any outage of the database."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as link:
                    await link.execute(f"LISTEN {QUEUES}")
                    await link.execute(f"LISTEN {ARRIVALS}")
                    for receiver in list(self.watching):  # a notice may have been lost
                        self.wake_all(receiver)
                    while True:
                        await self.look(link)
                        async for notice in link.notifies(timeout=LOOK_S):
                            waker = self.wake_all if notice.channel == ARRIVALS else self.wake
                            waker(UUID(notice.payload))
            except (psycopg.Error, OSError) as error:
                log.warning("queues: trying again", extra={"reason": type(error).__name__})
                await asyncio.sleep(LOOK_S)

    async def look(self, link: psycopg.AsyncConnection[Any]) -> None:
        async with asyncio.timeout(SILENT_S):
            found = await link.execute(WAITING, {"queues": list(self.waiting)})
            for (queue,) in await found.fetchall():
                self.wake(queue)


def now() -> float:
    """Seconds, as the event loop counts them."""
    return asyncio.get_running_loop().time()


async def respond(send: Send, reply: Reply) -> None:
    empty = reply.status == 204  # whose length may not be said
    length = [] if empty else [(b"content-length", str(len(reply.body)).encode())]
    start = {"type": "http.response.start", "status": reply.status}
    await send({**start, "headers": [*reply.headers, *length]})
    await send({"type": "http.response.body", "body": reply.body})


def refusal(scope: Scope, error: Exception) -> Reply:
    """A problem of ours, where no view says it."""
    name = ids.request_name(dict(scope["headers"]).get(b"request-id", b"").decode("latin-1"))
    found, body = errors.told(error, scope["path"], name)
    told = {
        "Content-Type": errors.MEDIA_TYPE,
        "Cache-Control": "no-store",
        "Request-Id": name,
        **found.headers,
    }
    headers = [(name.lower().encode(), value.encode()) for name, value in told.items()]
    return Reply(found.status, headers, json.dumps(body).encode())


def again(scope: Scope, reply: Reply) -> Scope:
    """The request of that reply as it is asked once more: named, counted and logged already."""
    names = [pair for pair in reply.headers if pair[0] == b"request-id"]
    others = [pair for pair in scope["headers"] if pair[0] != b"request-id"]
    return {**scope, "headers": others + names, AGAIN: True}


async def gone(receive: Receive) -> None:
    """Returns when the client hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass


def environ_of(scope: Scope) -> dict[str, Any]:
    """The request as PEP 3333 has it; none of ours has a body."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }
    if AGAIN in scope:
        environ[AGAIN] = True
    for name, value in scope["headers"]:
        if b"_" in name:  # which would pass for the header that a proxy sets with a hyphen
            continue
        key = "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        text = value.decode("latin-1")
        environ[key] = f"{environ[key]},{text}" if key in environ else text
    return environ
