"""Every way in declares what it needs, and each role and scope gets there or is told that it may not.

The walk reads the URLconf itself, so a view that declares nothing fails here. What the important cells of the table
must be is written out below, in words that do not come from the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from django.urls import URLResolver, get_resolver

from accounts.models import ApiKey
from accounts.roles import PERMISSIONS, SCOPES, Role, allows
from api.schema import OpenApi
from api.views import Unknown
from tests.cast import Api, House, with_destinations
from tests.dashboard.browse import Person

KNOWN = frozenset().union(*PERMISSIONS.values())
OPEN = {
    "join/": "whoever opens it shows the text of an invitation",
    "oauth/token": "whoever asks shows a client's secret",
    "": "leads to one's own environment, or to the log-in",
    "login/": "for who is not known yet",
    "logout/": "everybody may leave",
    "docs": "the handbook, for anybody",
    "docs/": "leads there",
    "docs/<slug:slug>": "likewise",
    "docs/reference": "what /v1/openapi.json tells anybody, as pages",
    "docs/reference/<slug:resource>": "likewise",
    "docs/errors": "what codes mean, for whoever meets one",
    "docs/errors/<str:code>": "likewise",
    "favicon.ico": "a picture",
    "preferences/": "one's own language and theme",
    "healthz": "for load balancers",
    "readyz": "likewise",
    "metrics": "for the operator's network",
    "operator/": "the operators' own pages, which ask for is_staff",
    "operator/login/": "leads to the log-in",
}


class Place(NamedTuple):
    """One URL pattern and its view."""

    route: str
    view: Any

    @property
    def of_api(self) -> bool:
        return self.route.startswith("v1/")

    @property
    def needs(self) -> dict[str, str | None]:
        """The declared permission by method; None where a method declares none."""
        if not self.of_api:
            declared: dict[str, str | None] = getattr(self.view, "needs", {})
            return declared
        shape = self.view.view_class
        handlers = {name.upper(): getattr(shape, name, None) for name in shape.http_method_names}
        return {method: getattr(one, "permission", None) for method, one in handlers.items() if one}


def places(resolver: URLResolver, before: str = "") -> Iterator[Place]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if route not in OPEN or not route:
                yield from places(pattern, route)
        elif route not in OPEN and getattr(pattern.callback, "view_class", None) not in {OpenApi, Unknown}:
            yield Place(route, pattern.callback)


PLACES = list(places(get_resolver()))


@pytest.fixture
def acme(acme: House) -> House:
    return with_destinations(acme)


def path(place: Place, house: House) -> str:
    return "/" + place.route.replace("<str:", "{").replace(">", "}").format(**house.side(place.view).ids)


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.route)
def test_every_view_declares_what_it_needs(place: Place) -> None:
    assert place.needs, f"{place.route} declares no permission"
    assert set(place.needs.values()) <= KNOWN, place.needs


def call(who: Any, method: str, url: str) -> int:
    """The status; whatever the call does is undone."""
    with transaction.atomic():
        status: int = who.generic(
            method, url, b"", content_type="application/x-www-form-urlencoded"
        ).status_code
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize("role", Role.values)
def test_each_role_opens_what_the_table_allows_and_nothing_else(acme: House, role: str) -> None:
    person = Person(acme.users[role], acme.live)
    for place in PLACES:
        if place.of_api:
            continue
        for method, needed in place.needs.items():
            if method == "HEAD":
                continue
            assert needed is not None
            refused = call(person.http, method, path(place, acme)) == 403
            assert refused is not allows(role, needed), (method, place.route)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_does_what_its_scope_allows_and_nothing_else(acme: House, scope: str) -> None:
    ApiKey.objects.update(scopes=[scope])  # some are given to no key of live, and one to none of a sandbox
    for place in PLACES:
        if not place.of_api:
            continue
        for method, needed in place.needs.items():
            if method == "HEAD":
                continue
            with transaction.atomic():
                with_json = Api(acme.side(place.view).key)
                answer = with_json(method, path(place, acme), {} if method != "GET" else None)
                transaction.set_rollback(True)
            refused = answer.status_code == 403 and answer.json()["code"] == "missing_scope"
            assert refused is (needed != scope), (method, place.route)


PAGES = {
    "GET ": "owner admin developer compliance support billing viewer",
    "GET endpoints/": "owner admin developer compliance support billing viewer",
    "GET messages/": "owner admin developer compliance support viewer",
    "GET messages/{message_id}/": "owner admin developer compliance support viewer",
    "GET deliveries/": "owner admin developer compliance support viewer",
    "POST deliveries/{delivery_id}/replay/": "owner admin developer support",
    "POST replays/new/": "owner admin developer support",
    "POST issues/{issue_id}/state/": "owner admin developer support",
    "POST endpoints/new/": "owner admin developer",
    "POST endpoints/{endpoint_id}/secrets/": "owner admin developer",
    "POST endpoints/{endpoint_id}/delete/": "owner admin developer",
    "POST channels/{channel_id}/": "owner admin developer",
    "POST channels/{channel_id}/delete/": "owner admin developer",
    "POST numbers/{number_id}/release/": "owner admin developer",
    "POST routes/{route_id}/": "owner admin developer",
    "POST destinations/": "owner admin developer",
    "GET api-keys/": "owner admin developer",
    "POST api-keys/{key_id}/revoke/": "owner admin developer",
    "POST oauth-clients/{client_id}/rotate/": "owner admin developer",
    "GET members/": "owner admin",
    "POST members/": "owner admin",
    "POST members/{membership_id}/role/": "owner admin",
    "POST members/{membership_id}/remove/": "owner admin",
}
CALLS = {
    "GET channels": "read",
    "POST channels": "configure",
    "DELETE channels/{channel_id}": "configure",
    "POST endpoints/{endpoint_id}/secrets": "configure",
    "PATCH routes/{route_id}": "configure",
    "GET messages": "readMessages",
    "GET messages/{message_id}": "readMessages",
    "GET deliveries/{delivery_id}/attempts": "readMessages",
    "POST deliveries/{delivery_id}/replay": "replay",
    "PATCH issues/{issue_id}": "replay",
    "GET endpoints/{queue_id}/queue": "receive",
    "POST endpoints/{queue_id}/queue/ack": "receive",
    "POST api-keys": "manageKeys",
    "DELETE oauth-clients/{client_id}": "manageKeys",
    "GET members": "manageMembers",
    "PATCH members/{membership_id}": "manageMembers",
    "POST invitations": "manageMembers",
}


@pytest.mark.parametrize("cell", PAGES)
def test_who_may_open_a_page(acme: House, cell: str) -> None:
    method, _space, page = cell.partition(" ")
    able = [
        role
        for role in Role.values
        if call((person := Person(acme.users[role], acme.live)).http, method, person.url(page)) != 403
    ]
    assert able == PAGES[cell].split()


@pytest.mark.parametrize("cell", CALLS)
def test_which_scope_a_call_needs(acme: House, cell: str) -> None:
    method, _space, url = cell.partition(" ")
    without = [scope for scope in SCOPES if scope != CALLS[cell]]
    for scopes, refused in ((without, True), ([CALLS[cell]], False)):
        ApiKey.objects.filter(environment=acme.live.environment).update(scopes=scopes)
        answer = Api(acme.live.key)(method, url.format(**acme.live.ids), None if method == "GET" else {})
        assert (answer.status_code == 403) is refused, answer.content
        assert not refused or answer.json()["code"] == "missing_scope"


def test_a_role_never_holds_what_its_better_does_not() -> None:
    for lesser, better in (
        ("admin", "owner"),
        ("developer", "admin"),
        ("viewer", "support"),
        ("viewer", "developer"),
    ):
        assert PERMISSIONS[lesser] < PERMISSIONS[better]


def test_nobody_hands_on_the_power_of_an_owner_but_an_owner() -> None:
    assert [role for role in Role.values if allows(role, "own")] == ["owner"]
    assert "own" not in SCOPES
