"""The PDUs of SMPP 3.4 that a receiver and the simulator's SMSC need, as bytes and back. Pure; whatever comes ends in a
value or `Malformed`.

A PDU is a header of four big-endian words (length, command, status, sequence) and a body of NUL-ended strings,
single octets and, last, parameters of tag, length and value. Source: "Short Message Peer to Peer Protocol
Specification v3.4", issue 1.2, chapters 4 and 5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

HEADER = struct.Struct(">IIII")
TAG = struct.Struct(">HH")
MOST = 64 * 1024  # octets of a PDU: a message_payload can have nearly as many

RESPONSE = 0x80000000  # a request's command with this bit is its response's
GENERIC_NACK = 0x80000000
BIND_RECEIVER = 0x00000001
BIND_TRANSMITTER = 0x00000002
DELIVER_SM = 0x00000005
UNBIND = 0x00000006
BIND_TRANSCEIVER = 0x00000009
OUTBIND = 0x0000000B
ENQUIRE_LINK = 0x00000015
DATA_SM = 0x00000103

ROK = 0x00
RINVMSGLEN = 0x01
RINVCMDLEN = 0x02
RINVCMDID = 0x03
RINVBNDSTS = 0x04  # not bound yet
RALYBND = 0x05
RSYSERR = 0x08
RINVSRCADR = 0x0A
RINVDSTADR = 0x0B
RBINDFAIL = 0x0D
RINVPASWD = 0x0E
RINVSYSID = 0x0F
RINVSERTYP = 0x15
RTHROTTLED = 0x58
RINVSCHED = 0x61
RINVEXPIRY = 0x62
RX_T_APPN = 0x64  # not now, come again
RX_P_APPN = 0x65  # never
RINVOPTPARSTREAM = 0xC0

VERSION = 0x34
INTERNATIONAL, NATIONAL, NETWORK_SPECIFIC, ALPHANUMERIC = 1, 2, 3, 5  # types of number
ISDN = 1  # the numbering plan of telephones
MOST_ADDRESS = 65  # data_sm's; deliver_sm's 21 are not held against a longer one
MOST_PASSWORD = 65  # likewise: the specification has 9


class Malformed(Exception):
    """What came cannot be taken apart; `status` tells the other side why."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status 0x{status:02X}")
        self.status = status


class Pdu(NamedTuple):
    """One PDU whose body is still in one piece."""

    command: int
    status: int
    sequence: int
    body: bytes


class Deliver(NamedTuple):
    """What deliver_sm and data_sm say, as far as it matters to who receives."""

    source_ton: int
    source: bytes
    destination_ton: int
    destination: bytes
    esm_class: int
    data_coding: int
    short_message: bytes
    parameters: Mapping[int, bytes]


class Frames:
    """Cuts a stream into PDUs, however it comes in pieces."""

    def __init__(self) -> None:
        self.rest = b""

    def feed(self, data: bytes) -> Iterator[Pdu]:
        """The PDUs that are whole now. Raises Malformed where no length makes sense: the stream is lost."""
        data = self.rest + data if self.rest else data
        at, end = 0, len(data)
        while end - at >= HEADER.size:
            length, command, status, sequence = HEADER.unpack_from(data, at)
            if not HEADER.size <= length <= MOST:
                raise Malformed(RINVCMDLEN)
            if at + length > end:
                break
            yield Pdu(command, status, sequence, data[at + HEADER.size : at + length])
            at += length
        self.rest = data[at:]


def encode(command: int, sequence: int, body: bytes = b"", status: int = ROK) -> bytes:
    return HEADER.pack(HEADER.size + len(body), command, status, sequence) + body


def answer(command: int, sequence: int, status: int = ROK) -> bytes:
    """The response to a request; those to texts carry an empty message_id, as a receiver's must."""
    body = b"\0" if command in (DELIVER_SM, DATA_SM) else b""
    return encode(command | RESPONSE, sequence, body, status)


def bind(
    command: int,
    sequence: int,
    system_id: str,
    password: str,
    system_type: str = "",
    ton: int = 0,
    npi: int = 0,
    address_range: str = "",
) -> bytes:
    """bind_receiver or bind_transceiver; the texts are ASCII, which whoever saved them made sure of."""
    names = b"".join(text.encode() + b"\0" for text in (system_id, password, system_type))
    return encode(command, sequence, names + bytes((VERSION, ton, npi)) + address_range.encode() + b"\0")


def read_bind(body: bytes) -> tuple[str, str]:
    """System_id and password. Raises Malformed."""
    system_id, at = string(body, 0, 16, RINVSYSID)
    password, _ = string(body, at, MOST_PASSWORD, RINVPASWD)
    return system_id.decode("latin-1"), password.decode("latin-1")


def deliver(one: Deliver) -> bytes:
    """The body of a deliver_sm that `read_deliver` reads as `one`."""
    addresses = b"".join(
        bytes((ton, ISDN if ton == INTERNATIONAL else 0)) + digits + b"\0"
        for ton, digits in ((one.source_ton, one.source), (one.destination_ton, one.destination))
    )
    # protocol_id, priority, schedule and validity; registered_delivery and replace; default message
    fixed = bytes((one.esm_class, 0, 0, 0, 0, 0, 0, one.data_coding, 0, len(one.short_message)))
    rest = b"".join(TAG.pack(tag, len(value)) + value for tag, value in one.parameters.items())
    return b"\0" + addresses + fixed + one.short_message + rest


def read_deliver(body: bytes) -> Deliver:
    """The body of a deliver_sm. Raises Malformed."""
    _service, at = string(body, 0, 6, RINVSERTYP)
    source_ton, source, at = address(body, at, RINVSRCADR)
    destination_ton, destination, at = address(body, at, RINVDSTADR)
    need(body, at, 3)
    esm_class = body[at]  # then protocol_id and priority_flag
    _schedule, at = string(body, at + 3, 17, RINVSCHED)
    _validity, at = string(body, at, 17, RINVEXPIRY)
    need(body, at, 5)
    _registered, _replace, data_coding, _default, length = body[at : at + 5]
    end = at + 5 + length
    need(body, end, 0, RINVMSGLEN)
    message, rest = body[at + 5 : end], parameters(body, end)
    return Deliver(source_ton, source, destination_ton, destination, esm_class, data_coding, message, rest)


def read_data(body: bytes) -> Deliver:
    """The body of a data_sm, whose text is always a parameter. Raises Malformed."""
    _service, at = string(body, 0, 6, RINVSERTYP)
    source_ton, source, at = address(body, at, RINVSRCADR)
    destination_ton, destination, at = address(body, at, RINVDSTADR)
    need(body, at, 3)
    esm_class, _registered, data_coding = body[at : at + 3]
    rest = parameters(body, at + 3)
    return Deliver(source_ton, source, destination_ton, destination, esm_class, data_coding, b"", rest)


READERS = {DELIVER_SM: read_deliver, DATA_SM: read_data}


def need(body: bytes, at: int, count: int, status: int = RINVCMDLEN) -> None:
    if at + count > len(body):
        raise Malformed(status)


def string(body: bytes, at: int, most: int, status: int) -> tuple[bytes, int]:
    """A string of at most `most` octets, its NUL included, and where what follows begins."""
    end = body.find(0, at, at + most)
    if end < 0:
        raise Malformed(status if at + most <= len(body) else RINVCMDLEN)
    return body[at:end], end + 1


def address(body: bytes, at: int, status: int) -> tuple[int, bytes, int]:
    """Type of number and digits of an address, and where what follows begins; its numbering plan tells nothing."""
    need(body, at, 2)
    digits, end = string(body, at + 2, MOST_ADDRESS, status)
    return body[at], digits, end


def parameters(body: bytes, at: int) -> dict[int, bytes]:
    """The optional parameters from `at` to the end. Of a repeated one the last counts."""
    found: dict[int, bytes] = {}
    end = len(body)
    while at < end:
        need(body, at, TAG.size, RINVOPTPARSTREAM)
        tag, length = TAG.unpack_from(body, at)
        at += TAG.size
        need(body, at, length, RINVOPTPARSTREAM)
        found[tag] = body[at : at + length]
        at += length
    return found
