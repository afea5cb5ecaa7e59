"""Who may see messages but not their content sees neither text nor sender, on no page and in no answer."""

from __future__ import annotations

import pytest

from accounts import keys
from accounts.audit import SYSTEM
from accounts.roles import PERMISSIONS, SCOPES
from routing.services import create_route
from tests.cast import Api, House
from tests.dashboard.browse import Person, text

HIDDEN = ("020005", "+33639980417", "6 39 98 04 17", "out of order")
PAGES = ("", "messages/", "messages/{message_id}/", "deliveries/?view=all", "issues/", "routes/", "numbers/")
ANSWERS = (
    "messages",
    "messages/{message_id}",
    "messages/wait?since=2020-01-01T00:00:00Z",
    "messages/stream?since=2020-01-01T00:00:00Z",
    "feed",
    "messages/{message_id}/deliveries",
    "deliveries",
    "deliveries/{delivery_id}",
    "deliveries/{delivery_id}/attempts",
    "deliveries/{delivery_id}/attempts/{attempt_id}",
    "attempts/{attempt_id}",
    "messages?fields=content,senderId,media",
    "messages?expand=deliveries,route,number",
    "messages/{message_id}?expand=route",
    "deliveries?expand=message,endpoint,attempts",
    "messages/{message_id}/deliveries?expand=message,attempts",
    "events",
    "issues",
    "replays",
    "routes",
    "routes/export",
    "routes/versions",
    "routes/versions/{route_version_id}",
)


@pytest.fixture(autouse=True)
def route_for_a_sender(acme: House) -> None:
    conditions = [{"field": "senderId", "operator": "equals", "value": "+33639980417"}]
    create_route(acme.live.environment, SYSTEM, name="One sender", conditions=conditions, action="drop")


@pytest.mark.parametrize("path", PAGES)
def test_support_sees_no_content_on_pages(acme: House, path: str) -> None:
    shown = text(Person(acme.users["support"], acme.live).get(path))
    assert [hidden for hidden in HIDDEN if hidden in shown] == []


def key_of_support(house: House) -> Api:
    scopes = [scope for scope in SCOPES if scope in PERMISSIONS["support"]]
    return Api(keys.create(house.live.environment, SYSTEM, name="support", held=SCOPES, scopes=scopes)[1])


@pytest.mark.parametrize("path", ANSWERS)
def test_a_key_without_the_scope_gets_no_content(acme: House, api: Api, path: str) -> None:
    path = path.format(**acme.live.ids)
    answer = key_of_support(acme).get(path)
    assert answer.status_code == 200
    assert [hidden for hidden in HIDDEN if hidden in answer.content.decode()] == []
    assert api.get(path).status_code == 200


def test_what_is_hidden_is_null_and_the_rest_is_there(acme: House, api: Api) -> None:
    ids = acme.live.ids
    hidden = key_of_support(acme).get(f"messages/{ids['message_id']}").json()
    shown = api.get(f"messages/{ids['message_id']}").json()
    assert (hidden["content"], hidden["senderId"], hidden["media"]) == (None, None, [])
    assert (shown["content"], shown["senderId"]) == ("Votre code est 020005", "+33639980417")
    assert {**hidden, "content": 1, "senderId": 1} == {**shown, "content": 1, "senderId": 1}
    condition = key_of_support(acme).get("routes").json()["data"][-1]["conditions"][0]
    assert condition == {"field": "senderId", "operator": "equals", "value": None}


def test_the_navigation_shows_what_one_may_open(acme: House) -> None:
    billing = text(Person(acme.users["billing"], acme.live).get(""))
    assert "/messages/" not in billing
    assert "/deliveries/" not in billing
    assert "/numbers/" in billing
    assert "/messages/" in text(Person(acme.users["viewer"], acme.live).get(""))
