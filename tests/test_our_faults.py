"""What we cannot do costs no try, does not hammer the endpoint, and does not go unnoticed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from delivery import outcomes
from delivery.engine import Engine
from delivery.models import Attempt, Delivery
from delivery.store import Settled, Store, Tried
from operations import counters
from tests.cast import Api, House
from tests.live import Receiver, delivering, receiving, until
from tests.test_delivery_health import Lane


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def counted() -> float:
    (sample,) = counters.put_off().samples
    return sample.value


def unjudgeable(done: outcomes.Done) -> outcomes.Outcome:
    raise OverflowError


def unrecordable(store: Store, settled: list[Settled], tried: list[Tried]) -> None:
    if tried:
        raise psycopg.DataError
    store.execute("SELECT 1", {})
    record(store, settled, tried)


record = Store.record


@pytest.mark.parametrize("fault", ["unjudged", "unrecorded"])
def test_what_we_cannot_make_out_is_sent_again_ever_later(
    acme: House,
    receiver: Receiver,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    if fault == "unjudged":
        monkeypatch.setattr(outcomes, "outcome", unjudgeable)
    else:
        monkeypatch.setattr(Store, "record", unrecordable)
    lane = Lane(acme, engine, receiver)
    (delivery,) = lane.ring(lane.born())
    for count, pause in enumerate((60, 300, 900, 3600, 21_600, 21_600), 1):
        delivery.refresh_from_db()
        assert (delivery.state, delivery.reason, delivery.attempts_made) == ("pending", "ours", 0)
        assert len(receiver.requests) == count
        assert counted() == (count >= 3)
        told = [
            one for one in caplog.records if one.levelno == logging.ERROR and "again and again" in one.message
        ]
        assert len(told) == max(0, count - 2)
        lane.pass_by(pause - 5)
        lane.sweep()
        assert len(receiver.requests) == count
        lane.pass_by(6)
        lane.sweep()
    monkeypatch.undo()
    lane.pass_by(21_601)
    lane.sweep()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts_made, counted()) == ("delivered", 1, 0)
    assert Attempt.objects.filter(delivery=delivery).count() == 1


def test_the_delivery_says_that_it_waits_for_us(
    acme: House, receiver: Receiver, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "outcome", unjudgeable)
    lane = Lane(acme, engine, receiver)
    (delivery,) = lane.ring(lane.born())
    shown = Api(acme.sandbox.key).get("deliveries?state=pending").json()["data"][0]
    assert (shown["reason"], shown["attemptsMade"]) == ("ours", 0)
    assert "Waits for us" in shown["reasonDetail"]
    assert delivery.due_at is not None
    assert timedelta(seconds=50) < delivery.due_at - delivery.created_at < timedelta(seconds=80)


def test_what_cannot_be_prepared_is_put_off(
    acme: House, receiver: Receiver, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise KeyError

    monkeypatch.setattr("delivery.engine.headers_of", refuse)
    lane = Lane(acme, engine, receiver)
    born = lane.born()
    lane.ring(born)
    until(lambda: Delivery.objects.get(pk=born.pk).reason == "ours")
    assert receiver.requests == []
