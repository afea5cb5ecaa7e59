"""What an id token must be (OpenID Connect Core §3.1.3.7, RFC 8725), through the whole way to sign in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.test import Client

from accounts.models import Identity, User
from tests.cast import House
from tests.forging_provider import Forger, confused, published, rsa, signed, unsigned
from tests.identity_provider import configured


@pytest.fixture
def forger(acme: House, forger: Forger) -> Forger:
    configured(acme.tenant, forger.issuer, join_role="viewer")
    return forger


def reason(answer: Any) -> str:
    """The code on the page that says why nobody came in."""
    assert answer.status_code in {403, 503}, answer.status_code
    code: str = answer.context["code"]
    return code


def stays_out(browser: Client) -> bool:
    return "_auth_user_id" not in browser.session and not Identity.objects.exists()


def test_a_right_one_opens(acme: House, forger: Forger, browser: Client) -> None:
    assert forger.sign_in(browser, acme.tenant).status_code == 302
    assert browser.session["_auth_user_id"] == str(User.objects.get(email="grace@acme.example").pk)


NOW = int(time.time())
WRONG: dict[str, tuple[str, dict[str, Any]]] = {
    "another issuer": ("token_issuer", {"iss": "https://evil.example"}),
    "another client": ("token_audience", {"aud": "somebody-else"}),
    "several clients, none of them the party": ("token_audience", {"aud": ["smsgateway", "x"]}),
    "another party": ("token_audience", {"azp": "somebody-else"}),
    "over": ("token_expired", {"exp": NOW - 3600}),
    "made long ago": ("token_expired", {"iat": NOW - 7200, "exp": NOW + 7200}),
    "made tomorrow": ("token_expired", {"iat": NOW + 86_400, "exp": NOW + 90_000}),
    "another nonce": ("token_nonce", {"nonce": "of another try"}),
    "no nonce": ("token_unsigned", {"nonce": ...}),
    "no end": ("token_unsigned", {"exp": ...}),
    "an end that is a word": ("token_malformed", {"exp": "tomorrow"}),
    "no subject": ("token_unsigned", {"sub": ...}),
    "an empty subject": ("token_malformed", {"sub": ""}),
    "an endless subject": ("token_malformed", {"sub": "s" * 256}),
    "a number for a subject": ("token_unsigned", {"sub": 7}),
    "an address that nobody verified": ("email_unverified", {"email_verified": False}),
    "an address of which nothing is said": ("email_unverified", {"email_verified": ...}),
    "a word for a yes": ("email_unverified", {"email_verified": "true"}),
    "a list for an address": ("email_unverified", {"email": ["grace@acme.example"]}),
    "another domain": ("domain_refused", {"email": "grace@evil.example"}),
    "two addresses in one": ("email_malformed", {"email": "grace@acme.example@evil.example"}),
    "no domain": ("email_malformed", {"email": "acme.example"}),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_claim_opens_nothing(acme: House, forger: Forger, browser: Client, wrong: str) -> None:
    code, forger.claims = WRONG[wrong]
    assert reason(forger.sign_in(browser, acme.tenant)) == code
    assert stays_out(browser)


FORGED: dict[str, Callable[[Any], str]] = {
    "unsigned": unsigned,
    "HS256 with the published key": confused,
    "HS256 with the client's secret": lambda claims: jwt.encode(
        dict(claims), "s" * 64, "HS256", {"kid": "k"}
    ),
    "another key": lambda claims: signed(claims, 1),
    "another key's name": lambda claims: jwt.encode(dict(claims), rsa(0), "RS256", {"kid": "other"}),
    "another algorithm than the key's": lambda claims: jwt.encode(
        dict(claims), rsa(0), "PS256", {"kid": "k"}
    ),
    "its own key beside it": lambda claims: jwt.encode(
        dict(claims), rsa(1), "RS256", {"kid": "k", "jwk": published(1)}
    ),
    "a signature that is cut": lambda claims: signed(claims)[:-8],
    "no token": lambda claims: "",
    "words": lambda claims: "not.a.token",
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_token_opens_nothing(acme: House, forger: Forger, browser: Client, forged: str) -> None:
    forger.token = FORGED[forged]
    assert reason(forger.sign_in(browser, acme.tenant)) == "token_unsigned"
    assert stays_out(browser)


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [{"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "k"}],
        [published() | {"use": "enc"}],
        ["a word", None, {"kid": "k"}, {"kid": "k", "kty": "RSA"}],
    ],
)
def test_without_a_key_nothing_opens(acme: House, forger: Forger, browser: Client, keys: list[Any]) -> None:
    forger.keys = keys
    assert reason(forger.sign_in(browser, acme.tenant)) == "token_unsigned"


def test_a_new_key_counts_at_once(acme: House, forger: Forger, browser: Client) -> None:
    forger.keys = [published(), published(1) | {"kid": "new"}]
    forger.token = lambda claims: jwt.encode(dict(claims), rsa(1), "RS256", {"kid": "new"})
    assert forger.sign_in(browser, acme.tenant).status_code == 302


def test_what_the_token_leaves_out_is_asked_for(acme: House, forger: Forger, browser: Client) -> None:
    forger.claims = {"email": ..., "email_verified": ...}
    forger.userinfo = {"sub": "s-1", "email": "Grace@ACME.example", "email_verified": True, "name": " Grace "}
    assert forger.sign_in(browser, acme.tenant).status_code == 302
    assert User.objects.get(email="grace@acme.example").name == "Grace"


def test_and_counts_for_the_same_subject_only(acme: House, forger: Forger, browser: Client) -> None:
    forger.claims = {"email": ..., "email_verified": ...}
    forger.userinfo = {"sub": "s-2", "email": "grace@acme.example", "email_verified": True}
    assert reason(forger.sign_in(browser, acme.tenant)) == "subject_differs"
    assert stays_out(browser)
