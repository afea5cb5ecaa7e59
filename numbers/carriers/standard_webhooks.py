"""Standard Webhooks, scheme v1: what the generic carrier checks and what our own deliveries carry.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from binascii import Error, b2a_base64
from functools import lru_cache

PREFIX = "whsec_"


@lru_cache(maxsize=1024)
def decode_secret(text: str) -> bytes:
    """The key inside `whsec_<base64>`; prefix and padding may be missing. ValueError where it is empty or no base64."""
    encoded = text.removeprefix(PREFIX)
    try:
        key = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (Error, ValueError):  # ValueError: not ASCII
        raise ValueError("not base64") from None
    if not key:
        raise ValueError("empty")
    return key


def signature(key: bytes, signed: bytes) -> bytes:
    """`v1,<base64 of the HMAC-SHA256>` over `{id}.{timestamp}.{body}`."""
    return b"v1," + b2a_base64(hmac.digest(key, signed, "sha256"), newline=False)
