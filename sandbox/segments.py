"""How many SMS a text takes: 3GPP TS 23.040's segments of 140 octets, less what joins them.

160 characters of the default alphabet, or 153 in each part of a longer text; one character outside it makes the whole
text UCS-2, with 70 or 67. A character of the extension table counts twice, one beyond the BMP too; neither is split.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from numbers.alphabets import EXTENSION, GSM

Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(GSM) - {"\x1b"}
EXTENDED = frozenset(EXTENSION.values())
#: (alone, in each part) in septets, or in UTF-16 code units.
ROOM: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
MOST_PARTS = 255


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text takes. `units` are septets or UTF-16 code units; `left` of them fit before one more segment."""

    encoding: Encoding
    units: int
    segments: int
    left: int
    unusual: tuple[str, ...]  # the characters that make it UCS-2, each once, in their order


def measure(text: str) -> Measure:
    encoding, parts = encoding_of(text), split(text)
    widths = [sum(width(one, encoding) for one in part) for part in parts]
    alone, joined = ROOM[encoding]
    room = alone if len(parts) == 1 else joined
    unusual = tuple(dict.fromkeys(one for one in text if one not in BASIC and one not in EXTENDED))
    return Measure(encoding, sum(widths), len(parts), room - widths[-1], unusual)


def encoding_of(text: str) -> Encoding:
    return "GSM-7" if all(one in BASIC or one in EXTENDED for one in text) else "UCS-2"


def split(text: str) -> list[str]:
    """The parts of a text as a phone makes them, the text itself where it fits into one SMS."""
    encoding = encoding_of(text)
    alone, joined = ROOM[encoding]
    if sum(width(one, encoding) for one in text) <= alone:
        return [text]
    parts, start, used = [], 0, 0
    for place, one in enumerate(text):
        wide = width(one, encoding)
        if used + wide > joined:
            parts.append(text[start:place])
            start, used = place, 0
        used += wide
    return [*parts, text[start:]]


def width(one: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return 2 if one in EXTENDED else 1
    return 2 if ord(one) > 0xFFFF else 1
