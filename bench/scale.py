"""`make scale`: 1,000 tenants, 100,000 numbers, and what ten million stored messages change.

The product is measured before and after two months of history are put into its tables (bench/history.py): on the same
processes and the same database. Exit status 1 when rate or the flow of a backlog is more than 10 % worse after, latency
misses the bars of `make bench`, a changed route takes a second or more to be in force, a page cannot be read, or
anything is lost.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import backlog, load, pages, report, texts
from bench.history import Filling, History, refuse_if_short
from bench.measure import machine, resident_mb
from bench.stack import ROOT, Failed, Running, product, ready

RATE = 200.0
READY_WITHIN_S = 120
IN_FORCE_WITHIN_S = 1.0
TRIES = 5
TURNS = 2  # of the saturated and the paced run; the best of each counts
WORSE = 0.1  # that rate and flow may be after
HISTORY_ENDS_S = 3600  # before now, so that the newest messages are real ones


@dataclass(frozen=True)
class Size:
    """How much is made and how long it is measured."""

    seed: str
    tenants: str
    messages: int
    saturated_s: float = 20
    paced_s: float = 30
    backlog: int = backlog.BACKLOG  # 0: not measured
    compared: bool = True  # whether after must be as good as before


WHOLE = Size("scale", "1,000 tenants, 100,000 numbers", 10_000_000)
SMALL = Size(
    "small_scale", "10 tenants, 1,000 numbers", 100_000, saturated_s=3, paced_s=3, backlog=0, compared=False
)  # too short to compare


@dataclass
class Figures:
    """What one cell makes of its load."""

    start_s: float  # from the door's process to its readiness
    memory_mb: float
    in_force_s: list[float]  # from a committed change of a route to the first text it decided
    saturated: list[load.Outcome]
    paced: list[load.Outcome]
    drained: backlog.Drained | None
    pages: list[pages.Page]

    @property
    def outcomes(self) -> list[load.Outcome]:
        return [*self.saturated, *self.paced]

    @property
    def rate(self) -> float:
        return max(one.rate for one in self.saturated)

    def latency(self, share: float) -> float:
        return min(one.at(share) for one in self.paced)

    @property
    def lost(self) -> int:
        return sum(one.lost for one in self.outcomes) + (self.drained.lost if self.drained else 0)


def run(size: Size) -> tuple[Figures, Figures]:
    """The figures before and after."""
    with product(size.seed) as (running, door):
        told = json.loads((running.folder / "seed.json").read_text())
        end = int((time.time() - HISTORY_ENDS_S) * 1000)
        filling = Filling(running, History(size.messages, end))
        refuse_if_short(filling.sample(), shutil.disk_usage(running.folder).free)
        before = measure(running, door, size, told, "before", 0)
        fill(filling)
        return before, measure(running, door, size, told, "after", TURNS)


def fill(filling: Filling) -> None:
    total = filling.history.total
    for count, seconds in filling.rest():
        left = seconds * (total - count) / count
        say(f"{count:,} of {total:,} messages after {seconds:.0f} s, {left:.0f} s to go")
    began = time.monotonic()
    filling.settle()
    say(f"vacuumed and analysed in {time.monotonic() - began:.0f} s; {filling.size() / 1e9:.1f} GB of tables")


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def measure(
    running: Running, door: texts.Door, size: Size, told: dict[str, Any], when: str, series: int
) -> Figures:
    """Everything once; `series` and the numbers above it are for texts that were not sent before."""
    door = replace(door, series=series)
    start_s = restart_door(running)
    memory = resident_mb(running.pids()["door"])
    in_force = change_routes(running, door)
    saturated, paced = [], []
    for turn in range(TURNS):
        build = texts.twilio(replace(door, series=series + turn))
        name = f"{when}: saturated, run {turn + 1}"
        saturated.append(load.saturate(running, name, build, door.port, size.saturated_s))
        name = f"{when}: {RATE:.0f}/s, run {turn + 1}"
        paced.append(load.steady(running, name, build, door.port, RATE, size.paced_s, "p"))
        say(f"{when}: {saturated[-1].rate:.0f}/s, p95 {paced[-1].at(0.95):.1f} ms")
    drained = backlog.measure(running, door, size.backlog) if size.backlog else None
    return Figures(start_s, memory, in_force, saturated, paced, drained, pages.read(running, told))


def restart_door(running: Running) -> float:
    """Ends the door and measures its successor from its start."""
    old = running.pids()["door"]
    (child,) = (one for one in running.supervisor.children if one.command.name == "door")
    assert child.process is not None
    child.process.send_signal(signal.SIGTERM)
    running.until(lambda: running.pids().get("door") not in (old, None), READY_WITHIN_S, "the door to end")
    running.until(lambda: ready(running, ["door"]), READY_WITHIN_S, "the door")
    return time.monotonic() - child.started


def change_routes(running: Running, door: texts.Door) -> list[float]:
    result = running.folder / "in-force.json"
    numbers = (str(door.port), door.path, door.public, str(TRIES), str(result), str(door.series))
    running.call("change", "-m", "bench.in_force", *numbers)
    seconds: list[float] = json.loads(result.read_text())
    return seconds


# ---- what is told

Row = tuple[str, Callable[[Figures], float]]
RATES: Sequence[Row] = [
    ("saturated, messages/s", lambda one: one.rate),
    ("a backlog after an outage, messages/s", lambda one: one.drained.rate if one.drained else 0.0),
]
REST: Sequence[Row] = [
    ("p95 from POST to receiver at 200/s, ms", lambda one: one.latency(0.95)),
    ("p99 from POST to receiver at 200/s, ms", lambda one: one.latency(0.99)),
    ("p50 from POST to receiver at 200/s, ms", lambda one: one.latency(0.5)),
    ("new texts' p95 while a backlog flows, ms", lambda one: one.drained.p95 if one.drained else 0.0),
    ("door: start to ready, s", lambda one: one.start_s),
    ("door: memory, MB", lambda one: one.memory_mb),
    ("a changed route in force after at most, ms", lambda one: 1000 * max(one.in_force_s)),
]


def ratio(after: float, before: float) -> float:
    return after / before if before else 1.0


def table(before: Figures, after: Figures) -> str:
    rows = [(what, of(before), of(after)) for what, of in (*RATES, *REST)]
    for old, new in zip(before.pages, after.pages, strict=True):
        calls = "" if len(new.took) == pages.CALLS else f" ({len(new.took)} calls)"
        rows.append((f"{old.name}, p95 ms{calls}", old.p95, new.p95))
    lines = [f"  {what:58}{old:10.1f}{new:10.1f}{ratio(new, old):9.2f}" for what, old, new in rows]
    return "\n".join([f"  {'':58}{'before':>10}{'after':>10}{'ratio':>9}", *lines])


def bars(before: Figures, after: Figures, *, compared: bool = True) -> list[report.Bar]:
    ratios = [
        report.Bar(f"{what}, after ÷ before", ratio(of(after), of(before)), 1 - WORSE, True)
        for what, of in RATES
    ]
    # A few milliseconds differ by more than a tenth from one half minute to the next on the same tables.
    latencies = report.steady(after.latency(0.95), after.latency(0.99))
    slowest = max(before.in_force_s + after.in_force_s)
    troubles = [one.trouble for one in before.pages + after.pages if one.trouble]
    return [
        *([*ratios, *latencies] if compared else ()),
        report.Bar("a changed route in force after at most, s", slowest, IN_FORCE_WITHIN_S, False),
        report.Bar("pages that could not be read", len(troubles), 0, False),
        report.Bar("lost", before.lost + after.lost, 0, False),
    ]


def tell(size: Size, before: Figures, after: Figures) -> int:
    outcomes, found = before.outcomes + after.outcomes, bars(before, after, compared=size.compared)
    notes = [
        f"{one.name}: not everything was answered well: {one.trouble}" for one in outcomes if one.trouble
    ]
    notes += [one.trouble for one in before.pages + after.pages if one.trouble]
    path = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "scale.json"
    report.write(path, outcomes, found, notes)
    print(f"\n{machine()}; {size.tenants}, {size.messages:,} messages\n")
    print(report.table(outcomes), report.processors(outcomes), table(before, after), sep="\n\n", end="\n\n")
    print("\n".join(bar.line() for bar in found))
    print("\n".join(f"NOTE: {note}" for note in notes))
    return 0 if all(bar.holds for bar in found) else 1


def asked() -> Size:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, help=f"in the tables (default {WHOLE.messages})")
    parser.add_argument(
        "--small", action="store_true", help="a hundredth of it, nothing compared, to try the command itself"
    )
    given = parser.parse_args()
    size = SMALL if given.small else WHOLE
    return replace(size, messages=given.messages) if given.messages else size


def main() -> int:
    size = asked()
    try:
        before, after = run(size)
    except Failed as error:
        print(f"scale: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return tell(size, before, after)


if __name__ == "__main__":
    sys.exit(main())
