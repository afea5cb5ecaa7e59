"""What a receiver can answer to wear its sender out: too slowly, too much, without end, or not HTTP at all.

Each is a script that gets the connection once the request was read, and goes on until the other side hangs up.
"""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import NamedTuple

BLOCK = 65_536
FILL = b"x" * BLOCK
HUGE = 50_000_000  # what 50 kB come to once they are unpacked
BOMB = gzip.compress(bytes(HUGE))
OK = b"HTTP/1.1 200 OK\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n"
SWITCH = b"HTTP/1.1 101 Go on\r\nUpgrade: x\r\n\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


@dataclass
class Line:
    """One connection, with the request read."""

    connection: socket.socket
    over: threading.Event
    sent: int = 0

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)
        self.sent += len(data)

    def flood(self, data: bytes) -> None:
        """The same again and again, as fast as it goes."""
        while not self.over.is_set():
            self.send(data)

    def drip(self, data: bytes, every_s: float = 0.02) -> None:
        """One octet at a time; then from the beginning."""
        while True:
            for octet in data:
                if self.over.wait(every_s):
                    return
                self.send(bytes([octet]))

    def hang(self) -> None:
        self.over.wait(60)


Script = Callable[[Line], None]


def saying(data: bytes) -> Script:
    """Says it and hangs up."""
    return lambda line: line.send(data)


def flooding(first: bytes, again: bytes) -> Script:
    def script(line: Line) -> None:
        line.send(first)
        line.flood(again)

    return script


def dripping(first: bytes, slowly: bytes) -> Script:
    def script(line: Line) -> None:
        line.send(first)
        line.drip(slowly)

    return script


def hanging(first: bytes) -> Script:
    def script(line: Line) -> None:
        line.send(first)
        line.hang()

    return script


def encoded(coding: bytes, body: bytes) -> Script:
    head = OK + b"Content-Encoding: %b\r\nContent-Length: %d\r\n\r\n" % (coding, len(body))
    return saying(head + body)


def with_length(length: bytes, body: bytes) -> Script:
    return saying(OK + b"Content-Length: " + length + b"\r\n\r\n" + body)


def sends_a_reset(line: Line) -> None:
    line.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


class Answer(NamedTuple):
    """What comes of it: the answer's status where it counts, the error's code where the try failed."""

    script: Script
    status: int | None
    code: int | None


TIMEOUT, TOO_LARGE, PROTOCOL, REDIRECT, STATUS = 5104, 5108, 5109, 5106, 5105

ANSWERS: Mapping[str, Answer] = {
    # Slowly: cut at the deadline.
    "nothing": Answer(hanging(b""), None, TIMEOUT),
    "a status line, octet by octet": Answer(dripping(b"", b"HTTP/1.1 200 OK, and so on"), None, TIMEOUT),
    "a status line and no more": Answer(hanging(OK), None, TIMEOUT),
    "headers, octet by octet": Answer(dripping(OK, b"X-Slow: 1\r\n"), None, TIMEOUT),
    "a body with length, octet by octet": Answer(
        dripping(OK + b"Content-Length: 99999\r\n\r\n", b"x"), None, TIMEOUT
    ),
    "a body without length, octet by octet": Answer(dripping(OK + b"\r\n", b"x"), None, TIMEOUT),
    "chunks, octet by octet": Answer(dripping(CHUNKED, b"1\r\nx\r\n"), None, TIMEOUT),
    "a length that never comes": Answer(hanging(OK + b"Content-Length: 5\r\n\r\nhi"), None, TIMEOUT),
    "informational answers, octet by octet": Answer(
        dripping(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), None, TIMEOUT
    ),
    "a chunk extension without end": Answer(flooding(CHUNKED + b"5;x=", FILL), None, TIMEOUT),
    "trailers, octet by octet": Answer(
        dripping(CHUNKED + b"2\r\nok\r\n0\r\n", b"X-Slow: 1\r\n"), None, TIMEOUT
    ),
    # Much: cut at the cap; the status that came before it counts.
    "a body of terabytes": Answer(flooding(OK + b"Content-Length: 9999999999999\r\n\r\n", FILL), 200, None),
    "a body without end": Answer(flooding(OK + b"\r\n", FILL), 200, None),
    "chunks without end": Answer(flooding(CHUNKED, b"10000\r\n" + FILL + b"\r\n"), 200, None),
    "tiny chunks without end": Answer(flooding(CHUNKED, b"1\r\nx\r\n" * 10_000), 200, None),
    "an error's body without end": Answer(flooding(b"HTTP/1.1 500 X\r\n\r\n", FILL), 500, STATUS),
    "a redirect's body without end": Answer(
        flooding(b"HTTP/1.1 302 X\r\nLocation: /\r\n\r\n", FILL), 302, REDIRECT
    ),
    "a bomb by gzip": Answer(encoded(b"gzip", BOMB), 200, None),
    "a bomb by gzip twice": Answer(encoded(b"gzip, gzip", gzip.compress(BOMB)), 200, None),
    "a bomb by deflate": Answer(encoded(b"deflate", zlib.compress(bytes(HUGE))), 200, None),
    "a header of a megabyte": Answer(saying(OK + b"X: " + FILL * 16 + b"\r\n\r\n"), 200, None),
    "a header without end": Answer(flooding(OK + b"X: ", FILL), 200, None),
    "100,000 headers": Answer(saying(OK + b"X: y\r\n" * 100_000 + b"\r\n"), 200, None),
    "headers without end": Answer(flooding(OK, b"X: y\r\n" * 1000), 200, None),
    "trailers without end": Answer(flooding(CHUNKED + b"0\r\n", b"X: y\r\n" * 1000), 200, None),
    "a trailer without end": Answer(flooding(CHUNKED + b"0\r\nX: ", FILL), 200, None),
    # Before any status that could count.
    "informational answers without end": Answer(flooding(b"", EARLY), None, TOO_LARGE),
    "100 Continue without end": Answer(flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), None, TOO_LARGE),
    "a status line without end": Answer(flooding(b"HTTP/1.1 200 ", FILL), None, TOO_LARGE),
    # Not HTTP, or not as it is meant.
    "nothing, and hangs up": Answer(saying(b""), None, PROTOCOL),
    "half a status line": Answer(saying(b"HTTP/1.1 200"), None, PROTOCOL),
    "a status line, and hangs up": Answer(saying(OK), None, PROTOCOL),
    "an informational answer, then half a head": Answer(saying(EARLY + OK), None, PROTOCOL),
    "an informational answer, and hangs up": Answer(saying(EARLY), None, PROTOCOL),
    "a reset": Answer(sends_a_reset, None, PROTOCOL),
    "half a head": Answer(saying(OK + b"X: y"), None, PROTOCOL),
    "half a body": Answer(with_length(b"10", b"half"), None, PROTOCOL),
    "half a chunk": Answer(saying(CHUNKED + b"5\r\nhal"), None, PROTOCOL),
    "a chunk of no length": Answer(saying(CHUNKED + b"zz\r\nx\r\n0\r\n\r\n"), None, PROTOCOL),
    "a chunk longer than numbers go": Answer(flooding(CHUNKED, b"f" * 1000), None, PROTOCOL),
    "a length below nought": Answer(with_length(b"-1", b"ok"), None, PROTOCOL),
    "two lengths": Answer(saying(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok"), None, PROTOCOL),
    "HTTP/0.9": Answer(saying(b"<h1>ok</h1>"), None, PROTOCOL),
    "another protocol": Answer(saying(b"220 mail.example.com ESMTP\r\n"), None, PROTOCOL),
    "random octets": Answer(saying(bytes(range(256)) * 4), None, PROTOCOL),
    "HTTP of a version to come": Answer(saying(b"HTTP/9.9 200 OK\r\n\r\n"), None, PROTOCOL),
    "a switch to another protocol": Answer(saying(SWITCH), None, PROTOCOL),
    "another protocol without end": Answer(flooding(SWITCH, FILL), None, TOO_LARGE),
    # Odd, and well.
    "an informational answer first": Answer(saying(EARLY + OK + b"Content-Length: 2\r\n\r\nok"), 200, None),
    "trailers": Answer(saying(CHUNKED + b"2\r\nok\r\n0\r\nX: y\r\n\r\n"), 200, None),
    "bare line feeds": Answer(saying(b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), 200, None),
    "no body, no length": Answer(saying(b"HTTP/1.1 204 No Content\r\n\r\n"), 204, None),
    "what says that it is brotli and is not": Answer(encoded(b"br", b"ok"), 200, None),
}


@dataclass
class Wearing:
    """A server with one script; `lines` are its connections."""

    script: Script
    url: str = ""
    lines: list[Line] = field(default_factory=list)


@contextmanager
def wearing(script: Script) -> Iterator[Wearing]:
    server, over = Wearing(script), threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            read_request(connection)
            server.lines.append(line := Line(connection, over))
            server.script(line)

    def accept(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _address = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        threading.Thread(target=accept, args=(listener,), daemon=True).start()
        yield server
        over.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def read_request(connection: socket.socket) -> None:
    if connection.recv(1, socket.MSG_PEEK) == b"\x16":  # a TLS handshake, which the script does as it likes
        return
    with connection.makefile("rb") as stream:
        length = 0
        while (line := stream.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        stream.read(length)
