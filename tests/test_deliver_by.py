"""Content that is worthless after some time is not sent after it, and everybody who asks hears so."""

from __future__ import annotations

from typing import Any

from accounts.ids import public
from delivery.engine import Engine
from delivery.models import Delivery
from delivery.retry import ERRORS, Reason
from tests.cast import Api, House
from tests.dashboard.browse import Person, text
from tests.live import Receiver
from tests.test_delivery_health import Lane, answering


def shown(lane: Lane, delivery: Delivery) -> dict[str, Any]:
    """The delivery as the customer's code sees it."""
    told: dict[str, Any] = Api(lane.house.sandbox.key).get(f"deliveries/{id_of(delivery)}").json()
    return told


def id_of(delivery: Delivery) -> str:
    return public("delivery", delivery.pk)


def test_a_code_is_tried_for_ten_minutes_and_then_given_up(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver, deliverWithinSeconds=600)
    (code,) = lane.ring(lane.born())
    for pause in (6, 331):  # 5 s and 5 min with what is added so that tries spread
        assert shown(lane, code)["state"] == "pending"
        lane.pass_by(pause)
        lane.sweep()
    assert len(receiver.requests) == 3
    answering(receiver, 200)
    lane.pass_by(2000)  # when the fourth try would have come
    lane.sweep()
    assert len(receiver.requests) == 3
    told = shown(lane, code)
    assert (told["state"], told["errorCode"], told["reason"]) == ("failed", 5113, "expired")
    assert told["reasonDetail"] == str(Reason.EXPIRED.label)
    assert told["attemptsMade"] == 3
    tries = Api(acme.sandbox.key).get(f"deliveries/{id_of(code)}/attempts").json()["data"]
    assert [one["error"]["code"] for one in tries] == [5105] * 3  # what really went wrong is kept


def test_what_waits_behind_a_circuit_is_given_up_in_time_too(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver, deliverWithinSeconds=600)
    lane.open()
    lane.pass_by(20)  # so that it is not the oldest, with which the endpoint is probed
    (code,) = lane.ring(lane.born())
    assert (code.state, code.reason) == ("pending", "circuit")
    tried = len(receiver.requests)
    answering(receiver, 200)
    lane.pass_by(601)
    lane.sweep()
    assert len(receiver.requests) - tried <= 1
    told = shown(lane, code)
    assert (told["state"], told["reason"], told["attemptsMade"]) == ("failed", "expired", 0)


def test_the_page_says_that_it_was_too_late(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 503)
    lane = Lane(acme, engine, receiver, deliverWithinSeconds=10, retry={"delaysSeconds": [60]})
    (code,) = lane.ring(lane.born())
    assert code.message_id is not None
    person = Person(acme.users["owner"], acme.sandbox)
    page = text(person.get(f"messages/{public('message', code.message_id)}/"))
    assert str(Reason.EXPIRED.label) in page
    assert str(ERRORS["status"].explanation) in page
