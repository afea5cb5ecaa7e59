"""What a deliver_sm or data_sm means: one text or one part of it, or nothing, where it is about another text.

Pure. Raises `Unreadable` and nothing else, whatever a network sends.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from ingest.smpp.pdu import ALPHANUMERIC, INTERNATIONAL, NATIONAL, Deliver
from numbers import udh
from numbers.alphabets import Alphabet, decode
from numbers.carriers.base import InboundSms, Part, build_sms
from numbers.phone import E164_DIGITS, SHORT_CODE_DIGITS, in_full, nationally
from numbers.udh import Place

NAMES = ("receipted_message_id", "source_addr", "destination_addr", "short_message")

ABOUT_ANOTHER = 0x3C  # bits of esm_class: receipts, acknowledgements and notifications, not texts
WITH_HEADER = 0x40

RECEIPTED_MESSAGE_ID = 0x001E
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER = 0x020C, 0x020E, 0x020F
MESSAGE_PAYLOAD = 0x0424

IA5 = 1
CODINGS: dict[int, Alphabet] = {3: "latin1", 6: "cyrillic", 7: "hebrew", 8: "ucs2"}
PRINTED_CONTROLS = frozenset(b"\r\n")


class Reading(NamedTuple):
    """What a bind's operator knows of its texts."""

    alphabet: Alphabet = "gsm7"  # behind data_coding 0
    country: str | None = None  # ISO 3166 alpha-2, whose national numbers come without calling code
    ia5: Alphabet | None = None  # behind data_coding 1; None: as its octets tell


def read(deliver: Deliver, reading: Reading) -> InboundSms | None:
    """The text, or None where there is none to keep. Raises Unreadable."""
    if deliver.esm_class & ABOUT_ANOTHER:
        return None
    octets, place = taken_apart(deliver)
    named = alphabet_of(deliver.data_coding, octets, reading)
    alphabet: Alphabet = named or "ascii"
    if named is None:
        octets = octets.hex().encode()  # nobody says what such octets spell
    sms = build_sms(
        NAMES,
        identifier(deliver),
        number_of(deliver.source_ton, spelled(deliver.source), reading.country),
        number_of(deliver.destination_ton, spelled(deliver.destination), reading.country),
        decode(octets, alphabet).replace("\0", ""),
        encoding=named or "binary",
        segments=None if place or not deliver.short_message else 1,
        part=Part(place.reference, place.total, place.number, octets, alphabet) if place else None,
    )
    if deliver.source_ton == ALPHANUMERIC:
        return replace(sms, sender=spelled(deliver.source))  # a name, even one of digits
    return sms


def identifier(deliver: Deliver) -> str | None:
    """The network's own id, where it gives one. All parts of a text may have the same."""
    return spelled(deliver.parameters.get(RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0]) or None


def taken_apart(deliver: Deliver) -> tuple[bytes, Place | None]:
    """The octets that spell the text, and where it stands in a longer one."""
    octets = deliver.short_message or deliver.parameters.get(MESSAGE_PAYLOAD, b"")
    if not deliver.esm_class & WITH_HEADER:
        return octets, segment(deliver)
    data = udh.read(octets)
    return data.text, data.place or segment(deliver)


def segment(deliver: Deliver) -> Place | None:
    """The place that the network's own parameters give; None unless all three make sense."""
    if not deliver.parameters:
        return None
    wanted = ((SAR_REFERENCE, 2), (SAR_TOTAL, 1), (SAR_NUMBER, 1))
    values = [deliver.parameters.get(tag, b"") for tag, _length in wanted]
    if [len(value) for value in values] != [length for _tag, length in wanted]:
        return None
    reference, total, number = (int.from_bytes(value) for value in values)
    return udh.place(f"sar:{reference}", total, number)


def alphabet_of(coding: int, octets: bytes, reading: Reading) -> Alphabet | None:
    """What a data_coding says; None for octets that are no text, or of an alphabet that we do not know.

    1 to 15 are SMPP's own. The rest is the data coding scheme of 3GPP TS 23.038 §4 passed through, whose general
    groups and groups of waiting indications say it in two bits.
    """
    if coding == 0:
        return reading.alphabet
    if coding == IA5:
        return reading.ia5 or alphabet_of_ia5(octets)
    if coding < 0x10:
        return CODINGS.get(coding)
    group = coding >> 4
    if group == 1:
        return ("gsm7", None, "ucs2", None)[coding >> 2 & 3]
    if group in (0xC, 0xD):
        return "gsm7"
    if group == 0xE:
        return "ucs2"
    return "gsm7" if group == 0xF and not coding & 4 else None


def alphabet_of_ia5(octets: bytes) -> Alphabet:
    """Many who say IA5 send the default alphabet, which their control characters give away, or Latin-1."""
    if any(octet > 0x7F for octet in octets):
        return "latin1"
    return "gsm7" if any(octet < 0x20 and octet not in PRINTED_CONTROLS for octet in octets) else "ascii"


def spelled(octets: bytes) -> str:
    """Digits and names; names in more than ASCII are mostly Latin-1."""
    return octets.decode("latin-1")


@lru_cache(maxsize=20_000)
def number_of(ton: int, digits: str, country: str | None) -> str:
    """An address as we write numbers, as far as its type of number tells more than its digits do."""
    if not (digits.isascii() and digits.isdigit()):
        return digits
    if ton == INTERNATIONAL:
        bare = digits.removeprefix("00")
        return f"+{bare}" if len(bare) in E164_DIGITS and bare[0] != "0" else digits
    if country and ton == NATIONAL and len(digits) not in SHORT_CODE_DIGITS:
        return nationally(digits, country, certain=True) or digits
    return in_full(digits, country) if country and ton == 0 else digits
