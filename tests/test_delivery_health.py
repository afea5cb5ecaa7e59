"""An endpoint in trouble is left alone, probed, stood in for and at last disabled; a backlog flows in turns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from accounts.audit import SYSTEM
from accounts.clock import stamp
from accounts.ids import uuid7
from accounts.models import AuditEntry, Environment
from delivery import checking, queues, replays, services
from delivery.breaker import Failing, Measures, measures, probe_pause
from delivery.engine import Engine
from delivery.models import Attempt, Delivery, Endpoint, Health
from inbox.models import Message
from tests import cast
from tests.cast import House
from tests.live import Receiver, Request, delivering, hexed, receiving, until

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
Answer = tuple[int, dict[str, str], bytes]


def test_ten_failures_in_a_row_open_the_circuit_once() -> None:
    assert not measures(Failing(NOW, 9, None, 0), NOW).open
    assert measures(Failing(NOW, 10, None, 0), NOW).open
    assert not measures(Failing(NOW, 11, NOW, 0), NOW).open


@pytest.mark.parametrize(
    ("hours", "given", "wanted"),
    [
        (0, 0, Measures(warnings=0)),
        (1, 0, Measures(warnings=1)),
        (24, 1, Measures(warnings=2)),
        (72, 2, Measures(warnings=3)),
        (108, 3, Measures(warnings=4)),
        (119, 4, Measures(warnings=4)),
        (120, 4, Measures(warnings=4, disable=True)),
        (240, 0, Measures(warnings=4)),  # nobody was warned yet
    ],
)
def test_warnings_come_before_an_endpoint_is_disabled(hours: int, given: int, wanted: Measures) -> None:
    assert measures(Failing(NOW - timedelta(hours=hours), 50, NOW, given), NOW) == wanted


def test_probes_become_rarer() -> None:
    assert [probe_pause(n).total_seconds() for n in range(8)] == [30, 60, 120, 300, 600, 900, 900, 900]


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


class Lane:
    """An endpoint of Acme's sandbox, whose clock tests move, and deliveries to it."""

    def __init__(self, house: House, engine: Engine, receiver: Receiver, **policy: Any) -> None:
        self.house, self.engine = house, engine
        self.environment = house.sandbox.environment
        new = services.create_endpoint(self.environment, SYSTEM, url=receiver.url, policy=policy)
        self.endpoint = new.endpoint

    def born(
        self, content: str = "Votre code est 020005", sender: str = "+33639980417", **columns: Any
    ) -> Delivery:
        """A delivery as the door leaves it."""
        message = cast.store_message(self.house.sandbox.assignment, content, sender=sender)
        values = {
            "lease": uuid7(),
            "leased_until": datetime.now(UTC) + timedelta(seconds=30),
            "attempts_made": 0,
        }
        return cast.store_delivery(message, self.endpoint, Delivery.State.SENDING, **values | columns)

    def ring(self, *deliveries: Delivery) -> list[Delivery]:
        """They, once each is settled in one way or another."""
        for one in deliveries:
            assert one.lease is not None
            self.engine.ring(hexed(one.lease, [one.pk]))
        until(
            lambda: (
                not Delivery.objects.filter(pk__in=[one.pk for one in deliveries], state="sending").exists()
            )
        )
        return [Delivery.objects.get(pk=one.pk) for one in deliveries]

    def fail(self, count: int = 10) -> list[Delivery]:
        return self.ring(*(self.born() for _ in range(count)))

    def open(self) -> list[Delivery]:
        """Ten failures, and the circuit that they open."""
        failed = self.fail()
        until(lambda: Health.objects.filter(pk=self.endpoint.pk, opened_at__isnull=False).exists())
        until(lambda: not self.endpoint.deliveries.filter(state="pending", reason="ladder").exists())
        return failed

    def pass_by(self, seconds: float) -> None:
        self.environment.clock_offset += timedelta(seconds=seconds)
        Environment.objects.filter(pk=self.environment.pk).update(clock_offset=self.environment.clock_offset)

    def sweep(self) -> None:
        """Once, and until what it took is settled."""
        self.engine.sweep()
        until(lambda: not self.endpoint.deliveries.filter(state="sending").exists())

    def flows(self) -> None:
        """The probe arrived, and the ten that waited with it."""
        until(lambda: self.health.failing_since is None)
        self.sweep()
        self.pass_by(5)
        self.sweep()
        assert self.endpoint.deliveries.filter(state="delivered").count() == 10

    @property
    def health(self) -> Health:
        return Health.objects.get(pk=self.endpoint.pk)

    def waiting(self) -> list[tuple[str, datetime | None]]:
        rows = self.endpoint.deliveries.filter(state="pending").order_by("pk")
        return list(rows.values_list("reason", "due_at"))


def answering(receiver: Receiver, status: int) -> None:
    receiver.behave = lambda request: (status, {}, b"")


def test_an_endpoint_that_only_fails_is_left_alone(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    lane.open()
    (kept,) = lane.ring(lane.born())
    assert (kept.state, kept.reason, kept.due_at, kept.attempts_made) == ("pending", "circuit", None, 0)
    assert lane.waiting() == [("circuit", None)] * 11
    lane.pass_by(29)
    lane.sweep()
    assert len(receiver.requests) == 10


def test_one_success_in_between_keeps_the_circuit_closed(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    lane = Lane(acme, engine, receiver)
    answering(receiver, 500)
    lane.fail(9)
    until(lambda: lane.health.failures == 9)
    answering(receiver, 200)
    lane.ring(lane.born())
    until(lambda: lane.health.failing_since is None)
    answering(receiver, 500)
    lane.fail(9)
    until(lambda: lane.health.failures == 9)
    assert lane.health.opened_at is None


def test_a_probe_that_arrives_lets_the_backlog_flow(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    lane.open()
    answering(receiver, 200)
    lane.pass_by(31)
    lane.sweep()
    assert len(receiver.requests) == 11
    lane.flows()
    assert lane.health.opened_at is None


def sent_again(lane: Lane) -> None:
    services.replay(lane.endpoint.deliveries.earliest("pk"), SYSTEM)


def replayed(lane: Lane) -> None:
    filter = {"endpoint": str(lane.endpoint.pk), "since": stamp(NOW)}
    replays.run(replays.plan(lane.environment, SYSTEM, "recover", filter), SYSTEM)
    replays.run_slices(datetime.now(UTC) + timedelta(seconds=5))


def checked(lane: Lane) -> None:
    assert checking.check(lane.endpoint, SYSTEM)[0].right


@pytest.mark.parametrize("mended", [sent_again, replayed, checked])
def test_whoever_mended_it_does_not_wait_for_the_next_probe(
    acme: House, receiver: Receiver, engine: Engine, mended: Callable[[Lane], None]
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    lane.open()
    lane.sweep()
    assert len(receiver.requests) == 10
    answering(receiver, 200)
    Health.objects.filter(pk=lane.endpoint.pk).update(probes=3)
    mended(lane)
    assert lane.health.probes == 0
    lane.sweep()
    lane.flows()


def test_a_check_that_is_refused_brings_no_probe(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    lane.open()
    before = lane.health.probe_at
    checking.check(lane.endpoint, SYSTEM)
    assert lane.health.probe_at == before


def test_what_is_sent_again_does_not_wait_for_its_ladder(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    (failed,) = lane.fail(1)
    assert failed.reason == "ladder"
    assert services.replay(failed, SYSTEM).reason == ""


def test_probes_that_fail_come_ever_later(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    lane.open()
    opened_at = lane.health.opened_at
    for pause, probes in ((31, 1), (61, 2), (121, 3)):
        lane.pass_by(pause - 2)
        lane.sweep()
        assert len(receiver.requests) == 9 + probes
        lane.pass_by(2)
        lane.sweep()
        assert len(receiver.requests) == 10 + probes
    assert lane.health.opened_at == opened_at
    assert {reason for reason, _due in lane.waiting()} == {"circuit", "ladder"} or lane.waiting()


def test_a_probe_that_failed_flows_with_the_rest(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    lane.open()
    lane.pass_by(31)
    lane.sweep()
    assert sorted(reason for reason, _due in lane.waiting()) == ["circuit"] * 9 + ["ladder"]
    answering(receiver, 200)
    lane.pass_by(61)
    lane.sweep()
    lane.flows()


def test_without_a_backlog_the_next_text_is_the_probe(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver, retry={"delaysSeconds": []})
    lane.fail()
    until(lambda: lane.health.opened_at is not None)
    lane.pass_by(31)
    lane.sweep()
    answering(receiver, 200)
    first, second = lane.born(), lane.born()
    assert lane.ring(first, second)[0].state == "delivered"
    assert len(receiver.requests) >= 11


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_backlog_flows_at_a_shaped_rate(
    acme: House, receiver: Receiver, engine: Engine, newest_first: bool
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver, drain={"ratePerSecond": 0.5, "newestFirst": newest_first})
    lane.open()
    answering(receiver, 200)
    lane.pass_by(31)
    lane.sweep()
    until(lambda: lane.health.failing_since is None)
    Environment.objects.filter(pk=lane.environment.pk).update(clock_offset=timedelta(seconds=31))
    engine.keeper.parking.work(engine.store, engine.policy, datetime.now(UTC))
    times = [due for _reason, due in lane.waiting() if due is not None]
    assert len(times) == 9
    gaps = {round((after - before).total_seconds()) for before, after in pairwise(times)}
    assert gaps == ({-2} if newest_first else {2})
    assert {reason for reason, _due in lane.waiting()} == {"", "drain"}


def test_enabling_an_endpoint_lets_what_was_held_go_in_turns(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    lane = Lane(acme, engine, receiver, drain={"ratePerSecond": 0.1})
    services.update_endpoint(lane.endpoint, SYSTEM, disabled=True)
    assert {one.state for one in lane.ring(*(lane.born() for _ in range(3)))} == {"held"}
    services.update_endpoint(lane.endpoint, SYSTEM, disabled=False)
    times = [due for _reason, due in lane.waiting() if due is not None]
    assert [round((at - times[0]).total_seconds()) for at in times] == [0, 10, 20]


def test_another_endpoint_stands_in_while_the_circuit_is_open(
    acme: House, receiver: Receiver, other: Receiver, engine: Engine
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    stand_in = services.create_endpoint(lane.environment, SYSTEM, url=other.url).endpoint
    services.update_endpoint(lane.endpoint, SYSTEM, failover=stand_in)
    lane.fail()
    until(lambda: lane.health.opened_at is not None)
    (moved,) = lane.ring(lane.born())
    assert (moved.state, moved.endpoint_id, moved.diverted_from) == (
        "delivered",
        stand_in.pk,
        lane.endpoint.pk,
    )
    lane.pass_by(1)
    until(lambda: not lane.endpoint.deliveries.filter(reason="ladder").exists())
    lane.sweep()
    until(lambda: stand_in.deliveries.filter(state="delivered").count() == 11)
    assert len(other.requests) == 11


def test_a_queue_may_stand_in(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 500)
    lane, queue = Lane(acme, engine, receiver), acme.sandbox.queue
    services.update_endpoint(lane.endpoint, SYSTEM, failover=queue)
    lane.fail()
    until(lambda: lane.health.opened_at is not None)
    (moved,) = lane.ring(lane.born())
    assert (moved.state, moved.endpoint_id, moved.due_at, moved.reason) == (
        "pending",
        queue.pk,
        None,
        "queued",
    )
    assert moved.attempts_made == 0
    lane.pass_by(1)
    until(lambda: not lane.endpoint.deliveries.filter(reason="ladder").exists())
    lane.sweep()
    until(lambda: queue.deliveries.filter(state="pending").count() == 11)
    taken = queues.take(queue, 100)
    assert len(queues.acknowledge(queue, taken.lease, [one.delivery for one in taken.items])) == 11


def test_the_first_endpoint_is_back_when_it_recovers(
    acme: House, receiver: Receiver, other: Receiver, engine: Engine
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    stand_in = services.create_endpoint(lane.environment, SYSTEM, url=other.url).endpoint
    services.update_endpoint(lane.endpoint, SYSTEM, failover=stand_in)
    lane.fail()
    until(lambda: lane.health.opened_at is not None)
    answering(receiver, 200)
    lane.pass_by(31)
    lane.sweep()
    (probe,) = lane.ring(lane.born())
    until(lambda: lane.health.failing_since is None)
    (after,) = lane.ring(lane.born())
    assert (after.state, after.endpoint_id, after.diverted_from) == ("delivered", lane.endpoint.pk, None)
    assert probe.state == "delivered"


def test_after_five_days_of_nothing_but_failure_an_endpoint_is_disabled(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    lane.open()
    for days, warnings in ((1, 2), (3, 3), (4.6, 4)):
        Health.objects.filter(pk=lane.endpoint.pk).update(
            failing_since=datetime.now(UTC) + lane.environment.clock_offset - timedelta(days=days)
        )
        lane.pass_by(1000)
        lane.sweep()
        until(lambda warnings=warnings: lane.health.warnings == warnings)  # type: ignore[misc]
    assert Endpoint.objects.get(pk=lane.endpoint.pk).disabled_at is None
    lane.pass_by(86_400)
    lane.sweep()
    until(lambda: Endpoint.objects.get(pk=lane.endpoint.pk).disabled_because == "failing")
    assert set(lane.endpoint.deliveries.values_list("state", flat=True)) == {"held"}
    warned = AuditEntry.objects.filter(action="endpoint.warned", target_id=lane.endpoint.pk)
    assert warned.count() == 3
    services.update_endpoint(Endpoint.objects.get(pk=lane.endpoint.pk), SYSTEM, disabled=False)
    assert lane.health.failing_since is None


def test_an_endpoint_gets_no_more_a_second_than_it_takes(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    lane = Lane(acme, engine, receiver, ratePerSecond=0.5)
    settled = lane.ring(*(lane.born() for _ in range(4)))
    assert [one.state for one in settled] == ["delivered", "pending", "pending", "pending"]
    times = [due for _reason, due in lane.waiting() if due is not None]
    assert {reason for reason, _due in lane.waiting()} == {"rate"}
    assert [round((after - before).total_seconds()) for before, after in pairwise(times)] == [2, 2]
    lane.pass_by(7)
    lane.sweep()
    assert lane.endpoint.deliveries.filter(state="delivered").count() == 4
    assert {one.attempts_made for one in lane.endpoint.deliveries.all()} == {1}


def test_an_endpoint_gets_no_more_at_once_than_it_takes(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    released, at_once, most = threading.Event(), [], []

    def behave(request: Request) -> Answer:
        at_once.append(request)
        most.append(len(at_once))
        released.wait(30)
        at_once.remove(request)
        return 200, {}, b""

    receiver.behave = behave
    lane = Lane(acme, engine, receiver, maxInFlight=2)
    born = [lane.born() for _ in range(6)]
    for one in born:
        assert one.lease is not None
        engine.ring(hexed(one.lease, [one.pk]))
    receiver.got(2)
    released.set()
    until(lambda: lane.endpoint.deliveries.filter(state="delivered").count() == 6)
    assert max(most) == 2


def test_texts_of_one_sender_arrive_one_after_another(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    lane = Lane(acme, engine, receiver, ordered={"waitSeconds": 600})
    receiver.behave = lambda request: (500 if request.data["content"] == "one" else 200, {}, b"")
    one, two = lane.born("one"), lane.born("two")
    elsewhere = lane.born("elsewhere", sender="+33639980418")
    first, second, third = lane.ring(one, two, elsewhere)
    assert (first.state, second.state, third.state) == ("pending", "pending", "delivered")
    assert (second.reason, second.attempts_made) == ("order", 0)
    answering(receiver, 200)
    lane.pass_by(10)
    lane.sweep()
    until(lambda: Delivery.objects.get(pk=one.pk).state == "delivered")
    lane.pass_by(10)
    lane.sweep()
    until(lambda: Delivery.objects.get(pk=two.pk).state == "delivered")
    contents = [request.data["content"] for request in receiver.requests]
    assert contents == ["one", "elsewhere", "one", "two"]


def test_a_text_that_is_stuck_does_not_block_its_sender_for_ever(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    lane = Lane(acme, engine, receiver, ordered={"waitSeconds": 60})
    receiver.behave = lambda request: (500 if request.data["content"] == "stuck" else 200, {}, b"")
    stuck, later = lane.born("stuck"), lane.born("later")
    lane.ring(stuck, later)
    assert Delivery.objects.get(pk=later.pk).state == "pending"
    Message.objects.update(received_at=datetime.now(UTC) - timedelta(seconds=61))
    lane.pass_by(10)
    lane.sweep()
    until(lambda: Delivery.objects.get(pk=later.pk).state == "delivered")
    assert Attempt.objects.filter(delivery=stuck).count() == 2


def test_what_nobody_would_wake_is_found(acme: House, receiver: Receiver, engine: Engine) -> None:
    """A worker that had not heard of a recovery puts a delivery where only the circuit's closing would wake it."""
    lane = Lane(acme, engine, receiver)
    message = cast.store_message(acme.sandbox.assignment)
    stranded = cast.store_delivery(
        message, lane.endpoint, "pending", due_at=None, reason="circuit", attempts_made=0
    )
    lane.sweep()
    engine.next_search = 0
    lane.sweep()
    lane.pass_by(1)
    lane.sweep()
    assert Delivery.objects.get(pk=stranded.pk).state == "delivered"


def test_what_an_open_circuit_keeps_is_not_found(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    lane.open()
    engine.next_search = 0
    lane.sweep()
    assert lane.waiting() == [("circuit", None)] * 10


def test_nothing_is_parked_behind_a_circuit_that_closed_meanwhile(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    lane = Lane(acme, engine, receiver)
    due_at = datetime.now(UTC) + timedelta(hours=1)
    waiting = cast.store_delivery(acme.sandbox.message, lane.endpoint, "pending", due_at=due_at)
    engine.keeper.park(engine.store, lane.endpoint.pk, datetime.now(UTC), engine.policy(lane.endpoint.pk))
    assert Delivery.objects.get(pk=waiting.pk).due_at == due_at


def test_enabling_what_is_enabled_changes_nothing(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    lane.open()
    services.update_endpoint(lane.endpoint, SYSTEM, disabled=False)
    assert lane.health.opened_at is not None
    assert lane.waiting() == [("circuit", None)] * 10


def test_a_rate_that_was_given_away_keeps_no_probe_back(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver, ratePerSecond=100)
    lane.fail(9)
    until(lambda: lane.health.failures == 9)
    Health.objects.filter(pk=lane.endpoint.pk).update(paced_until=datetime.now(UTC) + timedelta(days=1))
    lane.ring(lane.born(reason="rate"))  # its turn had come
    until(lambda: lane.health.opened_at is not None)
    assert lane.health.paced_until is None
    until(lambda: not lane.endpoint.deliveries.filter(state="pending", reason="ladder").exists())
    lane.pass_by(31)
    lane.sweep()
    assert len(receiver.requests) == 11


def test_order_goes_by_the_sandboxs_own_clock(acme: House, receiver: Receiver, engine: Engine) -> None:
    lane = Lane(acme, engine, receiver, ordered={"waitSeconds": 60})
    lane.pass_by(3 * 86_400)
    receiver.behave = lambda request: (500 if request.data["content"] == "stuck" else 200, {}, b"")
    stuck, later = lane.born("stuck"), lane.born("later")
    lane.ring(stuck, later)
    assert Delivery.objects.get(pk=later.pk).state == "pending"
    lane.pass_by(61)
    lane.sweep()
    until(lambda: Delivery.objects.get(pk=later.pk).state == "delivered")
