"""Between services, which name what is wrong by JSON pointer, and forms, which show it beside the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django import forms

from accounts import ids
from accounts.errors import Conflict, FieldError, Invalid
from dashboard.words import titled
from delivery.models import Endpoint
from numbers.models import Channel


def refuse(form: forms.BaseForm, problem: Invalid | Conflict, names: Mapping[str, str] | None = None) -> None:
    """Put what a service refused at its fields. `names` maps pointers to fields where they differ."""
    if isinstance(problem, Conflict):
        errors: Iterable[FieldError] = [FieldError(problem.pointer, problem.code, problem.detail)]
    else:
        errors = problem.errors
    for error in errors:
        name = (names or {}).get(error.pointer, error.pointer.removeprefix("/"))
        form.add_error(name if name in form.fields else None, error.detail)


def channel_choices(channels: Iterable[Channel]) -> list[tuple[str, str]]:
    return [(ids.public("channel", row.pk), titled(row)) for row in channels]


def endpoint_choices(endpoints: Iterable[Endpoint]) -> list[tuple[str, str]]:
    return [(ids.public("endpoint", row.pk), str(row)) for row in endpoints]


def chosen(noun: str, text: str) -> UUID | None:
    """The id behind a choice, which the form has checked already."""
    return ids.parse(noun, text)
