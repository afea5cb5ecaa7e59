from __future__ import annotations

from typing import Any

import pytest

from delivery.models import Delivery
from inbox.models import Message
from tests.cast import Api, House, store_delivery, store_message


def test_a_message_is_whole(acme: House, api: Api) -> None:
    side, ids = acme.live, acme.live.ids
    shown = api.get(f"messages/{ids['message_id']}").json()
    assert shown == {
        "id": ids["message_id"],
        "content": "Votre code est 020005",
        "senderId": "+33639980417",
        "contentErasedAt": None,
        "senderType": "e164",
        "senderCountry": "FR",
        "receivedAt": shown["receivedAt"],
        "sentAt": None,
        "numberUsed": "+33937000001",
        "numberId": ids["number_id"],
        "channelId": ids["channel_id"],
        "routingTag": "codes",
        "routeId": ids["route_id"],
        "routeName": "Codes",
        "routeVersion": 1,
        "explanation": [],
        "status": "failed",
        "encoding": "gsm7",
        "segments": 1,
        "partial": False,
        "media": [],
        "code": None,
        "simulated": False,
        "carrierMessageId": f"carrier-{side.message.pk}",
    }
    assert shown["receivedAt"].endswith("Z")
    assert api.get("messages").json()["data"] == [shown]


def test_what_is_not_known_is_null(acme: House, api: Api) -> None:
    explanation = [
        {
            "routeId": acme.live.ids["route_id"],
            "name": "Codes",
            "failed": {"field": "content", "operator": "contains", "value": "code"},
        }
    ]
    blank: dict[str, Any] = {"encoding": "", "segments": None, "carrier_message_id": ""}
    store_message(acme.live.assignment, "Bonjour 👋", "Doctolib", explanation=explanation, **blank)
    shown = api.get("messages?limit=1").json()["data"][0]
    nulls = {"senderCountry", "routingTag", "routeId", "routeName", "routeVersion", "encoding", "segments"}
    assert {name for name in shown if shown[name] is None} == nulls | {
        "carrierMessageId",
        "sentAt",
        "contentErasedAt",
        "code",
    }
    assert (shown["content"], shown["senderId"], shown["senderType"]) == (
        "Bonjour 👋",
        "Doctolib",
        "alphanumeric",
    )
    assert (shown["explanation"], shown["status"]) == (explanation, "received")


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ([], "received"),
        (["pending"], "queued"),
        (["sending", "delivered"], "queued"),
        (["held"], "queued"),
        (["delivered", "delivered"], "delivered"),
        (["delivered", "cancelled"], "delivered"),
        (["delivered", "failed"], "failed"),
    ],
)
def test_the_status_follows_the_deliveries(acme: House, api: Api, states: list[str], status: str) -> None:
    message = store_message(acme.live.assignment)
    for state in states:
        store_delivery(message, acme.live.endpoint, state)
    assert api.get("messages?limit=1").json()["data"][0]["status"] == status


@pytest.mark.parametrize("state", [Message.State.DROPPED, Message.State.QUARANTINED])
def test_a_message_that_goes_nowhere_says_so(acme: House, api: Api, state: str) -> None:
    store_message(acme.live.assignment, state=state)
    assert api.get("messages?limit=1").json()["data"][0]["status"] == state


def test_the_deliveries_of_a_message(acme: House, api: Api) -> None:
    store_delivery(store_message(acme.live.assignment), acme.live.endpoint)
    second = store_delivery(acme.live.message, acme.live.endpoint, Delivery.State.DELIVERED)
    found = api.get(f"messages/{acme.live.ids['message_id']}/deliveries").json()["data"]
    assert [one["state"] for one in found] == ["delivered", "failed"]
    assert {one["messageId"] for one in found} == {acme.live.ids["message_id"]}
    assert second.pk > acme.live.delivery.pk


def test_messages_cannot_be_written(acme: House, api: Api) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert api(method, "messages", {}).status_code == 405
        assert api(method, f"messages/{acme.live.ids['message_id']}", {}).status_code == 405
