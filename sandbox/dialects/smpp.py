"""SMPP 3.4: a deliver_sm down the line that we hold to the carrier's SMSC; parts of a long text come one by one.

A channel of the simulator's own leads to the sandbox's SMSC (sandbox.smsc), so its host is one that nobody has. A
channel of one's own leads to its carrier's, from where nobody else can send.
"""

from __future__ import annotations

from hashlib import sha256

from django.utils.translation import gettext as _

from ingest.smpp.pdu import ALPHANUMERIC, INTERNATIONAL, NETWORK_SPECIFIC, Deliver
from ingest.smpp.text import RECEIPTED_MESSAGE_ID, WITH_HEADER
from numbers.alphabets import encode_gsm
from numbers.phone import normalise
from numbers.udh import CONCATENATED_8
from sandbox.dialects.base import CannotWrite, Place, Text, Way, secret

hands_over_parts = True
tells_time = False

GSM, UCS2 = 0, 8  # data_coding
SYSTEM_ID = 15  # characters, at most


def credentials(seed: bytes) -> dict[str, str]:
    system_id = sha256(b"system_id" + seed).hexdigest()[:SYSTEM_ID]
    return {"host": "simulator.invalid", "systemId": system_id, "password": secret(seed)}


def write(text: Text, way: Way) -> Deliver:
    if way.credentials != credentials(way.seed):
        detail = _(
            "Texts of this channel come from its own SMSC alone. Name the carrier smpp to use a simulated one."
        )
        raise CannotWrite("/carrier", "line_of_its_own", detail)
    source_ton, source = address(text.sender)
    destination_ton, destination = address(text.recipient)
    return Deliver(
        source_ton=source_ton,
        source=source,
        destination_ton=destination_ton,
        destination=destination,
        esm_class=WITH_HEADER if text.place else 0,
        data_coding=GSM if text.encoding == "GSM-7" else UCS2,
        short_message=header(text.place) + spelled(text),
        parameters={RECEIPTED_MESSAGE_ID: latin(text.id, "/carrierMessageId") + b"\0"},
    )


def address(number: str) -> tuple[int, bytes]:
    """Its type of number, and how it is written then."""
    number = normalise(number)
    if number.startswith("+") and number[1:].isdigit():
        return INTERNATIONAL, latin(number[1:], "/senderId")
    return NETWORK_SPECIFIC if number.isdigit() else ALPHANUMERIC, latin(number, "/senderId")


def header(place: Place | None) -> bytes:
    return bytes((5, CONCATENATED_8, 3, place.reference, place.total, place.number)) if place else b""


def spelled(text: Text) -> bytes:
    return encode_gsm(text.content) if text.encoding == "GSM-7" else text.content.encode("utf-16-be")


def latin(text: str, pointer: str) -> bytes:
    """Names, and ids as well, are ISO-8859-1 at most. Raises CannotWrite."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        detail = _("SMPP writes this in ISO-8859-1, which lacks a character of it.")
        raise CannotWrite(pointer, "not_in_charset", detail) from None
