"""Held-open requests for queues: hundreds may wait here for a text, on one event loop and a few threads.

    GET /v1/endpoints/{id}/queue?wait=60
      ask the view that web has too → something is there, or wrong: answer
                                    → nothing yet: wait for the queue to grow, ask again, until the time is up

So keys, limits and problems are the API's own. A notice wakes who waits; once a second the database is asked as well,
for all at once, since a notice can be lost.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from accounts import ids
from accounts.database import dsn
from api import errors
from api.queues import HELD, Held
from api.views import AGAIN
from delivery.models import QUEUES

log = logging.getLogger("smsgateway.api")

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Any]

OURS = re.compile(r"/v1/endpoints/[^/]+/queue|/(healthz|readyz|metrics)")
THREADS = 4
LOOK_S = 1.0
SILENT_S = 5.0  # a frozen database answers nothing at all
WAITING = """
SELECT q.id FROM unnest(%(queues)s::uuid[]) AS q(id)
WHERE EXISTS (SELECT FROM delivery_delivery d WHERE d.endpoint_id = q.id AND d.state = 'pending')
"""


class Reply(NamedTuple):
    """What the view answered; `held` where the client would rather wait."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    held: Held | None


class App:
    """The ASGI callable around Django's WSGI application."""

    def __init__(self, wsgi: Wsgi) -> None:
        self.wsgi = wsgi
        self.pool = ThreadPoolExecutor(THREADS, "view")
        self.waiting: defaultdict[UUID, list[asyncio.Event]] = defaultdict(list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
        elif scope["type"] == "http":
            reply = await self.answer(scope, receive)
            if reply is not None:
                length = (b"content-length", str(len(reply.body)).encode())
                start = {"type": "http.response.start", "status": reply.status}
                await send({**start, "headers": [*reply.headers, length]})
                await send({"type": "http.response.body", "body": reply.body})

    async def live(self, receive: Receive, send: Send) -> None:
        """From start-up to shutdown."""
        await receive()
        following = asyncio.create_task(self.follow())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        self.pool.shutdown(wait=False)
        await send({"type": "lifespan.shutdown.complete"})

    # ---- one request

    async def answer(self, scope: Scope, receive: Receive) -> Reply | None:
        """None where the client left meanwhile."""
        if not OURS.fullmatch(scope["path"]):
            return nowhere(scope)
        reply = await self.ask(scope)
        if reply.held is None:
            return reply
        left = asyncio.create_task(gone(receive))
        try:
            return await self.hold(scope, reply, reply.held, left)
        finally:
            left.cancel()

    async def hold(self, scope: Scope, reply: Reply, held: Held, left: asyncio.Task[None]) -> Reply | None:
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        scope = again(scope, reply)
        until = loop.time() + held.seconds
        self.waiting[held.queue].append(woken)
        try:
            while reply.held is not None and loop.time() < until:
                if not await self.woken(woken, left, until - loop.time()):
                    return None if left.done() else reply
                reply = await self.ask(scope)
            return reply
        finally:
            self.leave(held.queue, woken)

    async def woken(self, event: asyncio.Event, left: asyncio.Task[None], within_s: float) -> bool:
        """Whether the queue may have grown before the client left or its time was up."""
        waiting = asyncio.create_task(event.wait())
        await asyncio.wait((waiting, left), timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if left.done() or not event.is_set():
            return False
        event.clear()
        return True

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

    async def ask(self, scope: Scope) -> Reply:
        return await asyncio.get_running_loop().run_in_executor(self.pool, self.call, scope)

    def call(self, scope: Scope) -> Reply:
        held: list[Held] = []
        told: list[Any] = []
        response = self.wsgi(environ_of(scope) | {HELD: held}, lambda *status: told.extend(status))
        try:
            body = b"".join(response)
        finally:
            response.close()
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in told[1]
            if name.lower() != "content-length"
        ]
        return Reply(int(told[0].partition(" ")[0]), headers, body, held[0] if held else None)

    # ---- what wakes them

    async def follow(self) -> None:
        """Hear of queues that grow until cancelled, through any outage of the database."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as link:
                    await link.execute(f"LISTEN {QUEUES}")
                    while True:
                        await self.look(link)
                        async for notice in link.notifies(timeout=LOOK_S):
                            self.wake(UUID(notice.payload))
            except (psycopg.Error, OSError) as error:
                log.warning("queues: trying again", extra={"reason": type(error).__name__})
                await asyncio.sleep(LOOK_S)

    async def look(self, link: psycopg.AsyncConnection[Any]) -> None:
        async with asyncio.timeout(SILENT_S):
            found = await link.execute(WAITING, {"queues": list(self.waiting)})
            for (queue,) in await found.fetchall():
                self.wake(queue)


def nowhere(scope: Scope) -> Reply:
    name = ids.request_name(dict(scope["headers"]).get(b"request-id", b"").decode("latin-1"))
    found, body = errors.told(errors.NotFound(), scope["path"], name)
    headers = [
        (b"content-type", errors.MEDIA_TYPE.encode()),
        (b"cache-control", b"no-store"),
        (b"request-id", name.encode()),
    ]
    return Reply(found.status, headers, json.dumps(body).encode(), None)


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
