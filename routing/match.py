"""Which route takes a text, and why each earlier one did not. Pure: no database, no clock.

Most routes say for which numbers they are. What such conditions come to is worked out once for each number (`Table`),
so that a text is asked only what is about itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from routing.conditions import Test, compile_condition, validate_conditions
from routing.reading import Reading, Text

__all__ = [
    "CompiledRoute",
    "Decision",
    "InvalidCondition",
    "Table",
    "Text",
    "compile_route",
    "match",
    "validate_conditions",
]

MAX_EXPLAINED = 100  # earlier routes in an explanation
MAX_SHOWN_VALUES = 5
MAX_SHOWN_VALUE = 80  # characters
HIDDEN = "…"
MAX_NUMBERS = 1000  # that a table keeps what it worked out for


class Condition(NamedTuple):
    """One condition, ready to be asked, and what an explanation says when it fails."""

    field: str
    holds: Test
    failure: str


class InvalidCondition(ValueError):
    """The first thing that is wrong with a route's conditions."""

    def __init__(self, pointer: str, code: str, detail: str) -> None:
        super().__init__(f"{pointer}: {code}")
        self.pointer = pointer
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class CompiledRoute:
    """A route ready to be asked."""

    id: UUID
    public_id: str
    name: str
    version: int
    action: str  # deliver, drop or quarantine
    endpoint_ids: tuple[UUID, ...]
    routing_tag: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The route that takes the text, or None, and of each route asked before it what failed, in JSON:

    `{"routeId", "name", "failed": {"field", "operator", "value"}}`, and, past the hundredth, `{"omitted": n}`.
    """

    route: CompiledRoute | None
    failures: tuple[str, ...]

    @property
    def explanation(self) -> str:
        return f"[{','.join(self.failures)}]"


class Asked(NamedTuple):
    """A route that a text to some number must be asked about, and what failed before it whatever the text says."""

    failures: tuple[str, ...]
    route: CompiledRoute | None  # None: no route is left
    conditions: tuple[Condition, ...]


class Table:
    """An environment's routes in their order, for many texts."""

    def __init__(self, routes: Sequence[CompiledRoute]) -> None:
        self.compiled = routes
        self.by_number: dict[str, tuple[Asked, ...]] = {}

    def match(self, text: Text) -> Decision:
        """The first route whose conditions all hold. No text makes it raise."""
        asked = self.by_number.get(text.number_used)
        if asked is None:
            if len(self.by_number) >= MAX_NUMBERS:
                self.by_number.clear()
            asked = self.by_number[text.number_used] = narrowed(self.compiled, text.number_used)
        return decide(asked, text)


def compile_route(
    *,
    id: UUID,
    public_id: str,
    name: str,
    version: int,
    conditions: Sequence[Mapping[str, Any]],
    action: str,
    endpoint_ids: tuple[UUID, ...],
    routing_tag: str,
) -> CompiledRoute:
    """Make a route ready to be asked. Raises InvalidCondition."""
    for problem in validate_conditions(conditions):
        raise InvalidCondition(*problem)
    compiled = tuple(
        Condition(one["field"], compile_condition(one), _explained(public_id, name, one))
        for one in conditions
    )
    return CompiledRoute(id, public_id, name, version, action, tuple(endpoint_ids), routing_tag, compiled)


def match(routes: Sequence[CompiledRoute], text: Text) -> Decision:
    """The first of `routes` whose conditions all hold, for one text."""
    return Table(routes).match(text)


def narrowed(routes: Sequence[CompiledRoute], number: str) -> tuple[Asked, ...]:
    """What is left to ask about a text to `number`."""
    reading = Reading(Text(number, "", None, ""))
    asked: list[Asked] = []
    failures: list[str] = []
    for route in routes:
        left = tuple(_left(route, reading))
        if left and left[0].holds is _never:
            failures.append(left[0].failure)
            continue
        asked.append(Asked(tuple(failures), route, left))
        failures = []
        if not left:
            return tuple(asked)
    return (*asked, Asked(tuple(failures), None, ()))


def _left(route: CompiledRoute, reading: Reading) -> Iterator[Condition]:
    """A route's conditions without those on the number that hold; nothing is asked after one that does not."""
    for condition in route.conditions:
        if condition.field != "numberUsed":
            yield condition
        elif not condition.holds(reading):
            yield condition._replace(holds=_never)
            return


def _never(_reading: Reading) -> bool:
    return False


def decide(asked: Sequence[Asked], text: Text) -> Decision:
    if not asked[0].conditions:
        return Decision(asked[0].route, _capped(asked[0].failures))
    reading = Reading(text)
    failures: list[str] = []
    for one in asked:
        failures += one.failures
        failed = next((each for each in one.conditions if not each.holds(reading)), None)
        if failed is None:
            return Decision(one.route, _capped(tuple(failures)))
        failures.append(failed.failure)
    raise AssertionError("what is asked ends with no route")


def _capped(failures: tuple[str, ...]) -> tuple[str, ...]:
    if len(failures) <= MAX_EXPLAINED:
        return failures
    return (*failures[:MAX_EXPLAINED], f'{{"omitted":{len(failures) - MAX_EXPLAINED}}}')


def _explained(public_id: str, name: str, condition: Mapping[str, Any]) -> str:
    """Written out once when the route is compiled, so that an explanation costs one join."""
    failed = {key: condition[key] for key in ("field", "operator")} | _shown(condition)
    return json.dumps({"routeId": public_id, "name": name, "failed": failed}, separators=(",", ":"))


def _shown(condition: Mapping[str, Any]) -> dict[str, Any]:
    """The value, cut to what a reader needs. Of senders nothing: an explanation may outlive a person's data."""
    value = condition["value"]
    if condition["field"] == "senderId":
        return {"value": HIDDEN}
    if isinstance(value, str):
        return {"value": _cut(value)}
    shown = {"value": [_cut(one) for one in value[:MAX_SHOWN_VALUES]]}
    return shown if len(value) <= MAX_SHOWN_VALUES else shown | {"values": len(value)}


def _cut(value: str) -> str:
    return value if len(value) <= MAX_SHOWN_VALUE else value[: MAX_SHOWN_VALUE - 1] + HIDDEN
