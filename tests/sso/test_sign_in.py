"""Coming in by one's organisation, at a provider that is not ours: who does, as whom, and who stays out."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client

from accounts import members, sso
from accounts.audit import SYSTEM
from accounts.models import AuditEntry, Identity, Membership, User
from accounts.roles import PERMISSIONS, Role
from tests.cast import House, store_invitation
from tests.identity_provider import Provider, begun, configured, path_of, sign_in
from tests.sso.test_tokens import reason

OWNERS = PERMISSIONS[Role.OWNER]


def comes_in(answer: Any, browser: Client, user: User) -> bool:
    return bool(answer.status_code == 302) and browser.session["_auth_user_id"] == str(user.pk)


def home_of(browser: Client, house: House) -> int:
    """What the overview of the house's live environment answers."""
    return int(browser.get(f"/e/{house.live.ids['env_id']}/").status_code)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def grace(provider: Provider) -> str:
    return provider.account("g-1", "grace@acme.example")


def test_who_has_no_account_joins_in_the_role_that_is_said(
    acme: House, provider: Provider, grace: str, browser: Client
) -> None:
    configured(acme.tenant, provider.issuer, join_role="viewer")
    answer = sign_in(browser, provider, acme.tenant, grace)
    user = User.objects.get(email="grace@acme.example")
    assert comes_in(answer, browser, user)
    assert home_of(browser, acme) == 200
    assert (user.name, user.has_usable_password()) == ("Grace Hopper", False)
    assert Membership.objects.get(user=user).role == "viewer"
    assert {"user.created", "member.added", "identity.connected", "user.signedIn"} <= set(actions())


def test_and_stays_out_where_only_invited_people_come_in(
    acme: House, provider: Provider, grace: str, browser: Client
) -> None:
    configured(acme.tenant, provider.issuer)
    answer = sign_in(browser, provider, acme.tenant, grace)
    assert reason(answer) == "not_a_member"
    assert "Ask for an invitation" in answer.content.decode()
    assert not User.objects.filter(email="grace@acme.example").exists()
    entry = AuditEntry.objects.get(action="sso.refused")
    assert (entry.tenant, entry.after, entry.address) == (
        acme.tenant,
        {"reason": "not_a_member"},
        "127.0.0.1",
    )


def test_it_is_the_subject_that_is_known_not_the_address(
    acme: House, provider: Provider, grace: str, browser: Client
) -> None:
    configured(acme.tenant, provider.issuer, join_role="viewer")
    sign_in(browser, provider, acme.tenant, grace)
    user = User.objects.get(email="grace@acme.example")
    provider.account("g-1", "hopper@acme.example")
    provider.account("g-2", "grace@acme.example")
    assert comes_in(sign_in(Client(), provider, acme.tenant, "g-1"), browser, user)
    assert reason(sign_in(Client(), provider, acme.tenant, "g-2")) == "connect_first"


@pytest.mark.parametrize("options", [{"curve": "P-256"}, {"authMethod": "client_secret_post"}])
def test_providers_differ(acme: House, browser: Client, options: dict[str, str]) -> None:
    provider = Provider(sso.redirect_uri(acme.tenant), **options)
    configured(acme.tenant, provider.issuer, join_role="viewer")
    answer = sign_in(browser, provider, acme.tenant, provider.account("g-1", "grace@acme.example"))
    provider.stop()
    assert comes_in(answer, browser, User.objects.get(email="grace@acme.example"))


def test_an_account_that_exists_is_connected_by_whoever_holds_it(
    acme: House, provider: Provider, browser: Client
) -> None:
    configured(acme.tenant, provider.issuer, join_role="viewer")
    viewer = acme.users["viewer"]
    provider.account("v", viewer.email)
    refused = sign_in(browser, provider, acme.tenant, "v")
    assert reason(refused) == "connect_first"
    assert "Sign in once" in refused.content.decode()
    browser.force_login(viewer)
    assert reason(sign_in(browser, provider, acme.tenant, "v")) == "connect_first"  # a link alone led there
    assert "Connect my account" in browser.get(door := path_of(sso.sign_in_url(acme.tenant))).content.decode()
    assert "Go there" in browser.post(door).content.decode()
    assert comes_in(sign_in(browser, provider, acme.tenant, "v"), browser, viewer)
    assert comes_in(sign_in(other := Client(), provider, acme.tenant, "v"), other, viewer)
    assert Identity.objects.get().user == viewer


def test_and_by_nobody_else(acme: House, provider: Provider, browser: Client) -> None:
    """Somebody is signed in here, and another colleague at the provider."""
    configured(acme.tenant, provider.issuer)
    provider.account("v", acme.users["viewer"].email)
    browser.force_login(acme.users["support"])
    browser.post(path_of(sso.sign_in_url(acme.tenant)))
    assert reason(sign_in(browser, provider, acme.tenant, "v")) == "connect_first"
    assert not Identity.objects.exists()


@pytest.mark.parametrize("has_account", [False, True])
def test_the_link_of_an_invitation_leads_in(
    acme: House, provider: Provider, browser: Client, has_account: bool, grace: str
) -> None:
    configured(acme.tenant, provider.issuer)
    if has_account:
        User.objects.create_user("grace@acme.example", "of no use here")
    link = store_invitation(acme.tenant, "grace@acme.example", "support")
    assert (
        f"/go/?invitation={quote(link, safe='')}"
        in browser.get("/join/", {"invitation": link}).content.decode()
    )
    answer = sign_in(browser, provider, acme.tenant, grace, invitation=link)
    user = User.objects.get(email="grace@acme.example")
    assert comes_in(answer, browser, user)
    assert Membership.objects.get(user=user).role == "support"
    assert "invitation.accepted" in actions()


def test_without_the_link_an_invitation_waits(
    acme: House, provider: Provider, browser: Client, grace: str
) -> None:
    """Whoever names the provider could claim any address, and with it a role that somebody else gave."""
    configured(acme.tenant, provider.issuer, join_role="viewer")
    store_invitation(acme.tenant, "grace@acme.example", "admin")
    assert reason(sign_in(browser, provider, acme.tenant, grace)) == "open_the_link"


def test_a_link_for_another_address_leads_nowhere(
    acme: House, provider: Provider, browser: Client, grace: str
) -> None:
    configured(acme.tenant, provider.issuer, join_role="viewer")
    link = store_invitation(acme.tenant, "ada@acme.example", "admin")
    assert reason(sign_in(browser, provider, acme.tenant, grace, invitation=link)) == "other_address"
    assert not User.objects.filter(email__startswith="grace").exists()


def test_who_was_let_go_stays_out_until_invited_again(
    acme: House, provider: Provider, browser: Client, grace: str
) -> None:
    configured(acme.tenant, provider.issuer, join_role="viewer")
    sign_in(browser, provider, acme.tenant, grace)
    user = User.objects.get(email="grace@acme.example")
    members.remove(Membership.objects.get(user=user), SYSTEM, OWNERS)
    assert home_of(browser, acme) != 200
    assert reason(sign_in(Client(), provider, acme.tenant, grace)) == "not_a_member"
    link = store_invitation(acme.tenant, "grace@acme.example", "support")
    assert comes_in(sign_in(browser, provider, acme.tenant, grace, invitation=link), browser, user)
    assert home_of(browser, acme) == 200


@pytest.mark.parametrize(
    ("changes", "code"), [({"is_active": False}, "not_a_member"), ({"is_staff": True}, "operator")]
)
def test_who_is_locked_and_who_runs_the_cell_stays_out(
    acme: House, provider: Provider, browser: Client, grace: str, changes: dict[str, bool], code: str
) -> None:
    configured(acme.tenant, provider.issuer, join_role="viewer")
    sign_in(Client(), provider, acme.tenant, grace)
    User.objects.filter(email="grace@acme.example").update(**changes)
    assert reason(sign_in(browser, provider, acme.tenant, grace)) == code
    assert "_auth_user_id" not in browser.session


def test_a_code_opens_once(acme: House, provider: Provider, grace: str) -> None:
    configured(acme.tenant, provider.issuer, join_role="viewer")
    back = provider.answer(begun(first := Client(), acme.tenant), grace)
    assert first.get(path_of(back)).status_code == 302
    code = parse_qs(urlsplit(back).query)["code"][0]
    other = parse_qs(urlsplit(begun(thief := Client(), acme.tenant)).query)["state"][0]
    again = {"code": code, "state": other, "iss": provider.issuer}
    assert reason(thief.get(urlsplit(back).path, again)) == "provider_refused"


def test_a_code_that_was_stolen_is_worth_nothing(acme: House, provider: Provider, grace: str) -> None:
    """It was not used yet, but the thief's browser has another verifier (RFC 7636)."""
    configured(acme.tenant, provider.issuer, join_role="viewer")
    back = provider.answer(begun(Client(), acme.tenant), grace)
    code = parse_qs(urlsplit(back).query)["code"][0]
    other = parse_qs(urlsplit(begun(thief := Client(), acme.tenant)).query)["state"][0]
    again = {"code": code, "state": other, "iss": provider.issuer}
    assert reason(thief.get(urlsplit(back).path, again)) == "provider_refused"
    assert not User.objects.filter(email="grace@acme.example").exists()


def test_who_says_no_there_is_told_so_here(
    acme: House, provider: Provider, browser: Client, grace: str
) -> None:
    configured(acme.tenant, provider.issuer)
    back = provider.answer(begun(browser, acme.tenant), grace, cancel="1")
    assert reason(browser.get(path_of(back))) == "cancelled"


def test_one_goes_on_where_one_wanted_to(
    acme: House, provider: Provider, browser: Client, grace: str
) -> None:
    configured(acme.tenant, provider.issuer, join_role="viewer")
    wanted = f"/e/{acme.live.ids['env_id']}/numbers/"
    assert sign_in(browser, provider, acme.tenant, grace, next=wanted)["Location"] == wanted
    elsewhere = sign_in(Client(), provider, acme.tenant, grace, next="https://evil.example/")
    assert elsewhere["Location"] == "/"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_no_link_from_elsewhere_leads_to_the_provider(acme: House, browser: Client, site: str) -> None:
    """Else a stranger's link would sign somebody in as the stranger, or say who they are."""
    configured(acme.tenant, "http://127.0.0.1:9")
    door = path_of(sso.sign_in_url(acme.tenant)).rstrip("?")
    answer = browser.get(f"{door}go/", {"next": "/profile/"}, headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, answer["Location"]) == (302, f"{door}?next=%2Fprofile%2F")


def test_the_session_is_a_new_one(acme: House, provider: Provider, browser: Client, grace: str) -> None:
    configured(acme.tenant, provider.issuer, join_role="viewer")
    url = begun(browser, acme.tenant)
    before = browser.session.session_key
    browser.get(path_of(provider.answer(url, grace)))
    assert browser.session.session_key not in {None, before}
