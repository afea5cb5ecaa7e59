"""Builds deliver_sm bodies octet by octet, for tests; nothing of it comes from the code under test."""

from __future__ import annotations

import struct

GATEWAY, PERSON = "33937000001", "33639980417"


def parameter(tag: int, value: bytes) -> bytes:
    return struct.pack(">HH", tag, len(value)) + value


def deliver_sm(
    text: bytes = b"Hello",
    *,
    source: bytes = PERSON.encode(),
    source_ton: int = 1,
    destination: bytes = GATEWAY.encode(),
    destination_ton: int = 1,
    esm_class: int = 0,
    data_coding: int = 0,
    parameters: bytes = b"",
) -> bytes:
    """A body as the specification's table 4-12 lays it out."""
    addresses = bytes((source_ton, 1)) + source + b"\0" + bytes((destination_ton, 1)) + destination + b"\0"
    fixed = bytes((esm_class, 0, 0)) + b"\0\0" + bytes((0, 0, data_coding, 0, len(text)))
    return b"\0" + addresses + fixed + text + parameters


def data_sm(text: bytes, *, data_coding: int = 0, esm_class: int = 0) -> bytes:
    """The same as data_sm (table 4-14)."""
    addresses = b"\x01\x01" + PERSON.encode() + b"\0\x01\x01" + GATEWAY.encode() + b"\0"
    return b"\0" + addresses + bytes((esm_class, 0, data_coding)) + parameter(0x0424, text)


def pdu(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    return struct.pack(">IIII", 16 + len(body), command, status, sequence) + body
