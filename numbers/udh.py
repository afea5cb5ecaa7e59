"""The user data header at the start of a text (3GPP TS 23.040 §9.2.3.24): whether the text is a part, and of what.

A header is a length, then elements of identifier, length and value, in any order. What it says about ports, fonts and
languages is passed over. The standard's own rules for the senseless ones are kept, so that no text is lost over its
header: see `read`.
"""

from __future__ import annotations

from typing import NamedTuple

CONCATENATED_8, CONCATENATED_16 = 0x00, 0x08  # by the width of the reference in bits
LENGTHS = {CONCATENATED_8: 3, CONCATENATED_16: 4}


class Place(NamedTuple):
    """Where a part stands in its text."""

    reference: str  # "8:42" or "16:42": references of different widths are different texts
    total: int  # 1 to 255
    number: int  # 1 to total


class UserData(NamedTuple):
    """Octets taken apart. `place` is None for a whole text."""

    place: Place | None
    text: bytes  # still encoded
    malformed: bool = False  # the header made no sense and was passed over


def read(octets: bytes) -> UserData:
    """Take the header off octets that begin with one.

    A header longer than the octets is none at all: they are the text as they stand. One whose elements do not fill it
    exactly is passed over as a whole; the text behind it counts.
    """
    end = octets[0] + 1 if octets else 1
    if end > len(octets):
        return UserData(None, octets, malformed=True)
    header, text = octets[1:end], octets[end:]
    found, at = None, 0
    while at < len(header):
        value = header[at + 2 : at + 2 + header[at + 1]] if at + 1 < len(header) else b""
        if at + 1 >= len(header) or len(value) < header[at + 1]:
            return UserData(None, text, malformed=True)
        found = _place(header[at], value) or found  # of a repeated element the last counts
        at += 2 + len(value)
    return UserData(found, text)


def place_of(header: bytes) -> Place | None:
    """The same of a header alone, as carriers give it that hold header and text apart."""
    return read(header).place


def place(reference: str, total: int, number: int) -> Place | None:
    """A place that makes sense; None for "part 3 of 2" and the like, which the standard has us pass over."""
    return Place(reference, total, number) if 0 < number <= total < 256 else None


def _place(identifier: int, value: bytes) -> Place | None:
    if len(value) != LENGTHS.get(identifier):
        return None
    *reference, total, number = value
    return place(f"{8 * len(reference)}:{int.from_bytes(reference)}", total, number)
