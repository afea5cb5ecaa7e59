"""Which route takes a text, and why each earlier one did not. Pure: no database, no clock."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from routing.conditions import Test, compile_condition, validate_conditions
from routing.reading import Reading, Text

__all__ = [
    "CompiledRoute",
    "Decision",
    "InvalidCondition",
    "Text",
    "compile_route",
    "match",
    "validate_conditions",
]

MAX_EXPLAINED = 100  # earlier routes in an explanation
MAX_SHOWN_VALUES = 5
MAX_SHOWN_VALUE = 80  # characters
HIDDEN = "…"


class InvalidCondition(ValueError):
    """The first thing that is wrong with a route's conditions."""

    def __init__(self, pointer: str, code: str, detail: str) -> None:
        super().__init__(f"{pointer}: {code}")
        self.pointer = pointer
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class CompiledRoute:
    """A route ready to be asked. `tests` are its conditions, each with what an explanation says when it fails."""

    id: UUID
    public_id: str
    name: str
    version: int
    action: str  # deliver, drop or quarantine
    endpoint_ids: tuple[UUID, ...]
    routing_tag: str
    tests: tuple[tuple[Test, str], ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """The route that takes the text, or None; `explanation` is JSON, one object for each route asked before it:

    `{"routeId", "name", "failed": {"field", "operator", "value"}}`, and, past the hundredth, `{"omitted": n}`.
    """

    route: CompiledRoute | None
    explanation: str


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
    tests = tuple((compile_condition(one), _explained(public_id, name, one)) for one in conditions)
    return CompiledRoute(id, public_id, name, version, action, tuple(endpoint_ids), routing_tag, tests)


def match(routes: Sequence[CompiledRoute], text: Text) -> Decision:
    """The first of `routes` whose conditions all hold. No text makes it raise."""
    reading = Reading(text)
    failed: list[str] = []
    for route in routes:
        for holds, explanation in route.tests:
            if not holds(reading):
                failed.append(explanation)
                break
        else:
            return Decision(route, _joined(failed))
    return Decision(None, _joined(failed))


def _joined(failed: list[str]) -> str:
    if len(failed) > MAX_EXPLAINED:
        omitted = f'{{"omitted":{len(failed) - MAX_EXPLAINED}}}'
        failed = [*failed[:MAX_EXPLAINED], omitted]
    return f"[{','.join(failed)}]"


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
