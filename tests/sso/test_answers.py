"""What the browser brings back from the provider, and what the provider answers or does not."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from accounts.ids import public
from accounts.models import Identity
from tests.cast import House
from tests.forging_provider import Forger
from tests.identity_provider import begun, configured, path_of
from tests.sso.test_tokens import reason


@pytest.fixture
def forger(acme: House, forger: Forger) -> Forger:
    configured(acme.tenant, forger.issuer, join_role="viewer")
    return forger


@pytest.mark.parametrize("state", ["", "made up", "é\x00"])
def test_an_answer_that_nobody_asked_for_opens_nothing(
    acme: House, forger: Forger, browser: Client, state: str
) -> None:
    assert reason(forger.sign_in(browser, acme.tenant, state=state)) == "state_unknown"
    assert not [request for request in forger.receiver.requests if request.path == "/token"]


def test_an_answer_belongs_to_the_browser_that_asked(acme: House, forger: Forger, browser: Client) -> None:
    answer = forger.sign_in(browser, acme.tenant, error="access_denied")
    assert reason(answer) == "cancelled"
    other = Client()
    assert reason(other.get(answer.request["PATH_INFO"], {"code": "c", "state": "s"})) == "state_unknown"


def test_an_answer_counts_once(acme: House, forger: Forger, browser: Client) -> None:
    answer = forger.sign_in(browser, acme.tenant)
    assert answer.status_code == 302
    again = browser.get(answer.request["PATH_INFO"] + "?" + answer.request["QUERY_STRING"])
    assert reason(again) == "state_unknown"


def asked_at(browser: Client, house: House) -> tuple[str, str]:
    """Where the answer is awaited, and its state, of somebody on their way to the provider."""
    query = parse_qs(urlsplit(begun(browser, house.tenant)).query)
    return path_of(query["redirect_uri"][0]), query["state"][0]


def test_an_answer_counts_for_ten_minutes(acme: House, forger: Forger, browser: Client) -> None:
    with time_machine.travel("2026-11-26T12:00:00Z", tick=False) as now:
        url, state = asked_at(browser, acme)
        now.shift(601)
        assert reason(browser.get(url, {"code": "c", "state": state})) == "state_unknown"


def test_an_answer_to_another_organisation_opens_nothing(
    acme: House, borealis: House, forger: Forger, browser: Client
) -> None:
    configured(borealis.tenant, forger.issuer, join_role="viewer")
    _url, state = asked_at(browser, acme)
    other = f"/login/{public('tenant', borealis.tenant.pk)}/callback/"
    assert reason(browser.get(other, {"code": "c", "state": state})) == "state_unknown"


def test_a_provider_that_names_itself_must_do_so(acme: House, forger: Forger, browser: Client) -> None:
    forger.metadata = {"authorization_response_iss_parameter_supported": True}
    assert reason(forger.sign_in(browser, acme.tenant)) == "issuer_differs"
    assert reason(forger.sign_in(browser, acme.tenant, iss="https://evil.example")) == "issuer_differs"
    assert forger.sign_in(browser, acme.tenant, iss=forger.issuer).status_code == 302


@pytest.mark.parametrize(
    ("error", "code"), [("access_denied", "cancelled"), ("server_error", "provider_refused")]
)
def test_a_no_is_said_in_words(acme: House, forger: Forger, browser: Client, error: str, code: str) -> None:
    answer = forger.sign_in(browser, acme.tenant, error=error, error_description="<b>call +33123456789</b>")
    assert reason(answer) == code
    assert "33123456789" not in answer.content.decode()


BROKEN: dict[str, tuple[str, dict[str, tuple[int, bytes]]]] = {
    "no token": ("provider_refused", {"/token": (400, b'{"error": "invalid_grant"}')}),
    "an error": ("provider_down", {"/token": (503, b"")}),
    "no JSON": ("provider_unreadable", {"/token": (200, b"<html>")}),
    "a list": ("provider_unreadable", {"/jwks": (200, b"[]")}),
    "no keys": ("provider_unreadable", {"/jwks": (200, b"{}")}),
    "deep JSON": ("provider_unreadable", {"/jwks": (200, b"[" * 50_000)}),
    "a redirect": ("provider_refused", {"/token": (302, b"")}),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_provider_that_fails_says_so(acme: House, forger: Forger, browser: Client, broken: str) -> None:
    code, forger.broken = BROKEN[broken]
    assert reason(forger.sign_in(browser, acme.tenant)) == code
    assert not Identity.objects.exists()


METADATA: dict[str, tuple[str, dict[str, Any]]] = {
    "another issuer": ("issuer_differs", {"issuer": "https://evil.example"}),
    "no token endpoint": ("provider_incomplete", {"token_endpoint": None}),
    "a script": ("provider_incomplete", {"authorization_endpoint": "javascript:alert(1)"}),
    "a number": ("provider_incomplete", {"jwks_uri": 7}),
}


@pytest.mark.parametrize("said", METADATA)
def test_a_description_that_is_wrong_leads_nowhere(
    acme: House, forger: Forger, browser: Client, said: str
) -> None:
    code, forger.metadata = METADATA[said]
    assert reason(browser.get(f"/login/{public('tenant', acme.tenant.pk)}/go/")) == code


def test_a_provider_that_is_down_is_said(acme: House, browser: Client) -> None:
    configured(acme.tenant, "http://127.0.0.1:9")
    answer = browser.get(f"/login/{public('tenant', acme.tenant.pk)}/go/")
    assert (answer.status_code, reason(answer)) == (503, "provider_down")
    assert "does not answer at the moment" in answer.content.decode()


def test_nothing_is_sent_to_addresses_inside(acme: House, forger: Forger, browser: Client) -> None:
    """The address guard of deliveries stands here too, for what the provider names as well."""
    forger.metadata = {"jwks_uri": "http://169.254.169.254/latest/meta-data"}
    assert reason(forger.sign_in(browser, acme.tenant)) == "provider_forbidden"
