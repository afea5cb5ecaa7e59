"""Conditions are checked when a route is saved, and every problem names its place."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.conditions import OPERATORS, compile_condition
from routing.match import InvalidCondition, Text, compile_route, validate_conditions
from routing.reading import Reading
from tests.test_route_match import FIELDS, condition, route


def found(conditions: object) -> list[tuple[str, str]]:
    problems = validate_conditions(conditions)
    assert all(detail for _pointer, _code, detail in problems)
    return [(pointer, code) for pointer, code, _detail in problems]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_each_operator_fits_each_field(field: str, operator: str) -> None:
    value = ["FR"] if operator == "in" else "FR"
    assert found([condition(field, operator, value)]) == []
    route(condition(field, operator, value))


@pytest.mark.parametrize(
    ("conditions", "problems"),
    [
        (None, [("/conditions", "invalid_type")]),
        ("content", [("/conditions", "invalid_type")]),
        ([condition("content", "contains", "x")] * 21, [("/conditions", "too_many")]),
        (["x"], [("/conditions/0", "invalid_type")]),
        (
            [{}],
            [
                ("/conditions/0/field", "invalid_choice"),
                ("/conditions/0/operator", "invalid_choice"),
                ("/conditions/0/value", "required"),
            ],
        ),
        ([condition("body", "equals", "x")], [("/conditions/0/field", "invalid_choice")]),
        (
            [{"field": [], "operator": {}, "value": "x"}],
            [("/conditions/0/field", "invalid_choice"), ("/conditions/0/operator", "invalid_choice")],
        ),
        ([condition("content", "endsWith", "x")], [("/conditions/0/operator", "invalid_choice")]),
        ([condition("content", "equals", "x") | {"not": True}], [("/conditions/0", "unknown_field")]),
        ([condition("content", "equals", 5)], [("/conditions/0/value", "invalid_type")]),
        ([condition("content", "equals", ["x"])], [("/conditions/0/value", "invalid_type")]),
        ([condition("content", "equals", " ")], [("/conditions/0/value", "invalid_value")]),
        ([condition("content", "contains", "\u0301")], [("/conditions/0/value", "invalid_value")]),
        ([condition("content", "contains", "a\0")], [("/conditions/0/value", "invalid_value")]),
        ([condition("content", "contains", "\ud800")], [("/conditions/0/value", "invalid_value")]),
        ([condition("content", "contains", "x" * 501)], [("/conditions/0/value", "too_long")]),
        ([condition("content", "in", "x")], [("/conditions/0/value", "invalid_type")]),
        ([condition("content", "in", [])], [("/conditions/0/value", "invalid_value")]),
        ([condition("content", "in", ["x"] * 1001)], [("/conditions/0/value", "too_many")]),
        ([condition("content", "in", ["x", None])], [("/conditions/0/value/1", "invalid_type")]),
        ([condition("senderCountry", "equals", "France")], [("/conditions/0/value", "invalid_value")]),
        ([condition("content", "matches", "")], [("/conditions/0/value", "invalid_value")]),
        ([condition("content", "matches", "(")], [("/conditions/0/value", "pattern_invalid")]),
        ([condition("content", "matches", "x" * 501)], [("/conditions/0/value", "too_long")]),
        (
            [condition("content", "matches", "((x{100}){100}){100}")],
            [("/conditions/0/value", "pattern_invalid")],
        ),
        ([condition("content", "matches", r"\ud800")], [("/conditions/0/value", "pattern_invalid")]),
    ],
)
def test_problems_are_named(conditions: object, problems: list[tuple[str, str]]) -> None:
    assert found(conditions) == problems


@pytest.mark.parametrize(
    "pattern", [r"(?=a)", r"a(?!b)", r"(?<=a)b", r"(?<!a)b", r"(a)\1", r"(?P<x>a)(?P=x)"]
)
def test_look_around_and_back_references_get_a_clear_answer(pattern: str) -> None:
    [(_pointer, code, detail)] = validate_conditions([condition("content", "matches", pattern)])
    assert code == "pattern_unsupported"
    assert "look-around" in detail


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
near_misses = st.fixed_dictionaries(
    {"field": st.sampled_from(FIELDS) | json_values, "operator": st.sampled_from([*OPERATORS]) | json_values},
    optional={"value": json_values},
)


@given(json_values | st.lists(near_misses, max_size=3))
def test_what_passes_also_compiles(conditions: Any) -> None:
    if not validate_conditions(conditions):
        route(*conditions)


def test_compiling_raises_the_first_problem() -> None:
    with pytest.raises(InvalidCondition) as invalid:
        compile_route(
            id=route().id,
            public_id="rte_1",
            name="",
            version=1,
            conditions=[condition("content", "equals", "x"), condition("body", "equals", "x")],
            action="drop",
            endpoint_ids=(),
            routing_tag="",
        )
    assert (invalid.value.pointer, invalid.value.code) == ("/conditions/1/field", "invalid_choice")


def test_a_pattern_that_would_hold_up_everybody_is_refused() -> None:
    def codes(pattern: str) -> list[str]:
        condition = {"field": "content", "operator": "matches", "value": pattern}
        return [code for _pointer, code, _detail in validate_conditions([condition])]

    assert codes(r"(.*)(é|a|b)(.{0,200})x$") == ["pattern_too_large"]
    assert codes(r"code[^0-9]{0,40}(\d{3}[ -]?\d{3})") == []


def test_a_pattern_sees_the_first_1600_characters() -> None:
    found = compile_condition({"field": "content", "operator": "matches", "value": "needle"})
    for position, expected in ((1594, True), (1595, False)):
        text = Text("+33639980001", "+33639980417", "FR", "x" * position + "needle")
        assert found(Reading(text)) is expected
