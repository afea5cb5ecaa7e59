"""Sends a file of requests at a steady rate, whatever the answers: each has its moment, fixed in advance.

    python -m bench.pace <port> <rate a second> <file of requests> <file for the result>

The result is JSON: `{"sent": [nanoseconds it was due], "status": [HTTP status, 0 for none]}`. A late answer delays
no later request, so a stall shows in full in the latencies.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from pathlib import Path
from typing import cast

import uvloop

from bench import texts

CONNECTIONS = 64
LEAD_S = 0.2
ANSWERED_WITHIN_S = 30


class Connection(asyncio.Protocol):
    """One kept connection with at most one request under way."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.index: int | None = None
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class does not say so
        self.pace.free(self)

    def send(self, index: int) -> None:
        self.index = index
        self.transport.write(self.pace.requests[index])

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, blank, body = self.buffer.partition(b"\r\n\r\n")
        _name, _colon, length = head.lower().partition(b"content-length:")
        if not blank or len(body) < int(length.split(b"\r\n")[0] or 0) or self.index is None:
            return
        self.pace.status[self.index] = int(head.split(b" ", 2)[1])
        self.index, self.buffer = None, b""
        self.pace.free(self)

    def connection_lost(self, error: Exception | None) -> None:
        self.pace.lost(self)


class Pace:
    """The schedule, the connections that are free, and what waits for one."""

    def __init__(self, port: int, requests: list[bytes]) -> None:
        self.port, self.requests = port, requests
        self.status = [0] * len(requests)
        self.idle: list[Connection] = []
        self.waiting: deque[int] = deque()

    def free(self, connection: Connection) -> None:
        if self.waiting:
            connection.send(self.waiting.popleft())
        else:
            self.idle.append(connection)

    def lost(self, connection: Connection) -> None:
        if connection in self.idle:
            self.idle.remove(connection)
        task = asyncio.ensure_future(self.connect())
        task.add_done_callback(lambda done: done.exception())  # refused: one connection fewer

    def due(self, index: int) -> None:
        if self.idle:
            self.idle.pop().send(index)
        else:
            self.waiting.append(index)

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: Connection(self), "127.0.0.1", self.port)

    async def run(self, rate: float) -> list[int]:
        """Sends everything; answers when each was due."""
        await asyncio.gather(*(self.connect() for _ in range(CONNECTIONS)))
        begin = time.time_ns() + int(LEAD_S * 1e9)
        moments = [begin + int(index * 1e9 / rate) for index in range(len(self.requests))]
        for index, moment in enumerate(moments):
            wait = (moment - time.time_ns()) / 1e9
            if wait > 0:
                await asyncio.sleep(wait)
            self.due(index)
        until = time.monotonic() + ANSWERED_WITHIN_S
        while 0 in self.status and time.monotonic() < until:
            await asyncio.sleep(0.05)
        return moments


def main() -> None:
    port, rate, requests, result = int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
    pace = Pace(port, texts.read(requests))
    moments = uvloop.run(pace.run(rate))
    result.write_text(json.dumps({"sent": moments, "status": pace.status}))


if __name__ == "__main__":
    main()
