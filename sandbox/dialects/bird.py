"""Bird: JSON, signed over time, URL and body hash; where a channel maps Bird's channels to numbers, by that map."""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext as _

from accounts.clock import stamp
from numbers.phone import normalise
from sandbox.dialects.base import JSON, CannotWrite, Text, Way, Written, dumped, mac, secret, unix

hands_over_parts = False
tells_time = True


def credentials(seed: bytes) -> dict[str, str]:
    return {"signingKey": secret(seed)}


def write(text: Text, way: Way) -> Written:
    payload = {
        "body": {"type": "text", "text": {"text": text.content}},
        "channelId": bird_channel(text.recipient, way.credentials.get("channelNumber")),
        "createdAt": stamp(text.sent_at),
        "direction": "incoming",
        "id": text.id,
        "receiver": {"connector": {"identifierValue": text.recipient}},
        "sender": {"contact": {"identifierKey": "phonenumber", "identifierValue": text.sender}},
        "status": "delivered",
    }
    body = dumped({"service": "channels", "event": "sms.inbound", "payload": payload})
    signed = f"{unix(way.now)}\n{way.url}\n".encode() + hashlib.sha256(body).digest()
    headers = {
        "Content-Type": JSON,
        "MessageBird-Signature": mac(way.credentials["signingKey"], signed),
        "MessageBird-Request-Timestamp": unix(way.now),
    }
    return Written(body, headers)


def bird_channel(number: str, mapping: str | None) -> str:
    """The Bird channel that stands for a number; without a map, any: the connector names the number itself."""
    if not mapping:
        return number
    for entry in mapping.split(","):
        id, _equal, mapped = entry.rpartition("=")
        if normalise(mapped) == number:
            return id.strip() or "any"
    detail = _("The channel’s channelNumber does not name this number.")
    raise CannotWrite("/numberUsed", "not_on_this_channel", detail)
