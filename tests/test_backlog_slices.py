"""A backlog is parked, held and let go in slices: in order, whoever dies, and beside the deliveries of others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from accounts.audit import SYSTEM
from accounts.database import dsn
from accounts.models import Environment
from delivery import parking, services
from delivery.backlog import oldest_pending
from delivery.engine import Engine
from delivery.models import Delivery, Endpoint, Health
from delivery.parking import Hold, Park, Parking
from delivery.store import Store
from tests import cast
from tests.cast import URL, House, Side
from tests.live import Receiver, delivering, receiving, until
from tests.plans import rows_read

SLICE = 4
COUNT = 10
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parking, "SLICE", SLICE)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


@pytest.fixture
def store(transactional_db: None) -> Iterator[Store]:
    store = Store(dsn())
    yield store
    store.drop()


def endpoint_of(side: Side, url: str = URL, **policy: Any) -> Endpoint:
    return services.create_endpoint(side.environment, SYSTEM, url=url, policy=policy).endpoint


def store_backlog(side: Side, endpoint: Endpoint, count: int = COUNT, **columns: Any) -> list[Delivery]:
    """Deliveries that wait, the oldest first; by default each for a circuit."""
    values = {"due_at": None, "reason": "circuit", "attempts_made": 0} | columns
    state = values.pop("state", "pending")
    return [
        cast.store_delivery(cast.store_message(side.assignment, f"text {n}"), endpoint, state, **values)
        for n in range(count)
    ]


def open_circuit(endpoint: Endpoint) -> None:
    now = datetime.now(UTC)
    values = {"failing_since": now, "failures": 10, "opened_at": now, "probe_at": now + HOUR}
    Health.objects.update_or_create(endpoint=endpoint, defaults=values)


def states(rows: list[Delivery]) -> list[str]:
    found = Delivery.objects.filter(pk__in=[one.pk for one in rows])
    return list(found.order_by("pk").values_list("state", flat=True))


def turns_of(rows: list[Delivery]) -> list[datetime | None]:
    found = Delivery.objects.filter(pk__in=[one.pk for one in rows])
    return list(found.order_by("pk").values_list("due_at", flat=True))


def found_by(store: Store) -> Parking:
    """What a worker that knows of nothing finds to do."""
    jobs = Parking()
    jobs.search(store, datetime.now(UTC))
    return jobs


def work(store: Store, engine: Engine, jobs: Parking) -> None:
    jobs.work(store, engine.policy, datetime.now(UTC))


@pytest.mark.parametrize("newest_first", [False, True])
def test_turns_go_on_from_slice_to_slice_whoever_gives_them(
    acme: House, engine: Engine, store: Store, newest_first: bool
) -> None:
    endpoint = endpoint_of(acme.live, drain={"ratePerSecond": 2, "newestFirst": newest_first})
    backlog = store_backlog(acme.live, endpoint)
    given = []
    for _ in range(3):  # each time another worker, since the one before was killed
        work(store, engine, found_by(store))
        given.append(sum(at is not None for at in turns_of(backlog)))
    assert given == [SLICE, 2 * SLICE, COUNT]
    times = turns_of(backlog)
    gaps = [(after - before).total_seconds() for before, after in pairwise(times) if before and after]
    assert gaps == [-0.5 if newest_first else 0.5] * (COUNT - 1)
    assert found_by(store).jobs == {}


def test_turns_are_given_as_they_come_near(acme: House, engine: Engine, store: Store) -> None:
    """So an endpoint that fails again has a slice to park again, and not all of its backlog."""
    endpoint = endpoint_of(acme.live, drain={"ratePerSecond": 0.1})
    backlog = store_backlog(acme.live, endpoint)
    jobs = found_by(store)
    for _ in range(3):
        work(store, engine, jobs)
    assert jobs.jobs == found_by(store).jobs == {}
    assert sum(at is not None for at in turns_of(backlog)) == SLICE
    soon = datetime.now(UTC) + timedelta(seconds=5)
    Health.objects.filter(pk=endpoint.pk).update(drained_until=soon)
    work(store, engine, found_by(store))
    times = turns_of(backlog)
    assert times[SLICE] == soon
    assert sum(at is not None for at in times) == 2 * SLICE


def test_while_one_worker_gives_turns_no_other_does(acme: House, engine: Engine, store: Store) -> None:
    endpoint = endpoint_of(acme.live, drain={"ratePerSecond": 100})
    backlog = store_backlog(acme.live, endpoint)
    Health.objects.create(endpoint=endpoint)
    other, wall = Store(dsn()), datetime.now(UTC)
    lane = (acme.live.environment.pk, endpoint.pk, engine.policy(endpoint.pk), wall)
    with store.transaction():
        assert parking.drain(store.execute, *lane)[0] == SLICE
        with other.transaction():
            assert parking.drain(other.execute, *lane)[0] == 0
    other.drop()
    assert sum(at is not None for at in turns_of(backlog)) == SLICE


def test_an_open_circuit_or_a_pause_keeps_what_waits(acme: House, store: Store) -> None:
    failing, paused = endpoint_of(acme.live), endpoint_of(acme.live)
    open_circuit(failing)
    store_backlog(acme.live, failing)
    services.update_endpoint(paused, SYSTEM, disabled=True)
    store_backlog(acme.live, paused, state="held", reason="")
    assert found_by(store).jobs == {}


def test_a_text_with_an_end_does_not_wait_for_that_when_its_circuit_has_closed(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    """Parked, it would be looked at when it is worthless, and whoever closed the circuit died."""
    endpoint = endpoint_of(acme.live, receiver.url, deliverWithinSeconds=3600)
    (parked,) = store_backlog(acme.live, endpoint, 1, due_at=datetime.now(UTC) + HOUR)
    engine.next_search = 0
    assert engine.sweep() == 1
    until(lambda: states([parked]) == ["delivered"])


def test_a_circuit_that_opens_parks_a_slice_at_once_and_the_rest_in_sweeps(
    acme: House, engine: Engine
) -> None:
    endpoint = endpoint_of(acme.live)
    backlog = store_backlog(acme.live, endpoint, due_at=datetime.now(UTC) + HOUR, reason="ladder")
    open_circuit(endpoint)
    engine.keeper.park(engine.store, endpoint.pk, datetime.now(UTC), engine.policy(endpoint.pk))
    parked = []
    for _ in range(4):
        parked.append(sum(at is None for at in turns_of(backlog)))
        engine.sweep()
    assert parked == [SLICE, 2 * SLICE, COUNT, COUNT]
    assert not engine.more


def test_parking_ends_where_the_circuit_has_closed_meanwhile(acme: House, store: Store) -> None:
    endpoint = endpoint_of(acme.live)
    open_circuit(endpoint)
    backlog = store_backlog(acme.live, endpoint, due_at=datetime.now(UTC) + HOUR, reason="ladder")
    rest = Park(endpoint.pk, datetime.now(UTC), None, False).slice(store)
    assert rest is not None
    Health.objects.filter(pk=endpoint.pk).update(opened_at=None)
    assert rest.slice(store) is None
    assert sum(at is None for at in turns_of(backlog)) == SLICE


def test_a_pause_holds_a_slice_at_once_and_sends_nothing_of_the_rest(
    acme: House, receiver: Receiver, engine: Engine, store: Store
) -> None:
    endpoint = endpoint_of(acme.live, receiver.url)
    backlog = store_backlog(acme.live, endpoint, due_at=datetime.now(UTC) - HOUR, reason="")
    services.update_endpoint(endpoint, SYSTEM, disabled=True)
    assert states(backlog) == ["held"] * SLICE + ["pending"] * (COUNT - SLICE)
    engine.sweep()  # which takes the rest, and gives it to nobody
    until(lambda: states(backlog) == ["held"] * COUNT)
    assert receiver.requests == []


def test_what_a_pause_left_is_held_by_whoever_finds_it(acme: House, engine: Engine, store: Store) -> None:
    endpoint = endpoint_of(acme.live)
    backlog = store_backlog(acme.live, endpoint, due_at=datetime.now(UTC) + HOUR, reason="ladder")
    services.update_endpoint(endpoint, SYSTEM, disabled=True)
    held = []
    for _ in range(2):
        jobs = found_by(store)
        assert list(jobs.jobs) == [Hold(endpoint.pk)]
        work(store, engine, jobs)
        held.append(states(backlog).count("held"))
    assert held == [2 * SLICE, COUNT]
    assert found_by(store).jobs == {}
    assert turns_of(backlog) == [None] * COUNT


def test_what_waits_for_a_deleted_endpoint_is_cancelled_however_much_it_is(
    acme: House, engine: Engine, store: Store
) -> None:
    endpoint = endpoint_of(acme.live)
    backlog = store_backlog(acme.live, endpoint, SLICE + 2, state="held", reason="")
    backlog += store_backlog(acme.live, endpoint, SLICE + 2)
    services.delete_endpoint(endpoint, SYSTEM)
    cancelled = [states(backlog).count("cancelled")]
    for _ in range(2):
        work(store, engine, found_by(store))
        cancelled.append(states(backlog).count("cancelled"))
    assert cancelled == [SLICE, 2 * SLICE, 2 * (SLICE + 2)]
    assert found_by(store).jobs == {}


def test_what_was_held_and_what_was_parked_flow_in_one_order(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    side = acme.sandbox
    endpoint = endpoint_of(side, receiver.url, maxInFlight=1, drain={"ratePerSecond": 1})
    store_backlog(side, endpoint)
    open_circuit(endpoint)
    services.update_endpoint(endpoint, SYSTEM, disabled=True)
    services.update_endpoint(endpoint, SYSTEM, disabled=False)  # before all of them were held
    for _ in range(COUNT + 2):
        engine.next_search = 0
        engine.sweep()
        until(lambda: not endpoint.deliveries.filter(state="sending").exists())
        side.environment.clock_offset += timedelta(seconds=1)
        Environment.objects.filter(pk=side.environment.pk).update(clock_offset=side.environment.clock_offset)
    assert [request.data["content"] for request in receiver.requests] == [f"text {n}" for n in range(COUNT)]


def test_what_waits_for_its_turn_can_be_sent_by_hand(acme: House) -> None:
    endpoint = endpoint_of(acme.live)
    services.update_endpoint(endpoint, SYSTEM, disabled=True)
    backlog = store_backlog(acme.live, endpoint, state="held", reason="")
    services.update_endpoint(endpoint, SYSTEM, disabled=False)
    assert states(backlog) == ["pending"] * SLICE + ["held"] * (COUNT - SLICE)
    assert oldest_pending() == backlog[0].created_at
    Delivery.objects.filter(pk__in=[one.pk for one in backlog[:SLICE]]).update(state="delivered")
    assert oldest_pending() == backlog[SLICE].created_at  # late, and said so, though its turn is to come
    assert services.replay(backlog[-1], SYSTEM).state == "pending"


def test_a_delivery_of_another_endpoint_goes_out_between_two_slices(
    acme: House, borealis: House, receiver: Receiver, engine: Engine
) -> None:
    store_backlog(acme.live, endpoint_of(acme.live, receiver.url, drain={"ratePerSecond": 0.1}))
    theirs = endpoint_of(borealis.live, receiver.url)
    (due,) = store_backlog(borealis.live, theirs, 1, due_at=datetime.now(UTC), reason="")
    engine.next_search = 0
    engine.sweep()
    until(lambda: states([due]) == ["delivered"])
    assert Delivery.objects.filter(state="pending", reason="circuit").count() == COUNT - SLICE


def test_the_oldest_that_waits_is_the_probe_held_or_parked(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_of(acme.live, receiver.url, drain={"ratePerSecond": 0.1})
    held = store_backlog(acme.live, endpoint, 1, state="held", reason="")
    parked = store_backlog(acme.live, endpoint, 1)
    open_circuit(endpoint)
    Health.objects.filter(pk=endpoint.pk).update(probe_at=datetime.now(UTC))
    assert engine.sweep() == 1
    until(lambda: states(held + parked) == ["delivered", "pending"])


def test_when_a_circuit_opens_again_the_turns_are_given_anew(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    receiver.behave = lambda request: (500, {}, b"")
    endpoint = endpoint_of(acme.live, receiver.url, drain={"ratePerSecond": 0.1})
    first, *backlog = store_backlog(acme.live, endpoint)
    Health.objects.create(endpoint=endpoint, failing_since=datetime.now(UTC), failures=9)
    engine.next_search = 0
    assert engine.sweep() == 1  # a slice has its turns, and the first comes at once
    until(lambda: Health.objects.get(pk=endpoint.pk).opened_at is not None)
    assert Health.objects.get(pk=endpoint.pk).drained_until is None
    until(lambda: turns_of(backlog) == [None] * len(backlog))
    assert Delivery.objects.get(pk=first.pk).attempts_made == 1


def test_a_slice_reads_a_slice(acme: House, store: Store) -> None:
    endpoint = endpoint_of(acme.live)
    store_backlog(acme.live, endpoint, 300)
    drained = store_backlog(acme.live, endpoint, 300, reason="drain", due_at=datetime.now(UTC) + HOUR)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE delivery_delivery")
    wall = datetime.now(UTC)
    common = {"environment": acme.live.environment.pk, "endpoint": endpoint.pk, "now": wall, "start": wall}
    values = common | parking.ENDS | {"gap": timedelta(seconds=1), "ahead": HOUR, "limit": SLICE}
    for order in ("ASC", "DESC"):
        read = rows_read(store, parking.DRAIN.format(order=order), values)
        assert read["delivery_delivery"] <= 2 * SLICE
    open_circuit(endpoint)
    park = Park(endpoint.pk, wall, None, False, drained[0].pk)
    parked = {"endpoint": park.endpoint, "now": wall, "within": None, "stand_in": False, "after": park.after}
    read = rows_read(store, parking.PARK, parked | parking.ENDS | {"limit": SLICE})
    assert read["delivery_delivery"] <= 2 * SLICE
