"""The process that holds requests, in a thread of the tests', and who listens there."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import psycopg
import requests
import uvicorn
from django.core.wsgi import get_wsgi_application
from django.db import connection

from accounts import ids, keyring
from accounts.database import dsn
from api.waiting import App
from inbox.models import CONTENT, SENDER, Message
from tests.live import WITHIN_S, until

LATE = "committed late"
NAMES = [str(field.column) for field in Message._meta.concrete_fields]
COLUMNS = ", ".join(name for name in NAMES if name != "id")
PLAIN = ", ".join(name for name in NAMES if name not in {"id", "content", "sender"})
COPY = f"""
INSERT INTO inbox_message (id, content, sender, {PLAIN}) SELECT %s, %s, %s, {PLAIN} FROM inbox_message WHERE id = %s
"""


@contextmanager
def committing_late(model: Message) -> Iterator[tuple[psycopg.Connection[Any], UUID]]:
    """Somebody else who stores a message like `model`: its id is made, its row is not committed yet."""
    key, id = keyring.of(model.environment.tenant_id), ids.uuid7()
    content, sender = key.seal(LATE.encode(), CONTENT, id), key.seal(b"+33639980417", SENDER, id)
    with psycopg.connect(dsn()) as link:
        link.execute(COPY, [id, content, sender, model.pk])
        yield link, id


class Closing:
    """Django's application, whose answers leave no connection to the test's database behind."""

    def __init__(self) -> None:
        self.django = get_wsgi_application()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        response = self.django(environ, start_response)
        close = response.close

        def and_connection() -> None:
            close()
            connection.close()

        response.close = and_connection  # type: ignore[method-assign]
        return response


class Events:
    """What a stream says."""

    def __init__(self) -> None:
        self.retry = self.told = ""
        self.beats = 0
        self.messages: list[dict[str, Any]] = []
        self.ids: list[str] = []

    def hear(self, line: str) -> None:
        self.told += line
        name, _colon, value = line.partition(": ")
        if name == "data":
            self.messages.append(json.loads(value))
        elif name == "id":
            self.ids.append(value)
        elif name == "retry":
            self.retry = value
        elif name == ":":
            self.beats += 1

    @property
    def contents(self) -> list[str]:
        return [message["content"] for message in list(self.messages)]


class Client(Events):
    """Who listens to a stream, and keeps what it says."""

    def __init__(self, url: str, path: str, key: str, **headers: str) -> None:
        super().__init__()
        sent = {"Authorization": f"Bearer {key}"} | {n.replace("_", "-"): v for n, v in headers.items()}
        self.link = http.client.HTTPConnection(url.removeprefix("http://"), timeout=WITHIN_S)
        self.link.request("GET", path, headers=sent)
        self.response = self.link.getresponse()
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self) -> None:
        try:
            while line := self.response.readline():
                self.hear(line.decode().rstrip("\n"))
        except (OSError, http.client.HTTPException):
            pass  # it broke off, as some tests want
        finally:
            self.over.set()

    def heard(self, *contents: str) -> None:
        """Wait for these, in this order and nothing else."""
        until(lambda: len(self.messages) >= len(contents))
        assert self.contents == list(contents)

    def leave(self) -> None:
        if self.link.sock is not None:
            with suppress(OSError):
                self.link.sock.shutdown(socket.SHUT_RDWR)
        self.thread.join(WITHIN_S)
        self.link.close()


class LiveWait:
    """The process `wait` in a thread of this one."""

    def __init__(self) -> None:
        self.app = App(Closing(), lambda: connection.close())
        config = uvicorn.Config(
            self.app, port=0, log_config=None, access_log=False, lifespan="on", loop="asyncio"
        )
        config.timeout_graceful_shutdown = 1
        self.server = uvicorn.Server(config)
        self.server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.pool = ThreadPoolExecutor(256)
        self.clients: list[Client] = []

    def start(self) -> None:
        self.thread.start()
        until(lambda: self.server.started)
        self.url = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"

    def stop(self) -> None:
        for client in self.clients:
            client.leave()
        until(lambda: not self.app.streams)
        self.server.should_exit = True
        self.thread.join(WITHIN_S)
        self.pool.shutdown()

    def get(self, path: str, key: str, timeout: float = WITHIN_S) -> requests.Response:
        return requests.get(self.url + path, headers={"Authorization": f"Bearer {key}"}, timeout=timeout)

    def waiting(self) -> int:
        return sum(len(events) for events in list(self.app.waiting.values()))

    def held(self) -> int:
        """How many requests are."""
        return self.app.held.total()

    def ask(self, path: str, key: str) -> Future[requests.Response]:
        """Somebody who waits; the answer when it comes."""
        before = self.held()
        future = self.pool.submit(self.get, path, key, 60)
        until(lambda: self.held() > before or future.done())
        return future

    def stream(self, key: str, query: str = "", **headers: str) -> Client:
        """Somebody who listens, and is sure to hear of what is committed from now on."""
        client = Client(self.url, f"/v1/messages/stream{query}", key, **headers)
        self.clients.append(client)
        until(lambda: client.ids or client.over.is_set())
        return client
