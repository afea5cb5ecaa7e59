"""What listeners cost: `python -m bench.listeners`, about two minutes.

Opens streams (`GET /v1/messages/stream`) on loopback at a running `wait`, and measures it three times: while nothing
comes, while texts come that one of them hears, and while each text is heard by all. Latency is from the POST of a text
at the door to its arrival at the listener.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench import texts
from bench.measure import machine, percentile, resident_mb
from bench.stack import START_WITHIN_S, Failed, Running, product, ready
from smsgateway.processes import behind_proxy
from smsgateway.run import HOST

LISTENERS = 2000
OPENING, OPEN_WITHIN_S = 50, 180  # at once, and all
IDLE_S = 30.0
FOR_ONE, FOR_ONE_RATE = 300, 10.0  # texts, and how many a second
FOR_ALL, FOR_ALL_RATE = 20, 1.0
SETTLE_S = 2.0
ID = re.compile(rb'"content": ?"([a-z]\d{7}) ')


class Crowd(threading.Thread):
    """So many open streams, and when each text came to each: its id → nanoseconds."""

    def __init__(self, port: int, keys: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self.port, self.keys = port, keys
        self.open = 0
        self.arrivals: dict[str, list[int]] = {}
        self.loop = asyncio.new_event_loop()
        self.gate = asyncio.Semaphore(OPENING)

    def run(self) -> None:
        self.loop.run_until_complete(self.all())

    async def all(self) -> None:
        await asyncio.gather(*(self.listen(key) for key in self.keys), return_exceptions=True)

    async def listen(self, key: str) -> None:
        async with self.gate:
            reader, writer = await asyncio.open_connection(HOST, self.port)
            writer.write(
                f"GET /v1/messages/stream HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.partition(b"\r\n")[0]:
                return
        self.open += 1
        try:
            async for line in reader:
                now = time.time_ns()
                for id in ID.findall(line):
                    self.arrivals.setdefault(id.decode(), []).append(now)
        finally:
            self.open -= 1
            writer.close()

    def taken(self) -> dict[str, list[int]]:
        """What came since this was last asked."""
        taken, self.arrivals = self.arrivals, {}
        return taken


@dataclass(frozen=True)
class Phase:
    """What one measurement found."""

    name: str
    seconds: float
    cpu: Mapping[str, float]  # seconds of processor time, by process
    memory_mb: float
    latencies: Sequence[float] = ()  # milliseconds, ascending
    missing: int = 0

    def line(self) -> str:
        share = "".join(f"{100 * self.cpu[name] / self.seconds:8.1f} %" for name in ("wait", "postgres"))
        marks = " / ".join(f"{percentile(self.latencies, mark):.0f}" for mark in (0.5, 0.95, 0.99))
        told = f"{marks:>18}{self.missing:8}" if self.latencies else ""
        return f"{self.name:34}{self.memory_mb:8.0f} MB{share}{told}"


class Bench:
    """A running product with a crowd of listeners."""

    def __init__(self, running: Running, door: texts.Door, told: Mapping[str, Any]) -> None:
        self.running, self.door, self.told = running, door, told

    def memory(self) -> float:
        return resident_mb(self.running.pids()["wait"])

    def crowd(self, keys: Sequence[str]) -> Crowd:
        crowd = Crowd(self.running.ports["wait"], keys)
        crowd.start()
        self.running.until(lambda: crowd.open == len(keys), OPEN_WITHIN_S, f"{len(keys)} listeners")
        self.running.wait(SETTLE_S)
        return crowd

    def idle(self, name: str, seconds: float) -> Phase:
        before, began = self.running.cpu(), time.monotonic()
        self.running.wait(seconds)
        return self.phase(name, before, began)

    def phase(self, name: str, before: Mapping[str, float], began: float, **found: Any) -> Phase:
        used = {process: spent - before.get(process, 0) for process, spent in self.running.cpu().items()}
        return Phase(name, time.monotonic() - began, used, self.memory(), **found)

    def told_of(self, name: str, crowd: Crowd, prefix: str, count: int, rate: float, each: int) -> Phase:
        """Texts at their moments, each of which so many listeners hear."""
        crowd.taken()
        before, began = self.running.cpu(), time.monotonic()
        sent = self.send(prefix, count, rate)
        self.running.wait(SETTLE_S)
        arrivals = crowd.taken()
        took = sorted((at - sent[id]) / 1e6 for id, moments in arrivals.items() for at in moments)
        return self.phase(name, before, began, latencies=took, missing=count * each - len(took))

    def send(self, prefix: str, count: int, rate: float) -> dict[str, int]:
        """When each text went out."""
        link = http.client.HTTPConnection(HOST, self.door.port, timeout=15)
        sent, began = {}, time.monotonic()
        for index in range(count):
            self.running.wait(max(0.0, began + index / rate - time.monotonic()))
            id = f"{prefix}{index:07d}"
            body, headers = texts.form(self.door, texts.fields(id, index))
            sent[id] = time.time_ns()
            link.request("POST", self.door.path, body, headers)
            answer = link.getresponse()
            answer.read()
            if answer.status != 200:
                raise Failed(f"the door answered {answer.status}")
        link.close()
        return sent


@contextmanager
def stage() -> Iterator[Bench]:
    with product("listeners") as (running, door):
        running.add(*behind_proxy(HOST, running.ports["wait"]))
        running.until(lambda: ready(running, ["wait"]), START_WITHIN_S, "wait")
        yield Bench(running, door, json.loads((running.folder / "seed.json").read_text()))


def measure(count: int, idle_s: float) -> list[Phase]:
    phases = []
    with stage() as bench:
        phases.append(bench.idle("nobody listens", 5))
        key, quiet = bench.told["key"], bench.told["quiet"]
        crowd = bench.crowd([key, *(quiet[at % len(quiet)] for at in range(count - 1))])
        phases.append(bench.idle(f"{count} in {len(quiet) + 1} environments", idle_s))
        phases.append(bench.told_of("… one of whom hears texts", crowd, "a", FOR_ONE, FOR_ONE_RATE, 1))
    with stage() as bench:
        crowd = bench.crowd([bench.told["key"]] * count)
        name = f"{count} in one, who all hear texts"
        phases.append(bench.told_of(name, crowd, "b", FOR_ALL, FOR_ALL_RATE, count))
    return phases


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--listeners", type=int, default=LISTENERS)
    parser.add_argument("--idle-seconds", type=float, default=IDLE_S)
    asked = parser.parse_args()
    try:
        phases = measure(asked.listeners, asked.idle_seconds)
    except Failed as error:
        print(f"listeners: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print(f"\n{machine()}\n")
    print(f"{'':34}{'memory of wait':>11}{'wait':>7}{'postgres':>10}{'p50 / p95 / p99 ms':>22}{'missing':>9}")
    print("\n".join(phase.line() for phase in phases))
    return 1 if any(phase.missing for phase in phases) else 0


if __name__ == "__main__":
    sys.exit(main())
