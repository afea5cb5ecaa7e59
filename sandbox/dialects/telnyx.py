"""Telnyx: JSON, signed with an Ed25519 key, of which a channel knows the public half only.

The simulator has a key of its own in each sandbox, so it can speak for channels of its own alone.
"""

from __future__ import annotations

from base64 import b64encode

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils.translation import gettext as _

from accounts.clock import stamp
from sandbox.dialects.base import JSON, CannotWrite, Text, Way, Written, dumped, unix

hands_over_parts = False
tells_time = True


def credentials(seed: bytes) -> dict[str, str]:
    raw = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return {"publicKey": b64encode(raw).decode()}


def write(text: Text, way: Way) -> Written:
    if way.credentials["publicKey"] != credentials(way.seed)["publicKey"]:
        detail = _("Only Telnyx can sign for this channel. Name the carrier telnyx to use a simulated one.")
        raise CannotWrite("/carrier", "cannot_sign", detail)
    body = dumped({"data": event(text), "meta": {"attempt": 1}})
    signed = unix(way.now).encode() + b"|" + body
    signature = b64encode(Ed25519PrivateKey.from_private_bytes(way.seed).sign(signed)).decode()
    headers = {"Telnyx-Signature-Ed25519": signature, "Telnyx-Timestamp": unix(way.now)}
    return Written(body, {"Content-Type": JSON} | headers)


def event(text: Text) -> dict[str, object]:
    payload = {
        "direction": "inbound",
        "encoding": text.encoding,
        "from": {"phone_number": text.sender},
        "id": text.id,
        "media": [],
        "parts": text.segments,
        "received_at": stamp(text.sent_at),
        "text": text.content,
        "to": [{"phone_number": text.recipient, "status": "webhook_delivered"}],
        "type": "SMS",
    }
    return {
        "event_type": "message.received",
        "id": text.id,
        "occurred_at": stamp(text.sent_at),
        "payload": payload,
    }
