"""Vonage's Messages API: JSON, signed by a token over the hash of the body."""

from __future__ import annotations

import hashlib

from accounts.clock import stamp
from sandbox.dialects.base import JSON, Text, Way, Written, bare, dumped, secret, token

hands_over_parts = False
tells_time = True


def credentials(seed: bytes) -> dict[str, str]:
    return {"signatureSecret": secret(seed)}


def write(text: Text, way: Way) -> Written:
    body = dumped(
        {
            "channel": "sms",
            "from": bare(text.sender),
            "message_type": "text",
            "message_uuid": text.id,
            "sms": {"num_messages": str(text.segments)},
            "text": text.content,
            "timestamp": stamp(text.sent_at),
            "to": bare(text.recipient),
        }
    )
    claims = {
        "iat": int(way.now.timestamp()),
        "iss": "Vonage",
        "jti": text.id,
        "payload_hash": hashlib.sha256(body).hexdigest(),
    }
    bearer = token(claims, way.credentials["signatureSecret"])
    return Written(body, {"Content-Type": JSON, "Authorization": f"Bearer {bearer}"})
