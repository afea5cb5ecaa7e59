"""Texts to send: real-looking, each known by an id at the start of its content, signed before the clock runs.

A file of requests holds them one after another, each behind its length in six digits, ready for the wire.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

NUMBERS = 50
FIRST_NUMBER = 33937000000  # of a range that France keeps for messages with a technical platform
FIRST_SENDER = 33639985000
SENDERS = 997
TOKEN = "bench-0123456789abcdef0123456789ab"  # the auth token of the carrier's account


@dataclass(frozen=True)
class Door:
    """Where and with which secret to send: a channel as `bench.seed` made it.

    Texts of another `series` are other texts to it, though their ids at the receiver are the same.
    """

    path: str
    token: str
    public: str
    port: int
    series: int = 0


Build = Callable[[str, int], bytes]


def number(index: int) -> str:
    """The endpoint at /e/<index % NUMBERS> is where the route of this number leads."""
    return f"+{FIRST_NUMBER + index % NUMBERS}"


def content(id: str) -> str:
    return f"{id} is your Google verification code"


def fields(id: str, index: int, recipient: str | None = None, series: int = 0) -> dict[str, str]:
    """A text as Twilio posts it."""
    sid = f"SM{series}{id.rjust(31, '0')}"
    return {
        "AccountSid": "AC00000000000000000000000000000001",
        "ApiVersion": "2010-04-01",
        "Body": content(id),
        "From": f"+{FIRST_SENDER + index % SENDERS}",
        "FromCity": "",
        "FromCountry": "FR",
        "FromState": "",
        "FromZip": "",
        "MessageSid": sid,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "To": recipient or number(index),
        "ToCity": "",
        "ToCountry": "FR",
        "ToState": "",
        "ToZip": "",
    }


def form(door: Door, form: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a signed request."""
    body = "&".join(f"{name}={quote_plus(value)}" for name, value in form.items())
    signed = door.public + door.path + "".join(name + form[name] for name in sorted(form))
    signature = b64encode(hmac.digest(door.token.encode(), signed.encode(), "sha1")).decode()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return body.encode(), headers


def twilio(door: Door) -> Build:
    """Makes the whole HTTP request of one text."""

    def build(id: str, index: int) -> bytes:
        body, headers = form(door, fields(id, index, series=door.series))
        lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
        head = f"POST {door.path} HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nUser-Agent: TwilioProxy/1.1\r\n"
        return f"{head}{''.join(lines)}Content-Length: {len(body)}\r\n\r\n".encode() + body

    return build


def write(path: Path, build: Build, prefix: str, count: int) -> list[str]:
    """A file with `count` requests; answers their ids."""
    ids = [f"{prefix}{index:07d}" for index in range(count)]
    with path.open("wb") as file:
        for index, id in enumerate(ids):
            request = build(id, index)
            file.write(b"%06d" % len(request) + request)
    return ids


def read(path: Path) -> list[bytes]:
    data, at, found = path.read_bytes(), 0, []
    while at < len(data):
        end = at + 6 + int(data[at : at + 6])
        found.append(data[at + 6 : end])
        at = end
    return found
