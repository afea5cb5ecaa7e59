"""Identity: UUIDv7 inside, `msg_` plus 26 time-sortable characters outside."""

from __future__ import annotations

import os
import random
import re
import time
from base64 import b32hexdecode, b32hexencode
from datetime import datetime
from uuid import UUID

#: One prefix a noun; outsiders recognise an id by it.
PREFIXES = {
    "tenant": "ten",
    "environment": "env",
    "user": "usr",
    "membership": "mem",
    "invitation": "inv",
    "identity": "idn",
    "identity_provider": "idp",
    "key": "key",
    "client": "cli",
    "audit": "aud",
    "channel": "chn",
    "number": "num",
    "number_request": "nrq",
    "number_document": "nrd",
    "route": "rte",
    "route_version": "rtv",
    "endpoint": "ep",
    "secret": "sec",
    "destination": "dst",
    "message": "msg",
    "delivery": "dlv",
    "attempt": "att",
    "lease": "lse",
    "event": "evt",
    "issue": "iss",
    "replay": "rpl",
    "purchase": "pur",
    "request": "req",
    "receiver": "rcv",
    "received_request": "rcq",
    "simulation": "sim",
    "run": "run",
    "number_lease": "nls",
}
NOUNS = {prefix: noun for noun, prefix in PREFIXES.items()}

# Ids need to be unique, not secret: a generator seeded by the system costs no system call an id.
source = random.Random()  # noqa: S311
os.register_at_fork(after_in_child=source.seed)

VERSION_7 = 0x7 << 76
VARIANT = 0x2 << 62
FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)  # of all that can be


def uuid7() -> UUID:
    """A new UUIDv7 (RFC 9562 §6.2, method 3): Unix milliseconds, 12 bits of their fraction, 62 random bits.

    Sorts by time of creation, to a quarter of a microsecond.
    """
    milliseconds, fraction = divmod(time.time_ns(), 1_000_000)
    fraction = fraction * 4096 // 1_000_000
    return UUID(int=milliseconds << 80 | VERSION_7 | fraction << 64 | VARIANT | source.getrandbits(62))


def earliest(at: datetime) -> UUID:
    """Less than every UUIDv7 made at that time or later, and greater than those of an earlier millisecond."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


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


def parse_any(text: str) -> tuple[str, UUID] | None:
    """The noun and the UUID of a public id of whatever noun; None for anything else."""
    noun = NOUNS.get(text.partition("_")[0])
    id = parse(noun, text) if noun else None
    return (noun, id) if noun and id else None


#: What a caller may name a request: one of our ids, a UUID, or a trace id. Nothing else, since it goes into logs.
REQUEST_NAME = re.compile(r"req_[0-9a-v]{26}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def request_name(given: str) -> str:
    """What a request is called: as its caller did, where that is a name, else anew."""
    return given if REQUEST_NAME.fullmatch(given) else public("request", uuid7())
