"""Texts with places such as `{content}`, and how a value is written where it stands. Substitution and nothing else.

Whatever a stranger's text says, it stays one value: escaped in JSON, XML and URLs, one line in a header.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

PLACE = re.compile(r"\{([A-Za-z]+)\}")
#: The inside of a JSON string up to its end, or up to what no string may hold (RFC 8259 §7).
STRING_PART = re.compile(r'(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*')
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2
XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "\r": "&#13;"}

Values = Mapping[str, Any]


class Slot(NamedTuple):
    """A place for one value."""

    name: str
    write: Callable[[Any], str]


class Filled(NamedTuple):
    """Pieces of text and places between them."""

    pieces: tuple[str | Slot, ...]

    def fill(self, values: Values) -> str:
        return "".join(
            piece if isinstance(piece, str) else piece.write(values[piece.name]) for piece in self.pieces
        )

    @property
    def literals(self) -> list[str]:
        return [piece for piece in self.pieces if isinstance(piece, str)]


class Unknown(ValueError):
    """A place that names no field."""


def plain(value: Any) -> str:
    """null is nothing; a list's items are separated by commas; of a code it is what is to be typed."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return plain(value.get("value"))
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(plain, value)) if isinstance(value, list) else str(value)


def percent(value: Any) -> str:
    return quote(plain(value), safe="")


def xml(value: Any) -> str:
    return "".join(XML.get(char, char) for char in NOT_IN_XML.sub("\ufffd", plain(value)))


def json_value(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def in_json_string(value: Any) -> str:
    return json_value(plain(value))[1:-1]


def header(text: str) -> str:
    """One header's value: visible characters only, what is not ASCII percent-encoded as UTF-8 (RFC 9110 §5.5)."""
    visible = "".join(char for char in text if char == " " or char.isprintable())
    return quote(visible, safe="".join(map(chr, range(0x20, 0x7F)))).strip()


def filled(text: str, known: Sequence[str], write: Callable[[Any], str] = plain) -> Filled:
    """`text` with each value written the same way. Raises Unknown."""
    return Filled(tuple(Slot(one, write) if is_place else one for is_place, one in split(text, known)))


def filled_json(text: str, known: Sequence[str]) -> Filled:
    """JSON with places inside strings, where they are escaped, or in place of a value, where they are values.

    Raises Unknown, or ValueError where a string cannot be one.
    """
    pieces: list[str | Slot] = []
    inside = False
    for is_place, one in split(text, known):
        if is_place:
            pieces.append(Slot(one, in_json_string if inside else json_value))
        else:
            inside = in_string_after(one, inside)
            pieces.append(one)
    return Filled(tuple(pieces))


def split(text: str, known: Sequence[str]) -> list[tuple[bool, str]]:
    """(whether it is a place, its name or the text) in turn; raises Unknown."""
    parts = PLACE.split(text)  # text, name, text, name, …, text
    for name in parts[1::2]:
        if name not in known:
            raise Unknown(name)
    return [(index % 2 == 1, part) for index, part in enumerate(parts) if part]


def in_string_after(literal: str, inside: bool) -> bool:
    """Whether a JSON string is open behind `literal`; raises ValueError where it breaks off within an escape."""
    at = 0
    while at < len(literal):
        if not inside:
            quoted = literal.find('"', at)
            if quoted < 0:
                return False
            at, inside = quoted + 1, True
            continue
        matched = STRING_PART.match(literal, at)
        at = matched.end() if matched else at
        if at < len(literal):
            if literal[at] != '"':
                raise ValueError("a string holds what no string may")
            at, inside = at + 1, False
    return inside
