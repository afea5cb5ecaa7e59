"""Signing in through one's organisation in a real browser, from an address to the overview."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts import sso
from accounts.models import Membership
from tests.browser.checks import CONTRAST, STRUCTURE, TARGETS
from tests.browser.visitor import WIDTHS, Visitor
from tests.cast import House
from tests.identity_provider import Provider, configured


@pytest.fixture
def provider(live_server: LiveServer, settings: LazySettings, acme: House) -> Iterator[Provider]:
    settings.PUBLIC_URL = live_server.url
    running = Provider(sso.redirect_uri(acme.tenant))
    yield running
    running.stop()


class Guest(Visitor):
    """Somebody who is not logged in; the provider is no stranger to them, and a refusal is no surprise."""

    def watch(self, url: str) -> None:
        """The way leads elsewhere."""

    def hear(self, told: str) -> None:
        if "status of 403" not in told:
            super().hear(told)


@pytest.fixture(params=["light", "dark"])
def guest(
    request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer, acme: House
) -> Iterator[Guest]:
    visitor = Guest(chromium, live_server.url, acme)
    visitor.prefer("theme", request.param)
    yield visitor
    visitor.close()
    assert visitor.complaints == []


def well_built(guest: Visitor) -> None:
    for check in (CONTRAST, STRUCTURE, TARGETS):
        assert guest.page.evaluate(check) == []
    for width in WIDTHS:
        guest.page.set_viewport_size({"width": width, "height": 800})
        excess = guest.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert excess <= 0, width
    guest.page.set_viewport_size({"width": 1280, "height": 800})


def at_the_provider(guest: Visitor, sub: str) -> None:
    guest.page.get_by_role("link", name="Go there").click()
    guest.page.get_by_label("Who are you?").fill(sub)
    guest.page.get_by_role("button", name="Sign in").click()


def test_from_an_address_to_the_overview(guest: Guest, provider: Provider, acme: House) -> None:
    configured(acme.tenant, provider.issuer, join_role="viewer")
    provider.account("g", "grace@acme.example")
    guest.page.goto(f"{guest.root}/login/")
    guest.page.get_by_role("link", name="Sign in through your organisation").click()
    well_built(guest)
    guest.page.get_by_label("Your e-mail address at work").fill("grace@acme.example")
    guest.page.get_by_role("button", name="Go on").click()
    well_built(guest)
    at_the_provider(guest, "g")
    guest.page.wait_for_url("**/e/**")
    expect(guest.page.get_by_role("heading", level=1)).to_be_visible()
    assert Membership.objects.get(user__email="grace@acme.example").role == "viewer"
    guest.page.goto(f"{guest.root}/profile/")
    well_built(guest)
    expect(guest.page.get_by_role("heading", name="How you sign in")).to_be_visible()


def test_who_stays_out_is_told_why(guest: Guest, provider: Provider, acme: House) -> None:
    configured(acme.tenant, provider.issuer)
    provider.account("v", acme.users["viewer"].email)
    guest.page.goto(sso.sign_in_url(acme.tenant))
    at_the_provider(guest, "v")
    expect(guest.page.get_by_role("heading", name="You are not signed in")).to_be_visible()
    expect(guest.page.get_by_role("link", name="Sign in once")).to_be_visible()
    well_built(guest)
