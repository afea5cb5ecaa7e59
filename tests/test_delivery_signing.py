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

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
ID, TIMESTAMP, BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'

# From the tests and the documentation of the reference libraries; unpadded, empty and non-ASCII ones computed by hand.
VECTORS = [
    (SECRET, ID, TIMESTAMP, BODY, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    (SECRET.removeprefix("whsec_"), ID, TIMESTAMP, BODY, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    (
        OTHER,
        "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        1649367553,
        b'{"email":"test@example.com","username":"test_user"}',
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
    ),
    (
        "whsec_plJ3nmyCDGBKInavdOK15jsl",
        "msg_loFOjxBNrRLzqYUf",
        1731705121,
        b'{"event_type":"ping","data":{"success":true}}',
        "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=",
    ),
    (
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        ID,
        TIMESTAMP,
        BODY,
        "v1,LVOXivKoo4FWasi/IaHvzhE/u+7/cu2AME+zS/nXqzk=",
    ),
    (
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBr",
        ID,
        TIMESTAMP,
        BODY,
        "v1,yK2tMbA6BHPrMEJ1lLv7UlJJbgFoqGenJkiajZ29evg=",
    ),
    (SECRET, ID, TIMESTAMP, b"", "v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A="),
    (SECRET, ID, TIMESTAMP, '{"text":"café 😀"}'.encode(), "v1,5tkn3uwlkIXOzKFfRLQ7Oafi0O24wz/t0ACK7iT607s="),
]


@pytest.mark.parametrize(("secret", "id", "timestamp", "body", "signature"), VECTORS)
def test_published_signatures(secret: str, id: str, timestamp: int, body: bytes, signature: str) -> None:
    assert sign([signer(secret)], id, timestamp, body) == signature


# The Standard Webhooks specification's own example of the asymmetric scheme.
PRIVATE = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
PUBLIC = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="


def test_published_signature_of_a_key_pair() -> None:
    assert public_key(PRIVATE) == PUBLIC
    assert sign([signer(PRIVATE)], ID, TIMESTAMP, BODY) == (
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
    )


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
