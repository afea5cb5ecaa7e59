"""Texts of strangers on our pages: nothing in them may act, hide, or pose as something else."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

JOINERS = "\u200c\u200d"
JOINABLE = {"So", "Sk", "Lo", "Mn", "Mc"}  # emoji sequences, Persian and Indic letters
VISIBLE_CONTROLS = "\n"
BLANKS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and symbols that look like nothing
HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
PLAIN_SPACES = " \u00a0\u202f"
MASK = "••••••"


class Piece(NamedTuple):
    """A run of characters to show as they are, or the code of one that a reader could not see, with its name."""

    text: str
    hidden: bool = False
    name: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """`text` in order, with every invisible or direction-changing character set apart."""
    start = 0
    for at, character in enumerate(text):
        if is_hidden(text, at):
            if start < at:
                yield Piece(text[start:at])
            yield Piece(f"U+{ord(character):04X}", True, unicodedata.name(character, "").lower())
            start = at + 1
    if start < len(text):
        yield Piece(text[start:])


def is_hidden(text: str, at: int) -> bool:
    character = text[at]
    if character.isascii() and character.isprintable():
        return False
    if character in JOINERS:
        return not (joins(text[at - 1 : at]) and joins(text[at + 1 : at + 2]))
    kind = unicodedata.category(character)
    odd_space = kind == "Zs" and character not in PLAIN_SPACES
    return (kind in HIDDEN and character not in VISIBLE_CONTROLS) or odd_space or character in BLANKS


def joins(neighbour: str) -> bool:
    return bool(neighbour) and unicodedata.category(neighbour) in JOINABLE


def excerpt(text: str, length: int = 90) -> str:
    """The beginning of `text` on one line."""
    line = " ".join(text[: length * 4].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
