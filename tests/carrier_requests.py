"""Requests as carriers make them, for the tests of the carriers."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from numbers.carriers import CarrierRequest

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
INGEST = "https://sms.example.com/in"


def a_request(
    url: str = f"{INGEST}/generic/t0ken",
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    method: str = "POST",
    received_at: datetime = NOW,
) -> CarrierRequest:
    return CarrierRequest(method, url, dict(headers or {}), body, url.partition("?")[2], received_at)


def json_body(**fields: object) -> bytes:
    """The JSON of the generic carrier; `sender` stands for `from`, which is a keyword."""
    named = {"from" if name == "sender" else name: value for name, value in fields.items()}
    return json.dumps(
        {"id": "g-1", "from": "+33639980001", "to": "+33639980002", "text": "Hello", **named}
    ).encode()


def twilio_fields(**fields: str) -> dict[str, str]:
    """A text as Twilio posts it."""
    return {
        "ToCountry": "US",
        "ToState": "District Of Columbia",
        "SmsMessageSid": "SMe287d7109a5a925f182f0e07fe5b223b",
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "01022",
        "SmsSid": "SMe287d7109a5a925f182f0e07fe5b223b",
        "FromState": "MA",
        "SmsStatus": "received",
        "FromCity": "CHICOPEE",
        "Body": "Msg",
        "FromCountry": "US",
        "To": "+12025550111",
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": "SMe287d7109a5a925f182f0e07fe5b223b",
        "AccountSid": "acctid",
        "From": "+12025550122",
        "ApiVersion": "2010-04-01",
        **fields,
    }


def twilio_signature(url: str, fields: Mapping[str, str], key: str, algorithm: str = "sha1") -> str:
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return b64encode(hmac.digest(key.encode(), signed.encode("utf-8", "surrogateescape"), algorithm)).decode()


def a_twilio_request(
    fields: Mapping[str, str], token: str, url: str = f"{INGEST}/twilio/t0ken", **headers: str
) -> CarrierRequest:
    signed = {"x-twilio-signature": twilio_signature(url, fields, token), **headers}
    return a_request(url, body=urlencode(fields).encode(), headers=signed)
