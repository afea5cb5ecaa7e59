"""Whether a request is the gateway's: Standard Webhooks (https://www.standardwebhooks.com), v1 and v1a.

Give what the network brought, before anything has parsed it: the signature is over the octets.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from smsgw.errors import WebhookVerificationError

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:  # only v1a needs it: pip install "smsgateway-sdk[v1a]"
    Ed25519PublicKey = None  # type: ignore[assignment,misc]

TOLERANCE_S = 300
PUBLIC, SECRET = "whpk_", "whsec_"


class Headers(Protocol):
    """A dict, or what any framework has."""

    def items(self) -> Iterable[tuple[str, str]]: ...


@dataclass(frozen=True)
class WebhookEvent:
    """What a request tells. `id` is the same on every retry and replay: use it to drop repeats."""

    id: str
    type: str
    timestamp: datetime
    data: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<WebhookEvent {self.type} {self.id}>"  # the data holds what people wrote


def verify(
    body: bytes | str,
    headers: Headers,
    secrets: str | Iterable[str],
    *,
    tolerance_s: float = TOLERANCE_S,
    now: float | None = None,
) -> WebhookEvent:
    """The event in a webhook's request. `secrets` is one `whsec_…` or `whpk_…`, or several while one replaces another.

    Raises WebhookVerificationError for a request to answer with 401.
    """
    id = check(body, headers, secrets, tolerance_s=tolerance_s, now=now)
    try:
        told = json.loads(body)
        return WebhookEvent(id, told["type"], datetime.fromisoformat(told["timestamp"]), told["data"])
    except (KeyError, TypeError, ValueError):
        raise WebhookVerificationError("the body is signed, but is no event: a callback's?") from None


def check(
    body: bytes | str,
    headers: Headers,
    secrets: str | Iterable[str],
    *,
    tolerance_s: float = TOLERANCE_S,
    now: float | None = None,
) -> str:
    """The same whatever the body is, such as a callback's: the request's `webhook-id`."""
    octets = body.encode() if isinstance(body, str) else body
    id, timestamp, signatures = _told(headers)
    if abs((time.time() if now is None else now) - int(timestamp)) > tolerance_s:
        raise WebhookVerificationError("sent too long ago, or this clock or the sender's is wrong")
    signed = f"{id}.{timestamp}.".encode() + octets
    keys = [secrets] if isinstance(secrets, str) else list(secrets)
    found = [_signed(key, signed, signatures) for key in keys]  # all of them, so that time tells nothing
    if not any(found):
        raise WebhookVerificationError("no signature is by a secret of this endpoint")
    return id


def sign(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`, for tests of your receiver."""
    return f"v1,{base64.b64encode(_mac(secret, f'{id}.{timestamp}.'.encode() + body)).decode()}"


def _told(headers: Headers) -> tuple[str, str, str]:
    lower = {name.lower(): value for name, value in headers.items()}
    id, timestamp, signatures = (
        lower.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    if not (id and signatures and re.fullmatch(r"[0-9]{1,15}", timestamp)):
        raise WebhookVerificationError("webhook-id, webhook-timestamp or webhook-signature is missing")
    return id, timestamp, signatures


def _signed(key: str, signed: bytes, signatures: str) -> bool:
    if key.startswith(PUBLIC):
        return _by_public_key(key, signed, _of("v1a", signatures))
    expected = _mac(key, signed)
    found = [hmac.compare_digest(expected, one) for one in _of("v1", signatures)]
    return any(found)


def _of(scheme: str, signatures: str) -> Iterator[bytes]:
    for one in signatures.split(" "):
        kind, _, value = one.partition(",")
        if kind == scheme:
            try:
                yield base64.b64decode(value, validate=True)
            except binascii.Error:
                continue


def _mac(secret: str, signed: bytes) -> bytes:
    text = secret.removeprefix(SECRET)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        key = b""
    if not key:
        raise ValueError("a secret is whsec_ and base64")
    return hmac.digest(key, signed, sha256)


def _by_public_key(key: str, signed: bytes, signatures: Iterable[bytes]) -> bool:
    if Ed25519PublicKey is None:
        raise RuntimeError('v1a needs a library: pip install "smsgateway-sdk[v1a]"')
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.removeprefix(PUBLIC)))
    for signature in signatures:
        try:
            public.verify(signature, signed)
        except InvalidSignature:
            continue
        return True
    return False
