"""The page of the scenarios with runs on it: legible, well built, no wider than a phone, and followed to the end."""

from __future__ import annotations

import pytest

from accounts.audit import SYSTEM
from accounts.clock import clock
from sandbox import runs
from sandbox.models import ScenarioRun
from tests.browser.checks import CONTRAST, STRUCTURE, TARGETS
from tests.browser.visitor import WIDTHS, Visitor

WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHOWN = ("zero-width", "right-to-left", "parts-lost", "altered", "burst")


def ended(visitor: Visitor, **states: str) -> None:
    """Runs of some scenarios, over as they are said to be."""
    environment = visitor.house.sandbox.environment
    for run in runs.begin(environment, SYSTEM, states):
        told = [{**one, "seen": one["expected"], "passed": True} for one in run.expectations]
        if states[run.scenario] == "failed":
            told[-1] |= {"seen": "failed", "passed": False}
        ScenarioRun.objects.filter(pk=run.pk).update(
            state=states[run.scenario], expectations=told, finished_at=clock(environment)
        )


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fr", "dark")])
def test_the_page_is_legible_and_fits(visitor: Visitor, language: str, theme: str) -> None:
    ended(visitor, **{name: "failed" if name == "altered" else "passed" for name in SHOWN})
    visitor.prefer("django_language", language)
    visitor.prefer("theme", theme)
    visitor.go("scenarios/", visitor.house.sandbox)
    visitor.page.evaluate("document.querySelectorAll('.scenarios details').forEach(one => one.open = true)")
    for check in (CONTRAST, STRUCTURE):
        assert visitor.page.evaluate(check) == []
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 800})
        assert visitor.page.evaluate(TARGETS) == [], width
        assert visitor.page.evaluate(WIDE) <= 0, width


def test_what_failed_lies_open(visitor: Visitor) -> None:
    ended(visitor, altered="failed", burst="passed")
    visitor.go("scenarios/", visitor.house.sandbox)
    shown = visitor.page.locator(".scenarios details:has(.expectations)")
    assert [one.get_attribute("open") is not None for one in shown.all()] == [
        False,
        False,
        True,
    ]  # and the cast's
