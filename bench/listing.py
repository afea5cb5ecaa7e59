"""How soon `GET /v1/messages` answers its first page, narrowed in each way, among ten million messages.

    python -m bench.listing [--small | --messages N] [--hold]

The tables are filled as `make scale` fills them; then each question is asked a hundred times through the API, for
pages of 50. Exit status 1 when one's p95 is above 50 ms or one is not answered well. `--hold` leaves everything running
until Ctrl-C, so that somebody can look at the database.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from bench import report
from bench.history import DAYS, SELDOM, Filling, History
from bench.measure import machine, percentile
from bench.scale import HISTORY_ENDS_S, SMALL, WHOLE, Size, fill, say
from bench.stack import ROOT, Failed, Running, product
from smsgateway.run import HOST

CALLS, LIMIT = 100, 50
BAR_MS = 50.0
BEYOND_FILTERS = ", counted", ", expanded"  # told, without a bar
ANSWER_WITHIN_S = 60
PAUSE_S = 0.01
COUNTED = ("web", "postgres")  # processes whose processor time is told
SENDER, NOBODY = "+33639980417", "+33639980418"
ABSENT = "rte_" + "0" * 26
Query = Mapping[str, str]


@dataclass(frozen=True)
class Answered:
    """What a question got: milliseconds of each call, processor milliseconds of one by process, rows, and whether there
    is more."""

    name: str
    took: list[float]
    cpu_ms: dict[str, float]
    rows: int
    more: bool

    def at(self, share: float) -> float:
        return percentile(sorted(self.took), share)


@dataclass(frozen=True)
class Reader:
    """A program with a key of the bench tenant."""

    running: Running
    session: requests.Session
    took: list[float] = field(default_factory=list)  # milliseconds of each call

    def get(self, path: str, **query: str) -> Any:
        """The answer. Raises Failed. In between the supervisor takes what the processes say."""
        self.running.wait(PAUSE_S)
        url = f"http://{HOST}:{self.running.ports['web']}/v1/{path}"
        answer = self.session.get(url, params=query, timeout=ANSWER_WITHIN_S)
        if not answer.ok:
            raise Failed(f"{path} {query}: {answer.status_code} {answer.text[:300]}")
        self.took.append(answer.elapsed.total_seconds() * 1000)
        return answer.json()

    def messages(self, query: Query) -> Any:
        return self.get("messages", limit=str(LIMIT), **query)


def questions(reader: Reader, told: Mapping[str, Any]) -> dict[str, Query]:
    """Each filter with much, little and nothing to find; what people combine; and what never goes together."""
    endpoints = {one["description"]: one["id"] for one in reader.get("endpoints", limit="100")["data"]}
    routes = {one["routingTag"]: one["id"] for one in reader.get("routes", limit="100")["data"]}
    busy, quiet, now = {"numberUsed": told["busy"]}, {"numberUsed": told["quiet"]}, datetime.now(UTC)
    tag, route = {"routingTag": "tag-1"}, {"routeId": routes["tag-1"]}
    endpoint, waits = {"endpointId": endpoints[""]}, {"endpointId": endpoints["waits"]}
    month = {"receivedAt[lt]": stamp(now - timedelta(days=30))}
    single = {
        "everything": {},
        "a busy number": busy,
        "a quiet number, whose texts are the oldest": quiet,
        "a sender": {"senderId": SENDER},
        "a sender of nothing": {"senderId": NOBODY},
        "a tag": tag,
        "a tag that only the oldest have": {"routingTag": SELDOM},
        "a tag that none has": {"routingTag": "nothing"},
        "a route": route,
        "a route that took none": {"routeId": ABSENT},
        "an endpoint": endpoint,
        "a disabled endpoint": {"endpointId": endpoints["disabled"]},
        "since yesterday": {"receivedAt[gte]": stamp(now - timedelta(days=1))},
        "before a month ago": month,
        "before all": {"receivedAt[lt]": stamp(now - timedelta(days=DAYS + 1))},
    }
    statuses = "failed", "queued", "delivered", "received", "blocked", "dropped", "expired"
    single |= {f"status {status}": {"status": status} for status in statuses}
    combined = {
        "a number in one hour, long ago": busy | month | {"receivedAt[gte]": stamp(now - timedelta(days=31))},
        "a sender before a month ago": {"senderId": SENDER} | month,
        "a sender to a number": {"senderId": SENDER} | busy,
        "a tag before a month ago": tag | month,
        "an endpoint's failed": endpoint | {"status": "failed"},
        "an endpoint's delivered": endpoint | {"status": "delivered"},
        "an endpoint's queued": waits | {"status": "queued"},
        "an endpoint before a month ago": endpoint | month,
        "failed before a month ago": {"status": "failed"} | month,
        "a number's failed": busy | {"status": "failed"},
        "a tag's queued": tag | {"status": "queued"},
        "a number with another's tag: none": busy | tag,
        "a number with another's route: none": busy | route,
        "an endpoint with another's tag: none": endpoint | tag,
        "a tag's received: none": tag | {"status": "received"},
        "a number's failed with another's tag: none": busy | tag | {"status": "failed"},
    }
    asked = single | combined
    counted = (
        "everything",
        "a busy number",
        "a sender",
        "a tag",
        "an endpoint",
        "status failed",
        "status delivered",
    )
    more = {f"{name}, counted": asked[name] | {"count": "true"} for name in counted}
    expanded = {"everything, expanded": {"expand": "deliveries,route,number"}}
    return asked | more | expanded


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def ask(reader: Reader, name: str, query: Query) -> Answered:
    page, before = reader.messages(query), reader.running.cpu()
    for _ in range(CALLS):
        page = reader.messages(query)
    after = reader.running.cpu()
    spent = {process: 1000 * (after[process] - before[process]) / CALLS for process in COUNTED}
    return Answered(name, reader.took[-CALLS:], spent, len(page["data"]), page["hasMore"])


def legible(running: Running, reader: Reader, asked: Mapping[str, Query], environment: str) -> None:
    """Gives the texts of these pages content that opens, as real ones have, and SENDER some of them."""
    step = ("-m", "bench.legible", environment, SENDER)
    running.call("legible", *step)
    pages = [reader.messages({**query, "fields": "id"})["data"] for query in asked.values()]
    path = running.folder / "legible.json"
    path.write_text(json.dumps(sorted({row["id"] for rows in pages for row in rows})))
    running.call("legible", *step, str(path))


def measure(running: Running) -> list[Answered]:
    told = json.loads((running.folder / "seed.json").read_text())
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {told['key']}"
        reader = Reader(running, session)
        asked = questions(reader, told)
        legible(running, reader, asked, told["environment"])
        found = []
        for name, query in asked.items():
            found.append(ask(reader, name, query))
            say(line(found[-1]))
        return found


def run(size: Size, hold: bool) -> list[Answered]:
    with product(size.seed) as (running, _door):
        filling = Filling(running, History(size.messages, int((time.time() - HISTORY_ENDS_S) * 1000)))
        filling.sample()
        fill(filling)
        found = measure(running)
        if hold:
            say(f"PostgreSQL: {running.environment['DATABASE_OWNER_URL']}")
            running.until(lambda: False, 24 * 3600, "Ctrl-C")
        return found


# ---- what is told


def line(one: Answered) -> str:
    rows = f"{one.rows}{'+' if one.more else ''}"
    spent = "".join(f"{one.cpu_ms[process]:10.1f}" for process in COUNTED)
    return f"  {one.name:48}{one.at(0.5):9.1f}{one.at(0.95):9.1f}{rows:>7}{spent}"


def tell(size: Size, found: Sequence[Answered]) -> int:
    bars = [
        report.Bar(f"{one.name}, p95 ms", one.at(0.95), BAR_MS, False)
        for one in found
        if not one.name.endswith(BEYOND_FILTERS)
    ]
    path = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "listing.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps([asdict(one) for one in found]))
    print(f"\n{machine()}; {size.tenants}, {size.messages:,} messages\n")
    processes = "".join(f"{process:>10}" for process in COUNTED)
    print(f"  {'first page of 50 messages':48}{'p50 ms':>9}{'p95 ms':>9}{'rows':>7}{processes} CPU ms")
    print("\n".join(line(one) for one in found))
    missed = [bar for bar in bars if not bar.holds]
    print("\n".join(bar.line() for bar in missed) or f"\n  all p95 ≤ {BAR_MS:g} ms")
    return 1 if missed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=WHOLE.messages)
    parser.add_argument("--small", action="store_true", help="a hundredth of it, to try the command itself")
    parser.add_argument("--hold", action="store_true", help="leave all running until Ctrl-C")
    given = parser.parse_args()
    size = SMALL if given.small else WHOLE
    size = size if given.small else Size(size.seed, size.tenants, given.messages)
    try:
        return tell(size, run(size, given.hold))
    except Failed as error:
        print(f"listing: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
