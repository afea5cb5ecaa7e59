"""Running parts for tests: a door on a real socket, a delivery engine, and a receiver that can misbehave."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import requests
import uvicorn

from accounts.models import Environment
from delivery.engine import Engine
from ingest.app import App
from ingest.configuration import ChannelView
from ingest.intake import Intake
from ingest.polling import Poller
from numbers.carriers.base import InboundSms
from numbers.models import Channel

WITHIN_S = 20


class LiveDoor:
    """The door's ASGI app under uvicorn, in a thread of this process."""

    def __init__(self) -> None:
        self.app = App()
        config = uvicorn.Config(
            self.app,
            port=0,
            log_config=None,
            access_log=False,
            proxy_headers=False,  # the door itself decides which proxy it believes
            lifespan="on",
            loop="asyncio",
        )
        self.server = uvicorn.Server(config)
        self.server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self.rung: list[tuple[str, list[str]]] = []
        self.bells = threading.Condition()
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=64))

    def start(self) -> None:
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        until(lambda: self.server.started)
        assert self.app.door is not None
        # No worker listens in these tests.
        self.app.door.intake.bell.send = self.hear  # type: ignore[method-assign]
        self.url = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"
        until(lambda: self.http.get(self.url + "/readyz", timeout=5).status_code == 200)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(WITHIN_S)
        self.http.close()

    def hear(self, batches: list[tuple[str, list[str]]]) -> None:
        with self.bells:
            self.rung += batches
            self.bells.notify_all()

    def heard(self, count: int) -> list[tuple[str, list[str]]]:
        """The doorbells, once they name at least `count` deliveries."""
        with self.bells:
            enough = self.bells.wait_for(lambda: sum(len(ids) for _, ids in self.rung) >= count, WITHIN_S)
            assert enough, f"rung for {self.rung}"
            return list(self.rung)

    def in_force(self, check: Callable[[Any], object]) -> None:
        """Wait until the door's configuration passes `check`."""
        until(lambda: self.app.door is not None and check(self.app.door.intake.configuration))

    def forget_routes(self, environment: Environment) -> None:
        """Take its routes away, and wait until the door has heard of it."""
        environment.routes.all().delete()
        self.in_force(lambda known: not known.environments[environment.pk].routes.compiled)

    def view(self, channel: Channel) -> ChannelView:
        """The channel as the door knows it."""
        self.in_force(lambda known: channel.token in known.channels)
        return self.intake.configuration.channels[channel.token]

    @property
    def intake(self) -> Intake:
        assert self.app.door is not None
        return self.app.door.intake

    def take(self, channel: Channel, *texts: InboundSms, at: datetime | None = None) -> list[bytes]:
        """Hand texts to the intake behind verification and parsing, as every way in does."""
        coming = self.intake.take(self.view(channel), texts, at or datetime.now(UTC), WITHIN_S)
        loop = self.intake.tasks[0].get_loop()
        return asyncio.run_coroutine_threadsafe(coming, loop).result(WITHIN_S)

    def post(self, path: str, data: bytes | str, headers: dict[str, str] | None = None) -> requests.Response:
        raw = data.encode() if isinstance(data, str) else data
        return self.http.post(self.url + path, data=raw, headers=headers, timeout=WITHIN_S)

    def text(
        self, channel: Channel, to: str, text: str = "Your code is 020005", **fields: Any
    ) -> requests.Response:
        """Send one SMS through a channel of carrier `sandbox`."""
        body = {"from": "+33639980417", "to": to, "text": text} | fields
        secret = channel.credentials()["secret"]
        return self.post(channel.path, json.dumps(body), {"Authorization": f"Bearer {secret}"})


@contextmanager
def polling_of() -> Iterator[Poller]:
    """A poller and its intake in a thread with an event loop of its own, as the process has them."""
    made: list[Poller] = []
    ready, done = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def main() -> None:
        intake = Intake()
        intake.bell.send = lambda batches: None  # type: ignore[method-assign]  # no worker listens
        await intake.start()
        await intake.configuration.loaded.wait()
        poller = Poller(intake)
        made.append(poller)
        loops.append(asyncio.get_running_loop())
        running = asyncio.create_task(poller.run())
        ready.set()
        await done.wait()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await intake.stop()

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield made[0]
    finally:
        loops[0].call_soon_threadsafe(done.set)
        thread.join(20)
        assert not thread.is_alive()


def until(condition: Callable[[], object], within_s: float = WITHIN_S) -> None:
    """Return when `condition` holds; fail when it does not in time."""
    waiting = threading.Event()
    for _ in range(int(within_s / 0.02)):
        if condition():
            return
        waiting.wait(0.02)
    raise AssertionError("it did not happen in time")


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"
    client: str = ""  # the common name in the certificate that the client showed
    port: int = 0  # of the client: one a connection

    @property
    def data(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.body)["data"]
        return value


@dataclass
class Receiver:
    """An HTTP server that keeps what it gets; `behave` decides each answer's (status, headers, body), or blocks."""

    requests: list[Request] = field(default_factory=list)
    behave: Callable[[Request], tuple[int, dict[str, str], bytes]] = lambda request: (200, {}, b"ok")
    url: str = ""
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def got(self, count: int, within_s: float = WITHIN_S) -> list[Request]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, within_s), self.requests
            return list(self.requests)


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {k.lower(): v for k, v in self.headers.items()}
            port = self.client_address[1]
            request = Request(self.path, headers, body, self.command, common_name(self.connection), port)
            with receiver.arrived:
                receiver.requests.append(request)
                receiver.arrived.notify_all()
            status, answered, answer = receiver.behave(request)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(answer))} | answered).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

        def handle(self) -> None:
            with suppress(ConnectionError, ssl.SSLError):  # the engine hangs up, as some tests want
                super().handle()

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()


def common_name(connection: socket.socket) -> str:
    shown: Any = connection.getpeercert() if isinstance(connection, ssl.SSLSocket) else None
    names = dict(pair for part in (shown or {}).get("subject", ()) for pair in part)
    return str(names.get("commonName", ""))


@contextmanager
def delivering(**attributes: Any) -> Iterator[Engine]:
    """A running engine whose sweep only runs when the test calls it."""
    engine = Engine()
    for name, value in attributes.items():
        setattr(engine.transport, name, value)
    engine.transport.start()
    engine.recorder.start()
    engine.sweeper = threading.Thread(target=lambda: None)
    engine.sweeper.start()
    try:
        yield engine
    finally:
        engine.stop(grace_s=4)


def hexed(lease: UUID, ids: list[UUID]) -> list[tuple[str, list[str]]]:
    return [(lease.hex, [id.hex for id in ids])]
