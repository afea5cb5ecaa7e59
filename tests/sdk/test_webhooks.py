"""Both SDKs' `verify` by the vectors that others published for Standard Webhooks."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from smsgw import WebhookVerificationError, webhooks
from tests.sdk.node import ran
from tests.standard_webhooks import (
    AROUND,
    BODY,
    COMPUTED,
    ID,
    NO_TIMESTAMPS,
    PUBLISHED,
    REFUSED,
    SECRET,
    SIGNATURE,
    STALE,
    TIMESTAMP,
    Vector,
)

EVENT = b'{"type":"message.received","timestamp":"2026-11-23T09:30:00.120Z","data":{"id":"msg_1"}}'


def key_of(vector: Vector) -> str:
    """What a receiver has: of a private key its public half."""
    if not vector.secret.startswith("whsk_"):
        return vector.secret
    seed = b64decode(vector.secret.removeprefix("whsk_"))[:32]
    return "whpk_" + b64encode(bytes(SigningKey(seed).verify_key)).decode()


def case(
    name: str, right: bool, *, body: bytes = BODY, signature: str = SIGNATURE, **changes: Any
) -> dict[str, Any]:
    """A request as the SDKs are asked about it."""
    told = {"secrets": SECRET, "id": ID, "timestamp": str(TIMESTAMP), "now": TIMESTAMP} | changes
    return {"name": name, "right": right, "body": b64encode(body).decode(), "signature": signature, **told}


def of_vector(vector: Vector) -> dict[str, Any]:
    when: dict[str, Any] = {"timestamp": str(vector.timestamp), "now": vector.timestamp}
    key = key_of(vector)
    return case(
        vector.source, True, secrets=key, id=vector.id, body=vector.body, signature=vector.signature, **when
    )


CASES = [
    *map(of_vector, [*PUBLISHED, *COMPUTED]),
    *(case(name, False, signature=signature) for name, signature in REFUSED.items()),
    *(case(name, True, signature=before + SIGNATURE + after) for name, (before, after) in AROUND.items()),
    *(case(f"{seconds} s away", False, now=TIMESTAMP + seconds) for seconds in STALE),
    *(case(f"{seconds} s away", True, now=TIMESTAMP + seconds) for seconds in (-300, 300)),
    *(case(f"timestamp {text}", False, timestamp=text) for text in (*NO_TIMESTAMPS, "", "²")),
    case("another id", False, id=ID + "x"),
    case("no id", False, id=""),
    case("another body", False, body=BODY + b" "),
    case("no signature", False, signature=""),
    case("several secrets", True, secrets=["whsec_" + "bW9yZSB0aGFuIHR3ZW50eS1mb3VyIG9jdGV0cw==", SECRET]),
    case("no secrets", False, secrets=[]),
    case("a secret as public key", False, secrets=key_of(PUBLISHED[-1])),
]


@pytest.mark.parametrize("told", CASES, ids=lambda told: told["name"])
def test_in_python(told: dict[str, Any]) -> None:
    headers = {
        "Webhook-Id": told["id"],
        "webhook-timestamp": told["timestamp"],
        "WEBHOOK-SIGNATURE": told["signature"],
    }
    body = b64decode(told["body"])
    if told["right"]:
        assert webhooks.check(body, headers, told["secrets"], now=told["now"]) == told["id"]
    else:
        with pytest.raises(WebhookVerificationError):
            webhooks.check(body, headers, told["secrets"], now=told["now"])


def test_in_javascript(tmp_path: Path) -> None:
    (tmp_path / "cases.json").write_text(json.dumps(CASES))
    ran("webhooks.test.mjs", CASES=str(tmp_path / "cases.json"))


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    signature = webhooks.sign(secret, ID, TIMESTAMP, body)
    return {"webhook-id": ID, "webhook-timestamp": str(TIMESTAMP), "webhook-signature": signature}


def test_an_event_is_read_once_it_is_verified() -> None:
    event = webhooks.verify(EVENT, signed(EVENT), SECRET, now=TIMESTAMP)
    assert (event.id, event.type, event.data, event.timestamp.microsecond) == (
        ID,
        "message.received",
        {"id": "msg_1"},
        120_000,
    )
    assert "msg_1" not in repr(event)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"text": "x"}', b"\xff", b'{"type":1,"timestamp":2,"data":{}}']
)
def test_what_is_no_event_is_told(body: bytes) -> None:
    assert webhooks.check(body, signed(body), SECRET, now=TIMESTAMP) == ID
    with pytest.raises(WebhookVerificationError, match="no event"):
        webhooks.verify(body, signed(body), SECRET, now=TIMESTAMP)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_é", "whsec_%"])
def test_a_secret_that_is_none_is_told(secret: str) -> None:
    with pytest.raises(ValueError, match="a secret is whsec_") as caught:
        webhooks.check(BODY, signed(BODY), secret, now=TIMESTAMP)
    assert not isinstance(caught.value, WebhookVerificationError)
