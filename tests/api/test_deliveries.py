from __future__ import annotations

from accounts.ids import public
from accounts.models import AuditEntry
from delivery.models import Delivery
from tests.cast import Api, House, store_attempt, store_delivery


def test_a_failed_delivery_is_flagged_and_whole(acme: House, api: Api) -> None:
    ids = acme.live.ids
    shown = api.get(f"deliveries/{ids['delivery_id']}").json()
    assert shown == {
        "id": ids["delivery_id"],
        "messageId": ids["message_id"],
        "endpointId": ids["endpoint_id"],
        "divertedFrom": None,
        "eventId": None,
        "eventType": "message.received",
        "state": "failed",
        "flagged": True,
        "dueAt": None,
        "attemptsMade": 1,
        "errorCode": 5105,
        "reason": None,
        "reasonDetail": None,
        "replays": 0,
        "createdAt": shown["createdAt"],
        "finishedAt": shown["finishedAt"],
    }
    assert shown["finishedAt"].endswith("Z")


def test_deliveries_are_filtered_by_state(acme: House, api: Api) -> None:
    for state in ("delivered", "pending"):
        store_delivery(acme.live.message, acme.live.endpoint, state)
    assert len(api.get("deliveries").json()["data"]) == 3
    for state in ("delivered", "pending", "failed"):
        assert [one["state"] for one in api.get(f"deliveries?state={state}").json()["data"]] == [state]
    assert api.get("deliveries?state=held").json() == {"data": [], "nextCursor": None, "hasMore": False}


def test_an_attempt_shows_its_timings_and_the_answer(acme: House, api: Api) -> None:
    ids = acme.live.ids
    path = f"deliveries/{ids['delivery_id']}/attempts"
    shown = api.get(path).json()["data"]
    assert shown == [
        {
            "id": ids["attempt_id"],
            "deliveryId": ids["delivery_id"],
            "number": 1,
            "startedAt": shown[0]["startedAt"],
            "status": 503,
            "error": {"code": 5105, "word": "status", "detail": shown[0]["error"]["detail"]},
            "address": "127.0.0.1",
            "timings": {"dns": 0.04, "connect": 0.31, "tls": None, "firstByte": 2.5, "total": 2.75},
            "response": "out of order",
        }
    ]
    assert api.get(f"{path}/{ids['attempt_id']}").json() == shown[0]


def test_a_good_attempt_has_no_error(acme: House, api: Api) -> None:
    store_attempt(acme.live.delivery, 2, status=200, error_code=None, sealed_response=None)
    newest = api.get(f"deliveries/{acme.live.ids['delivery_id']}/attempts").json()["data"][0]
    assert (newest["number"], newest["error"], newest["response"]) == (2, None, "")


def test_a_replay_makes_the_delivery_due_now(acme: House, api: Api) -> None:
    path = f"deliveries/{acme.live.ids['delivery_id']}"
    response = api.post(f"{path}/replay")
    assert response.status_code == 202
    assert api.get(path).json() == response.json()
    now = response.json()
    assert (now["state"], now["flagged"], now["attemptsMade"], now["replays"]) == ("pending", False, 0, 1)
    assert now["dueAt"] is not None
    assert AuditEntry.objects.filter(action="delivery.replayed", actor_kind="key").count() == 1


def test_a_replay_takes_an_empty_object_too(acme: House, api: Api) -> None:
    path = f"deliveries/{acme.live.ids['delivery_id']}/replay"
    assert api.post(path, {"force": True}).status_code == 422
    assert api.post(path, {}).status_code == 202


def test_what_is_under_way_cannot_be_replayed(acme: House, api: Api) -> None:
    under_way = store_delivery(acme.live.message, acme.live.endpoint, Delivery.State.SENDING)
    response = api.post(f"deliveries/{public('delivery', under_way.pk)}/replay")
    assert (response.status_code, response.json()["code"]) == (409, "delivery_in_progress")


def test_no_replay_to_a_disabled_endpoint(acme: House, api: Api) -> None:
    api.patch(f"endpoints/{acme.live.ids['endpoint_id']}", {"disabled": True})
    response = api.post(f"deliveries/{acme.live.ids['delivery_id']}/replay")
    assert (response.status_code, response.json()["code"]) == (409, "endpoint_disabled")
