"""Paths to the fields of a text in somebody's JSON, form or query, and what stands at their ends.

A path is `key.key[n]`: keys with dots between, places in lists in brackets, from 0. In a form or query it is the
name of a field as it stands. Nothing of it is code, and all of it is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

from django.utils.translation import gettext as _

from numbers.carriers.base import Unreadable
from numbers.carriers.forms import Form

MAX_STEPS = 8
OCTETS = "octets"  # instead of a charset: no characters at all, told in hexadecimal
PATH = re.compile(r"(?:[^.\[\]]+|\[\d{1,3}\])(?:\.[^.\[\]]+|\[\d{1,3}\])*", re.ASCII)
STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)", re.ASCII)


@lru_cache(maxsize=4096)
def steps_of(path: str) -> tuple[str | int, ...]:
    """The keys and places of a path, from the outside in. ValueError says what is wrong, fit to show."""
    if not PATH.fullmatch(path):
        raise ValueError(
            _("Must be keys with dots between, and [n] for a place in a list, such as data.messages[0].text.")
        )
    steps = tuple(int(place) if place else key for place, key in STEP.findall(path))
    if len(steps) > MAX_STEPS:
        raise ValueError(_("Must have at most %(limit)d steps.") % {"limit": MAX_STEPS})
    return steps


class Item(Protocol):
    """The fields of one text, by path."""

    def pointer(self, path: str) -> str:
        """The JSON pointer to it, for errors."""

    def text(self, path: str) -> str | None:
        """What stands there, None where nothing does; Unreadable where it is no text."""

    def texts(self, path: str) -> list[str]:
        """All texts that stand there."""

    def told(self, path: str) -> str:
        """What stands there in words, empty where it cannot be put so: of what may refuse no text."""


class JsonItem:
    """One text in JSON, at the pointer `at` of the body."""

    def __init__(self, value: object, at: str) -> None:
        self.value = value
        self.at = at

    def pointer(self, path: str) -> str:
        return self.at + pointer_to(steps_of(path))

    def text(self, path: str) -> str | None:
        value = found(self.value, steps_of(path))
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise Unreadable([(self.pointer(path), "must be a string")])

    def texts(self, path: str) -> list[str]:
        value = found(self.value, steps_of(path))
        return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]

    def told(self, path: str) -> str:
        value = found(self.value, steps_of(path))
        return str(value) if isinstance(value, str | int | float) else ""


class FormItem:
    """The one text of a form or query in `charset`; `others` are the paths of fields in charsets of their own."""

    def __init__(self, form: Form, charset: str, others: Mapping[str, str] | None = None) -> None:
        self.form = form
        self.charset = charset
        self.others = others or {}

    def pointer(self, path: str) -> str:
        return pointer_to((path,))

    def text(self, path: str) -> str | None:
        return next(iter(self.texts(path)), None)

    def texts(self, path: str) -> list[str]:
        charset = self.others.get(path, self.charset)
        values = self.form.get(path.encode(), [])
        if charset == OCTETS:
            return [value.hex() for value in values]
        try:
            return [value.decode(charset) for value in values]
        except UnicodeDecodeError:
            raise Unreadable([(self.pointer(path), f"is not {charset.upper()}")]) from None

    def told(self, path: str) -> str:
        return self.form.get(path.encode(), [b""])[0].decode(self.charset, "replace")


def pointer_to(steps: tuple[str | int, ...]) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def found(value: object, steps: tuple[str | int, ...]) -> object:
    """What stands at the end of the steps; None where one of them leads nowhere."""
    for step in steps:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return None
    return value
