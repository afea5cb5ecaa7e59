"""The phone to type on: it counts as one types what the server would count, and looks well with it."""

from __future__ import annotations

import pytest

from inbox.models import Message
from sandbox import magic
from sandbox.segments import measure, split
from tests.browser.checks import CONTRAST, STRUCTURE, TARGETS
from tests.browser.visitor import WIDTHS, Visitor
from tests.cast import store_message

TEXTS = [
    "",
    "Votre code est 020005",
    "a" * 161,
    "€" * 81,
    "Où en est ma commande n° 40817 ? Je n’ai pas reçu le suivi 📦",
    "📦" * 36,
    "two\nlines, \tand a tab",
    "<script>" * 30,
]
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def shown(visitor: Visitor, name: str) -> str:
    return visitor.page.locator(f"[data-{name}]").inner_text()


def test_the_counter_counts_what_the_server_counts(visitor: Visitor) -> None:
    visitor.go("simulator/", visitor.house.sandbox)
    assert visitor.page.get_by_role("button", name="Count").count() == 0
    for text in TEXTS:
        visitor.page.get_by_label("Text", exact=True).fill(text)
        found = measure(text)
        told = [shown(visitor, name) for name in ("encoding", "units", "segments", "left")]
        assert told == [found.encoding, *map(str, (found.units, found.segments, found.left))], text
        unusual = visitor.page.locator("[data-characters] code").all_text_contents()
        assert unusual == list(found.unusual), text
        parts = visitor.page.locator("[data-parts] li").all_text_contents()
        assert parts == split(text), text
        assert visitor.page.locator("[data-parts]").is_visible() == (len(parts) > 1)


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fr", "dark")])
def test_the_page_is_legible_and_fits(visitor: Visitor, language: str, theme: str) -> None:
    visitor.prefer("django_language", language)
    visitor.prefer("theme", theme)
    visitor.go("simulator/", visitor.house.sandbox)
    visitor.page.locator("textarea").fill("Où en est ma commande n° 40817 ? " * 6)
    for summary in visitor.page.locator("details.more summary").all():
        summary.click()
    for check in (CONTRAST, STRUCTURE, TARGETS):
        assert visitor.page.evaluate(check) == []
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 800})
        assert visitor.page.evaluate(WIDE) <= 0, width


def test_what_is_kept_back_is_released_by_a_button(visitor: Visitor) -> None:
    side = visitor.house.sandbox
    message = store_message(side.assignment, "Votre code est 020005", magic.QUARANTINED.number)
    side.environment.messages.filter(pk=message.pk).update(state=Message.State.QUARANTINED)
    visitor.go("simulator/", side)
    for check in (CONTRAST, STRUCTURE, TARGETS):
        assert visitor.page.evaluate(check) == []
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 800})
        assert visitor.page.evaluate(WIDE) <= 0, width
    visitor.page.get_by_role("button", name="Release").click()
    visitor.page.get_by_text("The text is released").wait_for()
    assert visitor.page.get_by_role("button", name="Release").count() == 0
