"""When the provider's second factor counts, what is asked for when it does not, and proving anew who one is."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts import factors, members
from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.models import AuditEntry, Identity, User
from accounts.roles import Role
from smsgateway.code import code
from tests.cast import House
from tests.identity_provider import Provider, configured, path_of, sign_in


@pytest.fixture
def ada(acme: House, provider: Provider) -> User:
    """A developer, who may read texts, known to the provider and without a second factor here."""
    user = User.objects.create_user("ada@acme.example", None)
    members.add(acme.tenant, user, Role.DEVELOPER, SYSTEM)
    Identity.objects.create(
        tenant=acme.tenant, user=user, issuer=provider.issuer, subject="a", created_at=clock()
    )
    return user


def numbers(house: House) -> str:
    return f"/e/{house.live.ids['env_id']}/numbers/"


CLAIMS: dict[str, tuple[dict[str, Any], bool]] = {
    "nothing": ({}, False),
    "a password": ({"amr": ["pwd"]}, False),
    "several": ({"amr": ["pwd", "otp", "mfa"]}, True),
    "REFEDS": ({"acr": "https://refeds.org/profile/mfa"}, True),
    "phishing-resistant": ({"acr": "phr"}, True),
    "a level of its own": ({"acr": "2"}, False),
}


@pytest.mark.parametrize("said", CLAIMS)
def test_it_counts_where_the_provider_says_so(
    acme: House, provider: Provider, ada: User, browser: Client, said: str
) -> None:
    configured(acme.tenant, provider.issuer)
    claims, counts = CLAIMS[said]
    provider.account("a", ada.email, **claims)
    assert sign_in(browser, provider, acme.tenant, "a").status_code == 302
    answer = browser.get(numbers(acme))
    assert (answer.status_code == 200) is counts
    assert counts or answer["Location"].startswith("/profile/protect/")
    proofs = "sso provider" if counts else "sso"
    assert AuditEntry.objects.get(action="user.signedIn").after == {"proofs": proofs}


def test_it_counts_where_the_organisation_trusts_it(
    acme: House, provider: Provider, ada: User, browser: Client
) -> None:
    configured(acme.tenant, provider.issuer, trusts_second_factor=True)
    provider.account("a", ada.email)
    sign_in(browser, provider, acme.tenant, "a")
    assert browser.get(numbers(acme)).status_code == 200


def code_of(secret: str) -> str:
    return code(secret, clock().timestamp())


def proved_anew(browser: Client, provider: Provider, answer: Any) -> Any:
    """From a page that asks who one is, to the provider and back."""
    confirm = browser.get(answer["Location"])
    way = browser.get(confirm.context["way"])
    back = browser.get(path_of(provider.answer(way["Location"], "a")))
    return browser.get(back["Location"])


def test_otherwise_one_is_set_up_here(acme: House, provider: Provider, ada: User, browser: Client) -> None:
    configured(acme.tenant, provider.issuer)
    provider.account("a", ada.email)
    sign_in(browser, provider, acme.tenant, "a")
    protect = browser.get(browser.get(numbers(acme))["Location"]).content.decode()
    assert "authenticator app" in protect
    assert "passkey" not in protect  # it would open the account by itself
    onward = proved_anew(browser, provider, browser.get("/profile/app/"))
    assert onward["Location"] == "/profile/app/"
    assert browser.get("/profile/app/").status_code == 200
    answer = browser.post("/profile/app/", {"code": code_of(browser.session["new_app"])})
    assert "ecovery codes" in answer.content.decode()
    assert browser.get(numbers(acme)).status_code == 200


def test_and_asked_for_from_then_on(acme: House, provider: Provider, ada: User, browser: Client) -> None:
    configured(acme.tenant, provider.issuer)
    provider.account("a", ada.email)
    factors.add_app(ada, secret := factors.new_secret(), code_of(secret), SYSTEM)
    answer = sign_in(browser, provider, acme.tenant, "a", next=numbers(acme))
    assert answer["Location"] == "/login/second/"
    assert browser.get(numbers(acme)).status_code == 302
    with time_machine.travel(clock().timestamp() + 31, tick=True):
        done = browser.post("/login/second/", {"code": code_of(secret)})
    assert done["Location"] == numbers(acme)
    assert browser.get(numbers(acme)).status_code == 200


def test_an_account_of_several_organisations_is_not_protected_by_one(
    acme: House, borealis: House, provider: Provider, ada: User, browser: Client
) -> None:
    """Whoever runs the provider would choose the factor by which its holder is asked elsewhere."""
    members.add(borealis.tenant, ada, Role.VIEWER, SYSTEM)
    configured(acme.tenant, provider.issuer)
    provider.account("a", ada.email)
    sign_in(browser, provider, acme.tenant, "a")
    assert browser.get("/profile/protect/").status_code == 403
    proved_anew(browser, provider, browser.get("/profile/app/"))
    assert browser.get("/profile/app/").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "profile/address/",
        "profile/password/",
        "profile/passkeys/new/",
        "profile/passkeys/remove/",
        "profile/app/remove/",
        "profile/recovery-codes/",
        "profile/sessions/end-others/",
    ],
)
def test_the_account_itself_is_out_of_its_reach(
    acme: House, provider: Provider, ada: User, browser: Client, path: str
) -> None:
    configured(acme.tenant, provider.issuer, trusts_second_factor=True)
    provider.account("a", ada.email)
    sign_in(browser, provider, acme.tenant, "a")
    answer = browser.post(f"/{path}", {"email": "evil@evil.example", "password": "x" * 20})
    assert answer.status_code == 403
    assert "Your organisation signed you in" in answer.content.decode()
    assert "How you sign in" in browser.get("/profile/").content.decode()


def test_what_is_sensitive_asks_the_provider_again(
    acme: House, provider: Provider, ada: User, browser: Client
) -> None:
    """The provider's own session may be days old: it says only when asked when it last saw the person."""
    configured(acme.tenant, provider.issuer, trusts_second_factor=True)
    provider.account("a", ada.email)
    sign_in(browser, provider, acme.tenant, "a")
    new_key = f"/e/{acme.live.ids['env_id']}/api-keys/new/"
    form = {"name": "Shop", "scopes": ["read"]}
    asked = browser.post(new_key, form)
    assert asked["Location"].startswith("/confirm/")
    made = proved_anew(browser, provider, asked)
    assert "sk_live_" in made.content.decode()
    assert AuditEntry.objects.filter(action="key.created").latest("pk").actor_id == ada.pk
