"""Who may not read content sees neither text nor sender, and nobody sees a secret again: on no page, in no answer.

The walks read the URLconf and the API's description, so that no new address, member or parameter escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.db import transaction

from accounts import keys
from accounts.audit import SYSTEM
from accounts.roles import PERMISSIONS, READ_CONTENT, RECEIVE, SCOPES
from delivery.services import update_endpoint
from routing.services import create_route
from tests.arguments import QUERIES, SENDER, sent, short
from tests.callers import CALLERS, PEOPLE, Caller
from tests.cast import CARRIER_SECRET, Api, House, with_destinations, with_provider
from tests.dashboard.browse import Person, text
from tests.urlconf import PLACES, Place

HIDDEN = ("020005", "+33639980417", "6 39 98 04 17", "out of order")
HEADER = "what-the-receiver-alone-knows"
LONG_AGO = "since=2020-01-01T00:00:00Z"
#: With what a walk asks those that would tell of nothing else.
ASKED = QUERIES | {"messages/wait": LONG_AGO, "messages/stream": LONG_AGO}
CHOICES = re.compile(r"\^\(([\w|]+)\)\(,")  # of a parameter that takes several names


@pytest.fixture
def acme(acme: House) -> House:
    """Everything in it that holds a text, a sender or a secret."""
    create_route(acme.live.environment, SYSTEM, name="One sender", conditions=SENDER, action="drop")
    access = {"headers": [{"name": "X-Key", "value": HEADER, "secret": True}]}
    update_endpoint(acme.live.endpoint, SYSTEM, access=access)
    return with_provider(with_destinations(acme))


@cache
def parameters(path: str) -> list[dict[str, Any]]:
    """What the description says that can be asked of an address."""
    told = Api(None).get("openapi.json").json()["paths"].get(path, {}).get("get", {})
    return list(told.get("parameters", ()))


def queries(place: Place) -> Iterator[str]:
    """The plain one, and one with each parameter that takes names, such as `expand`, with all of them."""
    plain = ASKED.get(short(place), "")
    yield plain
    for parameter in parameters(f"/v1/{short(place)}") if place.of_api else ():
        if match := CHOICES.match(parameter["schema"].get("pattern", "")):
            yield f"{plain}&{parameter['name']}={match[1].replace('|', ',')}"


def both(name: str, house: House) -> tuple[Caller, Caller]:
    """A caller of that name in live, and one in the sandbox."""
    return CALLERS[name](house), CALLERS[name](house.turned)


def answers(callers: tuple[Caller, Caller], places: list[Place]) -> Iterator[tuple[str, str]]:
    """All that can be read by who may, from where."""
    for place in places:
        caller = callers[place.of_sandbox]
        if place.needs.get("GET") not in (caller.may or ()):
            continue
        for query in queries(place):
            url = f"{place.url(caller.side.ids)}?{query}"
            with transaction.atomic():
                yield url, caller.http.get(url).getvalue().decode()
                transaction.set_rollback(True)


def reading(name: str) -> list[Place]:
    """What that caller would walk; a queue's texts are for whoever may take them."""
    pages = name in PEOPLE
    return [place for place in PLACES if place.of_api is not pages and place.needs.get("GET") != RECEIVE]


BLIND = [name for name in PEOPLE if READ_CONTENT not in PERMISSIONS.get(name, {READ_CONTENT})]
BLIND += [f"{kind} of {role}" for kind in ("a key", "a token") for role in BLIND]
BLIND += [f"a key for {scope}" for scope in SCOPES if scope != READ_CONTENT]


def test_there_are_such_people() -> None:
    assert {"support", "viewer", "a key of support", "a token of viewer", "a key for readAudit"} <= set(BLIND)


@pytest.mark.parametrize("name", BLIND)
def test_who_may_not_read_content_sees_none(acme: House, name: str) -> None:
    told = answers(both(name, acme), reading(name))
    assert [(url, hidden) for url, text in told for hidden in HIDDEN if hidden in text] == []


@pytest.mark.parametrize("name", ["a key of owner", "owner"])
def test_who_may_sees_all_of_it(acme: House, name: str) -> None:
    told = "".join(text for _url, text in answers(both(name, acme), reading(name)))
    assert [hidden for hidden in ("020005", "out of order") if hidden not in told] == []


def secrets_of(house: House, callers: tuple[Caller, Caller]) -> list[str]:
    sides = (house.live, house.sandbox)
    told = [CARRIER_SECRET, HEADER, *(side.key for side in sides), *(side.secret for side in sides)]
    told += [secret for caller in callers for secret in caller.secrets]
    return [secret.removeprefix("whsec_") for secret in told]


@pytest.mark.parametrize("name", ["a key of owner", "a token of owner", "owner", "developer"])
def test_nobody_sees_a_secret_again(acme: House, name: str) -> None:
    callers = both(name, acme)
    secrets, told = secrets_of(acme, callers), answers(callers, reading(name))
    assert [(url, secrets.index(one)) for url, text in told for one in secrets if one in text] == []


def test_no_change_answers_with_an_old_secret(acme: House) -> None:
    callers = both("a key of owner", acme)
    secrets = secrets_of(acme, callers)
    for place in PLACES:
        caller = callers[place.of_sandbox]
        for method in {"POST", "PATCH"} & place.needs.keys() if place.of_api else ():
            body, content_type = sent(place, method, caller.side)
            with transaction.atomic():
                told = caller.http.generic(
                    method, place.url(caller.side.ids), body, content_type=content_type
                )
                assert not [one for one in secrets if one in told.getvalue().decode()], (method, place.route)
                transaction.set_rollback(True)


def key_of_support(house: House) -> Api:
    scopes = [scope for scope in SCOPES if scope in PERMISSIONS["support"]]
    return Api(keys.create(house.live.environment, SYSTEM, name="support", held=SCOPES, scopes=scopes)[1])


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
