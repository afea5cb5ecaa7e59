"""`make scale`: a cell with 1,000 tenants, 100,000 numbers and 10 routes for every tenth tenant; what the door makes
of it. Exit status 1 when a changed route takes a second or more to be in force."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from dataclasses import dataclass

from bench import load, texts
from bench.measure import machine, resident_mb
from bench.stack import Failed, Running, product, ready

RATE, SECONDS = 200.0, 10.0
READY_WITHIN_S = 120
IN_FORCE_WITHIN_S = 1.0
TRIES = 5


@dataclass
class Figures:
    """What one cell's size costs."""

    start_s: float  # from the door's process to its readiness
    memory_mb: float
    in_force_s: list[float]  # from a committed change of a route to the first text it decided
    steady: load.Outcome

    def table(self) -> str:
        in_force = " ".join(f"{seconds * 1000:.0f}" for seconds in self.in_force_s)
        rows = [
            ("door: start to ready", f"{self.start_s:.1f} s"),
            ("door: memory", f"{self.memory_mb:.0f} MB"),
            ("a changed route in force after", f"{in_force} ms"),
            (
                f"accepted and delivered at {RATE:.0f}/s",
                f"{self.steady.arrived} of {self.steady.acknowledged}",
            ),
            (
                "POST to receiver, p50 / p95 / p99",
                " / ".join(f"{self.steady.at(share):.1f}" for share in (0.5, 0.95, 0.99)) + " ms",
            ),
        ]
        return "\n".join(f"  {what:38} {value}" for what, value in rows)


def measure(size: str) -> Figures:
    began = time.monotonic()
    with product(size) as (running, door):
        print(f"seeded and started in {time.monotonic() - began:.0f} s", file=sys.stderr)
        start_s = restart_door(running)
        memory = resident_mb(running.pids()["door"])
        in_force = change_routes(running, door)
        build = texts.twilio(door)
        load.steady(running, "warm-up", build, door.port, RATE, 2, "w")
        steady = load.steady(running, "paced", build, door.port, RATE, SECONDS, "p")
        return Figures(start_s, memory, in_force, steady)


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
    running.call(
        "change", "-m", "bench.in_force", str(door.port), door.path, door.public, str(TRIES), str(result)
    )
    seconds: list[float] = json.loads(result.read_text())
    return seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--small", action="store_true", help="a hundredth of the size, to try the command itself"
    )
    small = parser.parse_args().small
    try:
        figures = measure("small_scale" if small else "scale")
    except Failed as error:
        print(f"scale: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print(f"\n{machine()}; {'10 tenants, 1,000' if small else '1,000 tenants, 100,000'} numbers\n")
    print(figures.table())
    late = max(figures.in_force_s) >= IN_FORCE_WITHIN_S
    if late:
        print("MISSED: a changed route must be in force within a second")
    return 1 if late or figures.steady.lost else 0


if __name__ == "__main__":
    sys.exit(main())
