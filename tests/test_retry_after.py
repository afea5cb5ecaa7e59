"""What an endpoint asks for by `Retry-After` is done, within bounds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from delivery.engine import Engine
from tests.cast import House
from tests.live import Receiver
from tests.test_delivery_health import Lane

DAY_S = 86_400


def asking(receiver: Receiver, status: int, retry_after: str) -> None:
    receiver.behave = lambda request: (status, {"Retry-After": retry_after}, b"")


@pytest.mark.parametrize("status", [429, 503])
def test_the_next_try_comes_when_it_was_asked_for_and_not_before(
    acme: House, receiver: Receiver, engine: Engine, status: int
) -> None:
    asking(receiver, status, "1800")
    lane = Lane(acme, engine, receiver)
    lane.ring(lane.born())
    lane.pass_by(1790)
    lane.sweep()
    assert len(receiver.requests) == 1
    lane.pass_by(200)
    lane.sweep()
    assert len(receiver.requests) == 2


@pytest.mark.parametrize(
    ("retry_after", "seconds", "reason"),
    [
        ("900", 900, "retryAfter"),
        ("date", 900, "retryAfter"),
        ("31536000", DAY_S, "retryAfter"),  # a year: nobody is left alone for longer than a day
        ("1", 5, "ladder"),  # never sooner than planned
        ("-1", 5, "ladder"),
        ("in a while", 5, "ladder"),
        ("Sun, 22 Nov 2020 12:00:00 GMT", 5, "ladder"),
    ],
)
def test_bounds(
    acme: House, receiver: Receiver, engine: Engine, retry_after: str, seconds: int, reason: str
) -> None:
    if retry_after == "date":
        retry_after = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    asking(receiver, 503, retry_after)
    lane, before = Lane(acme, engine, receiver), datetime.now(UTC)
    (waiting,) = lane.ring(lane.born())
    assert waiting.due_at is not None
    assert waiting.reason == reason
    # A date has whole seconds; up to a tenth is added, so that not all come back at once.
    assert seconds - 1 <= (waiting.due_at - before).total_seconds() <= 1.1 * seconds + 5


def test_a_date_is_of_the_real_world_whatever_a_sandboxs_clock_says(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    asking(receiver, 503, format_datetime(datetime.now(UTC) + timedelta(seconds=900), usegmt=True))
    lane = Lane(acme, engine, receiver)
    lane.pass_by(3 * DAY_S)
    (waiting,) = lane.ring(lane.born())
    assert waiting.reason == "retryAfter"
    lane.pass_by(850)
    lane.sweep()
    assert len(receiver.requests) == 1
    lane.pass_by(150)
    lane.sweep()
    assert len(receiver.requests) == 2
