"""Sinch: JSON, signed over body, nonce and time, or HTTP Basic where the channel has no webhook secret."""

from __future__ import annotations

from accounts.clock import stamp
from sandbox.dialects.base import JSON, Text, Way, Written, bare, basic, dumped, mac, secret, unix

hands_over_parts = False
tells_time = True
SIGNATURE = "X-Sinch-Webhook-Signature"


def credentials(seed: bytes) -> dict[str, str]:
    return {"webhookSecret": secret(seed)}


def write(text: Text, way: Way) -> Written:
    body = dumped(
        {
            "body": text.content,
            "from": bare(text.sender),
            "id": text.id,
            "received_at": stamp(text.sent_at),
            "to": bare(text.recipient),
            "type": "mo_text",
        }
    )
    return Written(body, {"Content-Type": JSON} | proof(text.id, body, way))


def proof(nonce: str, body: bytes, way: Way) -> dict[str, str]:
    if "webhookSecret" not in way.credentials:
        return basic(way.credentials)
    signed = b"%b.%b.%b" % (body, nonce.encode(), unix(way.now).encode())
    return {
        SIGNATURE: mac(way.credentials["webhookSecret"], signed),
        f"{SIGNATURE}-Nonce": nonce,
        f"{SIGNATURE}-Timestamp": unix(way.now),
    }
