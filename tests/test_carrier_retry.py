"""While our database is away, each carrier gets the answer after which it comes again; what it repeats counts once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from inbox.models import Message
from ingest import link
from ingest.link import Link
from ingest.models import StrayText
from numbers.carriers import HTTP_CARRIERS
from numbers.models import Channel
from tests.carrier_battery import Case, Sms, every_case
from tests.live import LiveDoor
from tests.test_carrier_doors import channel, send

__all__ = ["channel"]

# After which statuses a carrier sends the same again, from its documentation (docs/carriers.md says what that leaves
# to set in its console). Those of whom nothing is said have 5xx, the one class that nobody takes for an answer.
ANY_5XX = frozenset(range(500, 600))
NOT_2XX = frozenset(range(300, 600))
REPEATED = {
    "twilio": ANY_5XX,  # with #rc=5&rp=all; without it, it turns to the fallback URL
    "vonage": NOT_2XX,  # for 24 hours
    "vonage-messages": NOT_2XX,
    "telnyx": NOT_2XX,  # three times, then the failover URL
    "plivo": ANY_5XX,
    "sinch": ANY_5XX | {429},  # for 22 h 45; any other 4xx is the end
    "messagebird": ANY_5XX,
    "bird": NOT_2XX,
    "aws": ANY_5XX | {429},  # by the delivery policy; any other 4xx is the end
    "infobip": ANY_5XX,
    "bandwidth": NOT_2XX,  # for 24 hours
    "clickatell": ANY_5XX,
    "highconnection": ANY_5XX,
    "generic": NOT_2XX,
    "sandbox": NOT_2XX,
}
# Seconds that the carrier waits for an answer, where it says so; ten where it does not.
PATIENCE_S = {"telnyx": 2.0, "twilio": 15.0, "aws": 15.0}

Outage = Callable[[pytest.MonkeyPatch], None]


def refusing(patch: pytest.MonkeyPatch) -> None:
    """PostgreSQL is stopped."""

    async def execute(self: Link, sql: str, parameters: dict[str, Any]) -> None:
        raise psycopg.OperationalError("connection refused")

    patch.setattr(Link, "execute", execute)


def frozen(patch: pytest.MonkeyPatch) -> None:
    """PostgreSQL takes statements and says no more."""

    async def execute(self: Link, sql: str, parameters: dict[str, Any]) -> None:
        async with asyncio.timeout(link.WRITE_TIMEOUT_S):
            await asyncio.Event().wait()

    patch.setattr(link, "WRITE_TIMEOUT_S", 0.1)
    patch.setattr(Link, "execute", execute)


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Callable[[Outage], AbstractContextManager[None]]:
    @contextmanager
    def outage(kind: Outage) -> Iterator[None]:
        with monkeypatch.context() as patch:
            kind(patch)
            yield

    return outage


def test_every_carrier_is_here() -> None:
    assert REPEATED.keys() == HTTP_CARRIERS.keys()


@every_case
def test_the_door_waits_no_longer_than_the_carrier(case: Case) -> None:
    assert case.carrier.deadline_s < PATIENCE_S.get(case.name, 10.0)


@every_case
@pytest.mark.parametrize("kind", [refusing, frozen], ids=lambda kind: kind.__name__)
def test_an_outage_is_answered_so_that_the_text_comes_again_and_counts_once(
    case: Case,
    kind: Outage,
    channel: Channel,
    door: LiveDoor,
    away: Callable[[Outage], AbstractContextManager[None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(case.carrier, "deadline_s", 0.3)
    text = case.body(Sms(at=datetime.now(UTC)))
    nobodys = case.body(Sms(id="id-2", recipient="+33639989999", at=datetime.now(UTC)))
    with away(kind):
        began = time.monotonic()
        answers = [send(door, channel, case, body) for body in (text, nobodys)]
        assert time.monotonic() - began < 2 * PATIENCE_S.get(case.name, 10.0)
    expected = case.carrier.try_again(5)
    assert answers == [(expected.status, expected.body)] * 2
    assert expected.status in REPEATED[case.name]
    assert not Message.objects.exists()
    for body in (text, nobodys, text):
        assert send(door, channel, case, body)[0] == case.carrier.accepted.status
    assert Message.objects.get().content == "Hello"
    assert StrayText.objects.count() == 1
