"""What a query asks for besides its list takes the scope that this takes by itself, and tells no more than it would."""

from __future__ import annotations

import pytest

from accounts import keys
from accounts.audit import SYSTEM
from accounts.ids import public
from accounts.models import AuditEntry
from accounts.roles import SCOPES
from routing.services import update_route
from tests.cast import Api, House

SENDER = {"field": "senderId", "operator": "equals", "value": "+33639980417"}


def key_of(house: House, *scopes: str) -> Api:
    return Api(keys.create(house.live.environment, SYSTEM, name="few", held=SCOPES, scopes=scopes)[1])


def seen() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action="message.read"))


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("messages?expand=route", "read"),
        ("messages?expand=deliveries,number", "read"),
        ("messages/{message_id}?expand=route", "read"),
        ("deliveries?expand=endpoint", "read"),
        ("deliveries/{delivery_id}?expand=message,endpoint", "read"),
        ("messages?senderId=%2B33639980417", "readContent"),
        ("messages?senderId=%2B33639980417&count=true&fields=id", "readContent"),
    ],
)
def test_what_is_asked_for_takes_its_own_scope(acme: House, path: str, scope: str) -> None:
    path = path.format(**acme.live.ids)
    refused = key_of(acme, "readMessages").get(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    assert scope in refused.json()["detail"]
    assert key_of(acme, "readMessages", scope).get(path).status_code == 200


@pytest.mark.parametrize("path", ["messages?expand=deliveries", "deliveries?expand=message,attempts"])
def test_what_messages_themselves_have_takes_no_more(acme: House, path: str) -> None:
    assert key_of(acme, "readMessages").get(path).status_code == 200


def test_an_expanded_text_is_hidden_and_counts_as_unseen(acme: House) -> None:
    row = key_of(acme, "read", "readMessages").get("deliveries?expand=message,attempts").json()["data"][0]
    hidden = row["message"]
    assert (hidden["content"], hidden["senderId"], hidden["media"]) == (None, None, [])
    assert hidden["id"] == acme.live.ids["message_id"]
    assert row["attempts"][0]["response"] is None
    assert seen() == []


def test_an_expanded_text_that_is_shown_is_on_the_trail_once(acme: House, api: Api) -> None:
    ids = acme.live.ids
    api.post(f"deliveries/{ids['delivery_id']}/replay", {})
    row = api.get(f"messages/{ids['message_id']}/deliveries?expand=message").json()["data"][0]
    assert row["message"]["content"] == "Votre code est 020005"
    assert [entry.after for entry in seen()] == [{"messageIds": [ids["message_id"]]}]


def test_an_expanded_route_hides_the_senders_that_it_names(acme: House, api: Api) -> None:
    update_route(acme.live.route, SYSTEM, conditions=[SENDER])
    path = "messages?expand=route&fields=id"
    hidden = key_of(acme, "read", "readMessages").get(path).json()["data"][0]["route"]
    shown = api.get(path).json()["data"][0]["route"]
    assert hidden["conditions"] == [SENDER | {"value": None}]
    assert shown["conditions"] == [SENDER]


def test_a_document_without_its_senders_is_refused_when_it_comes_back(acme: House, api: Api) -> None:
    update_route(acme.live.route, SYSTEM, conditions=[SENDER])
    limited = key_of(acme, "read", "configure")
    document = limited.get("routes/export").json()
    assert document["routes"][0]["conditions"] == [SENDER | {"value": None}]
    refused = limited("PUT", "routes/import", document)
    assert refused.status_code == 422
    assert [e["pointer"] for e in refused.json()["errors"]] == ["#/routes/0/conditions/0/value"]
    whole = api.get("routes/export").json()
    assert limited("PUT", "routes/import", whole).json()["changes"] == []


def test_a_difference_hides_the_senders_too(acme: House) -> None:
    before = acme.live.environment.route_versions.latest("number")
    update_route(acme.live.route, SYSTEM, conditions=[SENDER])
    path = f"routes/versions/{public('route_version', before.pk)}/restore?dryRun=true"
    (change,) = key_of(acme, "read", "configure").post(path, {}).json()["changes"]
    assert change["before"]["conditions"] == [SENDER | {"value": None}]


def test_trying_routes_takes_the_right_to_read_texts(acme: House, api: Api) -> None:
    ids = acme.live.ids
    limited = key_of(acme, *(scope for scope in SCOPES if scope not in {"readContent", "manageSandboxes"}))
    for body in ({"last": 10}, {"messageId": ids["message_id"]}):
        refused = limited.post("routes/dry-run", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    assert seen() == []
    api.post("routes/dry-run", {"messageId": ids["message_id"]})
    assert [entry.target_id for entry in seen()] == [acme.live.message.pk]


def test_texts_that_a_trial_names_are_on_the_trail(acme: House, api: Api) -> None:
    assert api.post("routes/dry-run", {"last": 10}).json()["comparison"]["examples"] == []
    assert seen() == []
    all_dropped = {"last": 10, "routes": [{"name": "All", "action": "drop"}]}
    assert len(api.post("routes/dry-run", all_dropped).json()["comparison"]["examples"]) == 1
    assert [entry.after for entry in seen()] == [{"messageIds": [acme.live.ids["message_id"]]}]
