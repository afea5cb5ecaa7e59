"""A port of this machine that nobody may connect to, on every address that leads here."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.live import until

BARE = re.compile(r"(https?://(?:\[[^\]/]*\]|[^:/?#\[\]]+))(/.*)?", re.DOTALL)


class Sink:
    """Takes each connection and ends it at once."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.port: int = listener.getsockname()[1]
        self.callers: list[int] = []  # their ports

    def run(self) -> None:
        with suppress(OSError):  # closed: the test is over
            while True:
                connection, address = self.listener.accept()
                self.callers.append(address[1])
                connection.close()

    def connections(self) -> int:
        """How many there were since the last question."""
        with socket.create_connection(("127.0.0.1", self.port)) as last:  # they are taken in turn
            until(lambda: last.getsockname()[1] in self.callers)
            count = self.callers.index(last.getsockname()[1])
        self.callers.clear()
        return count

    def lead(self, url: str) -> str:
        """The URL with this port where it says none, so that it would come out here."""
        bare = BARE.fullmatch(url)
        return f"{bare[1]}:{self.port}{bare[2] or '/'}" if bare else url


@contextmanager
def sinking() -> Iterator[Sink]:
    everywhere = ("::", 0)
    with socket.create_server(
        everywhere, family=socket.AF_INET6, dualstack_ipv6=True, backlog=512
    ) as listener:
        sink = Sink(listener)
        threading.Thread(target=sink.run, daemon=True).start()
        yield sink
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
