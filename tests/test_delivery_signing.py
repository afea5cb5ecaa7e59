"""What we sign, any Standard Webhooks library verifies."""

from __future__ import annotations

import contextlib
from base64 import b64decode
from datetime import UTC, datetime

import pytest
import time_machine
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from delivery.signing import decode_secret, new_key_pair, new_secret, public_key, sign, signer
from tests.standard_webhooks import (
    BODY,
    COMPUTED,
    ID,
    PUBLIC_HALVES,
    PUBLISHED,
    RUST,
    SECRET,
    TIMESTAMP,
    Vector,
)

OTHER = RUST


@pytest.mark.parametrize("vector", [*PUBLISHED, *COMPUTED], ids=lambda vector: vector.source)
def test_published_signatures(vector: Vector) -> None:
    signed = sign([signer(vector.secret)], vector.id, vector.timestamp, vector.body)
    assert signed == vector.signature


@pytest.mark.parametrize(("private", "public"), PUBLIC_HALVES.items())
def test_published_public_halves(private: str, public: str) -> None:
    assert public_key(private) == public


def test_new_key_pairs_sign_for_their_public_half_only() -> None:
    pair, other = new_key_pair(), new_key_pair()
    kind, _comma, signature = sign([signer(pair)], ID, TIMESTAMP, BODY).partition(",")
    assert kind == "v1a"
    signed = f"{ID}.{TIMESTAMP}.".encode() + BODY
    half(pair).verify(b64decode(signature), signed)
    with pytest.raises(InvalidSignature):
        half(other).verify(b64decode(signature), signed)


def half(pair: str) -> Ed25519PublicKey:
    """What a receiver makes of the public key."""
    return Ed25519PublicKey.from_public_bytes(b64decode(public_key(pair).removeprefix("whpk_")))


def test_each_live_secret_signs_while_one_replaces_another() -> None:
    keys = [signer(SECRET), signer(OTHER)]
    assert sign(keys, ID, TIMESTAMP, BODY) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,78nXHjpFP0tVJQW5D0SBwmVyyW87BV/rL6MgfM/Bw44="
    )


def verify(secret: str, signature: str, body: bytes) -> None:
    headers = {"webhook-id": ID, "webhook-timestamp": str(TIMESTAMP), "webhook-signature": signature}
    with time_machine.travel(datetime.fromtimestamp(TIMESTAMP, UTC), tick=False):
        Webhook(secret).verify(body, headers)


def test_stock_library_verifies_with_either_secret_and_no_third() -> None:
    old, new, third = new_secret(), new_secret(), new_secret()
    body = '{"data":{"content":"café 😀"}}'.encode()
    signature = sign([signer(new), signer(old)], ID, TIMESTAMP, body)
    verify(new, signature, body)
    verify(old, signature, body)
    with pytest.raises(WebhookVerificationError):
        verify(third, signature, body)
    with pytest.raises(WebhookVerificationError):
        verify(new, signature, body + b" ")


def test_new_secrets_are_long_and_never_the_same() -> None:
    secret = new_secret()
    assert secret.startswith("whsec_")
    assert len(decode_secret(secret)) == 32
    assert secret != new_secret()


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_====", "whsec_é", "whsec_!!!!", "whsec_A", "whsec_\n"])
def test_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64|empty"):
        decode_secret(text)


@given(st.text(st.characters(), max_size=40))
def test_any_text_decodes_or_is_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert decode_secret(text)
