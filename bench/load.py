"""Drives a contender and follows each text to the sink: rates, latencies, losses, processor time."""

from __future__ import annotations

import json
import shutil
import time
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bench import texts
from bench.measure import own_children, percentile
from bench.stack import ROOT, Failed, Running
from smsgateway.processes import Process
from smsgateway.run import HOST, command

CONNECTIONS = 256  # with 64 the product idled for a third of the time, waiting for its next request
NO_PROGRESS_S = 45.0  # longer than a lease, after which a worker takes lost work up again
SETTLE_S = 0.5
REPLAY_WITHIN_S = 180
NS_PER_MS = 1e6
WARM_UP, WARM_UP_S = 300, 3  # texts, then seconds


@dataclass(frozen=True)
class Sent:
    """What a driver did: when each text went out (its id → nanoseconds) and how many were acknowledged."""

    at: Mapping[str, int]
    acknowledged: int
    trouble: str = ""


@dataclass(frozen=True)
class Arrival:
    at: int
    path: str
    text: str
    webhook: str


@dataclass
class Outcome:
    """One run of one contender. `by_path` has milliseconds from the POST to the receiver, with the receiver's path."""

    name: str
    acknowledged: int
    arrived: int
    seconds: float
    by_path: list[tuple[str, float]]
    cpu_ms: dict[str, float]
    lost: int
    duplicates: int
    verified: int = 0
    wrong: int = 0
    trouble: str = ""

    @cached_property
    def latencies(self) -> list[float]:
        return sorted(ms for _path, ms in self.by_path)

    @property
    def rate(self) -> float:
        return self.arrived / self.seconds if self.seconds else 0.0

    def at(self, share: float) -> float:
        return percentile(self.latencies, share)


def replay(running: Running, port: int, requests: Path, ids: Sequence[str]) -> Sent:
    """Every request as fast as 64 connections get their answers, by wrk. Raises Failed."""
    wrk = shutil.which("wrk")
    if not wrk:
        raise Failed("wrk is not installed (Debian: apt install wrk)")
    sent, summary = requests.with_suffix(".sent"), requests.with_suffix(".json")
    environment = running.environment | {
        "REPLAY_COUNT": str(len(ids)),
        "REPLAY_CONNECTIONS": str(CONNECTIONS),
        "REPLAY_REQUESTS": str(requests),
        "REPLAY_SENT": str(sent),
        "REPLAY_SUMMARY": str(summary),
    }
    options = ["-t1", f"-c{CONNECTIONS}", f"-d{REPLAY_WITHIN_S}s", "--timeout", "20s"]
    script = str(ROOT / "bench" / "replay.lua")
    argv = [wrk, *options, "-s", script, f"http://{HOST}:{port}/"]
    if running.supervisor.run(command(Process("wrk", argv, ""), environment)) or not sent.exists():
        raise running.failed("wrk failed, or not everything was answered")
    return read_replay(ids, sent, json.loads(summary.read_text()))


def read_replay(ids: Sequence[str], sent: Path, summary: Mapping[str, int]) -> Sent:
    moments = array("q", sent.read_bytes())
    troubles = [f"{summary[kind]} {kind}" for kind in ("status", "connect", "read", "write") if summary[kind]]
    at = dict(zip(ids, moments, strict=False))
    return Sent(at, summary["answered"] - summary["status"], ", ".join(troubles))


def pace(running: Running, port: int, rate: float, requests: Path, ids: Sequence[str]) -> Sent:
    """Every request at its own moment, `rate` a second, by bench.pace. Raises Failed."""
    result = requests.with_suffix(".json")
    running.call("pace", "-m", "bench.pace", str(port), str(rate), str(requests), str(result))
    told = json.loads(result.read_text())
    answers = Counter(told["status"])
    trouble = ", ".join(f"{n} × {status}" for status, n in answers.items() if not 200 <= status < 300)
    good = sum(n for status, n in answers.items() if 200 <= status < 300)
    return Sent(dict(zip(ids, told["sent"], strict=True)), good, trouble)


Drive = Callable[[Running, int, Path, Sequence[str]], Sent]


class Meter:
    """Processor time from its making until `stop`, by process name; the driver's is what ended in between."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.before, self.reaped = running.cpu(), own_children()

    def driver(self) -> float:
        return own_children() - self.reaped

    def stop(self) -> dict[str, float]:
        after = self.running.cpu()
        return {name: spent - self.before.get(name, 0.0) for name, spent in after.items()}


def measure(running: Running, name: str, sent: Sent, meter: Meter, skip: Collection[str] = ()) -> Outcome:
    """Waits until what was sent has arrived, but for `skip` (paths that hang), and counts."""
    driver = meter.driver()
    expected = sum(path_of(id) not in skip for id in sent.at)
    wait_for(running, min(expected, sent.acknowledged))
    running.wait(SETTLE_S)
    used = meter.stop() | {"driver": driver}
    counts = running.count()
    arrivals = [one for one in read_arrivals(running) if one.text in sent.at]
    first: dict[str, Arrival] = {}
    for one in arrivals:
        first.setdefault(one.text, one)
    last = max((one.at for one in first.values()), default=0)
    return Outcome(
        name=name,
        acknowledged=sent.acknowledged,
        arrived=len(first),
        seconds=max(0.0, (last - min(sent.at.values())) / 1e9),
        by_path=[(one.path, (one.at - sent.at[id]) / NS_PER_MS) for id, one in first.items()],
        cpu_ms={process: 1000 * s / max(1, len(first)) for process, s in used.items()},
        lost=max(0, min(expected, sent.acknowledged) - len(first)),
        duplicates=len(arrivals) - len(first),
        verified=counts["verified"],
        wrong=counts["wrong"],
        trouble=sent.trouble,
    )


def path_of(id: str) -> str:
    """The path at the sink to which a text's number leads."""
    return f"/e/{int(id[1:]) % texts.NUMBERS}"


def wait_for(running: Running, expected: int) -> None:
    """Until the sink has `expected` texts, or nothing more comes."""
    seen, since = -1, time.monotonic()
    while (count := running.count()["distinct"]) < expected:
        if count != seen:
            seen, since = count, time.monotonic()
        elif time.monotonic() - since > NO_PROGRESS_S:
            return
        running.wait(0.2)


def read_arrivals(running: Running) -> list[Arrival]:
    """What the sink has, in order of arrival; it forgets it."""
    lines = (line.split(" ") for line in running.sink("dump").splitlines())
    return [Arrival(int(at), path, text, webhook) for at, path, text, webhook in lines]


def saturate(
    running: Running, name: str, build: texts.Build, port: int, seconds: float, drive: Drive = replay
) -> Outcome:
    """As much as goes through: a short run tells how many texts keep it busy for `seconds`, then those."""
    warm = burst(running, f"{name} warm-up", build, port, WARM_UP, "a", drive)
    count = max(WARM_UP, int(warm.rate * WARM_UP_S))
    warm = burst(running, f"{name} warm-up", build, port, count, "b", drive)
    return burst(running, name, build, port, max(WARM_UP, int(warm.rate * seconds)), "m", drive)


def burst(
    running: Running,
    name: str,
    build: texts.Build,
    port: int,
    count: int,
    prefix: str,
    drive: Drive = replay,
) -> Outcome:
    requests = running.folder / "requests"
    ids = texts.write(requests, build, prefix, count)
    meter = Meter(running)
    return measure(running, name, drive(running, port, requests, ids), meter)


def steady(
    running: Running,
    name: str,
    build: texts.Build,
    port: int,
    rate: float,
    seconds: float,
    prefix: str,
    hanging: int = 0,
) -> Outcome:
    """`rate` a second for `seconds`, while the first `hanging` endpoints do not answer and are not counted."""
    requests = running.folder / "requests"
    ids = texts.write(requests, build, prefix, int(rate * seconds))
    running.sink(f"hang?{hanging}")
    skip = {f"/e/{n}" for n in range(hanging)}
    meter = Meter(running)
    return measure(running, name, pace(running, port, rate, requests, ids), meter, skip)
