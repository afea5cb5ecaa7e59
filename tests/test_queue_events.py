"""What becomes of texts in a queue is told as of those that are sent, and they can be replayed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import public
from delivery import queues, services
from delivery.models import Delivery
from operations.tasks import run_replays
from tests import cast
from tests.cast import Api, House

SINCE = "2026-01-01T00:00:00Z"


def waiting(house: House, **columns: Any) -> Delivery:
    side = house.live
    values = {"due_at": None, "attempts_made": 0} | columns
    return cast.store_delivery(cast.store_message(side.assignment), side.queue, "pending", **values)


def taken(house: House) -> queues.Taken:
    return queues.take(house.live.queue, 10)


def told(house: House) -> list[dict[str, Any]]:
    events = house.live.environment.events.exclude(pk=house.live.event.pk).order_by("pk")
    return [{"type": event.type, **event.payload} for event in events]


def test_what_is_acknowledged_is_told_where_somebody_asked(acme: House) -> None:
    first = waiting(acme)
    queues.acknowledge(acme.live.queue, taken(acme).lease, [first.pk])
    assert told(acme) == []
    services.update_endpoint(acme.live.endpoint, SYSTEM, events=["message.delivered"])
    second = waiting(acme)
    queues.acknowledge(acme.live.queue, taken(acme).lease, [second.pk])
    assert second.message_id is not None
    assert told(acme) == [
        {
            "type": "message.delivered",
            "messageId": public("message", second.message_id),
            "deliveryId": public("delivery", second.pk),
            "endpointId": public("endpoint", acme.live.queue.pk),
        }
    ]
    assert acme.live.endpoint.deliveries.filter(event_type="message.delivered", state="pending").count() == 1


def test_what_is_given_back_for_the_last_time_is_told(acme: House) -> None:
    services.update_endpoint(acme.live.queue, SYSTEM, policy={"retry": {"tries": 2}})
    acme.live.queue.refresh_from_db()
    delivery = waiting(acme)
    for _ in range(2):
        assert told(acme) == []
        queues.give_back(acme.live.queue, taken(acme).lease, [delivery.pk])
    (event,) = told(acme)
    assert (event["type"], event["errorCode"], event["reason"]) == ("message.failed", 5118, "triesUsed")


def test_what_nobody_took_in_time_is_told(acme: House) -> None:
    services.update_endpoint(acme.live.queue, SYSTEM, policy={"deliverWithinSeconds": 60})
    acme.live.queue.refresh_from_db()
    waiting(acme, created_at=clock() - timedelta(seconds=61))
    assert taken(acme).items == []
    (event,) = told(acme)
    assert (event["type"], event["errorCode"], event["reason"]) == ("message.expired", 5113, "expired")


def test_a_queue_gets_again_what_failed_and_what_it_never_had(acme: House, api: Api) -> None:
    failed = waiting(acme)
    Delivery.objects.filter(pk=failed.pk).update(state="failed", error_code=5117, finished_at=clock())
    filter = {"since": SINCE, "endpointId": acme.live.ids["queue_id"], "everything": True}
    job = api.post("replays", {"kind": "missing", "filter": filter}).json()
    assert job["planned"] == 2  # and the text that another endpoint got
    api.post(f"replays/{job['id']}/run")
    assert run_replays() == 2
    rows = acme.live.queue.deliveries.values_list("state", "due_at", "reason", "replays")
    assert set(rows) == {("pending", None, "", 1)}
    assert len(taken(acme).items) == 2


def test_a_queue_and_a_callback_take_no_events(acme: House, api: Api) -> None:
    for name in ("queue_id", "callback_id"):
        if name in acme.live.ids:
            answer = api.patch(f"endpoints/{acme.live.ids[name]}", {"events": ["endpoint.warned"]})
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["pointer"] == "#/events"
