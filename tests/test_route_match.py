"""The first route whose conditions all hold takes the text, and the others say why they did not."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.match import CompiledRoute, InvalidCondition, Table, Text, compile_route, match
from routing.reading import Reading, first_word, fold

TEXT = Text("+33639980002", "+447700900123", "GB", "  Arrêt! Merci de ne plus m'écrire à Noël.")


def condition(field: str, operator: str, value: object) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value}


def route(*conditions: dict[str, object], name: str = "Orders", at: int = 1) -> CompiledRoute:
    return compile_route(
        id=UUID(int=at),
        public_id=f"rte_{at}",
        name=name,
        version=1,
        conditions=conditions,
        action="deliver",
        endpoint_ids=(UUID(int=7),),
        routing_tag="orders",
    )


def holds(field: str, operator: str, value: object, text: Text = TEXT) -> bool:
    return match([route(condition(field, operator, value))], text).route is not None


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("numberUsed", "equals", "+33639980002", True),
        ("numberUsed", "equals", "0033 6 39 98 00 02", True),
        ("numberUsed", "equals", "33639980002", True),
        ("numberUsed", "equals", "+33639980003", False),
        ("numberUsed", "in", ["+33639980001", "+33 6 39 98 00 02"], True),
        ("numberUsed", "in", ["+33639980001"], False),
        ("numberUsed", "startsWith", "+33 6", True),
        ("numberUsed", "contains", "998 000", True),
        ("numberUsed", "matches", r"^\+336", True),
        ("senderId", "equals", "447700900123", True),
        ("senderId", "startsWith", "+44", True),
        ("senderId", "contains", "7700", True),
        ("senderId", "in", ["ACME", "+44 7700 900123"], True),
        ("senderId", "matches", r"^\+(33|49)", False),
        ("senderCountry", "equals", "gb", True),
        ("senderCountry", "in", ["FR", "GB"], True),
        ("senderCountry", "in", ["FR", "BE"], False),
        ("senderCountry", "matches", "^(GB|IE)$", True),
        ("firstWord", "equals", "ARRET", True),
        ("firstWord", "equals", "arrêt", True),
        ("firstWord", "in", ["STOP", "Arrêt"], True),
        ("firstWord", "startsWith", "arr", True),
        ("firstWord", "matches", "^arr[eê]t$", True),
        ("firstWord", "equals", "arrêt!", False),
        ("content", "startsWith", "ARRET", True),
        ("content", "contains", "NOEL", True),
        ("content", "contains", "noël", True),
        ("content", "equals", "arret! merci de ne plus m'ecrire a noel.", True),
        ("content", "equals", "arret", False),
        ("content", "matches", "MERCI", True),
        ("content", "matches", "noel", True),
        ("content", "matches", "Noël", True),
        ("content", "matches", r"\bne\s+plus\b", True),
        ("content", "matches", r"^\d+$", False),
    ],
)
def test_operators(field: str, operator: str, value: object, expected: bool) -> None:
    assert holds(field, operator, value) is expected


def test_accented_pattern_is_about_the_accent() -> None:
    assert holds("content", "matches", "café", Text("", "", None, "un Café"))
    assert not holds("content", "matches", "café", Text("", "", None, "un cafe"))


def test_decomposed_and_composed_accents_are_the_same() -> None:
    assert holds("content", "matches", "^café$", Text("", "", None, "Cafe\u0301"))
    assert holds("firstWord", "equals", "café", Text("", "", None, "Cafe\u0301, oui"))


def test_alphanumeric_sender() -> None:
    text = Text("+33639980002", "Crédit Émile", None, "")
    assert holds("senderId", "equals", "credit emile", text)
    assert not holds("senderCountry", "equals", "FR", text)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("STOP", "STOP"),
        ("STOP!", "STOP"),
        ("«Oui», merci", "Oui"),
        ("- stop", "stop"),
        ("❤️ stop", "stop"),
        ("stop❤️", "stop"),
        ("G-132619 is your code", "G-132619"),
        ("हिन्दी में", "हिन्दी"),
        ("\u200bSTOP\u200b", "STOP"),
        ("...", ""),
        ("", ""),
    ],
)
def test_first_word(content: str, word: str) -> None:
    assert first_word(content) == word


def test_all_conditions_must_hold() -> None:
    both = route(condition("content", "contains", "noel"), condition("senderCountry", "equals", "GB"))
    one = route(condition("content", "contains", "noel"), condition("senderCountry", "equals", "FR"))
    assert match([one, both], TEXT).route is both


def test_first_of_several_takes_the_text() -> None:
    first, second = route(at=1), route(at=2)
    assert match([first, second], TEXT).route is first


def test_route_without_conditions_takes_everything() -> None:
    assert match([route()], Text("", "", None, "")).route is not None


def test_explanation_names_what_failed() -> None:
    wrong_country = route(condition("senderCountry", "equals", "FR"), name="Café", at=1)
    wrong_word = route(
        condition("content", "contains", "noel"), condition("firstWord", "in", list("abcdefg")), at=2
    )
    decision = match([wrong_country, wrong_word, route(at=3)], TEXT)
    assert json.loads(decision.explanation) == [
        {
            "routeId": "rte_1",
            "name": "Café",
            "failed": {"field": "senderCountry", "operator": "equals", "value": "FR"},
        },
        {
            "routeId": "rte_2",
            "name": "Orders",
            "failed": {"field": "firstWord", "operator": "in", "value": list("abcde"), "values": 7},
        },
    ]


def test_explanation_hides_senders() -> None:
    decision = match([route(condition("senderId", "equals", "+33639980009"))], TEXT)
    assert "33639980009" not in decision.explanation


def test_explanation_is_capped() -> None:
    never = route(condition("content", "equals", "x" * 500))
    explanation = json.loads(match([never] * 250, TEXT).explanation)
    assert len(explanation) == 101
    assert explanation[-1] == {"omitted": 150}
    assert len(explanation[0]["failed"]["value"]) == 80


def test_nothing_to_explain() -> None:
    assert match([], TEXT).explanation == "[]"
    assert match([], TEXT).route is None


def test_invalid_conditions_do_not_compile() -> None:
    with pytest.raises(InvalidCondition) as invalid:
        route(condition("content", "matches", "("))
    assert (invalid.value.pointer, invalid.value.code) == ("/conditions/0/value", "pattern_invalid")


FIELDS = ("numberUsed", "senderId", "senderCountry", "firstWord", "content")
# Patterns that keep a backtracking engine busy for minutes.
HOSTILE = [r"(a+)+$", r"^(\d+)*$", r"(?:STOP|ARRET)\s*(\w+\s?)*$", r"([a-zA-Z]+)*\d", r"(.*a){20}", r"(x*)*y"]
any_text = st.text(st.characters())
texts = st.builds(Text, any_text, any_text, st.none() | any_text, any_text)
every_test = [
    *(condition(field, operator, "É a") for field in FIELDS for operator in ("startsWith", "contains")),
    *(condition(field, "matches", pattern) for field in FIELDS for pattern in HOSTILE),
    *(condition(field, "in", ["FR", "GB"]) for field in FIELDS),
]
every_route = [route(one) for one in every_test]


@given(texts)
def test_no_text_makes_it_raise(text: Text) -> None:
    json.loads(match(every_route, text).explanation)


# Few values, so that conditions hold about as often as not.
few = {
    "numberUsed": ["+33639980001", "+33639980002"],
    "content": ["un", "deux"],
    "senderCountry": ["FR", "GB"],
}
conditions = st.sampled_from([condition(f, "equals", value) for f, values in few.items() for value in values])
tables = st.lists(st.lists(conditions, max_size=3), max_size=6)
few_texts = st.builds(
    Text, *(st.sampled_from(few[f]) for f in ("numberUsed", "content", "senderCountry", "content"))
)


def plainly(routes: list[CompiledRoute], text: Text) -> tuple[CompiledRoute | None, list[str]]:
    """What a decision is, without any short cut."""
    failures: list[str] = []
    for one in routes:
        failed = [each.failure for each in one.conditions if not each.holds(Reading(text))]
        if not failed:
            return one, failures
        failures.append(failed[0])
    return None, failures


@given(tables, st.lists(few_texts, min_size=1, max_size=5))
def test_what_is_known_of_a_number_changes_no_decision(
    wanted: list[list[dict[str, object]]], asked: list[Text]
) -> None:
    routes = [route(*each, at=at) for at, each in enumerate(wanted)]
    table = Table(routes)
    for text in asked:
        decision = table.match(text)
        assert (decision.route, list(decision.failures)) == plainly(routes, text)


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.parametrize(
    "content", ["a" * 9_999 + "!", "1" * 9_999 + "x", "STOP " + "mot " * 2_000 + "!", "é" * 9_999]
)
def test_hostile_patterns_end(pattern: str, content: str) -> None:
    holds("content", "matches", pattern, Text("", "", None, content))


@given(any_text)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(any_text)
def test_case_never_counts(text: str) -> None:
    assert fold(text.upper()) == fold(text.upper().lower().upper())
