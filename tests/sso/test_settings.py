"""The page on which single sign-on is set up, and the page that leads from an address to one's organisation."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts import sso
from accounts.ids import public
from accounts.models import IdentityProvider
from tests.cast import House
from tests.dashboard.browse import Person, text
from tests.forging_provider import Forger
from tests.identity_provider import configured

GOOD: dict[str, Any] = {
    "issuer": "http://127.0.0.1:9",
    "client_id": "sms",
    "client_secret": "hush",
    "domains": "acme.example, acme-sante.example",
    "join_role": "viewer",
}


@pytest.fixture
def owner(acme: House) -> Person:
    return Person(acme.users["owner"], acme.live)


def test_it_is_set_up_on_its_page(acme: House, owner: Person) -> None:
    assert sso.redirect_uri(acme.tenant) in text(owner.get("single-sign-on/"))
    page = text(owner.post("single-sign-on/", **GOOD))
    assert "Saved." in page
    assert "hush" not in page
    row = IdentityProvider.objects.get()
    assert (row.domains, row.join_role) == (["acme.example", "acme-sante.example"], "viewer")


def test_an_empty_secret_stays_what_it_was(owner: Person) -> None:
    owner.post("single-sign-on/", **GOOD)
    owner.post("single-sign-on/", **GOOD | {"client_secret": "", "enforced": "on"})
    row = IdentityProvider.objects.get()
    assert (row.enforced, sso.client_of(row).secret) == (True, "hush")


def test_what_is_wrong_stands_beside_its_field(owner: Person) -> None:
    answer = owner.post("single-sign-on/", **GOOD | {"issuer": "https://10.0.0.1", "domains": "acme"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"issuer", "domains"}


def test_it_is_tested_and_removed_there(acme: House, owner: Person, forger: Forger) -> None:
    assert owner.post("single-sign-on/check/").status_code == 404
    owner.post("single-sign-on/", **GOOD)
    assert "does not answer at the moment" in text(owner.post("single-sign-on/check/"))
    owner.post("single-sign-on/", **GOOD | {"issuer": forger.issuer})
    assert "answers as it should" in text(owner.post("single-sign-on/check/"))
    assert "is removed" in text(owner.post("single-sign-on/remove/"))
    assert not IdentityProvider.objects.exists()


def test_an_address_leads_to_its_organisation(acme: House, borealis: House) -> None:
    configured(acme.tenant, "http://127.0.0.1:9")
    answer = Client().post("/login/organisation/", {"email": "Nobody@ACME.example"})
    door = f"/login/{public('tenant', acme.tenant.pk)}/"
    assert (answer.status_code, answer["Location"]) == (302, door)
    assert acme.tenant.name in text(Client().get(door))
    assert Client().post("/login/organisation/", {"email": "a@borealis.example"}).status_code == 422


def test_a_domain_that_two_claim_leads_nowhere(acme: House, borealis: House) -> None:
    """Domains are what organisations say: one must not draw the people of another to its provider."""
    for house in (acme, borealis):
        configured(house.tenant, "http://127.0.0.1:9")
    assert Client().post("/login/organisation/", {"email": "a@acme.example"}).status_code == 422


@pytest.mark.parametrize("place", ["", "go/", "callback/"])
def test_an_organisation_without_it_has_no_door(borealis: House, place: str) -> None:
    for id in (public("tenant", borealis.tenant.pk), "ten_00000000000000000000000000", "organisations"):
        assert Client().get(f"/login/{id}/{place}").status_code == 404
