"""How the octets of an SMS spell text: 3GPP TS 23.038's 7-bit default alphabet and what SMPP's data_coding names.

The default alphabet is taken one septet per octet, as SMPP and the carriers hand it over. The table was checked
against the `gsm0338` package.
"""

from __future__ import annotations

from codecs import charmap_decode
from typing import Literal

Alphabet = Literal["gsm7", "ascii", "latin1", "cyrillic", "hebrew", "ucs2", "utf8"]

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPE = 0x1B
EXTENSION = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip
SEPTETS = {one: bytes((place,)) for place, one in enumerate(GSM) if place != ESCAPE} | {
    one: bytes((ESCAPE, place)) for place, one in EXTENSION.items()
}
UNKNOWN = "\ufffd"
BASIC = GSM + UNKNOWN * 128

# UCS-2 is UTF-16 in practice: emoji come as surrogate pairs.
CODECS: dict[Alphabet, str] = {
    "ascii": "ascii",
    "latin1": "latin-1",
    "cyrillic": "iso8859-5",
    "hebrew": "iso8859-8",
    "ucs2": "utf-16-be",
    "utf8": "utf-8",
}


def decode(data: bytes, alphabet: Alphabet) -> str:
    """The text that the octets spell; what spells nothing becomes U+FFFD, for the rest of the text matters."""
    if alphabet == "gsm7":
        return decode_gsm(data)
    return data.decode(CODECS[alphabet], "replace")


def decode_gsm(data: bytes) -> str:
    """The default alphabet with its extension table, one septet per octet.

    An extension nobody defined is read as the character of the basic table, as TS 23.038 asks.
    """
    if ESCAPE not in data:
        return charmap_decode(data, "strict", BASIC)[0]
    text, escaped = [], False
    for septet in data:
        if septet > 0x7F:
            text.append(UNKNOWN)
        elif escaped:
            text.append(EXTENSION.get(septet) or (" " if septet == ESCAPE else GSM[septet]))
        elif septet != ESCAPE:
            text.append(GSM[septet])
        escaped = septet == ESCAPE and not escaped
    return "".join(text)


def encode_gsm(text: str) -> bytes:
    """The other way round. Raises KeyError for a character that neither table has."""
    return b"".join(map(SEPTETS.__getitem__, text))
