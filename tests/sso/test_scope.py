"""A provider counts for the tenant that named it: what a session opens that came of it, and what none can open."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import members, sso
from accounts.audit import SYSTEM
from accounts.models import Identity, IdentityProvider, User
from accounts.roles import PERMISSIONS, Role
from delivery import outside
from tests.cast import House, store_invitation
from tests.forging_provider import Forger
from tests.identity_provider import configured
from tests.sso.test_sign_in import comes_in, home_of
from tests.sso.test_tokens import reason

OWNERS = PERMISSIONS[Role.OWNER]


@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_a_hostile_provider_of_another_tenant_takes_over_no_account(
    acme: House, borealis: House, forger: Forger, browser: Client, role: str
) -> None:
    """Borealis's provider says what it likes: that this is somebody of Acme, verified, of an allowed domain."""
    configured(
        borealis.tenant, forger.issuer, domains=["acme.example", "acmesant.example"], join_role="viewer"
    )
    victim = acme.users[role]
    forger.claims = {"email": victim.email, "amr": ["mfa"]}
    assert reason(forger.sign_in(browser, borealis.tenant)) == "not_a_member"
    assert "_auth_user_id" not in browser.session
    assert not Identity.objects.exists()
    assert not victim.memberships.filter(tenant=borealis.tenant).exists()
    assert home_of(browser, acme) == 302


def test_nor_of_one_that_is_invited_there(
    acme: House, borealis: House, forger: Forger, browser: Client
) -> None:
    """The invitation went to the victim's mailbox; who runs the provider has not seen its link."""
    configured(borealis.tenant, forger.issuer, domains=["acmesant.example"], join_role="viewer")
    victim = acme.users["viewer"]
    store_invitation(borealis.tenant, victim.email, "admin")
    forger.claims = {"email": victim.email}
    assert reason(forger.sign_in(browser, borealis.tenant)) in {"open_the_link", "not_a_member"}


@pytest.fixture
def consultant(acme: House, borealis: House, forger: Forger) -> User:
    """A member of both, whom Borealis's provider knows."""
    configured(borealis.tenant, forger.issuer)
    user = User.objects.create_user("ada@acme.example", "a long pass phrase")
    for house in (acme, borealis):
        members.add(house.tenant, user, Role.VIEWER, SYSTEM)
    Identity.objects.create(
        tenant=borealis.tenant,
        user=user,
        issuer=forger.issuer,
        subject="s-1",
        created_at=borealis.tenant.created_at,
    )
    return user


def test_what_one_tenant_says_opens_that_tenant_only(
    acme: House, borealis: House, forger: Forger, consultant: User, browser: Client
) -> None:
    assert comes_in(forger.sign_in(browser, borealis.tenant), browser, consultant)
    assert (home_of(browser, borealis), home_of(browser, acme)) == (200, 404)
    page = browser.get("/", follow=True).content.decode()
    assert acme.tenant.name not in page
    browser.post("/logout/")
    browser.force_login(consultant)
    assert (home_of(browser, borealis), home_of(browser, acme)) == (200, 200)


def test_it_replaces_what_was_open_before(
    acme: House, borealis: House, forger: Forger, consultant: User, browser: Client
) -> None:
    browser.force_login(consultant)
    assert home_of(browser, acme) == 200
    forger.sign_in(browser, borealis.tenant)
    assert home_of(browser, acme) == 404


@pytest.mark.parametrize("change", ["removed", "another issuer"])
def test_sessions_end_with_the_provider(
    borealis: House, forger: Forger, consultant: User, browser: Client, change: str
) -> None:
    forger.sign_in(browser, borealis.tenant)
    assert home_of(browser, borealis) == 200
    row = IdentityProvider.objects.get()
    if change == "removed":
        sso.remove(row, SYSTEM, OWNERS)
    else:
        sso.change(row, SYSTEM, OWNERS, outside, issuer="http://127.0.0.1:9")
    assert home_of(browser, borealis) == 404


def test_where_it_is_enforced_a_password_opens_nothing(
    borealis: House, forger: Forger, consultant: User, browser: Client
) -> None:
    row = IdentityProvider.objects.get()
    sso.change(row, SYSTEM, OWNERS, outside, enforced=True)
    browser.force_login(consultant)
    url = f"/e/{borealis.live.ids['env_id']}/"
    answer = browser.get(url)
    assert answer.status_code == 302
    assert answer["Location"].startswith(sso.sign_in_url(borealis.tenant).partition("8000")[2])
    assert browser.post(url + "members/").status_code == 302
    forger.sign_in(browser, borealis.tenant)
    assert home_of(browser, borealis) == 200


def test_but_an_owner_keeps_a_way_in(
    borealis: House, forger: Forger, consultant: User, browser: Client
) -> None:
    sso.change(IdentityProvider.objects.get(), SYSTEM, OWNERS, outside, enforced=True)
    browser.force_login(borealis.users["owner"])
    assert (
        not browser.get(f"/e/{borealis.live.ids['env_id']}/").headers.get("Location", "").startswith("/login")
    )
