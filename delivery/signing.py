"""The signatures our deliveries carry: Standard Webhooks, schemes v1 and v1a, one for each secret that is live.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import secrets as random
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from numbers.carriers.standard_webhooks import PREFIX, decode_secret, signature

__all__ = ["decode_secret", "new_key_pair", "new_secret", "public_key", "sign", "signer"]

SECRET_BYTES = 32
PRIVATE, PUBLIC = "whsk_", "whpk_"

#: Takes the octets that are signed, answers `v1,…` or `v1a,…`.
Signer = Callable[[bytes], bytes]


def sign(signers: Sequence[Signer], webhook_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one for each secret, separated by spaces. `timestamp` is in seconds."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    return b" ".join([of(signed) for of in signers]).decode()


def signer(secret: str) -> Signer:
    """Signs with `whsec_…` (v1) or `whsk_…` (v1a). ValueError where it is neither."""
    if secret.startswith(PRIVATE):
        private = private_key(secret)
        return lambda signed: b"v1a," + b64encode(private.sign(signed))
    key = decode_secret(secret)
    return lambda signed: signature(key, signed)


def new_secret() -> str:
    """A fresh signing secret, as a receiver's library takes it."""
    return PREFIX + b64encode(random.token_bytes(SECRET_BYTES)).decode()


def new_key_pair() -> str:
    """A fresh `whsk_…`: seed and public key, as Standard Webhooks writes private keys."""
    private = Ed25519PrivateKey.generate()
    octets = private.private_bytes_raw() + private.public_key().public_bytes_raw()
    return PRIVATE + b64encode(octets).decode()


def public_key(secret: str) -> str:
    """`whpk_…` of a `whsk_…`."""
    return PUBLIC + b64encode(private_key(secret).public_key().public_bytes_raw()).decode()


def private_key(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(b64decode(secret.removeprefix(PRIVATE), validate=True)[:32])
