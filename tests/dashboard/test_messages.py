"""The list: newest first, masked for some, harmless for all."""

from __future__ import annotations

import re
from html import escape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ids import public
from dashboard.text import MASK
from tests.cast import House, store_delivery, store_message
from tests.dashboard.browse import Person, text
from tests.dashboard.hostile import HOSTILE


def test_a_message_shows_with_its_words_and_state(owner: Person) -> None:
    page = text(owner.get("messages/"))
    for words in (
        "Votre code est 020005",
        "+33 6 39 98 04 17",
        "+33 9 37 00 00 01",
        "Front desk",
        "Codes",
        "Failed",
    ):
        assert words in page


def test_the_newest_comes_first_and_pages_meet_without_gap(acme: House, owner: Person) -> None:
    for n in range(120):
        store_message(acme.live.assignment, f"text {n:03}.")
    seen: list[str] = []
    query: dict[str, str] = {}
    while True:
        response = owner.get("messages/", **query)
        seen += [row.content for row in response.context["rows"]]
        older = response.context["slice"].older
        if not older:
            break
        query = {"before": older.removeprefix("?before=")}
    assert seen == [f"text {n:03}." for n in range(119, -1, -1)] + ["Votre code est 020005"]
    newer = response.context["slice"].newer.removeprefix("?after=")
    back = owner.get("messages/", after=newer)
    assert [row.content for row in back.context["rows"]] == seen[50:100]


@pytest.mark.parametrize("cursor", ["x", "msg_" + "z" * 26, "'; DROP TABLE", "\0", "msg_é"])
def test_a_broken_cursor_is_the_first_page(owner: Person, cursor: str) -> None:
    assert "020005" in text(owner.get("messages/", before=cursor))
    assert "020005" in text(owner.get("messages/", after=cursor))


def test_one_number_can_be_picked(owner: Person) -> None:
    assert "020005" in text(owner.get("messages/", number="+33937000001"))
    assert "Nothing has been sent to this number" in text(owner.get("messages/", number="+33937000009\0"))


def test_whoever_may_not_read_texts_sees_neither_text_nor_sender(viewer: Person) -> None:
    for path in ("messages/", "messages/{message_id}/"):
        page = text(viewer.get(path))
        assert MASK in page
        for hidden in ("020005", "0417", "04 17", "out of order"):
            assert hidden not in page


def test_a_message_whose_key_is_gone_does_not_break_the_list(acme: House, owner: Person) -> None:
    message = store_message(acme.live.assignment, "sealed")
    acme.live.environment.messages.filter(pk=message.pk).update(sealed_content=b"\x01" + bytes(60))
    assert "Cannot be read" in text(owner.get("messages/"))
    assert "Cannot be read" in text(owner.get(f"messages/{public('message', message.pk)}/"))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_is_only_a_text(acme: House, owner: Person, hostile: str) -> None:
    message = store_message(acme.live.assignment, hostile, hostile[:11])
    store_delivery(message, acme.live.endpoint)
    for path in ("messages/", f"messages/{public('message', message.pk)}/"):
        main = text(owner.get(path)).partition("<main")[2].partition("</main>")[0]
        assert escape(hostile) == hostile or hostile not in main
        for tag in ("script", "img", "iframe", "style", "meta", "base", "body", "form action=//"):
            assert f"<{tag}" not in main
        for raw in ("\u202e", "\u2066", "\u200b", "\ufeff", "\x1b", "\x07"):
            assert raw not in main
        assert "evil.example/" not in "".join(re.findall(r'(?:href|src|action)="([^"]*)"', main))
        assert ("7*7" in hostile) == ("7*7" in main)


def test_hidden_characters_are_named(acme: House, owner: Person) -> None:
    store_message(acme.live.assignment, "pay\u202egnp.exe")
    page = text(owner.get("messages/"))
    assert '<span class="hidden-character" title="right-to-left override">U+202E</span>' in page


def queries(person: Person, path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        text(person.get(path))
    return len(seen)


@pytest.mark.parametrize("path", ["messages/", "deliveries/", "deliveries/?view=all", ""])
def test_more_rows_cost_no_more_queries(acme: House, owner: Person, path: str) -> None:
    text(owner.get(path))
    few = queries(owner, path)
    for n in range(30):
        store_delivery(store_message(acme.live.assignment, f"text {n}"), acme.live.endpoint)
    text(owner.get(path))  # which notes on the audit trail what is seen for the first time
    assert queries(owner, path) == few
