"""Lists are narrowed by what a resource declares; whatever else is asked is refused by name."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from accounts.clock import clock, stamp
from accounts.ids import earliest, public, uuid7
from delivery import finding
from inbox.models import Message
from tests.cast import Api, House, store_delivery, store_message


def ids_of(api: Api, path: str) -> list[str]:
    answer = api.get(path)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["data"]]


def shown(*messages: Message) -> list[str]:
    return [public("message", message.pk) for message in messages]


@pytest.mark.parametrize(
    ("columns", "query"),
    [
        ({"number_used": "+33937000009"}, "numberUsed=%2B33937000009"),
        ({"number_used": "+33937000009"}, "numberUsed=0033937000009"),
        ({"routing_tag": "rdv"}, "routingTag=rdv"),
        ({"state": "dropped"}, "status=dropped"),
        ({"sender": "Doctolib"}, "senderId=Doctolib"),
        ({"sender": "+33639980777"}, "senderId=%2B33%206%2039%2098%2007%2077"),
    ],
)
def test_messages_by_a_column(acme: House, api: Api, columns: dict[str, Any], query: str) -> None:
    wanted = store_message(acme.live.assignment, **columns)
    store_message(acme.live.assignment)
    assert ids_of(api, f"messages?{query}") == shown(wanted)


def test_messages_by_route_and_endpoint(acme: House, api: Api) -> None:
    ids = acme.live.ids
    other = store_message(acme.live.assignment)
    store_delivery(other, acme.live.callback, "delivered")
    assert ids_of(api, f"messages?routeId={ids['route_id']}") == [ids["message_id"]]
    assert ids_of(api, f"messages?endpointId={ids['callback_id']}") == shown(other)
    assert ids_of(api, f"messages?endpointId={ids['endpoint_id']}&status=failed") == [ids["message_id"]]
    assert ids_of(api, f"messages?endpointId={ids['endpoint_id']}&status=delivered") == []
    assert ids_of(api, f"messages?endpointId={ids['queue_id']}") == []


def test_messages_by_status(acme: House, api: Api) -> None:
    side = acme.live
    waiting, held, sending, done, mixed = (store_message(side.assignment) for _ in range(5))
    store_delivery(waiting, side.endpoint, "pending")
    store_delivery(held, side.endpoint, "held")
    store_delivery(sending, side.endpoint, "sending")
    for state in ("delivered", "cancelled"):
        store_delivery(done, side.endpoint, state)
    for state in ("pending", "failed", "failed"):
        store_delivery(mixed, side.endpoint, state)
    alone = store_message(side.assignment)
    assert ids_of(api, "messages?status=queued") == shown(sending, held, waiting)
    assert ids_of(api, "messages?status=failed") == shown(mixed, side.message)
    assert ids_of(api, "messages?status=delivered") == shown(done)
    assert ids_of(api, "messages?status=received") == shown(alone)
    assert ids_of(api, "messages?status=blocked") == []


def test_a_message_is_listed_once_however_often_it_was_sent(acme: House, api: Api) -> None:
    side = acme.live
    twice = store_message(side.assignment)
    for state in ("failed", "failed", "delivered"):
        store_delivery(twice, side.endpoint, state)
    store_delivery(twice, side.callback, "pending")
    assert ids_of(api, f"messages?endpointId={side.ids['endpoint_id']}") == shown(twice, side.message)
    assert ids_of(api, "messages?status=failed") == shown(twice, side.message)
    assert ids_of(api, "messages?status=queued") == []


def test_messages_between_two_times(acme: House, api: Api) -> None:
    now = clock()
    before = now - timedelta(days=2)
    erased: dict[str, Any] = {"sealed_content": None, "sealed_sender": None}
    old = store_message(acme.live.assignment, id=made(before), received_at=before, **erased)
    at, later = (stamp(now - timedelta(days=days)) for days in (2, 1))
    assert ids_of(api, f"messages?receivedAt[lt]={later}") == shown(old)
    assert ids_of(api, f"messages?receivedAt[gte]={later}") == [acme.live.ids["message_id"]]
    assert ids_of(api, f"messages?receivedAt[gt]={stamp(now)}") == []
    both = f"messages?receivedAt[gte]={at}&receivedAt[lte]={later}&numberUsed=%2B33937000001"
    assert ids_of(api, both) == shown(old)
    for edge in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert api.get(f"messages?receivedAt[gte]={edge}&receivedAt[lt]={edge}").json()["data"] == []


def made(at: datetime) -> UUID:
    """An id as of that time."""
    return UUID(int=earliest(at).int | uuid7().int & (1 << 80) - 1)


def test_times_are_of_the_environments_clock(acme: House) -> None:
    environment = acme.sandbox.environment
    environment.clock_offset = timedelta(days=3)
    environment.save()
    ahead = store_message(acme.sandbox.assignment)
    api, since = Api(acme.sandbox.key), stamp(clock() + timedelta(days=2))
    assert ids_of(api, f"messages?receivedAt[gte]={since}") == shown(ahead)
    assert ids_of(api, f"messages?receivedAt[lt]={since}") == [acme.sandbox.ids["message_id"]]


def test_pages_of_a_narrowed_list_follow_one_another(acme: House, api: Api) -> None:
    side = acme.live
    texts = [store_message(side.assignment) for _ in range(5)]
    for text in texts:
        store_delivery(text, side.endpoint)
    seen: list[str] = []
    path: str | None = "messages?limit=2&status=failed"
    while path:
        page = api.get(path).json()
        seen += [row["id"] for row in page["data"]]
        late = store_message(side.assignment)
        store_delivery(late, side.endpoint)
        path = f"messages?limit=2&status=failed&cursor={page['nextCursor']}" if page["hasMore"] else None
    assert seen == [*shown(*reversed(texts)), side.ids["message_id"]]


def test_a_page_ends_its_look_and_the_next_goes_on(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_LOOKED", 3)
    for _ in range(7):
        store_delivery(store_message(acme.live.assignment), acme.live.endpoint, "delivered")
    alone = acme.live.message
    acme.live.delivery.delete()
    found, pages, path = [], 0, "messages?status=received"
    while path:
        page = api.get(path).json()
        found += [row["id"] for row in page["data"]]
        pages += 1
        path = f"messages?status=received&cursor={page['nextCursor']}" if page["hasMore"] else ""
    assert (found, pages) == (shown(alone), 3)


@pytest.mark.parametrize(
    ("path", "query", "parameter", "code"),
    [
        ("messages", "status=lost", "status", "invalid_choice"),
        ("messages", "receivedAt[gte]=yesterday", "receivedAt[gte]", "invalid_type"),
        ("messages", "receivedAt[near]=2026-11-22T00:00:00Z", "receivedAt[near]", "unknown_field"),
        ("messages", "receivedAt=2026-11-22T00:00:00Z", "receivedAt", "unknown_field"),
        ("messages", "routeId=msg_1", "routeId", "invalid_id"),
        ("messages", "endpointId=", "endpointId", "invalid_id"),
        ("messages", "senderId=%00", "senderId", "invalid_value"),
        ("messages", "numberUsed=" + "1" * 99, "numberUsed", "max_length"),
        ("messages", "status=failed&status=queued", "status", "repeated"),
        ("messages", "colour=red", "colour", "unknown_field"),
        ("messages", "fields=id,colour", "fields", "invalid_choice"),
        ("messages", "expand=endpoint", "expand", "invalid_choice"),
        ("messages", "count=yes", "count", "invalid_type"),
        ("deliveries", "state=lost", "state", "invalid_choice"),
        ("deliveries", "expand=deliveries", "expand", "invalid_choice"),
        ("channels", "carrier=pigeon", "carrier", "invalid_choice"),
        ("channels", "expand=numbers", "expand", "unknown_field"),
        ("numbers", "channelId=ep_1", "channelId", "invalid_id"),
        ("endpoints", "disabled=perhaps", "disabled", "invalid_type"),
        ("routes", "action=forward", "action", "invalid_choice"),
        ("events", "type=unheard.of", "type", "invalid_choice"),
        ("events", "after=msg_1", "after", "invalid_id"),
        ("issues", "errorCode=1", "errorCode", "invalid_choice"),
    ],
)
def test_a_wrong_parameter_is_named(
    acme: House, api: Api, path: str, query: str, parameter: str, code: str
) -> None:
    answer = api.get(f"{path}?{query}")
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert [(error["parameter"], error["code"]) for error in errors] == [(parameter, code)]


def test_what_belongs_to_others_matches_nothing(acme: House, borealis: House, api: Api) -> None:
    theirs, absent = borealis.live.ids, public("endpoint", uuid7())
    for id in (theirs["endpoint_id"], acme.sandbox.ids["endpoint_id"], absent):
        for path in ("messages", "deliveries", "issues", "routes"):
            assert ids_of(api, f"{path}?endpointId={id}") == []
    assert ids_of(api, f"messages?routeId={theirs['route_id']}") == []
    assert ids_of(api, f"deliveries?messageId={theirs['message_id']}") == []
    assert ids_of(api, f"numbers?channelId={theirs['channel_id']}") == []


def test_where_a_page_ends_its_look_tells_nothing_of_others(
    acme: House, borealis: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "MOST_LOOKED", 1)
    for path in ("messages", "deliveries"):
        page = api.get(f"{path}?endpointId={borealis.live.ids['endpoint_id']}&{NEVER[path]}").json()
        assert page == {"data": [], "nextCursor": None, "hasMore": False}
        own = api.get(f"{path}?endpointId={acme.live.ids['endpoint_id']}&{NEVER[path]}").json()
        assert (own["data"], own["hasMore"]) == ([], True)


NEVER = {"messages": "status=delivered", "deliveries": "eventType=message.delivered"}


def test_a_way_that_is_short_is_gone_to_its_end(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = acme.live
    rare = store_message(side.assignment, sender="Doctolib", routing_tag="codes")
    store_delivery(rare, side.endpoint)
    for _ in range(8):
        store_delivery(store_message(side.assignment, routing_tag="codes"), side.endpoint)
    monkeypatch.setattr(finding, "MOST_LOOKED", 4)
    for query in ("routingTag=codes", "status=failed", f"endpointId={side.ids['endpoint_id']}"):
        page = api.get(f"messages?senderId=Doctolib&{query}").json()
        assert ([row["id"] for row in page["data"]], page["hasMore"]) == (shown(rare), False), query


@pytest.mark.parametrize(
    ("path", "query", "count"),
    [
        ("channels", "carrier=generic", 1),
        ("channels", "carrier=twilio", 0),
        ("channels", "createdAt[gte]=2020-01-01T00:00:00Z", 1),
        ("numbers", "channelId={channel_id}", 1),
        ("numbers", "country=FR", 1),
        ("numbers", "number=%2B33937000001", 1),
        ("numbers", "category=shortCode", 0),
        ("endpoints", "kind=polling", 1),
        ("endpoints", "disabled=true", 0),
        ("endpoints", "disabled=false", 3),
        ("endpoints", "isDefault=true", 0),
        ("routes", "action=deliver", 1),
        ("routes", "routingTag=other", 0),
        ("routes", "endpointId={endpoint_id}", 1),
        ("deliveries", "state=failed", 1),
        ("deliveries", "state=delivered", 0),
        ("deliveries", "messageId={message_id}&endpointId={endpoint_id}", 1),
        ("deliveries", "eventType=message.delivered", 0),
        ("deliveries", "createdAt[gt]=2020-01-01T00:00:00Z", 1),
        ("deliveries/{delivery_id}/attempts", "status=503", 1),
        ("deliveries/{delivery_id}/attempts", "errorCode=5104", 0),
        ("events", "type=endpoint.enabled", 1),
        ("events", "timestamp[gte]=2020-01-01T00:00:00Z", 1),
        ("issues", "errorCode=5105", 1),
        ("issues", "state=resolved", 0),
        ("number-requests", "status=requested", 1),
        ("replays", "kind=recover&state=planned", 1),
    ],
)
def test_every_list_has_its_filters(acme: House, api: Api, path: str, query: str, count: int) -> None:
    url = f"{path}?{query}".format(**acme.live.ids)
    assert len(ids_of(api, url)) == count


def test_those_that_wait_are_looked_for_together(
    acme: House, api: Api, django_assert_num_queries: Any
) -> None:
    texts = {state: store_message(acme.live.assignment) for state in ("pending", "held", "sending")}
    for state, text in texts.items():
        store_delivery(text, acme.live.endpoint, state)
    with django_assert_num_queries(11):  # of which four look for the texts
        assert ids_of(api, "messages?status=queued") == shown(*reversed(texts.values()))


def test_what_could_have_been_asked_is_told(api: Api) -> None:
    [error] = api.get("feed?fields=id").json()["errors"]
    assert error["detail"].startswith("There is no such parameter here. There are: ")
    assert {"limit", "cursor"} <= set(error["detail"].rpartition(": ")[2].rstrip(".").split(", "))
    [error] = api.post("endpoints", {"kind": "webhok", "url": "https://example.com"}).json()["errors"]
    assert (error["pointer"], error["detail"]) == ("#/kind", "Use one of: webhook, callback, polling.")
