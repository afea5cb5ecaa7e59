"""Answers with fewer members, with more of what they name, and with a count."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ids import public
from accounts.models import AuditEntry
from delivery import finding
from delivery.models import Delivery
from tests.cast import Api, House, store_attempt, store_delivery, store_message


def test_only_the_members_that_are_asked_for(acme: House, api: Api) -> None:
    ids = acme.live.ids
    page = api.get("messages?fields=id,status").json()
    assert page["data"] == [{"id": ids["message_id"], "status": "failed"}]
    one = api.get(f"endpoints/{ids['endpoint_id']}?fields=url").json()
    assert list(one) == ["url"]


def test_a_message_with_what_it_names(acme: House, api: Api) -> None:
    ids = acme.live.ids
    row = api.get("messages?expand=deliveries,route,number&fields=id").json()["data"][0]
    assert [one["id"] for one in row["deliveries"]] == [ids["delivery_id"]]
    assert (row["route"]["id"], row["number"]["id"]) == (ids["route_id"], ids["number_id"])
    assert row["number"] == api.get(f"numbers/{ids['number_id']}").json()
    assert api.get(f"messages/{ids['message_id']}?expand=route").json()["route"] == row["route"]
    assert "route" not in api.get(f"messages/{ids['message_id']}").json()


def test_what_is_gone_is_null(acme: House, api: Api) -> None:
    ids = acme.live.ids
    api.delete(f"routes/{ids['route_id']}")
    api.delete(f"numbers/{ids['number_id']}")
    row = api.get("messages?expand=route,number,deliveries").json()["data"][0]
    assert (row["routeId"], row["route"], row["number"]) == (ids["route_id"], None, None)


def test_a_delivery_with_what_it_names(acme: House, api: Api) -> None:
    ids = acme.live.ids
    row = api.get("deliveries?expand=message,endpoint,attempts").json()["data"][0]
    assert row["message"] == api.get(f"messages/{ids['message_id']}").json()
    assert (row["endpoint"]["id"], row["attempts"][0]["id"]) == (ids["endpoint_id"], ids["attempt_id"])
    assert "deliveries" not in row["message"]


@pytest.mark.parametrize("path", ["messages/{message_id}", "deliveries/{delivery_id}?expand=message"])
def test_reading_one_text_is_on_the_trail(acme: House, api: Api, path: str) -> None:
    api.get(path.format(**acme.live.ids))
    assert AuditEntry.objects.get(action="message.read").target_id == acme.live.message.pk


@pytest.mark.parametrize("path", ["messages", "messages?fields=content", "deliveries?expand=message"])
def test_listing_texts_is_on_the_trail(acme: House, api: Api, path: str) -> None:
    api.get(path)
    entry = AuditEntry.objects.get(action="message.read")
    assert (entry.target_id, entry.after) == (None, {"messageIds": [acme.live.ids["message_id"]]})


@pytest.mark.parametrize(
    "path", ["messages?fields=id,status", "messages?status=blocked", "deliveries?expand=endpoint"]
)
def test_what_tells_no_text_is_not(acme: House, api: Api, path: str) -> None:
    api.get(path)
    assert not AuditEntry.objects.filter(action="message.read").exists()


@pytest.mark.parametrize(
    ("path", "most"),
    [("messages?expand=deliveries,route,number", 8), ("deliveries?expand=message,endpoint,attempts", 8)],
)
def test_more_rows_take_no_more_queries(acme: House, api: Api, path: str, most: int) -> None:
    api.get(path)  # and the key's use is noted
    with CaptureQueriesContext(connection) as short:
        api.get(path)
    for _ in range(6):
        delivery = store_delivery(
            store_message(acme.live.assignment, route=acme.live.route), acme.live.callback
        )
        store_attempt(delivery)
    with CaptureQueriesContext(connection) as long:
        assert len(api.get(path).json()["data"]) == 7
    assert len(long) == len(short) <= most  # one of them writes the request down


def test_a_count_of_what_a_list_has(acme: House, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        store_delivery(store_message(acme.live.assignment), acme.live.endpoint, Delivery.State.PENDING)
    assert "count" not in api.get("messages").json()
    page = api.get("messages?count=true&limit=2").json()
    assert page["count"] == {"value": 5, "more": False}
    more = api.get(f"messages?count=true&limit=2&cursor={page['nextCursor']}").json()
    assert more["count"] == page["count"]
    assert api.get("messages?count=true&status=queued").json()["count"] == {"value": 4, "more": False}
    assert api.get("deliveries?count=true&state=failed").json()["count"] == {"value": 1, "more": False}
    monkeypatch.setattr(finding, "MOST_COUNTED", 3)
    assert api.get("messages?count=true").json()["count"] == {"value": 3, "more": True}
    assert api.get("messages?count=true&status=received").json()["count"] == {"value": 0, "more": True}


def test_an_attempt_is_found_by_its_id_alone(acme: House, borealis: House, api: Api) -> None:
    ids = acme.live.ids
    nested = api.get(f"deliveries/{ids['delivery_id']}/attempts/{ids['attempt_id']}").json()
    assert api.get(f"attempts/{ids['attempt_id']}").json() == nested
    assert api.get(f"attempts/{borealis.live.ids['attempt_id']}").status_code == 404


def test_an_event_and_a_secret_are_read(acme: House, api: Api) -> None:
    ids = acme.live.ids
    assert api.get(f"events/{ids['event_id']}").json() == api.get("events").json()["data"][0]
    secret = api.get(f"endpoints/{ids['endpoint_id']}/secrets/{ids['secret_id']}").json()
    assert (secret["id"], "secret" in secret) == (ids["secret_id"], False)


def test_a_text_that_does_not_open_keeps_no_other_from_being_shown(acme: House, api: Api) -> None:
    broken = store_message(
        acme.live.assignment, sealed_content=b"\x01 not sealed by any key", sealed_media=b"?"
    )
    first, second = api.get("messages").json()["data"]
    assert (first["id"], first["content"], first["media"]) == (public("message", broken.pk), None, [])
    assert second["content"] == "Votre code est 020005"
    assert api.get(f"messages/{first['id']}").json()["content"] is None
