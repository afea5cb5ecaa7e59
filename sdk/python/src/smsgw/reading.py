"""From the API's JSON to objects: the fields that a class declares, in snake_case, and all the rest in `raw`."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

M = TypeVar("M", bound="Model")


@dataclass(frozen=True, kw_only=True, repr=False)
class Model:
    """An answer. `raw` is its JSON as it came, with what this version of the SDK does not know yet."""

    raw: Mapping[str, Any] = field(compare=False)

    def __repr__(self) -> str:
        """Kind and id only: objects end up in logs, and what people wrote must not."""
        return f"<{type(self).__name__} {self.raw.get('id', '')}".rstrip() + ">"


def read(kind: type[M], value: Mapping[str, Any]) -> M:
    """What is absent reads as null, so that an older or newer server does not break its reader."""
    declared = fields(kind)  # type: ignore[arg-type]  # any class can be hashed
    known = {name: _value(hint, value.get(wire)) for name, wire, hint in declared}
    return kind(raw=value, **known)


@cache
def fields(kind: Any) -> tuple[tuple[str, str, Any], ...]:
    """Of a class: each field's name, its name in JSON, and its type."""
    hints = typing.get_type_hints(kind)
    names = [one.name for one in dataclasses.fields(kind) if one.name != "raw"]
    return tuple((name, camel(name), hints[name]) for name in names)


def camel(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def _value(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if hint is datetime:
        return datetime.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Model):
        return read(hint, value)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is list:
        return [_value(inner[0], one) for one in value]
    if origin in (types.UnionType, typing.Union):
        kinds = [one for one in inner if one is not type(None)]
        return _value(kinds[0], value) if len(kinds) == 1 else value
    return value
