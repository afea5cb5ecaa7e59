"""Identity: UUIDv7 inside, `msg_` plus 26 time-sortable characters outside."""

from __future__ import annotations

import os
import time
from base64 import b32hexdecode, b32hexencode
from uuid import UUID

#: One prefix a noun; outsiders recognise an id by it.
PREFIXES = {
    "tenant": "ten",
    "environment": "env",
    "user": "usr",
    "key": "key",
    "audit": "aud",
    "channel": "chn",
    "number": "num",
    "route": "rte",
    "endpoint": "ep",
    "message": "msg",
    "delivery": "dlv",
    "attempt": "att",
}


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then 74 random bits. Sorts by time of creation."""
    random = int.from_bytes(os.urandom(10), "big")
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)


def public(noun: str, id: UUID) -> str:
    """`id` as outsiders see it: public("message", …) → "msg_" and 26 lower-case base32hex characters."""
    return f"{PREFIXES[noun]}_{b32hexencode(id.bytes)[:26].decode().lower()}"


def parse(noun: str, text: object) -> UUID | None:
    """The UUID of a public id of that noun; None for anything else, however malformed."""
    prefix = PREFIXES[noun] + "_"
    if not isinstance(text, str) or not text.startswith(prefix) or len(text) != len(prefix) + 26:
        return None
    try:
        id = UUID(bytes=b32hexdecode(text[len(prefix) :].upper() + "======"))
    except ValueError:
        return None
    return id if public(noun, id) == text else None
