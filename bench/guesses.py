"""Whether a wrong key can be told from one that exists: `python -m bench.guesses`, about a minute.

Asks a running product, on loopback and one after the other in an order that is drawn anew each round, with keys and
client secrets that open nothing for different reasons. Each reason is compared with "there is no such key", by how
often it takes longer: 50 % is what two samples of the same thing have. The limit of wrong keys is out of the way.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import secrets
import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from bench.measure import machine, percentile
from bench.stack import Failed, Running, product
from smsgateway.run import HOST

ROUNDS = 4000
WARM_UP = 50
ANSWER_WITHIN_S, MEASURED_WITHIN_S = 60, 1800  # on a machine that has much else to do
Request = tuple[str, str, str, dict[str, str]]  # method, path, body, headers
Guess = Callable[[], Request]


def with_key(make: Callable[[], str]) -> Guess:
    return lambda: ("GET", "/v1/channels", "", {"Authorization": f"Bearer {make()}"})


def with_secret(make: Callable[[], str]) -> Guess:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return lambda: (
        "POST",
        "/oauth/token",
        f"grant_type=client_credentials&client_id={make()}&client_secret=cs_{secrets.token_urlsafe(32)}",
        headers,
    )


def unknown() -> str:
    return f"sk_live_{secrets.token_urlsafe(9)}{secrets.token_urlsafe(32)}"


def guesses(told: Mapping[str, Any]) -> dict[str, dict[str, Guess]]:
    """By what is guessed, each reason for which it opens nothing; the first is that there is no such thing."""
    key = told["key"]
    return {
        "keys": {
            "no such key": with_key(unknown),
            "no such key, once more": with_key(unknown),
            "a true beginning, a wrong rest": with_key(lambda: key[:20] + secrets.token_urlsafe(32)),
            "revoked": with_key(lambda: told["revoked"]),
            "expired": with_key(lambda: told["expired"]),
        },
        "client secrets": {
            "no such client": with_secret(lambda: random.choice(told["never"])),
            "no such client, once more": with_secret(lambda: random.choice(told["never"])),
            "a true client, a wrong secret": with_secret(lambda: told["client"]),
            "a revoked client": with_secret(lambda: told["ended"]),
        },
    }


def measure(port: int, kinds: Mapping[str, Guess], rounds: int) -> dict[str, list[float]]:
    """Microseconds from the request to the last byte of its answer, ascending. Raises Failed."""
    link = http.client.HTTPConnection(HOST, port, timeout=ANSWER_WITHIN_S)
    link.connect()
    took: dict[str, list[float]] = {name: [] for name in kinds}
    for turn in range(-WARM_UP, rounds):
        for name in random.sample(list(kinds), len(kinds)):
            method, path, body, headers = kinds[name]()
            began = time.perf_counter_ns()
            link.request(method, path, body, headers)
            answer = link.getresponse()
            answer.read()
            if turn >= 0:
                took[name].append((time.perf_counter_ns() - began) / 1000)
            if answer.status != 401:
                raise Failed(f"{name}: the answer is {answer.status}")
    link.close()
    return {name: sorted(times) for name, times in took.items()}


def beside(running: Running, work: Callable[[], dict[str, list[float]]]) -> dict[str, list[float]]:
    """What `work` answers, while the product's output is read: it would stop at a full pipe."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        running.until(future.done, MEASURED_WITHIN_S, "the measurement")
        return future.result()


def longer(times: Sequence[float], others: Sequence[float]) -> float:
    """How often, of 1, one of the ascending `times` is longer than one of `others`; ties count half."""
    above = sum(bisect_left(others, one) + bisect_right(others, one) for one in times)
    return above / (2 * len(times) * len(others))


def lines(what: str, took: Mapping[str, Sequence[float]]) -> list[str]:
    first = next(iter(took.values()))
    found = [f"{what:34}{'median µs':>11}{'p95 µs':>9}{'longer than the first':>24}"]
    for name, times in took.items():
        share = 100 * longer(times, first)
        found.append(
            f"  {name:32}{percentile(times, 0.5):11.0f}{percentile(times, 0.95):9.0f}{share:22.1f} %"
        )
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    try:
        with product("guesses", WRONG_KEYS_A_MINUTE="1000000") as (running, _door):
            told = json.loads((running.folder / "seed.json").read_text())
            running.wait(told["expires_in_s"])
            found = {
                what: beside(running, partial(measure, running.ports["web"], kinds, asked.rounds))
                for what, kinds in guesses(told).items()
            }
    except Failed as error:
        print(f"guesses: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    print(f"\n{machine()}, {asked.rounds} of each\n")
    for what, took in found.items():
        print("\n".join(lines(what, took)), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
