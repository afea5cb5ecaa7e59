"""Every page, in both languages and themes: silent, legible, and no wider than a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from accounts import factors
from accounts.audit import SYSTEM
from tests.browser.checks import CONTRAST, STRUCTURE, TARGETS
from tests.browser.visitor import PAGES, WIDTHS, Visitor
from tests.cast import House, store_delivery, store_message

FOR_ANYBODY = [
    "docs",
    "docs?q=signature",
    "docs/webhooks",
    "docs/carriers",
    "docs/concepts",
    "docs/samples",
    "docs/sdk-typescript",
    "docs/errors",
    "docs/errors/5103",
    "docs/errors/1110",
    "docs/reference",
    "docs/reference/messages",
    "docs/reference/endpoints",
]
LOOKS = [("en", "light"), ("fr", "dark")]


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_no_page_is_wider_than_its_screen(visitor: Visitor, language: str, theme: str) -> None:
    visitor.prefer("django_language", language)
    visitor.prefer("theme", theme)
    message = store_message(visitor.house.live.assignment, "w" * 400 + " https://example.com/" + "x" * 300)
    store_delivery(message, visitor.house.live.endpoint, "pending")
    for path in PAGES:
        visitor.go(path)
        assert visitor.page.get_attribute("html", "lang") == language
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 800})
            excess = visitor.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert excess <= 0, (path, width)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("side", ["live", "sandbox"])
def test_text_stands_out_from_its_ground(visitor: Visitor, theme: str, side: str) -> None:
    visitor.prefer("theme", theme)
    for path in PAGES:
        visitor.go(path, getattr(visitor.house, side))
        assert visitor.page.evaluate(CONTRAST) == [], path


def test_every_page_is_well_built(visitor: Visitor) -> None:
    for path in PAGES:
        visitor.go(path)
        assert visitor.page.evaluate(STRUCTURE) == [], path
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 800})
            assert visitor.page.evaluate(TARGETS) == [], (path, width)


def test_the_theme_follows_the_system_until_one_is_chosen(visitor: Visitor) -> None:
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    visitor.page.emulate_media(color_scheme="light")
    light = visitor.page.evaluate(ground)
    visitor.page.emulate_media(color_scheme="dark")
    dark = visitor.page.evaluate(ground)
    assert light != dark
    visitor.page.get_by_role("button", name="Light").first.click()
    assert visitor.page.evaluate(ground) == light
    visitor.page.get_by_role("button", name="Dark").first.click()
    visitor.page.emulate_media(color_scheme="light")
    assert visitor.page.evaluate(ground) == dark


def test_the_sandbox_says_so_on_every_page(visitor: Visitor) -> None:
    for path in PAGES:
        visitor.go(path, visitor.house.sandbox)
        assert visitor.page.locator(".band").inner_text().startswith("Sandbox"), path
    visitor.go("messages/")
    assert visitor.page.locator(".band").count() == 0
    visitor.page.locator(".switch a.sandbox").click()
    assert "/messages/" in visitor.page.url
    assert visitor.house.sandbox.ids["env_id"] in visitor.page.url


@pytest.mark.parametrize(("language", "theme"), LOOKS)
@pytest.mark.parametrize("path", FOR_ANYBODY)
def test_the_pages_for_anybody_are_as_good(visitor: Visitor, path: str, language: str, theme: str) -> None:
    visitor.prefer("django_language", language)
    visitor.prefer("theme", theme)
    looks_good(visitor, path)


def looks_good(visitor: Visitor, path: str) -> None:
    visitor.page.goto(f"{visitor.root}/{path}")
    assert visitor.page.url.endswith(path)
    for check in (CONTRAST, STRUCTURE, TARGETS):
        assert visitor.page.evaluate(check) == []
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 800})
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert visitor.page.evaluate(wide) <= 0, width


OWN = ["profile/", "profile/passkeys/new/", "confirm/", "profile/app/"]


@pytest.mark.parametrize(("language", "theme"), LOOKS)
@pytest.mark.parametrize("path", OWN)
def test_the_pages_about_oneself_are_as_good(visitor: Visitor, path: str, language: str, theme: str) -> None:
    visitor.prefer("django_language", language)
    visitor.prefer("theme", theme)
    if path == "profile/app/":
        factors.forget(visitor.house.users["owner"], SYSTEM)
    looks_good(visitor, path)


@pytest.mark.parametrize(("language", "theme"), LOOKS)
@pytest.mark.parametrize("path", ["login/", "password/forgotten/", "login/address/", "login/second/"])
def test_the_way_in_is_as_good(
    chromium: Browser, live_server: LiveServer, acme: House, path: str, language: str, theme: str
) -> None:
    visitor = Visitor(chromium, live_server.url, acme)
    visitor.prefer("django_language", language)
    visitor.prefer("theme", theme)
    if path == "login/second/":
        visitor.code_of("owner")
        visitor.give_password("owner")
    looks_good(visitor, path)
    visitor.close()
    assert visitor.complaints == []
