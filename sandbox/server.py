"""The process that receives: an asyncio server of its own, so that answers which hang hold no worker of web.

<any method> /sandbox/receivers/<token>[/…][?…]
  read     the whole request, within seconds and bounds   one a connection: a fault ends it anyway
  record   judged and sealed, before the answer            whoever asks for it knows of it by then
  answer   as the receiver behaves                         late, a byte a second, in half, or not at all
GET /sandbox/carriers/…
  answer   as a carrier's API that is asked for its texts (sandbox.carrier_api)

The simulator's SMSC (sandbox.smsc) listens here too.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import ssl
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import responses
from typing import TypeVar
from urllib.parse import urlsplit

import h11
from django.conf import settings
from django.db import Error, close_old_connections
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client import Counter as Counted

from delivery.receivers import BAD_TLS, smsc_port
from ingest.polling import SIMULATED
from operations import health
from sandbox.behaviour import SHORTEST_DRIP, Answer
from sandbox.carrier_api import answer as answer_of_carrier
from sandbox.certificates import context, wrong_ones
from sandbox.receiver import Request
from sandbox.receivers import PATH
from sandbox.recording import record
from sandbox.smsc import Smsc

log = logging.getLogger("smsgateway.sandbox")

OURS = re.compile(re.escape(PATH) + r"([A-Za-z0-9_-]{43})(?:[/?].*)?")
THREADS = 4
MOST, MOST_OF_ONE = 1000, 100  # connections at once, of all receivers and of one
READ_WITHIN_S = 10
LARGEST = 262_144  # bytes of a body; texts are far smaller
LARGEST_HEAD = 32_768
PIECE = 65_536
DRIP_S = 1.0
JSON = {"Content-Type": "application/json"}
NOT_FOUND = Answer(404, JSON, b'{"title":"Not found","status":404}')
UNREADABLE = Answer(400, JSON, b'{"title":"This is no HTTP request","status":400}')
TOO_SLOW = Answer(408, JSON, b'{"title":"The request came too slowly","status":408}')
TOO_LARGE = Answer(413, JSON, b'{"title":"The body is too large","status":413}')
TOO_MANY = Answer(503, JSON | {"Retry-After": "1"}, b'{"title":"Too many requests at once","status":503}')
UNAVAILABLE = Answer(503, JSON | {"Retry-After": "5"}, b'{"title":"Try again","status":503}')

T = TypeVar("T")
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
registry = CollectorRegistry()
connections = Gauge("smsgateway_sandbox_connections", "Connections open at receivers", registry=registry)
received = Counted("smsgateway_sandbox_requests", "Requests that receivers got", registry=registry)


class TooLarge(Exception):
    """The body is larger than what we keep; the rest of it was not read."""


class Server:
    """Listens at `port`, with bad certificates at the three behind it, and as an SMSC at the next. `tidy` runs behind
    each look at the database, in its thread."""

    def __init__(self, tidy: Callable[[], None] = close_old_connections) -> None:
        self.pool = ThreadPoolExecutor(THREADS, "receiver")
        self.tidy = tidy
        self.open: Counter[str] = Counter()  # connections, by token
        self.count = 0
        self.servers: list[asyncio.Server] = []
        self.smsc = Smsc(self.run)

    async def start(self, host: str, port: int) -> None:
        """Raises OSError where the port is taken; of those behind it, the free ones will do."""
        shown_as = urlsplit(settings.SANDBOX_RECEIVER_URL).hostname or host
        _authority, pairs = wrong_ones(shown_as)
        await self.listen(self.connected, host, port)
        for number, fault in enumerate(BAD_TLS, port + 1):
            await self.try_to_listen(self.connected, host, number, context(pairs[fault]))
        await self.try_to_listen(self.smsc.connected, host, smsc_port(port))

    async def try_to_listen(
        self, serve: Serve, host: str, port: int, tls: ssl.SSLContext | None = None
    ) -> None:
        try:
            await self.listen(serve, host, port, tls)
        except OSError as error:
            log.warning("no listener", extra={"port": port, "reason": error.strerror})

    async def listen(self, serve: Serve, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        server = await asyncio.start_server(serve, host, port, ssl=tls, limit=PIECE, backlog=256)
        self.servers.append(server)

    async def stop(self) -> None:
        for server in self.servers:
            server.close()
        await self.smsc.stop()
        self.pool.shutdown(wait=False)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.count += 1
        connections.set(self.count)
        try:
            if self.count <= MOST:
                await self.serve(reader, writer)
        except OSError:
            pass  # the client left, which is its right
        except Exception:
            log.exception("receiver")
        finally:
            self.count -= 1
            connections.set(self.count)
            with suppress(OSError):
                writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(READ_WITHIN_S):
                request = await read_request(reader, writer)
        except TimeoutError:
            await give(reader, writer, TOO_SLOW)
        except TooLarge:
            await give(reader, writer, TOO_LARGE)
        except h11.RemoteProtocolError:
            await give(reader, writer, UNREADABLE)
        else:
            found = OURS.fullmatch(request.path)
            if request.path.startswith(SIMULATED):
                await give(reader, writer, await self.answered(answer_of_carrier, request))
            elif found is None:
                await give(reader, writer, await self.run(page, request.path))
            else:
                await self.respond(found[1], request, reader, writer)

    async def respond(
        self, token: str, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.open[token] += 1
        try:
            crowded = self.open[token] > MOST_OF_ONE
            await give(reader, writer, TOO_MANY if crowded else await self.recorded(token, request))
        finally:
            self.open[token] -= 1
            if not self.open[token]:
                del self.open[token]

    async def recorded(self, token: str, request: Request) -> Answer:
        answer = await self.answered(record, token, request)
        if answer is not UNAVAILABLE:
            received.inc()
        return answer or NOT_FOUND

    async def answered(self, function: Callable[..., T], *given: object) -> T | Answer:
        """What `function` answers, or that nobody can say while the database is away."""
        try:
            return await self.run(function, *given)
        except Error as error:
            log.warning("a request could not be answered", extra={"reason": type(error).__name__})
            return UNAVAILABLE

    async def run(self, function: Callable[..., T], *given: object) -> T:
        """What `function` answers, from a thread with a connection to the database."""

        def call() -> T:
            close_old_connections()
            try:
                return function(*given)
            finally:
                self.tidy()

        return await asyncio.get_running_loop().run_in_executor(self.pool, call)


def page(path: str) -> Answer:
    """What monitors ask."""
    match path:
        case "/healthz":
            return Answer(200, JSON, b'{"status":"ok"}')
        case "/readyz":
            ready = health.database() == "ok"
            return Answer(200, JSON, b'{"status":"ok"}') if ready else UNAVAILABLE
        case "/metrics":
            return Answer(200, {"Content-Type": "text/plain; version=0.0.4"}, generate_latest(registry))
    return NOT_FOUND


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request:
    """The whole request. Raises h11.RemoteProtocolError, TooLarge, ConnectionError where the client left."""
    link = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD)
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = link.next_event()
        if event is h11.NEED_DATA:
            if link.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                writer.write(link.send(go_on))
            data = await reader.read(PIECE)
            if not data and head is None:
                raise ConnectionResetError
            link.receive_data(data)
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > LARGEST:
                raise TooLarge
        else:  # its end
            assert head is not None
            return request_of(head, bytes(body))


def request_of(head: h11.Request, body: bytes) -> Request:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers]
    return Request(head.method.decode("latin-1"), head.target.decode("latin-1"), headers, body)


async def give(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Answer, in the way that the answer says."""
    if answer.delay_s:
        await pause(reader, answer.delay_s)
    if answer.ending == "reset":
        reset(writer)
        return
    body = b"" if answer.status in (204, 304) else answer.body
    if answer.ending == "half":
        half = body[: len(body) // 2]
        writer.write(head_of(answer, max(len(body), 2)) + half)
    elif answer.ending == "drip":
        await drip(reader, writer, answer)
    else:
        writer.write(head_of(answer, len(body)) + body)
    await writer.drain()


async def pause(reader: asyncio.StreamReader, seconds: float) -> None:
    """Let time pass. Raises ConnectionResetError as soon as the client has left, so that it keeps no place here."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while await reader.read(PIECE):
                pass
            raise ConnectionResetError


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
    body = answer.body.ljust(SHORTEST_DRIP)
    writer.write(head_of(answer, len(body)))
    for at in range(SHORTEST_DRIP):
        await writer.drain()
        await pause(reader, DRIP_S)
        writer.write(body[at : at + 1])
    writer.write(body[SHORTEST_DRIP:])


def head_of(answer: Answer, length: int) -> bytes:
    headers = {"Content-Type": "text/plain"} | answer.headers | {"Connection": "close"}
    if answer.status not in (204, 304):
        headers["Content-Length"] = str(length)
    reason = responses.get(answer.status, "")
    lines = [f"HTTP/1.1 {answer.status} {reason}", *map(": ".join, headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def reset(writer: asyncio.StreamWriter) -> None:
    """End the connection with a TCP reset instead of politely."""
    link: socket.socket | None = writer.get_extra_info("socket")
    if link is not None:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
