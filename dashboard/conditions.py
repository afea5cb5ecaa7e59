"""The rows of the condition builder: plain parallel fields, so that it works without a script."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import FieldError, Invalid

FIELDS = {
    "content": gettext_lazy("Text"),
    "firstWord": gettext_lazy("First word"),
    "senderId": gettext_lazy("Sender"),
    "senderCountry": gettext_lazy("Sender’s country"),
    "numberUsed": gettext_lazy("Number used"),
}
OPERATORS = {
    "equals": gettext_lazy("is"),
    "startsWith": gettext_lazy("starts with"),
    "contains": gettext_lazy("contains"),
    "in": gettext_lazy("is one of"),
    "matches": gettext_lazy("matches the pattern"),
}
LIST_OPERATOR = "in"
SPARE_ROWS = 3
MOST_ROWS = 50
HIDDEN = "…"


@dataclasses.dataclass(slots=True)
class ConditionRow:
    """One line of the builder as it was typed; a line without a field counts for nothing."""

    field: str = ""
    operator: str = "contains"
    value: str = ""
    errors: list[str] = dataclasses.field(default_factory=list)

    def condition(self) -> dict[str, Any]:
        value: Any = self.value
        if self.operator == LIST_OPERATOR:
            value = [part for text in self.value.split(",") if (part := text.strip())]
        return {"field": self.field, "operator": self.operator, "value": value}


def typed(data: QueryDict) -> list[ConditionRow]:
    """The lines of a sent form that name a field."""
    columns = [data.getlist(f"condition-{name}") for name in ("field", "operator", "value")]
    rows = [ConditionRow(*cells) for cells in zip(*columns, strict=False)][:MOST_ROWS]
    return [row for row in rows if row.field]


def stored(conditions: Sequence[dict[str, Any]]) -> list[ConditionRow]:
    return [ConditionRow(c["field"], c["operator"], value_text(c["value"])) for c in conditions]


def value_text(value: Any) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)


def with_spare(rows: Sequence[ConditionRow]) -> list[ConditionRow]:
    """`rows` and some empty ones to fill in; a script hides all but one of these."""
    return [*rows, *(ConditionRow() for _row in range(SPARE_ROWS))]


def place_errors(rows: Sequence[ConditionRow], problem: Invalid) -> list[FieldError]:
    """Put each error of `/conditions/<n>/…` at its line; answers the others."""
    others = []
    for error in problem.errors:
        parts = error.pointer.strip("/").split("/")
        at = parts[1] if len(parts) > 1 and parts[0] == "conditions" else ""
        if at.isdigit() and int(at) < len(rows):
            rows[int(at)].errors.append(error.detail)
        else:
            others.append(error)
    return others


@dataclasses.dataclass(frozen=True, slots=True)
class Sentence:
    """A condition in words."""

    field: Any
    operator: Any
    value: str


def sentence(condition: dict[str, Any], *, reveal: bool) -> Sentence:
    """`reveal` shows a sender's number, which is personal data, to those who may read it."""
    name, operator = str(condition.get("field", "")), str(condition.get("operator", ""))
    value = value_text(condition.get("value", ""))
    hidden = name == "senderId" and not reveal
    return Sentence(FIELDS.get(name, name), OPERATORS.get(operator, operator), HIDDEN if hidden else value)


def needs_value(rows: Sequence[ConditionRow]) -> bool:
    """Whether a line names a field but no value; it is told so."""
    for row in rows:
        if not row.value.strip():
            row.errors.append(_("Say what to compare with, or choose no field to leave this line out."))
    return any(row.errors for row in rows)
