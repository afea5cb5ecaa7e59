"""`make faults`: kills one process of the running product after another under load, and counts what is lost.

Eight senders repeat each text until it is acknowledged. Each round kills one process with SIGKILL (or flushes
Valkey); the supervisor starts it again. In the end every acknowledged text must be at the receiver, as one message.
Exit status 1 when anything is lost, stored twice or signed wrongly, or the load stayed below 100 a second.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice, pairwise
from typing import Any

from bench.load import Arrival, read_arrivals, wait_for
from bench.stack import Failed, Running, product, ready
from bench.texts import Door
from smsgateway.processes import Process

TARGETS = ("door", "worker", "postgres", "web", "valkey", "beat", "flush")
RATE = 160.0
LEAST_RATE = 100.0
BACK_WITHIN_S = 40
FINISH_WITHIN_S = 90
CALM_S = 2.0  # before the first fault


@dataclass
class Toll:
    """What the faults cost."""

    acknowledged: int
    received: int
    lost: list[str]
    duplicates: int  # the same delivery again, under the same webhook-id
    stored_twice: list[str]  # one text as two messages
    wrong: int
    verified: int
    given_up: int
    rate: float
    longest_gap_s: float  # between two acknowledgements
    slowest_s: float  # from a text's first try to the receiver
    repeats: dict[str, int] = field(default_factory=dict)

    @property
    def wrongs(self) -> list[str]:
        found = [
            (self.lost, f"{len(self.lost)} lost: {' '.join(self.lost[:10])}"),
            (self.stored_twice, f"{len(self.stored_twice)} stored twice: {' '.join(self.stored_twice[:10])}"),
            (self.wrong, f"{self.wrong} wrong signatures"),
            (self.given_up, f"{self.given_up} never acknowledged"),
            (self.rate < LEAST_RATE, f"only {self.rate:.0f} messages a second"),
        ]
        return [text for bad, text in found if bad]


def run(targets: Sequence[str], round_s: float) -> Toll:
    """The product under load, one fault after another."""
    with product() as (running, door):
        start_senders(running, door)
        running.wait(CALM_S)
        for number, target in enumerate(targets, 1):
            back = one_round(running, target, round_s)
            came = running.count()["distinct"]
            print(
                f"round {number:2}  {target:9} back after {back:4.1f} s   {came} texts received so far",
                flush=True,
            )
        return toll(running, finish(running))


def one_round(running: Running, target: str, round_s: float) -> float:
    """Strikes and waits out the round; answers after how many seconds everything was back."""
    began, old = time.monotonic(), running.pids().get(target)
    strike(running, target)
    running.until(lambda: is_back(running, target, old), BACK_WITHIN_S, f"{target} to be back")
    back = time.monotonic() - began
    running.wait(max(1.0, round_s - back))
    return back


def start_senders(running: Running, door: Door) -> None:
    stop, result = running.folder / "stop", running.folder / "senders.json"
    arguments = [str(door.port), door.path, door.public, str(RATE), str(stop), str(result)]
    running.add(Process("senders", [sys.executable, "-m", "bench.senders", *arguments], ""))


def strike(running: Running, target: str) -> None:
    if target == "flush":
        flush(running)
    else:
        os.kill(running.pids()[target], signal.SIGKILL)


def flush(running: Running) -> None:
    assert running.servers is not None
    with socket.socket(socket.AF_UNIX) as valkey:
        valkey.settimeout(5)
        valkey.connect(str(running.servers.folder / "vk.sock"))
        valkey.sendall(b"FLUSHALL\r\n")
        if not valkey.recv(64).startswith(b"+OK"):
            raise Failed("Valkey did not flush")


def is_back(running: Running, target: str, old: int | None) -> bool:
    """Whether what was killed runs again as another process, and door, web and both servers answer."""
    assert running.servers is not None
    alive = target == "flush" or running.pids().get(target) not in (old, None)
    return alive and running.servers.ready() and ready(running)


def finish(running: Running) -> dict[str, Any]:
    """Stops the senders and waits until everything acknowledged has arrived, or nothing more comes."""
    result = running.folder / "senders.json"
    (running.folder / "stop").touch()
    running.until(result.exists, FINISH_WITHIN_S, "the senders to finish")
    told: dict[str, Any] = json.loads(result.read_text())
    wait_for(running, len(told["acknowledged"]))
    return told


def toll(running: Running, told: dict[str, Any]) -> Toll:
    counts = running.count()
    acknowledged: dict[str, tuple[int, int]] = told["acknowledged"]
    arrivals = read_arrivals(running)
    first = first_arrivals(arrivals)
    acks = sorted(at for _first, at in acknowledged.values())
    deliveries = {(one.text, one.webhook) for one in arrivals}
    return Toll(
        acknowledged=len(acknowledged),
        received=len(first),
        lost=sorted(acknowledged.keys() - first.keys()),
        duplicates=len(arrivals) - len(deliveries),
        stored_twice=twice([text for text, _webhook in deliveries]),
        wrong=counts["wrong"],
        verified=counts["verified"],
        given_up=len(told["given_up"]),
        rate=len(acks) / ((acks[-1] - acks[0]) / 1e9) if len(acks) > 1 else 0.0,
        longest_gap_s=max((b - a for a, b in pairwise(acks)), default=0) / 1e9,
        slowest_s=max((first[id].at - at for id, (at, _) in acknowledged.items() if id in first), default=0)
        / 1e9,
        repeats=told["repeats"],
    )


def first_arrivals(arrivals: Sequence[Arrival]) -> dict[str, Arrival]:
    return {one.text: one for one in reversed(arrivals)}


def twice(values: Sequence[str]) -> list[str]:
    seen: set[str] = set()
    return sorted({value for value in values if value in seen or seen.add(value)})  # type: ignore[func-returns-value]


def report(toll: Toll) -> str:
    repeats = ", ".join(f"{count} × {reason}" for reason, count in sorted(toll.repeats.items())) or "none"
    return f"""
acknowledged     {toll.acknowledged}  at {toll.rate:.0f} a second
received         {toll.received}
lost             {len(toll.lost)}
duplicates       {toll.duplicates}  (the same webhook-id again)
stored twice     {len(toll.stored_twice)}
signatures       {toll.verified} checked, {toll.wrong} wrong
longest gap      {toll.longest_gap_s:.2f} s between two acknowledgements
slowest          {toll.slowest_s:.1f} s from a text's first try to the receiver
tries repeated   {repeats}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--round-seconds", type=float, default=8.0)
    parser.add_argument("--only", choices=TARGETS, action="append", help="strike only this; may be repeated")
    asked = parser.parse_args()
    try:
        result = run(list(islice(cycle(asked.only or TARGETS), asked.rounds)), asked.round_seconds)
    except Failed as error:
        print(f"faults: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print(report(result))
    for wrong in result.wrongs:
        print(f"WRONG: {wrong}")
    return 1 if result.wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
