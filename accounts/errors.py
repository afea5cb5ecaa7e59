"""Failures that a service reports to whoever called it; api and dashboard translate them for their readers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class FieldError(NamedTuple):
    """One wrong field: JSON pointer without the leading #, a machine word, a sentence that echoes no personal data."""

    pointer: str
    code: str
    detail: str


class Invalid(Exception):
    """The input is wrong; nothing was changed. `errors` names each field."""

    def __init__(self, errors: Iterable[tuple[str, str, str]]) -> None:
        self.errors = [FieldError(*error) for error in errors]
        super().__init__("; ".join(f"{e.pointer}: {e.code}" for e in self.errors))


class Crossing(Invalid):
    """The input reaches from live into a sandbox or back, which the trail is to tell (accounts.walls)."""


class Conflict(Exception):
    """The input is fine but the present state forbids it; nothing was changed."""

    def __init__(self, code: str, detail: str, pointer: str = "") -> None:
        self.code, self.detail, self.pointer = code, detail, pointer
        super().__init__(code)


class Forbidden(Exception):
    """Whoever asks may not do this to that; nothing was changed."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(code)
