"""What a carrier's dialect is to the simulator: it writes a text as that carrier brings it, signed as it signs.

The other half of `numbers.carriers`: a dialect is one module of this package with the attributes of `Dialect`, and one
line in `DIALECTS`. It is pure: no database, no clock, no network.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ingest.smpp.pdu import Deliver
from sandbox.segments import Encoding

#: Among the credentials of a simulated channel: what the simulator signs with, which no carrier is told.
PRIVATE_KEY = "privateKey"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part stands in its text."""

    reference: int  # 1 to 255, shared by the parts
    total: int
    number: int  # from 1


@dataclass(frozen=True, slots=True)
class Text:
    """One text, or one part of it, on its way to us."""

    id: str  # the carrier's
    sender: str
    recipient: str  # E.164
    content: str
    sent_at: datetime  # aware, UTC: what the carrier says
    encoding: Encoding = "GSM-7"
    segments: int = 1
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """The channel that a text comes by."""

    url: str  # the public one, which carriers sign
    credentials: Mapping[str, str]  # with the simulator's PRIVATE_KEY where it has one
    seed: bytes  # 32 secret bytes of the sandbox, for carriers whose own key a channel does not know
    now: datetime  # aware, UTC, by the wall clock


@dataclass(frozen=True, slots=True)
class Written:
    """The request of a carrier that posts."""

    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"
    query: str = ""


class CannotWrite(Exception):
    """The carrier could not have sent this by that channel. `pointer` names the field that says what it cannot."""

    def __init__(self, pointer: str, code: str, detail: str) -> None:
        self.pointer, self.code, self.detail = pointer, code, detail
        super().__init__(code)


class Dialect(Protocol):
    """What each module in `DIALECTS` is."""

    @property
    def hands_over_parts(self) -> bool:
        """Whether parts of long texts come one by one, rather than joined."""

    @property
    def tells_time(self) -> bool:
        """Whether the carrier says when a text was sent."""

    def credentials(self, seed: bytes) -> dict[str, str]:
        """Those of a channel that the simulator makes itself, and a PRIVATE_KEY where it signs with one."""

    def write(self, text: Text, way: Way) -> Written | Deliver:
        """What is posted to the door, or goes down the line of the channel. Raises CannotWrite."""


def mac(key: str, signed: bytes) -> str:
    """HMAC-SHA256 in base64."""
    return b64encode(hmac.digest(key.encode(), signed, "sha256")).decode()


def token(claims: Mapping[str, object], key: str) -> str:
    """A JSON Web Token, HS256."""
    head = {"alg": "HS256", "typ": "JWT"}
    signed = ".".join(_part(json.dumps(one).encode()) for one in (head, dict(claims)))
    return signed + "." + _part(hmac.digest(key.encode(), signed.encode(), "sha256"))


def _part(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def basic(credentials: Mapping[str, str]) -> dict[str, str]:
    """The header of HTTP Basic."""
    pair = f"{credentials['username']}:{credentials['password']}"
    return {"Authorization": "Basic " + b64encode(pair.encode()).decode()}


def login(seed: bytes) -> dict[str, str]:
    return {"username": "simulator", "password": secret(seed)}


def secret(seed: bytes) -> str:
    return seed.hex()


def bare(number: str) -> str:
    """A number as carriers write it that leave the plus away."""
    return number.removeprefix("+")


def dumped(document: object) -> bytes:
    return json.dumps(document).encode()


def to_the_second(at: datetime) -> datetime:
    """Rounded up: of what seems to be from before its number was bound, the door does not know whose it is."""
    return at if at.microsecond == 0 else at.replace(microsecond=0) + timedelta(seconds=1)


def unix(at: datetime) -> str:
    return str(int(at.timestamp()))
