"""Every URL of the web process, called with ids of others: another tenant, and one's own tenant's other environment.

The walk reads the URLconf itself. It fails on a path parameter that the cast cannot fill, so a new page or resource
cannot escape it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from itertools import product
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db import transaction
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from accounts import ids
from tests.cast import URL, Api, House, Side, with_destinations

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
LEFT_OUT = {
    "operator/": "Django's admin is the operators' own and spans tenants; staff only",
    "docs/errors/<str:code>": "the same for everybody, logged in or not",
    "docs/<slug:slug>": "likewise",
    "docs/reference/<slug:resource>": "likewise",
}
WITHOUT_PARAMETERS = {r"v1/^.*$": "answers 404 to everything"}
OURS = ("accounts", "numbers", "inbox", "delivery", "routing", "ingest")
OF_THE_TENANT = frozenset({"membership_id", "invitation_id"})
CHANGING = re.compile(r'(?:csrfmiddlewaretoken" value|nonce)="[^"]*"')
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


class Place(NamedTuple):
    """One URL pattern and its view."""

    route: str
    view: Any

    @property
    def parameters(self) -> list[str]:
        return PARAMETER.findall(self.route)

    def url(self, values: dict[str, str]) -> str:
        return "/" + PARAMETER.sub(lambda match: values[match[1]], self.route)

    @property
    def of_api(self) -> bool:
        return self.route.startswith("v1/")


@pytest.fixture
def acme(acme: House) -> House:
    return with_destinations(acme)


@pytest.fixture
def borealis(borealis: House) -> House:
    return with_destinations(borealis)


def patterns(resolver: URLResolver, before: str = "") -> Iterator[Place]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if route in LEFT_OUT:
            continue
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        elif route not in WITHOUT_PARAMETERS:
            assert isinstance(pattern.pattern, RoutePattern), f"say in this test what to do with {route}"
            yield Place(route, pattern.callback)


PLACES = list(patterns(get_resolver()))
WITH_IDS = [place for place in PLACES if place.parameters]


def caller(place: Place, house: House) -> Api:
    """Whoever belongs there: Acme's key, or Acme's owner in a browser."""
    if place.of_api:
        return Api(house.side(place.view).key)
    browser = Api(None)
    browser.http.force_login(house.users["owner"])
    return browser


def call(who: Api, place: Place, method: str, url: str) -> Any:
    if place.of_api:
        return who(method, url, {} if method != "GET" else None)
    return who.http.generic(method, url, b"", content_type="application/x-www-form-urlencoded")


NOUNS = {
    "env_id": "environment",
    "sandbox_id": "environment",
    "queue_id": "endpoint",
    "callback_id": "endpoint",
}


def absent(name: str) -> str:
    noun = NOUNS.get(name) or name.removesuffix("_id")
    return ids.public(noun, ids.uuid7())


def answer(who: Api, place: Place, method: str, values: dict[str, str]) -> tuple[int, str]:
    """Status and body, without what differs from request to request."""
    url = place.url(values)
    response = call(who, place, method, url)
    text = response.getvalue().decode()
    for varying in (url, *values.values(), response["Request-Id"]):
        text = text.replace(varying, "").replace(escape(varying), "")
    return response.status_code, CHANGING.sub("", text)


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tenants, but for the note of when a key was last used."""
    models = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    rows = {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}
    for key in rows["ApiKey"]:
        del key["last_used_at"]
    return rows


def mixtures(place: Place, own: Side, other: Side) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Every way to mix one's own ids with another's, and which of them are then out of place.

    A member may enter both environments of the tenant: there, an id is out of place in the other one's pages.
    """
    members = own.environment.tenant_id == other.environment.tenant_id
    shared = OF_THE_TENANT if members else frozenset()
    for sides in product((own, other), repeat=len(place.parameters)):
        chosen = dict(zip(place.parameters, sides, strict=True))
        home = chosen.get("env_id", own) if members else own
        foreign = [name for name, side in chosen.items() if side is not home and name not in shared]
        if foreign:
            yield {name: side.ids[name] for name, side in chosen.items()}, foreign


def test_the_walk_sees_api_and_pages() -> None:
    routes = {place.route for place in PLACES}
    assert {"v1/messages/<str:message_id>", "v1/deliveries/<str:delivery_id>/replay"} <= routes
    assert {"e/<str:env_id>/messages/<str:message_id>/", "e/<str:env_id>/deliveries/replay/"} <= routes


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.route)
def test_the_cast_can_fill_every_parameter(acme: House, place: Place) -> None:
    unknown = set(place.parameters) - set(acme.live.ids)
    assert not unknown, f"add {unknown} to tests.cast.Side.ids, so that the walk covers {place.route}"


@pytest.mark.parametrize("place", WITH_IDS, ids=lambda place: place.route)
def test_with_ones_own_ids_something_is_there(acme: House, place: Place) -> None:
    url = place.url(acme.side(place.view).ids)
    statuses = set()
    for method in METHODS:
        with transaction.atomic():
            statuses.add(call(caller(place, acme), place, method, url).status_code)
            transaction.set_rollback(True)
    assert 404 not in statuses
    assert statuses - {405}, url
    assert max(statuses) < 500


@pytest.mark.parametrize("whose", ["another tenant's", "the other environment's"])
@pytest.mark.parametrize("place", WITH_IDS, ids=lambda place: place.route)
def test_what_is_not_ones_own_is_absent(acme: House, borealis: House, place: Place, whose: str) -> None:
    own = acme.side(place.view)
    elsewhere = acme.sandbox if own is acme.live else acme.live
    other = borealis.side(place.view) if whose == "another tenant's" else elsewhere
    who, before = caller(place, acme), everything()
    for values, foreign in mixtures(place, own, other):
        nowhere = values | {name: absent(name) for name in foreign}
        garbled = values | dict.fromkeys(foreign, "x'--")
        for method in METHODS:
            answers = [answer(who, place, method, named) for named in (values, nowhere, garbled)]
            assert answers[0][0] in {404, 405}, (method, values)
            assert answers[0] == answers[1] == answers[2], (method, values)
    assert everything() == before


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.route)
def test_what_one_may_see_shows_nothing_of_others(acme: House, borealis: House, place: Place) -> None:
    here = acme.side(place.view)
    shown = call(caller(place, acme), place, "GET", place.url(here.ids)).getvalue().decode()
    there = acme.sandbox if here is acme.live else acme.live
    for side in (borealis.live, borealis.sandbox, there):
        for name, id in side.ids.items():
            own = side is there and name in OF_THE_TENANT | {
                "env_id",
                "sandbox_id",
            }  # as one may switch there
            assert own or id not in shown, place.route


def test_who_is_not_logged_in_sees_no_page(acme: House) -> None:
    for place in WITH_IDS:
        response = call(Api(None), place, "GET", place.url(acme.side(place.view).ids))
        assert response.status_code in {401, 302}, place.route
        assert place.of_api or response["Location"].startswith("/login/")


ASKED = {"country": "FR", "purpose": "Appointments", "monthlyVolume": 500}
PROOF = {"name": "Bill", "contentType": "application/pdf", "content": "JVBERi0xLjc="}
TAKEN = {"lease": "lse_" + "0" * 26, "deliveryIds": ["delivery_id"]}
REFERENCES: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
    ("POST", "numbers"): ("channelId", {"number": "+33937000009", "channelId": "channel_id"}),
    ("PATCH", "numbers/{number_id}"): ("channelId", {"channelId": "channel_id"}),
    ("POST", "number-requests"): ("channelId", {"channelId": "channel_id"} | ASKED),
    ("PATCH", "endpoints/{endpoint_id}"): ("failoverId", {"failoverId": "endpoint_id"}),
    ("POST", "endpoints/{queue_id}/queue/ack"): ("deliveryIds", TAKEN),
    ("POST", "endpoints/{queue_id}/queue/release"): ("deliveryIds", TAKEN),
    ("POST", "routes"): ("endpointIds", {"name": "R", "endpointIds": ["endpoint_id"]}),
    ("PATCH", "routes/{route_id}"): ("endpointIds", {"endpointIds": ["endpoint_id"]}),
}


def filled(value: Any, side: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [filled(item, side) for item in value]
    if isinstance(value, dict):
        return {name: filled(item, side) for name, item in value.items()}
    return side.get(value, value) if isinstance(value, str) else value


@pytest.mark.parametrize("reference", REFERENCES, ids=" ".join)
def test_a_body_cannot_name_what_is_not_ones_own(
    acme: House, borealis: House, api: Api, reference: tuple[str, str]
) -> None:
    (method, path), (field, template) = reference, REFERENCES[reference]
    before, answers = everything(), set()
    none = {name: absent(name) for name in ("channel_id", "endpoint_id", "delivery_id")}
    for side in (borealis.live.ids, acme.sandbox.ids, none):
        sent = {name: filled(value, side) for name, value in template.items()}
        response = api(method, path.format(**acme.live.ids), sent)
        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"].startswith(f"#/{field}")
        answers.add(json.dumps(response.json()["errors"]))
    assert len(answers) == 1
    assert everything() == before


def test_every_reference_of_a_body_is_tried() -> None:
    document = Api(None).get("openapi.json").json()
    found = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is None:
                continue
            schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            for name, shape in schema["properties"].items():
                if "pattern" in shape or "pattern" in shape.get("items", {}):
                    found.add((method.upper(), path.removeprefix("/v1/"), name))
    assert found == {(method, path, field) for (method, path), (field, _) in REFERENCES.items()}


MINE = {
    "id",
    "environment",
    "environment_id",
    "environmentId",
    "tenant",
    "tenant_id",
    "created_at",
    "createdAt",
}
RECOVER = {"since": "2026-11-22T00:00:00Z", "endpointId": "endpoint_id"}
WRITES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "channels"): {"carrier": "sandbox", "credentials": {"secret": "a-long-token"}},
    ("PATCH", "channels/{channel_id}"): {"name": "N"},
    ("POST", "channels/{channel_id}/preview"): {"body": "{}"},
    ("POST", "numbers"): {"number": "+33937000009", "channelId": "channel_id"},
    ("PATCH", "numbers/{number_id}"): {"label": "L"},
    ("POST", "number-requests"): ASKED,
    ("POST", "number-requests/{number_request_id}/documents"): PROOF,
    ("POST", "endpoints"): {"kind": "webhook", "url": URL},
    ("PATCH", "endpoints/{endpoint_id}"): {"description": "D"},
    ("POST", "endpoints/{endpoint_id}/preview"): {},
    ("POST", "destinations"): {"pattern": "*.example.com"},
    ("POST", "routes"): {"name": "R", "action": "drop"},
    ("PATCH", "routes/{route_id}"): {"name": "R"},
    ("POST", "deliveries/{delivery_id}/replay"): {},
    ("POST", "endpoints/{endpoint_id}/check"): {},
    ("POST", "replays"): {"kind": "recover", "filter": RECOVER},
    ("POST", "replays/{replay_id}/run"): {},
    ("PATCH", "retention"): {"contentDays": 7},
    ("PATCH", "issues/{issue_id}"): {"state": "acknowledged"},
    ("POST", "api-keys"): {"name": "K", "scopes": ["read"]},
    ("PATCH", "api-keys/{key_id}"): {"name": "K"},
    ("POST", "api-keys/{key_id}/rotate"): {},
    ("PATCH", "members/{membership_id}"): {"role": "support"},
    ("POST", "invitations"): {"email": "new@example.com", "role": "viewer"},
    ("POST", "invitations/{invitation_id}/resend"): {},
    ("POST", "oauth-clients"): {"name": "C", "scopes": ["read"]},
    ("PATCH", "oauth-clients/{client_id}"): {"name": "C"},
    ("POST", "oauth-clients/{client_id}/rotate"): {},
    ("POST", "sandboxes"): {"name": "S"},
    ("PATCH", "sandboxes/{sandbox_id}"): {"name": "S"},
    ("POST", "sandbox/clock"): {"advanceBy": "PT1H"},
}


@pytest.mark.parametrize("write", WRITES, ids=" ".join)
def test_nobody_assigns_what_the_server_decides(acme: House, borealis: House, write: tuple[str, str]) -> None:
    (method, path), before = write, everything()
    own = acme.sandbox if path.startswith("sandbox") else acme.live
    api, url = Api(own.key), path.format(**own.ids)
    good = {name: filled(value, own.ids) for name, value in WRITES[write].items()}
    for name in sorted(MINE):
        response = api(method, url, good | {name: borealis.live.ids["env_id"]})
        assert [error["pointer"] for error in response.json()["errors"]] == [f"#/{name}"]
    assert everything() == before
    assert api(method, url, good).status_code in {200, 201, 202}
