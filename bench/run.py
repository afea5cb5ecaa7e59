"""`make bench`: the product, Kannel and an ordinary baseline on this machine, in one go; exit status 1 when a bar is
missed. `make bench ARGS="--only paced"` runs one part; docs/performance.md says what is measured and how."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import backlog, kannel, load, report, smpp, texts
from bench.measure import machine, percentile
from bench.ordinary import baseline
from bench.stack import ROOT, Failed, Running, product

PARTS = ("product", "smpp", "paced", "hanging", "backlog", "baseline", "kannel")
HANGING = 5
RUNS = 2  # of product and Kannel, in turn, so that whatever drifts hits both; the best of each counts


@dataclass
class Bench:
    """What to run, and what came of it so far."""

    parts: Sequence[str]
    seconds: float
    rate: float
    outcomes: list[load.Outcome] = field(default_factory=list)
    others: dict[str, float] = field(default_factory=dict)
    drained: backlog.Drained | None = None
    notes: list[str] = field(default_factory=list)

    def run(self) -> None:
        for turn in range(1, RUNS + 1):
            if "product" in self.parts:
                self.saturate_product(turn)
            if "smpp" in self.parts:
                self.saturate_smpp(turn)
            if "kannel" in self.parts and not self.absent("wrk", *kannel.PROGRAMS):
                self.saturate_kannel(f"Kannel, run {turn}", "spool")
                self.saturate_kannel(f"other Kannel, run {turn}", "file")
        if {"paced", "hanging"} & set(self.parts):
            self.pace_product()
        if "backlog" in self.parts:
            self.drain_product()
        if "baseline" in self.parts:
            self.saturate_baseline()

    def absent(self, *programs: str) -> bool:
        why = kannel.install(*programs)
        if why and why not in self.notes:
            self.notes.append(f"Kannel was NOT measured: {why}")
        return bool(why)

    def keep(self, outcome: load.Outcome) -> None:
        self.outcomes.append(outcome)
        if outcome.trouble:
            self.notes.append(f"{outcome.name}: not everything was answered with success: {outcome.trouble}")
        print(f"{outcome.name}: {outcome.rate:.0f}/s, p95 {outcome.at(0.95):.1f} ms", file=sys.stderr)

    def saturate_product(self, turn: int) -> None:
        with product() as (running, door):
            build = texts.twilio(door)
            self.keep(load.saturate(running, f"product, run {turn}", build, door.port, self.seconds))

    def saturate_smpp(self, turn: int) -> None:
        with product("smpp") as (running, _door):
            port = running.ports["smsc"]
            name = f"SMPP, run {turn}"
            self.keep(load.saturate(running, name, smpp.build, port, self.seconds, smpp.stream))

    def saturate_kannel(self, name: str, store: kannel.Store) -> None:
        with kannel.kannel(store) as (running, port):
            self.keep(load.saturate(running, name, kannel.build(port), port, self.seconds))

    def saturate_baseline(self) -> None:
        with baseline() as (running, door):
            build = texts.twilio(door)
            self.keep(load.saturate(running, "baseline", build, door.port, self.seconds))

    def drain_product(self) -> None:
        with product() as (running, door):
            self.drained = backlog.measure(running, door)
        one = self.drained
        print(f"backlog: {one.rate:.0f}/s, new texts' p95 {one.p95:.1f} ms", file=sys.stderr)

    def pace_product(self) -> None:
        with product() as (running, door):
            load.burst(running, "warm-up", texts.twilio(door), door.port, load.WARM_UP, "w")
            paced = self.pace(running, door, f"paced at {self.rate:.0f}/s", "p", 0)
            if "hanging" in self.parts:
                hanging = self.pace(running, door, f"hanging: {HANGING} of {texts.NUMBERS}", "h", HANGING)
                self.others = {"without": self.p95_of_others(paced), "with": self.p95_of_others(hanging)}

    def pace(self, running: Running, door: texts.Door, name: str, prefix: str, hanging: int) -> load.Outcome:
        build, seconds = texts.twilio(door), min(self.seconds, 20)
        outcome = load.steady(running, name, build, door.port, self.rate, seconds, prefix, hanging)
        self.keep(outcome)
        return outcome

    def p95_of_others(self, outcome: load.Outcome) -> float:
        """Over the endpoints that never hang, so that both runs are asked the same."""
        hung = {f"/e/{n}" for n in range(HANGING)}
        return percentile(sorted(ms for path, ms in outcome.by_path if path not in hung), 0.95)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part; may be repeated")
    parser.add_argument("--seconds", type=float, default=20, help="of each measured run (default 20)")
    parser.add_argument("--rate", type=float, default=200, help="messages a second when paced (default 200)")
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    bench = Bench(asked.only or PARTS, asked.seconds, asked.rate)
    if why := kannel.install("wrk"):
        print(f"The load comes from wrk: {why}.", file=sys.stderr)
        return 2
    try:
        bench.run()
    except Failed as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return tell(bench)


def tell(bench: Bench) -> int:
    found = report.bars(bench.outcomes, bench.others, bench.drained)
    bench.notes += report.information(bench.outcomes)
    path = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "bench.json"
    report.write(path, bench.outcomes, found, bench.notes)
    print(f"\n{machine()}; everything on loopback of this machine, the load and the receiver included\n")
    print(report.table(bench.outcomes), report.processors(bench.outcomes), sep="\n\n", end="\n\n")
    print("\n".join(bar.line() for bar in found))
    print("\n".join(f"NOTE: {note}" for note in bench.notes))
    missed = [bar.what for bar in found if not bar.holds]
    if missed:
        print("Missed: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
