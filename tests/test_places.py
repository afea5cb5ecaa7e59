"""`maxInFlight` is an endpoint's, however many workers there are: each leases places, together never more."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit import SYSTEM
from accounts.ids import uuid7
from delivery import services
from delivery.engine import Engine
from delivery.models import Delivery, Endpoint, Place
from delivery.places import Use, grant
from tests import cast
from tests.cast import House
from tests.live import Receiver, Request, delivering, hexed, receiving, until

WORKERS = [uuid7() for _ in range(4)]


class Worker:
    """As much of one as `grant` knows."""

    def __init__(self) -> None:
        self.held = self.used = self.running = 0


@given(
    st.integers(1, 6),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 9)), max_size=60),
)
def test_there_are_never_more_requests_than_places(cap: int, steps: list[tuple[int, int, int]]) -> None:
    workers = {id: Worker() for id in WORKERS}
    for turn, (who, wants, ends) in enumerate(steps):
        me = workers[WORKERS[who]]
        others = {id: one.held for id, one in workers.items() if one is not me}
        me.held, me.used = grant(
            Use(cap, me.running, wants), max(me.running, me.used), others, WORKERS[who], turn
        )
        me.running = max(me.running - ends, 0)
        me.running = max(me.running, min(wants, me.used))
        assert sum(one.held for one in workers.values()) <= cap
        assert sum(one.running for one in workers.values()) <= cap


@given(st.integers(1, 9), st.integers(1, 4))
def test_every_worker_that_wants_a_place_has_one_in_its_turn(cap: int, count: int) -> None:
    names = WORKERS[:count]
    had: set[UUID] = set()
    for turn in range(count):
        held = dict.fromkeys(names, 0)
        for me in names:
            others = {id: places for id, places in held.items() if id != me}
            held[me] = grant(Use(cap, 0, 9), 0, others, me, turn).places
        assert sum(held.values()) == min(cap, 9 * count)
        had |= {id for id, places in held.items() if places}
    assert had == set(names)


@pytest.fixture
def two(transactional_db: None) -> Iterator[list[Engine]]:
    with delivering() as one, delivering() as another:
        yield [one, another]


class Crowd:
    """A receiver that lets requests wait until they are released, and knows how many it had at once at most."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.at_once = self.most = 0
        self.counting, self.released = threading.Lock(), threading.Event()
        receiver.behave = self.behave

    def behave(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        with self.counting:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.released.wait(8)
        with self.counting:
            self.at_once -= 1
        return 200, {}, b""


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    with receiving() as receiver:
        crowd = Crowd(receiver)
        yield crowd
        crowd.released.set()


def born(house: House, endpoint: Endpoint, count: int) -> list[Delivery]:
    leased = {"lease": uuid7(), "leased_until": datetime.now(UTC) + timedelta(seconds=30), "attempts_made": 0}
    texts = [cast.store_message(house.live.assignment, f"code {n}") for n in range(count)]
    return [cast.store_delivery(one, endpoint, Delivery.State.SENDING, **leased) for one in texts]


def look(engines: Sequence[Engine]) -> None:
    """As workers do each second."""
    for engine in engines:
        engine.places.next_look = 0
        engine.sweep()


def all_arrived(engines: Sequence[Engine], endpoint: Endpoint) -> None:
    def through() -> bool:
        look(engines)
        return not endpoint.deliveries.exclude(state="delivered").exists()

    until(through)


def ring(engine: Engine, deliveries: Sequence[Delivery]) -> None:
    for one in deliveries:
        assert one.lease is not None
        engine.ring(hexed(one.lease, [one.pk]))


@pytest.mark.parametrize("cap", [1, 3])
def test_two_workers_together_send_no_more_at_once(
    acme: House, two: list[Engine], crowd: Crowd, cap: int
) -> None:
    endpoint = services.create_endpoint(
        acme.live.environment, SYSTEM, url=crowd.receiver.url, policy={"maxInFlight": cap}
    ).endpoint
    for engine in two:
        ring(engine, born(acme, endpoint, 8))
    crowd.receiver.got(cap)
    for _ in range(3):
        look(two)
    assert crowd.at_once == cap
    crowd.released.set()
    all_arrived(two, endpoint)
    assert (len(crowd.receiver.requests), crowd.most) == (16, cap)


def test_who_comes_later_gets_a_part_of_the_places(acme: House, two: list[Engine], crowd: Crowd) -> None:
    endpoint = services.create_endpoint(
        acme.live.environment, SYSTEM, url=crowd.receiver.url, policy={"maxInFlight": 4}
    ).endpoint
    ring(two[0], born(acme, endpoint, 6))
    crowd.receiver.got(4)
    ring(two[1], born(acme, endpoint, 6))
    look(two)
    assert (crowd.at_once, two[1].places.allowed(endpoint.pk)) == (4, 0)  # what is on the wire stays there
    crowd.released.set()
    until(lambda: not two[0].transport.running)
    crowd.released.clear()
    ring(two[0], born(acme, endpoint, 6))

    def shared() -> bool:
        look(two)
        return [engine.places.allowed(endpoint.pk) for engine in two] == [2, 2]

    until(shared)
    crowd.released.set()
    all_arrived(two, endpoint)
    assert crowd.most == 4


def test_texts_of_one_sender_come_one_after_another_from_two_workers(
    acme: House, two: list[Engine], crowd: Crowd
) -> None:
    policy = {"maxInFlight": 1, "ordered": {"waitSeconds": 600}}
    endpoint = services.create_endpoint(
        acme.live.environment, SYSTEM, url=crowd.receiver.url, policy=policy
    ).endpoint
    crowd.released.set()
    texts = born(acme, endpoint, 6)
    for place, one in enumerate(texts):
        ring(two[place % 2], [one])
    Delivery.objects.filter(endpoint=endpoint, reason="order").update(due_at=datetime.now(UTC))
    all_arrived(two, endpoint)
    assert [one.data["content"] for one in crowd.receiver.requests] == [f"code {n}" for n in range(6)]
    assert crowd.most == 1


def test_who_uses_a_place_no_more_gives_it_up(acme: House, two: list[Engine], crowd: Crowd) -> None:
    endpoint = services.create_endpoint(
        acme.live.environment, SYSTEM, url=crowd.receiver.url, policy={"maxInFlight": 1}
    ).endpoint
    crowd.released.set()
    ring(two[0], born(acme, endpoint, 1))
    all_arrived(two[:1], endpoint)
    look(two[:1])
    look(two[:1])
    assert not Place.objects.exists()
    ring(two[1], born(acme, endpoint, 1))
    until(lambda: len(crowd.receiver.requests) == 2)  # at once, without a look


def test_places_of_a_dead_worker_are_free_when_its_lease_ends(
    acme: House, two: list[Engine], crowd: Crowd
) -> None:
    endpoint = services.create_endpoint(
        acme.live.environment, SYSTEM, url=crowd.receiver.url, policy={"maxInFlight": 1}
    ).endpoint
    crowd.released.set()
    dead = Place.objects.create(
        endpoint=endpoint, worker=uuid7(), places=1, until=datetime.now(UTC) + timedelta(seconds=30)
    )
    ring(two[0], born(acme, endpoint, 1))
    look(two[:1])
    assert crowd.receiver.requests == []
    Place.objects.filter(pk=dead.pk).update(until=datetime.now(UTC))
    all_arrived(two[:1], endpoint)


def test_a_worker_that_stops_leaves_no_place_behind(
    acme: House, transactional_db: None, crowd: Crowd
) -> None:
    endpoint = services.create_endpoint(
        acme.live.environment, SYSTEM, url=crowd.receiver.url, policy={"maxInFlight": 2}
    ).endpoint
    with delivering() as engine:
        ring(engine, born(acme, endpoint, 1))
        crowd.receiver.got(1)
        assert Place.objects.get().places == 1
        crowd.released.set()
    assert not Place.objects.exists()


def test_an_endpoint_without_a_cap_costs_no_statement(
    acme: House, two: list[Engine], crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr("delivery.places.Places.settle", lambda *given: asked.append(given))
    endpoint = services.create_endpoint(acme.live.environment, SYSTEM, url=crowd.receiver.url).endpoint
    crowd.released.set()
    ring(two[0], born(acme, endpoint, 3))
    all_arrived(two[:1], endpoint)
    assert asked == []
    assert not Place.objects.exists()
