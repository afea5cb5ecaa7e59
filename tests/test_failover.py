"""Another endpoint stands in for one that is left alone or that we disabled, for as long as that lasts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.audit import SYSTEM
from accounts.ids import public
from dashboard.health import condition
from delivery import services
from delivery.breaker import Measures
from delivery.engine import Engine
from delivery.models import Delivery, Endpoint, Health
from tests import cast
from tests.cast import Api, House
from tests.live import Receiver, delivering, receiving, until
from tests.test_delivery_health import Lane, answering


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


class Pair:
    """An endpoint of Acme's sandbox that fails, and one that may stand in for it."""

    def __init__(self, house: House, engine: Engine, receiver: Receiver, other: Receiver) -> None:
        answering(receiver, 500)
        self.lane, self.engine = Lane(house, engine, receiver), engine
        environment = self.lane.environment
        self.first = self.lane.endpoint
        self.second = services.create_endpoint(environment, SYSTEM, url=other.url, description="B").endpoint

    def name(self, stand_in: Endpoint | None) -> None:
        services.update_endpoint(self.first, SYSTEM, failover=stand_in)

    def look(self) -> None:
        """As a worker does every few seconds; and what it hands over comes due."""
        self.engine.next_search = 0
        self.lane.sweep()
        self.lane.pass_by(6)
        self.lane.sweep()
        until(lambda: not self.second.deliveries.filter(state="sending").exists())

    def arrived(self) -> int:
        return self.second.deliveries.filter(state="delivered", diverted_from=self.first.pk).count()


@pytest.fixture
def pair(acme: House, engine: Engine, receiver: Receiver, other: Receiver) -> Pair:
    return Pair(acme, engine, receiver, other)


BY_US: dict[str, tuple[int, dict[str, str]]] = {
    "gone": (410, {}),
    "asked": (500, {"webhook-delivery": "disable"}),
}


def disable(pair: Pair, receiver: Receiver, because: str) -> None:
    """As a worker would because of what the endpoint answers."""
    if because == "failing":
        services.take_measures(pair.first.pk, Measures(warnings=4, disable=True))
    else:
        status, headers = BY_US[because]
        receiver.behave = lambda request: (status, headers, b"")
        pair.lane.ring(pair.lane.born())
    until(lambda: Endpoint.objects.get(pk=pair.first.pk).disabled_because == because)
    pair.lane.sweep()  # every worker looks each second


@pytest.mark.parametrize("because", ["failing", "gone", "asked"])
def test_the_stand_in_goes_on_when_the_first_is_disabled(
    pair: Pair, receiver: Receiver, because: str
) -> None:
    pair.name(pair.second)
    waiting = cast.store_delivery(pair.lane.house.sandbox.message, pair.first, "pending", attempts_made=0)
    disable(pair, receiver, because)
    assert Delivery.objects.get(pk=waiting.pk).state in {"held", "pending"}
    (came,) = pair.lane.ring(pair.lane.born())
    assert (came.state, came.endpoint_id, came.diverted_from) == ("delivered", pair.second.pk, pair.first.pk)
    pair.look()
    waited = Delivery.objects.get(pk=waiting.pk)
    assert (waited.state, waited.endpoint_id) == ("delivered", pair.second.pk)


def test_what_a_person_disabled_is_not_stood_in_for(pair: Pair) -> None:
    pair.name(pair.second)
    services.update_endpoint(pair.first, SYSTEM, disabled=True)
    pair.lane.sweep()
    (held,) = pair.lane.ring(pair.lane.born())
    pair.look()
    held.refresh_from_db()
    assert (held.state, held.endpoint_id, pair.second.deliveries.count()) == ("held", pair.first.pk, 0)


def test_the_first_gets_its_own_again_once_it_is_enabled(pair: Pair, receiver: Receiver) -> None:
    pair.name(pair.second)
    disable(pair, receiver, "gone")
    answering(receiver, 200)
    services.update_endpoint(Endpoint.objects.get(pk=pair.first.pk), SYSTEM, disabled=False)
    (own,) = pair.lane.ring(pair.lane.born())  # before the worker looked at who is in trouble
    assert (own.state, own.endpoint_id, own.diverted_from) == ("delivered", pair.first.pk, None)


def test_events_wait_for_the_endpoint_that_asked_for_them(pair: Pair, receiver: Receiver) -> None:
    pair.name(pair.second)
    services.update_endpoint(pair.first, SYSTEM, events=["endpoint.disabled"])
    disable(pair, receiver, "gone")
    pair.look()
    event = Delivery.objects.get(event_type="endpoint.disabled", endpoint=pair.first)
    assert event.state == "held"


@pytest.mark.parametrize("ready", ["named", "enabled", "recovered"])
def test_what_is_parked_goes_to_a_stand_in_that_comes_later(pair: Pair, ready: str) -> None:
    if ready != "named":
        pair.name(pair.second)
    if ready == "enabled":
        services.update_endpoint(pair.second, SYSTEM, disabled=True)
    if ready == "recovered":
        Health.objects.create(endpoint=pair.second, opened_at=pair.first.created_at, failures=10)
    pair.lane.open()
    pair.look()
    assert pair.lane.waiting() == [("circuit", None)] * 10
    if ready == "named":
        pair.name(pair.second)
    if ready == "enabled":
        services.update_endpoint(pair.second, SYSTEM, disabled=False)
    Health.objects.filter(pk=pair.second.pk).update(opened_at=None)
    pair.look()
    assert pair.arrived() == 10


def test_what_goes_over_flows_at_the_rate_of_the_stand_in(pair: Pair) -> None:
    services.update_endpoint(pair.second, SYSTEM, policy={"drain": {"ratePerSecond": 0.5}})
    pair.lane.open()
    pair.name(pair.second)
    for _ in range(2):  # as two workers would
        pair.engine.next_search = 0
        pair.lane.sweep()
    moved = list(pair.second.deliveries.order_by("due_at").values_list("due_at", flat=True))
    assert len(moved) == 4
    assert [round((due - moved[0]).total_seconds()) for due in moved if due and moved[0]] == [0, 2, 4, 6]
    assert len(pair.lane.waiting()) == 6


def test_a_queue_that_stands_in_gets_what_is_parked(pair: Pair, acme: House) -> None:
    pair.lane.open()
    pair.name(acme.sandbox.queue)
    pair.engine.next_search = 0
    pair.lane.sweep()
    rows = acme.sandbox.queue.deliveries.values_list("state", "due_at", "reason", "attempts_made")
    assert list(rows) == [("pending", None, "queued", 1)] * 10


def test_two_that_stand_in_for_each_other_send_nothing_round(
    pair: Pair, receiver: Receiver, other: Receiver
) -> None:
    pair.name(pair.second)
    services.update_endpoint(pair.second, SYSTEM, failover=pair.first)
    pair.lane.open()
    answering(other, 500)
    pair.look()
    until(lambda: Health.objects.filter(pk=pair.second.pk, opened_at__isnull=False).exists())
    pair.look()
    until(lambda: {*pair.second.deliveries.values_list("reason", flat=True)} <= {"circuit"})
    answering(receiver, 200)
    pair.lane.pass_by(100)
    pair.lane.sweep()
    pair.lane.ring(*(pair.lane.born() for _ in range(2)))
    until(lambda: pair.lane.health.opened_at is None)
    pair.look()
    pair.look()
    assert pair.second.deliveries.filter(diverted_from=pair.first.pk).count() <= 1  # its probe that failed
    home = pair.first.deliveries.filter(state="delivered")
    assert home.count() >= 11
    assert set(home.values_list("diverted_from", flat=True)) == {None}


@pytest.mark.parametrize("state", ["pending", "held"])
def test_what_was_diverted_goes_back_when_the_stand_in_is_deleted(
    pair: Pair, receiver: Receiver, state: str
) -> None:
    answering(receiver, 200)
    pair.name(pair.second)
    message, columns = pair.lane.house.sandbox.message, {"due_at": None, "attempts_made": 1}
    own = cast.store_delivery(message, pair.second, state, **columns)
    away = cast.store_delivery(message, pair.second, state, diverted_from=pair.first.pk, **columns)
    services.delete_endpoint(pair.second, SYSTEM)
    pair.lane.pass_by(1)
    pair.lane.sweep()
    own.refresh_from_db()
    away.refresh_from_db()
    assert own.state == "cancelled"
    assert (away.state, away.endpoint_id, away.diverted_from) == ("delivered", pair.first.pk, None)
    assert Endpoint.objects.get(pk=pair.first.pk).failover is None


def test_what_was_on_its_way_to_a_deleted_stand_in_goes_back_as_well(pair: Pair, receiver: Receiver) -> None:
    answering(receiver, 200)
    own, away = pair.lane.born(), pair.lane.born()
    Delivery.objects.filter(pk=away.pk).update(endpoint=pair.second, diverted_from=pair.first.pk)
    Delivery.objects.filter(pk=own.pk).update(endpoint=pair.second)
    services.delete_endpoint(pair.second, SYSTEM)
    cancelled, away = pair.lane.ring(own, away)
    assert (cancelled.state, away.state, away.endpoint_id) == ("cancelled", "pending", pair.first.pk)
    pair.lane.pass_by(1)
    pair.lane.sweep()
    away.refresh_from_db()
    assert away.state == "delivered"


def test_it_goes_from_a_deleted_stand_in_to_the_next(pair: Pair, other: Receiver) -> None:
    pair.name(pair.second)
    pair.lane.open()
    away = cast.store_delivery(
        pair.lane.house.sandbox.message, pair.second, "pending", diverted_from=pair.first.pk, due_at=None
    )
    third = services.create_endpoint(pair.lane.environment, SYSTEM, url=other.url).endpoint
    services.delete_endpoint(pair.second, SYSTEM)
    pair.name(third)
    pair.lane.pass_by(1)
    pair.lane.sweep()
    pair.look()
    away.refresh_from_db()
    until(lambda: Delivery.objects.get(pk=away.pk).state == "delivered")
    assert Delivery.objects.get(pk=away.pk).endpoint == third


def test_nothing_goes_back_to_an_endpoint_that_is_deleted_too(pair: Pair) -> None:
    away = cast.store_delivery(
        pair.lane.house.sandbox.message, pair.second, "pending", diverted_from=pair.first.pk, due_at=None
    )
    for endpoint in (pair.first, pair.second):
        services.delete_endpoint(endpoint, SYSTEM)
    assert Delivery.objects.get(pk=away.pk).state == "cancelled"


def told(pair: Pair, type: str) -> dict[str, Any]:
    payload: dict[str, Any] = pair.lane.environment.events.filter(type=type).latest("pk").payload
    return payload


def test_events_pages_and_api_say_who_stands_in(pair: Pair, acme: House) -> None:
    api, path = Api(acme.sandbox.key), f"endpoints/{public('endpoint', pair.first.pk)}"
    assert api.get(path).json()["divertedTo"] is None
    pair.name(pair.second)
    second = public("endpoint", pair.second.pk)
    pair.lane.open()
    assert api.get(path).json()["divertedTo"] == second
    assert "Texts go to B meanwhile." in condition(pair.first, pair.first.created_at).words
    services.take_measures(pair.first.pk, Measures(warnings=1))
    assert told(pair, "endpoint.warned")["divertedTo"] == second
    services.take_measures(pair.first.pk, Measures(warnings=4, disable=True))
    assert told(pair, "endpoint.disabled")["divertedTo"] == second
    first = Endpoint.objects.get(pk=pair.first.pk)
    words = condition(first, first.created_at).words
    assert words == "Nothing arrived there for five days. Texts go to B meanwhile."
    assert api.patch(path, {"failoverId": None}).json()["divertedTo"] is None
    assert "What comes for it is held." in condition(first, first.created_at).words
