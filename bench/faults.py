"""`make faults`: one fault after another befalls the running product under load, and what is lost is counted.

Eight senders repeat each text until it is acknowledged. Each round has one fault (bench/strikes.py) at a moment that
the dice choose; the dice have a seed, which is printed. In the end every acknowledged text must be at its receiver, as
one message. Exit status 1 when anything is lost, undelivered, stored twice or signed wrongly, when more than one text
in two hundred came twice, when no circuit opened and recovered, or when the load stayed below 100 a second.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from random import Random, SystemRandom
from typing import Any

import psycopg

from bench.load import Arrival, read_arrivals
from bench.stack import Failed, Running, product
from bench.strikes import BACK_WITHIN_S, DECK, FAULTS, Fault, is_back, more_processes, shuffled
from bench.texts import Door
from smsgateway.processes import Process

RATE = 160.0
LEAST_RATE = 100.0
ROUND_S = 5.0
FINISH_WITHIN_S = 90
ARRIVED_WITHIN_S = (
    240  # a circuit whose first two probes met another fault is probed again after three minutes
)
CALM_S = 2.0  # before the first fault, and 1 s at least between two
MOST_DUPLICATES = 0.005  # of the texts received


@dataclass(frozen=True)
class Books:
    """What the database says in the end."""

    stored: int
    undelivered: int
    circuits_open: int
    circuits_recovered: int


BOOKS = """
SELECT (SELECT count(*) FROM inbox_message),
       (SELECT count(*) FROM delivery_delivery WHERE state <> 'delivered'),
       (SELECT count(*) FROM delivery_health WHERE opened_at IS NOT NULL),
       (SELECT count(*) FROM delivery_event WHERE type = 'endpoint.recovered')
"""


@dataclass
class Toll:
    """What the faults cost."""

    acknowledged: int
    received: int
    lost: list[str]
    unasked: list[str]  # received, though nobody was told that they are accepted
    duplicates: int  # the same delivery again, under the same webhook-id
    stored_twice: list[str]  # one text as two messages
    wrong: int
    verified: int
    given_up: int
    rate: float
    longest_gap_s: float  # between two acknowledgements
    slowest_s: float  # from a text's first try to the receiver
    books: Books
    must_recover: bool  # receivers misbehaved for long enough to be left alone
    repeats: dict[str, int] = field(default_factory=dict)

    @property
    def share_of_duplicates(self) -> float:
        return self.duplicates / self.received if self.received else 0.0

    @property
    def wrongs(self) -> list[str]:
        books, never = self.books, self.must_recover and not self.books.circuits_recovered
        miscounted = books.stored != self.acknowledged and not self.given_up
        found = [
            (self.lost, f"{len(self.lost)} lost: {' '.join(self.lost[:10])}"),
            (self.unasked, f"{len(self.unasked)} received without being acknowledged"),
            (books.undelivered, f"{books.undelivered} deliveries are not recorded as delivered"),
            (miscounted, f"{books.stored} messages stored"),
            (self.stored_twice, f"{len(self.stored_twice)} stored twice: {' '.join(self.stored_twice[:10])}"),
            (self.share_of_duplicates > MOST_DUPLICATES, f"{self.duplicates} came twice"),
            (self.wrong, f"{self.wrong} wrong signatures"),
            (self.given_up, f"{self.given_up} never acknowledged"),
            (never, "no circuit opened and recovered"),
            (self.rate < LEAST_RATE, f"only {self.rate:.0f} messages a second"),
        ]
        return [text for bad, text in found if bad]


def run(faults: Sequence[Fault], dice: Random, round_s: float) -> tuple[Toll, str]:
    """The product under load, one fault after another; also how soon it was over each."""
    back: dict[str, list[float]] = defaultdict(list)
    with product("faults") as (running, door):
        more_processes(running)
        start_senders(running, door)
        running.wait(CALM_S)
        for number, fault in enumerate(faults, 1):
            back[fault.name].append(one_round(running, fault, dice, round_s))
            print(
                f"round {number:3}  {fault.name:17} back after {back[fault.name][-1]:4.1f} s"
                f"   {running.count()['distinct']} texts received so far",
                flush=True,
            )
        return toll(running, finish(running), must_recover="flap-errors" in back), recoveries(back)


def one_round(running: Running, fault: Fault, dice: Random, round_s: float) -> float:
    """Strikes at some moment and waits out the round; answers how many seconds after the end of the fault everything
    was back."""
    began = time.monotonic()
    running.wait(dice.uniform(0, round_s / 2))
    struck = fault.strike(running, dice)
    over = time.monotonic()
    running.until(lambda: is_back(running, struck), BACK_WITHIN_S, f"{fault.name}: to be back")
    back = time.monotonic() - over
    running.wait(max(1.0, round_s - (time.monotonic() - began)))
    return back


def start_senders(running: Running, door: Door) -> None:
    stop, result = running.folder / "stop", running.folder / "senders.json"
    arguments = [str(door.port), door.path, door.public, str(RATE), str(stop), str(result)]
    running.add(Process("senders", [sys.executable, "-m", "bench.senders", *arguments], ""))


def finish(running: Running) -> dict[str, Any]:
    """Stops the senders and waits until all that they had acknowledged has arrived and is recorded, or time is up."""
    result = running.folder / "senders.json"
    (running.folder / "stop").touch()
    running.until(result.exists, FINISH_WITHIN_S, "the senders to finish")
    told: dict[str, Any] = json.loads(result.read_text())
    expected, until = len(told["acknowledged"]), time.monotonic() + ARRIVED_WITHIN_S
    while running.count()["distinct"] < expected or read_books(running).undelivered:
        if time.monotonic() > until:
            break
        running.wait(0.5)
    return told


def read_books(running: Running) -> Books:
    with psycopg.connect(running.environment["DATABASE_URL"]) as connection:
        row = connection.execute(BOOKS).fetchone()
    assert row is not None
    return Books(*row)


def toll(running: Running, told: dict[str, Any], *, must_recover: bool) -> Toll:
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
        unasked=sorted(first.keys() - acknowledged.keys()),
        duplicates=len(arrivals) - len(deliveries),
        stored_twice=twice(text for text, _webhook in deliveries),
        wrong=counts["wrong"],
        verified=counts["verified"],
        given_up=len(told["given_up"]),
        rate=len(acks) / ((acks[-1] - acks[0]) / 1e9) if len(acks) > 1 else 0.0,
        longest_gap_s=max((b - a for a, b in pairwise(acks)), default=0) / 1e9,
        slowest_s=max((first[id].at - at for id, (at, _) in acknowledged.items() if id in first), default=0)
        / 1e9,
        books=read_books(running),
        must_recover=must_recover,
        repeats=told["repeats"],
    )


def first_arrivals(arrivals: Sequence[Arrival]) -> dict[str, Arrival]:
    return {one.text: one for one in reversed(arrivals)}


def twice(values: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return sorted({value for value in values if value in seen or seen.add(value)})  # type: ignore[func-returns-value]


def recoveries(back: dict[str, list[float]]) -> str:
    """Each fault: how often it struck, and after how long at most everything was back."""
    lines = (f"  {name:17} {len(s):3} ×   back within {max(s):4.1f} s" for name, s in sorted(back.items()))
    return "\n".join(lines)


def report(toll: Toll) -> str:
    repeats = ", ".join(f"{count} × {reason}" for reason, count in sorted(toll.repeats.items())) or "none"
    books = toll.books
    return f"""
acknowledged     {toll.acknowledged}  at {toll.rate:.0f} a second
received         {toll.received}
lost             {len(toll.lost)}
undelivered      {books.undelivered}  (by the database)
duplicates       {toll.duplicates}  (the same webhook-id again; {toll.share_of_duplicates:.2%} of the received)
stored           {books.stored}
stored twice     {len(toll.stored_twice)}
signatures       {toll.verified} checked, {toll.wrong} wrong
circuits         {books.circuits_recovered} opened and recovered, {books.circuits_open} still open
longest gap      {toll.longest_gap_s:.2f} s between two acknowledgements
slowest          {toll.slowest_s:.1f} s from a text's first try to the receiver
tries repeated   {repeats}"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=DECK, help=f"how many (default {DECK}: each fault)")
    parser.add_argument("--round-seconds", type=float, default=ROUND_S, help="at least, of each round")
    parser.add_argument("--seed", type=int, help="of the dice, to have the same faults again")
    parser.add_argument("--only", choices=FAULTS, action="append", help="strike only this; may be repeated")
    return parser.parse_args()


def main() -> int:
    asked = arguments()
    seed = asked.seed if asked.seed is not None else SystemRandom().randrange(1_000_000)
    dice = Random(seed)
    faults = list(islice(shuffled(asked.only or (), dice), asked.rounds))
    print(f"{len(faults)} rounds; --seed {seed} has the same faults again", flush=True)
    try:
        result, back = run(faults, dice, asked.round_seconds)
    except Failed as error:
        print(f"faults: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print(f"\n{back}\n{report(result)}")
    for wrong in result.wrongs:
        print(f"WRONG: {wrong}")
    return 1 if result.wrongs else 0


if __name__ == "__main__":
    sys.exit(main())
