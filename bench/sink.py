"""A receiver that costs little: keeps when each request came, answers `ok`, and checks every 50th signature.

    python -m bench.sink <port> [<file with {path: secret}>]

It is asked over HTTP on the same port: `/_/count`, `/_/dump` (one line a request: nanoseconds, path, text's id,
webhook-id; then forgets them), `/_/hang?<n>` (from now on /e/0 to /e/<n-1> do not answer for a minute),
`/_/down?1` (from now on all is answered 503 and not kept, until `/_/down?0`), `/_/flap?<how><n>` (from now on every
FLAPS-th endpoint, from /e/<n> on, misbehaves: `errors0` answers 503, `resets1` breaks the connection, `hangs2` says
nothing; until `/_/flap?`).
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import uvloop
from standardwebhooks import Webhook

from bench.texts import NUMBERS

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
DOWN = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
WEBHOOK_ID = re.compile(rb"\r\nwebhook-id: *([^\r]+)", re.IGNORECASE)
TEXT = re.compile(rb'(?:"content": ?"|[?&]text=)([a-z]\d+)')
CHECK_EVERY = 50
RESET = b""  # in place of an answer: the connection ends at once
HANG_S = 60.0
FLAPS = 3
PATHS_OF_LAST = 50_000


class Sink:
    """What came, for all connections."""

    def __init__(self, secrets: dict[str, str]) -> None:
        self.secrets = secrets
        self.hanging: frozenset[bytes] = frozenset()
        self.received: list[tuple[int, bytes, bytes, bytes]] = []
        self.distinct: set[bytes] = set()
        self.down = False
        self.flapping: Mapping[bytes, bytes | None] = {}  # path → what it gets
        self.seen = self.verified = self.wrong = self.hung = 0

    def take(self, head: bytes, body: bytes) -> bytes | None:
        """The answer to one request: RESET for the end of its connection, None for none."""
        path = head[head.index(b" ") + 1 : head.index(b" ", 5)]
        if path.startswith(b"/_/"):
            return answer(self.command(path[3:].decode()))
        target = path.partition(b"?")[0]
        if target in self.hanging:
            self.hung += 1
            return None
        if self.down:
            return DOWN
        if target in self.flapping:
            return self.flapping[target]
        self.keep(target, head, body)
        return OK

    def keep(self, target: bytes, head: bytes, body: bytes) -> None:
        text, webhook = TEXT.search(body or head), WEBHOOK_ID.search(head)
        id = text[1] if text else b""
        self.received.append((time.time_ns(), target, id, webhook[1] if webhook else b""))
        self.distinct.add(id)
        self.seen += 1
        if self.seen % CHECK_EVERY == 0 and (secret := self.secrets.get(target.decode())):
            self.check(secret, head, body)

    def check(self, secret: str, head: bytes, body: bytes) -> None:
        lines = (line.partition(": ") for line in head.decode().split("\r\n")[1:])
        try:
            Webhook(secret).verify(body, {name.lower(): value for name, _colon, value in lines})
            self.verified += 1
        except Exception:  # noqa: BLE001  whatever a stock library refuses is wrong
            self.wrong += 1

    def command(self, text: str) -> str:
        name, _mark, value = text.partition("?")
        if name == "count":
            counts = {"received": len(self.received), "distinct": len(self.distinct), "hung": self.hung}
            counts["paths"] = len({path for _at, path, _text, _webhook in self.received[-PATHS_OF_LAST:]})
            return json.dumps(counts | {"verified": self.verified, "wrong": self.wrong})
        if name == "hang":
            self.hanging = frozenset(b"/e/%d" % n for n in range(int(value)))
            return ""
        if name == "down":
            self.down = value == "1"
            return ""
        if name == "flap":
            self.flapping = flapping(value)
            return ""
        lines = [b"%d %b %b %b" % one for one in self.received]
        self.received, self.distinct = [], set()
        self.verified = self.wrong = self.hung = 0
        return b"\n".join(lines).decode()


def flapping(how: str) -> Mapping[bytes, bytes | None]:
    """What the endpoints that `how` (`errors0`, `resets1`, `hangs2`, or nothing) names get for an answer."""
    if not how:
        return {}
    misbehaviour = {"errors": DOWN, "resets": RESET, "hangs": None}[how[:-1]]
    return {b"/e/%d" % n: misbehaviour for n in range(int(how[-1]), NUMBERS, FLAPS)}


def answer(text: str) -> bytes:
    body = text.encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


class Connection(asyncio.Protocol):
    """HTTP/1.1 with kept connections, as far as our senders use it."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class does not say so

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            length = LENGTH.search(head)
            until = end + 4 + (int(length[1]) if length else 0)
            if len(self.buffer) < until:
                return
            body, self.buffer = self.buffer[end + 4 : until], self.buffer[until:]
            self.reply(self.sink.take(head, body))

    def reply(self, reply: bytes | None) -> None:
        if reply == RESET:
            self.transport.abort()
        elif reply is not None:
            self.transport.write(reply)
        else:
            asyncio.get_running_loop().call_later(HANG_S, self.transport.close)


async def serve(port: int, secrets: dict[str, str]) -> None:
    sink = Sink(secrets)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(sink), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    known = json.loads(Path(sys.argv[2]).read_text()) if len(sys.argv) > 2 else {}
    uvloop.run(serve(int(sys.argv[1]), known))
