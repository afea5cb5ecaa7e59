"""How long an intake tries while the database does not answer: each request its own time, and never in a spin."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import psycopg
import pytest

from ingest.batch import Batch, Rows, TryAgain
from ingest.configuration import Configuration
from ingest.joining import Joiner
from ingest.link import Link

NOWHERE = "host=/nonexistent"


class Refusing:
    """Stands in for Link.execute, and counts."""

    def __init__(self) -> None:
        self.tries = 0

    async def __call__(self, *arguments: object) -> None:
        self.tries += 1
        raise psycopg.OperationalError("connection refused")


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Refusing:
    made = Refusing()
    monkeypatch.setattr(Link, "execute", made)
    return made


def batch() -> Batch:
    return Batch(
        NOWHERE,
        size=500,
        waiting=1000,
        lease=lambda: datetime.now(UTC),
        ring=lambda lease, ids: None,
        observe=lambda count, seconds: None,
        on_parts=lambda groups: None,
    )


async def refused_after(made: Batch, deadline_s: float) -> float:
    began = time.monotonic()
    with pytest.raises(TryAgain):
        await made.store(PARTS, deadline_s)
    return time.monotonic() - began


PARTS = Rows(parts=[None])  # type: ignore[list-item]  # the database is asked before what they are matters


def test_a_request_in_a_hurry_does_not_wait_for_those_that_are_tried(
    refusing: Refusing, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> tuple[float, float, float]:
        made = batch()
        monkeypatch.setattr(made, "commit", Refusing())
        made.start()
        patient = []
        for _ in made.flushers:  # one for each to try
            patient.append(asyncio.create_task(refused_after(made, 2.0)))
            await asyncio.sleep(0)
            while made.waiting:
                await asyncio.sleep(0)
        hurried = await refused_after(made, 0.2)
        first, second = await asyncio.gather(*patient)
        await made.stop(0)
        return hurried, first, second

    hurried, *patient = asyncio.run(main())
    assert 0.2 <= hurried < 1
    assert all(2 <= seconds < 3 for seconds in patient)


def test_the_joiner_of_parts_does_not_spin(refusing: Refusing) -> None:
    async def main() -> None:
        running = asyncio.create_task(Joiner(NOWHERE, Configuration(), batch()).run())
        await asyncio.wait([running], timeout=0.5)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(main())
    assert refusing.tries == 1
