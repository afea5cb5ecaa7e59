"""Conditions of routes: what may be written, and the test each becomes.

A condition is `{"field", "operator", "value"}`; `in` takes a list of strings, every other operator one string.

| field | compared |
|---|---|
| numberUsed | as E.164 or short code, however it is written in the condition |
| senderId | likewise, or an alphanumeric name; neither case nor accents count |
| senderCountry | as ISO 3166 alpha-2; empty where the sender is no number |
| firstWord | first word of the content without punctuation around it; neither case nor accents count |
| content | the whole text without space around it; neither case nor accents count |

`matches` is an RE2 pattern, searched anywhere, whatever the case. It is tried on the text as it came (in NFC) and
on the text without accents: `cafe` finds `Café`, while `café` finds only `Café`.
It sees the first 1600 characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import re2
from django.utils.translation import gettext as _

from numbers.carriers.base import text_problem
from numbers.phone import SEPARATORS, normalise
from routing.reading import Reading, fold

Test = Callable[[Reading], bool]
Problem = tuple[str, str, str]  # JSON pointer, code, detail

FIELDS = ("numberUsed", "senderId", "senderCountry", "firstWord", "content")
NUMBERS = frozenset({"numberUsed", "senderId"})
KEYS = ("field", "operator", "value")
MAX_CONDITIONS = 20
MAX_VALUES = 1000
MAX_VALUE = 500  # characters, of a pattern too
MAX_PATTERN_MEMORY = (
    1 << 18
)  # bytes; beyond it RE2 refuses the pattern, or searches it the slower, still linear way
# RE2 is linear in text and pattern, but .{0,200} in it makes a pattern large, and the door that searches serves
# everybody: so a pattern's program is bounded, and so is the text (reading.SEARCHED).
MAX_PROGRAM = 500
LOOK_AROUND = re.compile(r"\(\?<?[=!]|\\[1-9]|\(\?P=")


def validate_conditions(conditions: object) -> list[Problem]:
    """What is wrong with a route's conditions; [] when nothing.

    Codes: `invalid_type`, `too_many`, `required`, `unknown_field`, `invalid_choice`, `invalid_value`, `too_long`,
    `pattern_invalid`, `pattern_unsupported`, `pattern_too_large`.
    """
    if not isinstance(conditions, Sequence) or isinstance(conditions, str | bytes):
        return [("/conditions", "invalid_type", _("Must be a list."))]
    if len(conditions) > MAX_CONDITIONS:
        return [("/conditions", "too_many", _("At most %(limit)d conditions.") % {"limit": MAX_CONDITIONS})]
    return [
        (f"/conditions/{at}{pointer}", code, detail)
        for at, condition in enumerate(conditions)
        for pointer, code, detail in _problems(condition)
    ]


def compile_condition(condition: Mapping[str, Any]) -> Test:
    """The test that a valid condition stands for."""
    field, operator, value = (condition[key] for key in KEYS)
    return OPERATORS[operator](field, value)


def _problems(condition: object) -> Iterator[Problem]:
    if not isinstance(condition, Mapping):
        yield "", "invalid_type", _("Must be an object.")
        return
    for key in condition:
        if key not in KEYS:
            yield "", "unknown_field", _("A condition has field, operator and value, nothing else.")
    field, operator = condition.get("field"), condition.get("operator")
    for key, given, choices in (("field", field, FIELDS), ("operator", operator, tuple(OPERATORS))):
        if given not in choices:
            yield (
                f"/{key}",
                "invalid_choice",
                _("Must be one of: %(choices)s.") % {"choices": ", ".join(choices)},
            )
    if "value" not in condition:
        yield "/value", "required", _("This field is required.")
    elif isinstance(field, str) and isinstance(operator, str) and field in FIELDS and operator in OPERATORS:
        yield from _value_problems(field, operator, condition["value"])


def _value_problems(field: str, operator: str, value: object) -> Iterator[Problem]:
    if operator != "in":
        yield from _string_problems(field, operator, value, "/value")
    elif not isinstance(value, list | tuple):
        yield "/value", "invalid_type", _("Must be a list of strings.")
    elif not value:
        yield "/value", "invalid_value", _("Must not be empty.")
    elif len(value) > MAX_VALUES:
        yield "/value", "too_many", _("At most %(limit)d values.") % {"limit": MAX_VALUES}
    else:
        for at, one in enumerate(value):
            yield from _string_problems(field, operator, one, f"/value/{at}")


def _string_problems(field: str, operator: str, value: object, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield pointer, "invalid_type", _("Must be a string.")
    elif len(value) > MAX_VALUE:
        yield pointer, "too_long", _("At most %(limit)d characters.") % {"limit": MAX_VALUE}
    elif text_problem(value, MAX_VALUE):
        yield pointer, "invalid_value", _("Must not contain NUL characters or lone surrogates.")
    elif operator == "matches":
        yield from _pattern_problems(value, pointer)
    elif not fold(value).strip():
        yield pointer, "invalid_value", _("Must not be empty.")
    elif (
        field == "senderCountry"
        and operator in ("equals", "in")
        and not re.fullmatch("[A-Za-z]{2}", value.strip())
    ):
        yield pointer, "invalid_value", _("Must be a country code of two letters, such as FR.")


def _pattern_problems(pattern: str, pointer: str) -> Iterator[Problem]:
    if not pattern:
        yield pointer, "invalid_value", _("Must not be empty.")
        return
    try:
        size = _compiled(pattern).programsize
    except re2.error as problem:
        if LOOK_AROUND.search(pattern):
            detail = _(
                "RE2 patterns have no look-around and no back-references: (?=…), (?!…), (?<=…), (?<!…), \\1."
            )
            yield pointer, "pattern_unsupported", detail
        else:
            yield (
                pointer,
                "pattern_invalid",
                _("RE2 cannot read this pattern: %(why)s.") % {"why": _why(problem)},
            )
    else:
        if size > MAX_PROGRAM:
            detail = _("This pattern is too large. Shorter repetitions, such as .{0,40}, make it smaller.")
            yield pointer, "pattern_too_large", detail


def _why(problem: Exception) -> str:
    why = problem.args[0] if problem.args else ""
    return why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = MAX_PATTERN_MEMORY
    options.log_errors = False
    options.case_sensitive = False
    options.never_capture = True
    return re2.compile(pattern, options=options)


def _equals(field: str, value: str) -> Test:
    wanted = _wanted(field, value)
    return lambda reading: reading.folded(field) == wanted


def _starts_with(field: str, value: str) -> Test:
    start = _part(field, value).lstrip()
    return lambda reading: reading.folded(field).startswith(start)


def _contains(field: str, value: str) -> Test:
    part = _part(field, value)
    return lambda reading: part in reading.folded(field)


def _in(field: str, values: Sequence[str]) -> Test:
    wanted = frozenset(_wanted(field, value) for value in values)
    return lambda reading: reading.folded(field) in wanted


def _matches(field: str, pattern: str) -> Test:
    search = _compiled(pattern).search
    return lambda reading: any(search(form) is not None for form in reading.encoded(field))


def _wanted(field: str, value: str) -> str:
    """A whole value in the form in which the field is compared."""
    return fold(normalise(value) if field in NUMBERS else value).strip()


def _part(field: str, value: str) -> str:
    """The beginning or a part of a value; of a number, without the spaces that people group digits by."""
    is_number = field in NUMBERS and value.lstrip(" +").translate(SEPARATORS).isdigit()
    return fold(value.translate(SEPARATORS) if is_number else value)


OPERATORS: Mapping[str, Callable[[str, Any], Test]] = {
    "equals": _equals,
    "startsWith": _starts_with,
    "contains": _contains,
    "matches": _matches,
    "in": _in,
}
