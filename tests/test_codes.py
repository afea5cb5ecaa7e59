"""Which one-time code a text tells: a corpus of what is one and what is none, and texts that are made to be hostile."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from re import _parser as patterns  # type: ignore[attr-defined]  # the expressions as Python reads them
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.template import SAMPLE
from inbox import codes
from inbox.codes import PATTERNS, Code, extract, shown

CORPUS = Path(__file__).with_name("codes.tsv")
ESCAPE = re.compile(r"\\(?:x([0-9A-F]{4})|([nr]))")


def written(text: str) -> str:
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else {"n": "\n", "r": "\r"}[found[2]], text)


def corpus() -> list[tuple[str, str, str]]:
    lines = CORPUS.read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t", 2) for line in lines if not line.startswith("#")]
    return [(value, pattern, written(text)) for value, pattern, text in rows]


def test_the_corpus_has_both_kinds() -> None:
    found = [value == "-" for value, _pattern, _text in corpus()]
    assert (found.count(False) >= 80, found.count(True) >= 80) == (True, True)
    assert {pattern for _value, pattern, _text in corpus()} == {*PATTERNS, ""}


@pytest.mark.parametrize(("value", "pattern", "text"), corpus())
def test_a_text_tells_its_code_and_no_other(value: str, pattern: str, text: str) -> None:
    found = extract(text)
    assert (found.value, found.pattern) == (value, pattern) if found else value == "-", found


def test_it_says_how_sure_it_is() -> None:
    surest = extract("@example.com #482913")
    assert surest == Code("482913", "origin_bound", 1.0, "example.com")
    falling = ["Your code is 482913", "482913 is your code", "Verification: 482913", "ICQ New: 123 - your code"]
    told = [found.confidence for text in falling if (found := extract(text))]
    assert len(told) == 4
    assert told == sorted(told, reverse=True)
    assert told[-1] < 0.5


def test_of_several_the_likeliest_is_told_and_the_first_of_equals() -> None:
    assert shown("482913 is your code, not code 111222") == shown("Your code 111222")
    assert extract("Code 111222, code 333444") == extract("Code 111222")


def test_the_example_of_webhooks_is_what_is_found() -> None:
    assert shown(SAMPLE["content"]) == SAMPLE["code"]


@given(st.text() | st.text(alphabet="cdeost :.-\n@#%/0123456789AZ<>+€°"))
def test_no_text_makes_it_raise(text: str) -> None:
    found = extract(text)
    assert found is None or (found.pattern in PATTERNS and 0 < found.confidence <= 1 and found.value)


@given(st.from_regex(r"[0-9]{4,8}", fullmatch=True).filter(lambda code: code[:2] not in ("19", "20")))
def test_each_digit_of_a_code_is_kept(code: str) -> None:
    for text in (f"Votre code est {code}.", f"{code} is your code", f"Code: {code} (10 min)"):
        found = extract(text)
        assert found is not None
        assert found.value == code


# ---- hostile texts

REPEATED = (
    "1", "1 ", "12-", "123 456 ", "code ", "code: 482913 ", "a", "A1", "A1-", " ", "\n", "\t", "@", "@a #", "@a #1\n", "://",
    "a.b/", "+", "é", "e\u0301", "\u0301", ". ", "n° ", "order ", "is is ", "482913\n", "%", "your code\n", "G-", "<#>",
)  # fmt: skip


def steps(text: str) -> int:
    """How many lines of this module are run for a text."""
    count = 0

    def trace(frame: Any, event: str, _argument: Any) -> Any:
        nonlocal count
        if frame.f_code.co_filename != codes.__file__:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        extract(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", REPEATED)
def test_twice_the_text_takes_at_most_twice_the_steps(piece: str) -> None:
    short, long = (steps((piece * size)[:size]) for size in (2_000, 4_000))
    assert long <= 2 * short + 400


@pytest.mark.parametrize("piece", REPEATED)
def test_a_hundred_thousand_characters_are_read(piece: str) -> None:
    found = extract((piece * 100_000)[:100_000])
    assert found is None or len(found.value) < 65


def repeats(tree: Any, inside: bool = False) -> bool:
    """Whether an expression repeats what repeats, or has a repeat behind another that takes the same."""
    for kind, argument in tree:
        repeating = str(kind) in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
        if repeating and inside:
            return True
        parts = argument[2] if repeating else argument
        for part in parts if isinstance(parts, list | tuple | patterns.SubPattern) else ():
            if isinstance(part, patterns.SubPattern) and repeats(part, inside or repeating):
                return True
        if repeating and repeats(argument[2], True):
            return True
    return False


@pytest.mark.parametrize("text", [codes.RUN.pattern, codes.CHUNK.pattern])
def test_what_goes_over_the_whole_text_is_a_run_of_one_class(text: str) -> None:
    [(kind, (least, _most, [(what, _class)]))] = patterns.parse(text)
    assert (str(kind), least, str(what)) == ("MAX_REPEAT", 1, "IN")


def test_no_expression_repeats_a_repeat() -> None:
    found = [one for one in vars(codes).values() if isinstance(one, re.Pattern)]
    assert len(found) == 7
    assert not [one.pattern for one in found if repeats(patterns.parse(one.pattern, one.flags & ~re.UNICODE))]
    assert repeats(patterns.parse("(a+)+"))
