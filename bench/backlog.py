"""An outage of all receivers: what came meanwhile flows once they are back, while new texts go on coming."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from bench import load, texts
from bench.load import Arrival, Sent
from bench.measure import percentile
from bench.stack import Running

BACKLOG = 100_000
NEW_RATE = 200.0
NEW_S = 20.0
OUTAGE_S = 60  # at least: each endpoint has failed ten times and is left alone
BACK_WITHIN_S = 300  # the first probe after the end of the outage
DRAINED_WITHIN_S = 300


@dataclass(frozen=True)
class Drained:
    """How a backlog flowed, and how new texts fared among it."""

    count: int
    seconds: float  # from the first of it that arrived after the outage to the last
    lost: int
    new: list[float]  # milliseconds from the POST to the receiver

    @property
    def rate(self) -> float:
        return self.count / self.seconds if self.seconds else 0.0

    @property
    def p95(self) -> float:
        return percentile(sorted(self.new), 0.95)


def measure(running: Running, door: texts.Door, count: int = BACKLOG) -> Drained:
    """Raises Failed where the receivers' return goes unnoticed."""
    build = texts.twilio(door)
    load.burst(running, "warm-up", build, door.port, load.WARM_UP, "w")
    running.sink("down?1")
    began = time.monotonic()
    piled = replayed(running, build, door.port, count)
    running.wait(max(0.0, OUTAGE_S - (time.monotonic() - began)))
    running.sink("down?0")
    running.until(lambda: all_back(running), BACK_WITHIN_S, "all endpoints to be sent to again")
    fresh = paced(running, build, door.port)
    load.wait_for(running, piled.acknowledged + fresh.acknowledged)
    return told(load.read_arrivals(running), piled, fresh)


def replayed(running: Running, build: texts.Build, port: int, count: int) -> Sent:
    requests = running.folder / "requests"
    return load.replay(running, port, requests, texts.write(requests, build, "q", count))


def all_back(running: Running) -> bool:
    return running.count()["paths"] >= texts.NUMBERS


def paced(running: Running, build: texts.Build, port: int) -> Sent:
    requests = running.folder / "new"
    ids = texts.write(requests, build, "n", int(NEW_RATE * NEW_S))
    return load.pace(running, port, NEW_RATE, requests, ids)


def told(arrivals: list[Arrival], piled: Sent, fresh: Sent) -> Drained:
    first: Mapping[str, int] = {one.text: one.at for one in reversed(arrivals)}
    of_backlog = sorted(first[id] for id in piled.at if id in first)
    new = [(first[id] - at) / load.NS_PER_MS for id, at in fresh.at.items() if id in first]
    missing = piled.acknowledged + fresh.acknowledged - len(of_backlog) - len(new)
    seconds = (of_backlog[-1] - of_backlog[0]) / 1e9 if of_backlog else 0.0
    return Drained(len(of_backlog), seconds, max(0, missing), new)
