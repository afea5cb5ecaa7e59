"""The signature our deliveries carry: Standard Webhooks, scheme v1, one for each secret that is live.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import secrets as random
from base64 import b64encode
from collections.abc import Sequence

from numbers.carriers.standard_webhooks import PREFIX, decode_secret, signature

__all__ = ["decode_secret", "new_secret", "sign"]

SECRET_BYTES = 32


def sign(secrets: Sequence[bytes], webhook_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: `v1,<base64>` for each key, separated by spaces. `timestamp` is in seconds."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return b" ".join([signature(key, signed) for key in secrets]).decode()


def new_secret() -> str:
    """A fresh signing secret, as a receiver's library takes it."""
    return PREFIX + b64encode(random.token_bytes(SECRET_BYTES)).decode()
