"""MessageBird: a form, signed by a token over the hashes of URL and body that is good for a minute."""

from __future__ import annotations

import hashlib
from urllib.parse import urlencode

from accounts.clock import stamp
from sandbox.dialects.base import FORM, Text, Way, Written, bare, secret, token

hands_over_parts = False
tells_time = True
GOOD_FOR_S = 60


def credentials(seed: bytes) -> dict[str, str]:
    return {"signingKey": secret(seed)}


def write(text: Text, way: Way) -> Written:
    fields = {
        "body": text.content,
        "createdDatetime": stamp(text.sent_at) or "",
        "id": text.id,
        "originator": bare(text.sender),
        "recipient": bare(text.recipient),
    }
    body, now = urlencode(fields).encode(), int(way.now.timestamp())
    claims = {
        "exp": now + GOOD_FOR_S,
        "iss": "MessageBird",
        "jti": text.id,
        "nbf": now,
        "payload_hash": hashlib.sha256(body).hexdigest(),
        "url_hash": hashlib.sha256(way.url.encode()).hexdigest(),
    }
    signature = token(claims, way.credentials["signingKey"])
    return Written(body, {"Content-Type": FORM, "MessageBird-Signature-JWT": signature})
