"""A tiny proxy that knows CONNECT only, and can misbehave."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Proxy:
    """`leads_to` is where every tunnel ends, whatever was asked for; `answers` the status of each CONNECT."""

    leads_to: tuple[str, int] = ("127.0.0.1", 9)
    answers: int = 200
    asked: list[str] = field(default_factory=list)  # what each CONNECT said, headers included
    url: str = ""


@contextmanager
def proxying() -> Iterator[Proxy]:
    proxy = Proxy()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                proxy.asked.append(self.head())
                self.wfile.write(f"HTTP/1.1 {proxy.answers} X\r\nwebhook-delivery: disable\r\n\r\n".encode())
                if proxy.answers == 200:
                    with socket.create_connection(proxy.leads_to) as beyond:
                        threading.Thread(target=pour, args=(beyond, self.connection), daemon=True).start()
                        pour(self.connection, beyond)

        def head(self) -> str:
            lines = iter(self.rfile.readline, b"\r\n")
            return b"".join(line for line in lines if line).decode()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    server = Server(("127.0.0.1", 0), Handler)
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()


def pour(source: Any, drain: Any) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            drain.sendall(data)
    with suppress(OSError):
        drain.shutdown(socket.SHUT_WR)
