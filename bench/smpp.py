"""An SMSC that costs little: it takes the bind and streams texts that were encoded before the clock runs.

    python -m bench.smpp <port> <file of PDUs> <file for the moments> <file for the summary>

A window of texts is outstanding, and each answer makes room for the next. The moments are nanoseconds, one a text;
the summary is JSON: `{"answered": …, "good": …}`.
"""

from __future__ import annotations

import json
import socket
import sys
import time
from array import array
from collections.abc import Sequence
from pathlib import Path

from bench import texts
from bench.load import Sent
from bench.stack import Running
from ingest.smpp import pdu
from smsgateway.processes import Process
from smsgateway.run import HOST, command

LOGIN = {"systemId": "bench", "password": "bench", "enquireLinkS": "600"}
WINDOW = 500
BIND_WITHIN_S, ANSWER_WITHIN_S = 60, 20
ANSWER = 17  # octets of a deliver_sm_resp; nothing else comes while the receiver has nothing to ask


def build(id: str, index: int) -> bytes:
    """One text as a deliver_sm in the default alphabet."""
    sender, number = str(texts.FIRST_SENDER + index % texts.SENDERS), texts.number(index)[1:]
    international, content = pdu.INTERNATIONAL, texts.content(id).encode()
    text = pdu.Deliver(international, sender.encode(), international, number.encode(), 0, 0, content, {})
    return pdu.encode(pdu.DELIVER_SM, index + 1, pdu.deliver(text))


def stream(running: Running, port: int, requests: Path, ids: Sequence[str]) -> Sent:
    """Every text as fast as the receiver answers. Raises Failed."""
    sent, summary = requests.with_suffix(".sent"), requests.with_suffix(".json")
    argv = [sys.executable, "-m", "bench.smpp", str(port), str(requests), str(sent), str(summary)]
    if running.supervisor.run(command(Process("smsc", argv, ""), running.environment)):
        raise running.failed("the SMSC failed, or not everything was answered")
    told = json.loads(summary.read_text())
    bad = told["answered"] - told["good"]
    moments = array("q", sent.read_bytes())
    return Sent(dict(zip(ids, moments, strict=True)), told["good"], f"{bad} not taken" if bad else "")


def bound(port: int) -> socket.socket:
    """The connection of a receiver that has bound."""
    with socket.create_server((HOST, port)) as server:
        server.settimeout(BIND_WITHIN_S)
        line, _address = server.accept()
    line.settimeout(ANSWER_WITHIN_S)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    _length, bind, _status, sequence = pdu.HEADER.unpack_from(line.recv(4096))
    line.sendall(pdu.encode(bind | pdu.RESPONSE, sequence, b"smsc\0"))
    return line


class Stream:
    """All texts in one piece of memory, how far they are sent, and how many are answered."""

    def __init__(self, line: socket.socket, pdus: list[bytes]) -> None:
        self.line, self.count = line, len(pdus)
        self.data = memoryview(b"".join(pdus))
        self.ends = [0]
        for one in pdus:
            self.ends.append(self.ends[-1] + len(one))
        self.moments = array("q")
        self.answered = self.good = 0
        self.rest = b""

    def run(self) -> None:
        while self.answered < self.count:
            self.fill()
            self.hear(self.line.recv(65536))

    def fill(self) -> None:
        sent = len(self.moments)
        until = min(self.count, self.answered + WINDOW)
        if until > sent:
            self.moments.extend([time.time_ns()] * (until - sent))
            self.line.sendall(self.data[self.ends[sent] : self.ends[until]])

    def hear(self, data: bytes) -> None:
        if not data:
            raise ConnectionError("the receiver hung up")
        data = self.rest + data
        whole = len(data) // ANSWER
        self.rest = data[whole * ANSWER :]
        statuses = zip(*(data[at : whole * ANSWER : ANSWER] for at in range(8, 12)), strict=True)
        self.answered += whole
        self.good += sum(not any(status) for status in statuses)


def main() -> None:
    port, requests, sent, summary = int(sys.argv[1]), *map(Path, sys.argv[2:5])
    pdus = texts.read(requests)
    with bound(port) as line:
        stream = Stream(line, pdus)
        stream.run()
        line.sendall(pdu.encode(pdu.UNBIND, len(pdus) + 1))
        line.recv(64)
    sent.write_bytes(stream.moments.tobytes())
    summary.write_text(json.dumps({"answered": stream.answered, "good": stream.good}))


if __name__ == "__main__":
    main()
