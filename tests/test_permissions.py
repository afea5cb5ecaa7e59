"""Every way in declares what it needs. What the important cells of the table of roles must be is written out below, in
words that do not come from the table; tests.test_access_matrix tries all of them as the table has them.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from accounts.models import ApiKey
from accounts.roles import PERMISSIONS, SCOPES, Role, allows
from tests.cast import Api, House, with_destinations, with_provider
from tests.dashboard.browse import Person
from tests.urlconf import PLACES, Place, name_of

KNOWN = frozenset().union(*PERMISSIONS.values())


@pytest.fixture
def acme(acme: House) -> House:
    return with_provider(with_destinations(acme))


@pytest.mark.parametrize("place", PLACES, ids=name_of)
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
    "POST routes/try/": "owner admin developer",
    "GET routes/versions/": "owner admin developer compliance support billing viewer",
    "POST routes/versions/{route_version_id}/restore/": "owner admin developer",
    "POST destinations/": "owner admin developer",
    "GET api-keys/": "owner admin developer",
    "POST api-keys/{key_id}/revoke/": "owner admin developer",
    "POST oauth-clients/{client_id}/rotate/": "owner admin developer",
    "GET members/": "owner admin",
    "POST members/": "owner admin",
    "POST members/{membership_id}/role/": "owner admin",
    "POST members/{membership_id}/remove/": "owner admin",
    "GET single-sign-on/": "owner admin",
    "POST single-sign-on/": "owner admin",
    "POST single-sign-on/remove/": "owner admin",
}
CALLS = {
    "GET channels": "read",
    "POST channels": "configure",
    "DELETE channels/{channel_id}": "configure",
    "POST endpoints/{endpoint_id}/secrets": "configure",
    "PATCH routes/{route_id}": "configure",
    "GET routes/export": "read",
    "PUT routes/import": "configure",
    "POST routes/validate": "read",
    "POST routes/dry-run": "readContent",
    "POST routes/versions/{route_version_id}/restore": "configure",
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
    "PATCH identity-providers/{identity_provider_id}": "manageMembers",
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
