"""An endpoint is disabled after five days of nothing but failure, and its owner hears of it four times before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.audit import SYSTEM
from accounts.ids import public
from delivery import services
from delivery.engine import Engine
from delivery.models import Endpoint
from tests.cast import Api, House
from tests.dashboard.browse import Person, text
from tests.live import Receiver, receiving, until
from tests.test_delivery_health import Lane, answering

HOUR_S = 3600


@pytest.fixture
def listener() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def failing(house: House, engine: Engine, receiver: Receiver, listener: Receiver) -> Lane:
    """An endpoint that has just begun to fail, and another that hears of it."""
    lane = Lane(house, engine, receiver)
    events = ["endpoint.warned", "endpoint.disabled"]
    services.create_endpoint(lane.environment, SYSTEM, url=listener.url, events=events)
    answering(receiver, 500)
    lane.open()
    return lane


def told(listener: Receiver) -> list[dict[str, Any]]:
    return [json.loads(request.body) for request in listener.requests]


def fails_again_after(lane: Lane, hours: float) -> None:
    """The clock goes on, and the probe that is due by then fails."""
    before = lane.health.failures
    lane.pass_by(hours * HOUR_S)
    lane.sweep()
    until(lambda: lane.health.failures > before)


def is_enabled(lane: Lane) -> bool:
    return Endpoint.objects.get(pk=lane.endpoint.pk).disabled_at is None


def test_four_warnings_then_the_end(
    acme: House, receiver: Receiver, listener: Receiver, engine: Engine
) -> None:
    lane = failing(acme, engine, receiver, listener)
    fails_again_after(lane, 0.9)
    for number, hours in enumerate((0.2, 23, 48, 36), 1):  # an hour, a day, three, four and a half
        assert lane.health.warnings == number - 1
        fails_again_after(lane, hours)
        until(lambda number=number: lane.health.warnings == number)  # type: ignore[misc]
        engine.sweep()
        listener.got(number)
    fails_again_after(lane, 11)  # 119.1 hours
    assert is_enabled(lane)
    fails_again_after(lane, 1)
    until(lambda: not is_enabled(lane))
    engine.sweep()
    listener.got(5)
    assert [(one["type"], one["data"].get("warning")) for one in told(listener)] == [
        ("endpoint.warned", 1),
        ("endpoint.warned", 2),
        ("endpoint.warned", 3),
        ("endpoint.warned", 4),
        ("endpoint.disabled", None),
    ]
    about = public("endpoint", lane.endpoint.pk)
    assert {one["data"]["endpointId"] for one in told(listener)} == {about}
    shown = Api(acme.sandbox.key).get(f"endpoints/{about}").json()
    assert (shown["disabled"], shown["disabledBecause"]) == (True, "failing")
    acme.sandbox.endpoint = lane.endpoint
    page = text(Person(acme.users["owner"], acme.sandbox).get("endpoints/{endpoint_id}/"))
    assert str(Endpoint.Because.FAILING.label) in page


def test_nothing_is_lost_when_it_is_enabled_again(
    acme: House, receiver: Receiver, listener: Receiver, engine: Engine
) -> None:
    lane = failing(acme, engine, receiver, listener)
    for hours in (2, 119):
        fails_again_after(lane, hours)
    until(lambda: not is_enabled(lane))
    tried = len(receiver.requests)
    (late,) = lane.ring(lane.born())
    assert late.state == "held"
    lane.pass_by(HOUR_S)
    lane.sweep()
    assert len(receiver.requests) == tried
    answering(receiver, 200)
    path = f"endpoints/{public('endpoint', lane.endpoint.pk)}"
    assert Api(acme.sandbox.key).patch(path, {"disabled": False}).status_code == 200
    until(lambda: engine.sweep() >= 0 and not lane.endpoint.deliveries.exclude(state="delivered").exists())
    assert len({request.headers["webhook-id"] for request in receiver.requests[tried:]}) == 11


def test_one_text_that_arrives_begins_the_five_days_anew(
    acme: House, receiver: Receiver, listener: Receiver, engine: Engine
) -> None:
    lane = failing(acme, engine, receiver, listener)
    for hours in (2, 110):
        fails_again_after(lane, hours)
    assert lane.health.warnings > 0
    answering(receiver, 200)
    lane.pass_by(HOUR_S)
    lane.sweep()
    until(lambda: lane.health.failing_since is None)
    assert lane.health.warnings == 0
    answering(receiver, 500)
    lane.open()
    for hours in (2, 116):  # nine and a half days after the first failure
        fails_again_after(lane, hours)
    assert is_enabled(lane)
