"""Invisible characters become visible; languages that need joiners keep them."""

from __future__ import annotations

import pytest

from dashboard.templatetags.pages import milliseconds, phone, short_span, visible
from dashboard.text import excerpt, pieces


@pytest.mark.parametrize(
    "character",
    [
        "\u202e",
        "\u2066",
        "\u200b",
        "\ufeff",
        "\u00ad",
        "\u2028",
        "\u3164",
        "\u2003",
        "\x00",
        "\x85",
        "\ue000",
    ],
)
def test_what_cannot_be_seen_is_named(character: str) -> None:
    found = [piece for piece in pieces(f"a{character}b") if piece.hidden]
    assert [piece.text for piece in found] == [f"U+{ord(character):04X}"]


@pytest.mark.parametrize(
    "plain", ["à bientôt", "👩\u200d⚕️ à demain 🙏🏽", "می\u200cخواهم", "12\u202f345\u00a0€", "two\nlines", ""]
)
def test_what_people_write_stays_as_it_is(plain: str) -> None:
    assert "".join(piece.text for piece in pieces(plain)) == plain


def test_a_joiner_out_of_place_is_hidden_writing() -> None:
    assert visible("a\u200db").count("U+200D") == 1
    assert visible("\u200d").count("U+200D") == 1


def test_everything_is_escaped() -> None:
    assert visible("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#x27;"
    assert visible("U+202E") == "U+202E"


def test_an_excerpt_is_one_line() -> None:
    assert excerpt("a\n\n b " + "x" * 200, 10) == "a b xxxxx…"


def test_numbers_and_times() -> None:
    assert phone("+33639980001") == "+33 6 39 98 00 01"
    assert phone("Doctolib") == "Doctolib"
    assert phone("+") == "+"
    assert [milliseconds(us) for us in (None, 0, 900, 33_000, 5_200_000, 900_000_000)] == [
        "–",
        "0 ms",
        "0.9 ms",
        "33 ms",
        "5.2 s",
        "15 min",
    ]
    assert [short_span(s) for s in (7, 61, 7200, 200_000)] == ["7 s", "1 min", "2 h", "2 days"]
