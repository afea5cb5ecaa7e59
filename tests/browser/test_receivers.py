"""The pages of receivers, in both languages and themes: legible, well built, no wider than a phone, and followed."""

from __future__ import annotations

import pytest

from sandbox.receiver import Receiver, Request
from sandbox.recording import record
from tests.browser.checks import CONTRAST, STRUCTURE, TARGETS
from tests.browser.visitor import WIDTHS, Visitor

PAGES = ("receivers/", "receivers/{receiver_id}/")


def came(receiver: Receiver, body: bytes) -> None:
    headers = [("webhook-id", "evt_" + "w" * 60), ("x-long", "x" * 400)]
    record(
        receiver.token, Request("POST", f"/sandbox/receivers/{receiver.token}?a={'b' * 300}", headers, body)
    )


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fr", "dark")])
def test_they_are_as_good_as_the_others(visitor: Visitor, language: str, theme: str) -> None:
    visitor.prefer("django_language", language)
    visitor.prefer("theme", theme)
    sandbox = visitor.house.sandbox
    came(Receiver.objects.get(pk=sandbox.receiver), b"w" * 400)
    for path in PAGES:
        visitor.go(path, sandbox)
        visitor.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        for check in (CONTRAST, STRUCTURE):
            assert visitor.page.evaluate(check) == [], path
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 800})
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert visitor.page.evaluate(wide) <= 0, (path, width)
            assert visitor.page.evaluate(TARGETS) == [], (path, width)


def test_what_comes_shows_while_it_is_followed(visitor: Visitor) -> None:
    sandbox = visitor.house.sandbox
    visitor.go("receivers/{receiver_id}/", sandbox)
    came(Receiver.objects.get(pk=sandbox.receiver), b"Votre code est 020005")
    visitor.page.get_by_role("button", name="Follow new requests").click()
    row = visitor.page.locator("#live td", has_text="Not signed")
    row.wait_for()
    visitor.page.locator("#live summary").click()
    assert "020005" in visitor.page.locator("#live pre").inner_text()
