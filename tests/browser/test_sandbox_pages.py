"""The pages that only a sandbox has: legible, well built, and no wider than a phone."""

from __future__ import annotations

import pytest

from accounts.audit import SYSTEM
from accounts.roles import SCOPES
from sandbox import sandboxes
from tests.browser.checks import CONTRAST, STRUCTURE, TARGETS
from tests.browser.visitor import WIDTHS, Visitor

PAGES = ("sandboxes/", "sandboxes/{sandbox_id}/", "clock/", "scenarios/")


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fr", "dark")])
def test_they_are_as_all_pages_are(visitor: Visitor, language: str, theme: str) -> None:
    visitor.prefer("django_language", language)
    visitor.prefer("theme", theme)
    for name in ("Nightly", "A pipeline with quite a long name, as people give them to theirs " + "x" * 15):
        sandboxes.create(visitor.house.tenant, SYSTEM, SCOPES, name=name)
    for path in PAGES:
        visitor.go(path, visitor.house.sandbox)
        assert visitor.page.evaluate(CONTRAST) == [], path
        assert visitor.page.evaluate(STRUCTURE) == [], path
        for width in WIDTHS:
            visitor.page.set_viewport_size({"width": width, "height": 800})
            assert visitor.page.evaluate(TARGETS) == [], (path, width)
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert visitor.page.evaluate(wide) <= 0, (path, width)
