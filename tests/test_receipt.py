"""One story from the carrier to the last confirmation, with milliseconds, by API and on the message's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.audit import SYSTEM
from accounts.clock import clock, stamp
from accounts.ids import public
from accounts.models import AuditEntry
from delivery import services
from delivery.engine import Engine
from delivery.models import Delivery, Endpoint, Issue
from inbox.models import Message
from numbers import services as numbers
from numbers.models import Channel
from routing import services as routing
from tests.cast import Api, House, Side, moment, store_delivery, store_message
from tests.dashboard.browse import Person, text
from tests.live import LiveDoor, Receiver, Request, until
from tests.test_delivery_health import Lane

NUMBER = "+33639980001"


def receipt(side: Side, message: Message) -> dict[str, Any]:
    answer = Api(side.key).get(f"messages/{public('message', message.pk)}/receipt")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def names(told: dict[str, Any]) -> list[str]:
    return [step["step"] for step in told["steps"]]


@pytest.fixture
def channel(door: LiveDoor, acme: House, receiver: Receiver) -> Channel:
    """Acme's sandbox number on a channel of its own, whose texts go to the receiver."""
    side = acme.sandbox
    channel = numbers.create_channel(
        side.environment, SYSTEM, carrier="sandbox", credentials={"secret": "s" * 24}
    )
    numbers.update_assignment(side.assignment, SYSTEM, channel=channel)
    endpoint = services.create_endpoint(side.environment, SYSTEM, url=receiver.url).endpoint
    routing.update_route(side.route, SYSTEM, endpoints=[endpoint])
    for model in (Issue, Delivery, Message):
        model.objects.all().delete()
    door.in_force(lambda known: (channel.pk, NUMBER) in known.holders)
    door.in_force(
        lambda known: (
            known.environments[side.environment.pk].routes.compiled[0].endpoint_ids == (endpoint.pk,)
        )
    )
    return channel


def test_from_the_carriers_door_to_the_receipt(
    door: LiveDoor, channel: Channel, acme: House, receiver: Receiver, engine: Engine
) -> None:
    sent_at = clock() - timedelta(seconds=2)
    assert door.text(channel, NUMBER, "Votre code : 482913", sentAt=stamp(sent_at)).status_code == 200
    engine.ring(door.heard(1))
    until(lambda: Delivery.objects.get().state == "delivered")
    told = receipt(acme.sandbox, Message.objects.get())
    assert names(told) == ["sent", "accepted", "routed", "attempt", "delivered"]
    assert (told["status"], told["routingTag"]) == ("delivered", "codes")
    marks = [step["milliseconds"] for step in told["steps"]]
    assert marks == sorted(marks)
    assert marks[0] == -told["carrierMilliseconds"] < -1000
    assert marks[1] == marks[2] == 0
    attempt, end = told["steps"][3:]
    assert (attempt["number"], attempt["status"], attempt["errorCode"]) == (1, 200, None)
    assert 0 < attempt["tookMilliseconds"] <= end["milliseconds"] == told["totalMilliseconds"]
    assert attempt["deliveryId"] == end["deliveryId"]
    assert moment(told["steps"][1]["at"]) - moment(told["steps"][0]["at"]) > timedelta(seconds=1)


def test_each_try_has_its_place(acme: House, receiver: Receiver, engine: Engine) -> None:
    def behave(request: Request) -> tuple[int, dict[str, str], bytes]:
        return (200 if request.headers["smsgateway-attempt"] == "3" else 503), {}, b""

    receiver.behave = behave
    lane = Lane(acme, engine, receiver)
    (delivery,) = lane.ring(lane.born())
    for pause in (6, 331):
        lane.pass_by(pause)
        lane.sweep()
    message = delivery.message
    assert message is not None
    told = receipt(acme.sandbox, message)
    assert names(told) == ["accepted", "routed", "attempt", "attempt", "attempt", "delivered"]
    tries = told["steps"][2:5]
    assert [(one["number"], one["errorCode"]) for one in tries] == [(1, 5105), (2, 5105), (3, None)]
    assert 337_000 <= told["totalMilliseconds"] < 400_000
    assert told["carrierMilliseconds"] is None  # it did not say when it was sent
    page = text(Person(acme.users["owner"], acme.sandbox).get(f"messages/{public('message', message.pk)}/"))
    for words in ("Accepted from the carrier", "Attempt 3", "HTTP 503", "after we accepted it"):
        assert words in page


def test_a_story_that_is_not_over_has_no_end(acme: House) -> None:
    message = store_message(acme.live.assignment)
    store_delivery(message, acme.live.endpoint, "delivered", finished_at=clock())
    store_delivery(message, acme.live.endpoint, "pending")
    told = receipt(acme.live, message)
    assert (names(told)[-1], told["totalMilliseconds"], told["status"]) == ("delivered", None, "queued")


def test_it_tells_no_text_and_is_no_read_of_one(acme: House) -> None:
    told = receipt(acme.live, acme.live.message)
    assert sorted(names(told)) == ["accepted", "attempt", "failed", "routed"]
    for secret in ("020005", "+33639980417", "out of order"):
        assert secret not in str(told)
    assert not AuditEntry.objects.filter(action="message.read").exists()


def test_it_costs_the_same_however_many_tries_there_were(acme: House, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        endpoint: Endpoint = acme.live.endpoint
        store_delivery(acme.live.message, endpoint)
    api = Api(acme.live.key)
    path = f"messages/{acme.live.ids['message_id']}/receipt"
    api.get(path)
    with django_assert_num_queries(5):  # key, message, its deliveries, their attempts, the line in the log
        api.get(path)
