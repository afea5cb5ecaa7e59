"""Parts of longer texts from carriers that do not join them, and texts that are octets rather than characters.

A binary text is told as its octets in hexadecimal, whoever brought it.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error

from numbers.alphabets import decode
from numbers.carriers.base import Part, Unreadable
from numbers.udh import Place


def part_of_text(place: Place, text: str) -> Part:
    """A part that came as characters. Half a surrogate pair at its end finds the other half in the next part."""
    return Part(*place, text.encode("utf-16-be", "surrogatepass"), "ucs2")


def part_of_octets(place: Place, octets: bytes) -> Part:
    """A part of a binary text."""
    return Part(*place, octets.hex().encode(), "ascii")


def spelled(part: Part) -> str:
    """What a part spells alone."""
    return decode(part.data, part.alphabet)


def from_hex(field: str, text: str) -> bytes:
    """The octets; Unreadable names the field."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Unreadable([(f"/{field}", "is not hexadecimal")]) from None


def from_base64(field: str, text: str) -> bytes:
    """The octets; Unreadable names the field."""
    try:
        return b64decode(text, validate=True)
    except (Error, ValueError):  # ValueError: not ASCII
        raise Unreadable([(f"/{field}", "is not base64")]) from None
