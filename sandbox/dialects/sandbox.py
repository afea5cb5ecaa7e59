"""The carrier for trying things out: JSON behind a bearer token."""

from __future__ import annotations

from accounts.clock import stamp
from sandbox.dialects.base import JSON, Text, Way, Written, dumped, secret

hands_over_parts = False
tells_time = True


def credentials(seed: bytes) -> dict[str, str]:
    return {"secret": secret(seed)}


def write(text: Text, way: Way) -> Written:
    headers = {"Content-Type": JSON, "Authorization": f"Bearer {way.credentials['secret']}"}
    return Written(body(text), headers)


def body(text: Text) -> bytes:
    return dumped(
        {
            "id": text.id,
            "from": text.sender,
            "to": text.recipient,
            "text": text.content,
            "sentAt": stamp(text.sent_at),
        }
    )
