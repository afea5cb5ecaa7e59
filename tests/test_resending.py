"""One delivery sent again by hand: it arrives as what it was, marked, and says no more why it had failed."""

from __future__ import annotations

from typing import Any

from accounts.audit import SYSTEM
from accounts.ids import public
from delivery import services
from delivery.engine import Engine
from delivery.models import Delivery
from operations.tasks import run_replays
from tests.cast import Api, House
from tests.dashboard.browse import Person, text
from tests.live import Receiver, until
from tests.test_delivery_health import Lane, answering

GIVEN_UP = "Given up"


def failed(house: House, engine: Engine, receiver: Receiver, **policy: Any) -> tuple[Lane, Delivery]:
    """A text that used up its only try."""
    lane = Lane(house, engine, receiver, **{"retry": {"delaysSeconds": []}} | policy)
    answering(receiver, 500)
    (delivery,) = lane.ring(lane.born())
    assert delivery.state == "failed"
    answering(receiver, 200)
    return lane, delivery


def resent(lane: Lane, delivery: Delivery) -> Any:
    return Api(lane.house.sandbox.key).post(f"deliveries/{public('delivery', delivery.pk)}/replay")


def test_it_keeps_its_id_and_counts_how_often_it_was_sent_again(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    lane, delivery = failed(acme, engine, receiver)
    for _ in range(2):
        assert resent(lane, delivery).status_code == 202
        lane.sweep()
    assert Delivery.objects.get(pk=delivery.pk).state == "delivered"
    first, second, third = receiver.requests
    ids = {request.headers["webhook-id"] for request in (first, second, third)}
    assert ids == {public("message", delivery.message_id)}  # type: ignore[arg-type]
    marks = [request.headers.get("smsgateway-replay") for request in (first, second, third)]
    assert marks == [None, "1", "2"]
    assert first.body == second.body == third.body


def test_what_waits_to_be_sent_again_says_nothing_of_having_been_given_up(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    lane, delivery = failed(acme, engine, receiver)
    waiting = resent(lane, delivery).json()
    assert (waiting["state"], waiting["reason"], waiting["errorCode"]) == ("pending", None, None)
    page = text(Person(acme.users["owner"], acme.sandbox).get(f"messages/{waiting['messageId']}/"))
    assert GIVEN_UP not in page


def test_what_is_worthless_by_now_is_not_taken(acme: House, receiver: Receiver, engine: Engine) -> None:
    lane, delivery = failed(acme, engine, receiver, deliverWithinSeconds=600)
    lane.pass_by(601)
    refused = resent(lane, delivery)
    assert (refused.status_code, refused.json()["code"]) == (409, "delivery_expired")
    services.update_endpoint(lane.endpoint, SYSTEM, policy={"deliverWithinSeconds": 3600})
    assert resent(lane, delivery).status_code == 202
    lane.sweep()
    until(lambda: Delivery.objects.get(pk=delivery.pk).state == "delivered")


def test_as_one_of_many_it_is_given_up_again_and_counted(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    lane, _delivery = failed(acme, engine, receiver, deliverWithinSeconds=600)
    lane.pass_by(601)
    api = Api(acme.sandbox.key)
    about = {"endpointId": public("endpoint", lane.endpoint.pk), "since": "2026-01-01T00:00:00Z"}
    job = api.post("replays", {"kind": "recover", "filter": about}).json()["id"]
    api.post(f"replays/{job}/run")
    run_replays()
    until(lambda: engine.sweep() >= 0 and api.get(f"replays/{job}").json()["outcomes"] == {"failed": 1})
    assert len(receiver.requests) == 1
