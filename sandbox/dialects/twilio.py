"""Twilio: a form, signed over the public URL and the sorted parameters; it does not say when a text was sent."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

from sandbox.dialects.base import FORM, Text, Way, Written, secret

hands_over_parts = False
tells_time = False
ACCOUNT = "AC" + "0" * 32


def credentials(seed: bytes) -> dict[str, str]:
    return {"authToken": secret(seed)}


def write(text: Text, way: Way) -> Written:
    fields = {
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "Body": text.content,
        "From": text.sender,
        "MessageSid": text.id,
        "NumMedia": "0",
        "NumSegments": str(text.segments),
        "SmsMessageSid": text.id,
        "SmsSid": text.id,
        "SmsStatus": "received",
        "To": text.recipient,
    }
    headers = {
        "Content-Type": FORM,
        "X-Twilio-Signature": signature(way.url, fields, way.credentials["authToken"]),
    }
    return Written(urlencode(fields).encode(), headers)


def signature(url: str, fields: Mapping[str, str], key: str) -> str:
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    return b64encode(hmac.digest(key.encode(), signed.encode(), "sha1")).decode()
