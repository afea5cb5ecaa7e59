"""What strangers send stays text: nothing runs, nothing is fetched, nothing leads away."""

from __future__ import annotations

from accounts.ids import public
from tests.browser.visitor import Visitor
from tests.cast import store_attempt, store_delivery, store_message
from tests.dashboard.hostile import HOSTILE


def test_nothing_runs_and_nothing_is_fetched(visitor: Visitor) -> None:
    live = visitor.house.live
    messages = [store_message(live.assignment, text, text[:60]) for text in HOSTILE]
    for message, text in zip(messages, HOSTILE, strict=True):
        store_attempt(store_delivery(message, live.endpoint), response=text)
    visitor.go("messages/")
    assert visitor.page.locator("tbody tr").count() == len(HOSTILE) + 1
    for message, text in zip(messages, HOSTILE, strict=True):
        visitor.go(f"messages/{public('message', message.pk)}/")
        for summary in visitor.page.locator("details:not([open]) > summary:visible").all():
            summary.click()
        assert visitor.page.evaluate("window.hit") is None
        assert visitor.page.locator(".content a, .content img, .content form, .content script").count() == 0
        if text.isascii() and text.isprintable():
            assert visitor.page.locator(".content").text_content() == text


def test_a_bidi_override_turns_nothing_round(visitor: Visitor) -> None:
    message = store_message(visitor.house.live.assignment, "pay\u202egnp.exe")
    visitor.go(f"messages/{public('message', message.pk)}/")
    assert visitor.page.locator(".content").text_content() == "payU+202Egnp.exe"


def test_arabic_runs_from_right_to_left(visitor: Visitor) -> None:
    message = store_message(visitor.house.live.assignment, "مرحبا، هل الموعد غدا؟")
    visitor.go(f"messages/{public('message', message.pk)}/")
    assert visitor.page.locator(".content").evaluate("e => getComputedStyle(e).direction") == "rtl"
