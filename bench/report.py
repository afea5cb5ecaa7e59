"""The table that `make bench` prints, the bars it holds the product to, and the file for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.backlog import Drained
from bench.load import Outcome
from bench.measure import machine

PROCESSES = (
    "door",
    "smpp",
    "worker",
    "postgres",
    "valkey",
    "web",
    "beat",
    "bearerbox",
    "smsbox",
    "sink",
    "driver",
)

JASMIN = 364  # messages a second that Jasmin 0.11, SMPP in and HTTP out, made on the same 2 cores


@dataclass(frozen=True)
class Bar:
    """One thing that must hold: `value` compared with `limit`."""

    what: str
    value: float
    limit: float
    at_least: bool

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        sign = "≥" if self.at_least else "≤"
        verdict = "ok" if self.holds else "MISSED"
        return f"  {self.what:58} {self.value:9.2f}   {sign} {self.limit:g}   {verdict}"


def table(outcomes: Sequence[Outcome]) -> str:
    """Rates and latencies of each run, one a line."""
    titles = ("p50 ms", "p95 ms", "p99 ms", "acked", "arrived")
    head = f"{'':28}{'msg/s':>8}{''.join(f'{title:>9}' for title in titles)}{'lost':>6}{'twice':>7}"
    lines = [
        f"{one.name:28}{one.rate:8.0f}{one.at(0.5):9.1f}{one.at(0.95):9.1f}{one.at(0.99):9.1f}"
        f"{one.acknowledged:9}{one.arrived:9}{one.lost:6}{one.duplicates:7}"
        for one in outcomes
    ]
    return "\n".join([head, *lines])


def processors(outcomes: Sequence[Outcome]) -> str:
    """Processor milliseconds a message, by process; `all` leaves out sink and driver."""
    used = [name for name in PROCESSES if any(one.cpu_ms.get(name) for one in outcomes)]
    head = f"{'CPU-ms a message':28}" + "".join(f"{name:>10}" for name in used) + f"{'all':>8}"
    lines = [
        f"{one.name:28}"
        + "".join(f"{one.cpu_ms[name]:10.3f}" if name in one.cpu_ms else f"{'':10}" for name in used)
        + f"{cost(one):8.2f}"
        for one in outcomes
    ]
    return "\n".join([head, *lines])


def cost(outcome: Outcome) -> float:
    return sum(ms for name, ms in outcome.cpu_ms.items() if name not in ("sink", "driver"))


def best(outcomes: Sequence[Outcome], kind: str) -> Outcome | None:
    """The fastest of the runs of one kind."""
    found = [one for one in outcomes if one.name.startswith(kind)]
    return max(found, key=lambda one: one.rate) if found else None


def information(outcomes: Sequence[Outcome]) -> list[str]:
    """Ratios that no condition asks for, but that whoever reads the others should know."""
    product, other = best(outcomes, "product"), best(outcomes, "other Kannel")
    if not (product and other):
        return []
    ratio = product.rate / other.rate
    return [f"other Kannel keeps one file for all messages instead of one each; product ÷ it: {ratio:.2f}"]


def bars(
    outcomes: Sequence[Outcome], others: Mapping[str, float], drained: Drained | None = None
) -> list[Bar]:
    """What of our conditions these runs can tell. `others`: p95 of the endpoints that never hang."""
    found = []
    product, kannel, baseline = (best(outcomes, kind) for kind in ("product", "Kannel", "baseline"))
    if product and kannel:
        found.append(Bar("product ÷ Kannel, messages/s", product.rate / kannel.rate, 1.0, True))
    if smpp := best(outcomes, "SMPP"):
        found.append(Bar("SMPP in ÷ Jasmin 0.11 (364/s), messages/s", smpp.rate / JASMIN, 6, True))
    if product and baseline:
        found.append(Bar("product ÷ baseline, messages/s", product.rate / baseline.rate, 20, True))
    if paced := best(outcomes, "paced"):
        found += steady(paced.at(0.95), paced.at(0.99))
    if {"without", "with"} <= others.keys() and others["without"]:
        ratio = others["with"] / others["without"]
        found.append(Bar("p95 of the others with 5 endpoints hanging ÷ without", ratio, 1.2, False))
    if drained:
        found.append(Bar("a backlog of 100,000 after an outage, messages/s", drained.rate, 2000, True))
        found.append(Bar("new texts' p95 meanwhile, ms", drained.p95, 100, False))
        found.append(Bar("lost of backlog and new texts", drained.lost, 0, False))
    ours = [one for one in outcomes if one.name.startswith(("product", "SMPP", "paced", "hanging"))]
    if ours:
        found.append(Bar("lost by the product", sum(one.lost for one in ours), 0, False))
        found.append(Bar("wrong signatures from the product", sum(one.wrong for one in ours), 0, False))
    return found


def steady(p95: float, p99: float) -> list[Bar]:
    """What 200 messages a second, each at its moment, may take; in milliseconds."""
    return [
        Bar("p95 from POST to receiver at a steady rate, ms", p95, 15, False),
        Bar("p99 from POST to receiver at a steady rate, ms", p99, 40, False),
    ]


def write(path: Path, outcomes: Sequence[Outcome], found: Sequence[Bar], notes: Sequence[str]) -> None:
    """The same for machines."""
    runs: list[dict[str, Any]] = []
    for one in outcomes:
        run = {name: value for name, value in asdict(one).items() if name != "by_path"}
        shares = {f"p{round(100 * share)}_ms": one.at(share) for share in (0.5, 0.95, 0.99)}
        runs.append(run | {"rate": one.rate, **shares})
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "runs": runs,
        "bars": [asdict(bar) | {"holds": bar.holds} for bar in found],
        "notes": list(notes),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
