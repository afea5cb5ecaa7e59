"""Between services, which name what is wrong by JSON pointer, and forms, which show it beside the field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import forms

from accounts.errors import Conflict, FieldError, Invalid


def refuse(form: forms.BaseForm, problem: Invalid | Conflict, names: Mapping[str, str] | None = None) -> None:
    """Put what a service refused at its fields. `names` maps pointers to fields where they differ."""
    if isinstance(problem, Conflict):
        errors: Iterable[FieldError] = [FieldError(problem.pointer, problem.code, problem.detail)]
    else:
        errors = problem.errors
    for error in errors:
        name = (names or {}).get(error.pointer, error.pointer.removeprefix("/"))
        form.add_error(name if name in form.fields else None, error.detail)
