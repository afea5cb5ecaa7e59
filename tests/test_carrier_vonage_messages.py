"""Vonage's Messages API: the token, as the vendor's package reads it, and what it does not check."""

from __future__ import annotations

import hashlib
import json

import pytest
import time_machine
from vonage_jwt import verify_signature

from numbers.carriers import CarrierRequest, Refused, Unreadable, vonage_messages
from tests.carrier_battery import Sms, token, unix, vonage_messages_body
from tests.carrier_requests import INGEST, NOW, a_request

SECRET = "an-unexpectedly-long-signature-secret-of-vonage"
CREDENTIALS = {"signatureSecret": SECRET}
BODY = vonage_messages_body(Sms())
GOOD: dict[str, object] = {
    "iat": int(unix(NOW)),
    "jti": "c9b0dbb8",
    "iss": "Vonage",
    "api_key": "a1b2c3d4",
    "payload_hash": hashlib.sha256(BODY).hexdigest(),
}


def request(jwt: str, body: bytes = BODY) -> CarrierRequest:
    return a_request(f"{INGEST}/vonage-messages/t", body=body, headers={"authorization": f"Bearer {jwt}"})


def refusal(one: CarrierRequest) -> tuple[int, str]:
    with pytest.raises(Refused) as refused:
        vonage_messages.verify(one, CREDENTIALS)
    return refused.value.status, refused.value.reason


def without(claim: str) -> dict[str, object]:
    return {name: value for name, value in GOOD.items() if name != claim}


def test_agrees_with_the_vendors_own_package() -> None:
    with time_machine.travel(NOW, tick=False):
        assert verify_signature(token(GOOD, SECRET), SECRET)
        assert not verify_signature(token(GOOD, SECRET + "2"), SECRET)
    vonage_messages.verify(request(token(GOOD, SECRET)), CREDENTIALS)
    assert refusal(request(token(GOOD, SECRET + "2"))) == (401, "wrongSignature")


@pytest.mark.parametrize("claim", ["iat", "payload_hash"])
def test_needed_claims(claim: str) -> None:
    assert refusal(request(token(without(claim), SECRET))) == (401, "missingClaim")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"payload_hash": hashlib.sha256(b"other").hexdigest()}, "wrongSignature"),
        ({"payload_hash": "é"}, "wrongSignature"),
        ({"payload_hash": 5}, "malformedToken"),
        ({"iat": int(unix(NOW)) - 301}, "staleTimestamp"),
        ({"iat": int(unix(NOW)) + 301}, "staleTimestamp"),
        ({"iat": "now"}, "malformedToken"),
        ({"iat": 1e300}, "staleTimestamp"),
    ],
)
def test_claims_are_checked_beyond_the_signature(claims: dict[str, object], reason: str) -> None:
    assert refusal(request(token({**GOOD, **claims}, SECRET))) == (401, reason)


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_only_hs256_counts(algorithm: str) -> None:
    assert refusal(request(token(GOOD, SECRET, algorithm))) == (401, "unknownAlgorithm")


def test_an_unsigned_token_is_refused() -> None:
    head, body, _signature = token(GOOD, SECRET).split(".")
    unsigned = "eyJhbGciOiJub25lIn0"  # {"alg":"none"}
    assert refusal(request(f"{unsigned}.{body}.AA")) == (401, "unknownAlgorithm")
    assert refusal(request(f"{unsigned}.{body}.")) == (401, "malformedToken")
    assert refusal(request(f"{head}.{body}.AA")) == (401, "wrongSignature")


def test_an_unsigned_call_is_asked_to_come_again() -> None:
    assert refusal(a_request(body=BODY)) == (503, "missingSignature")


def test_media_come_as_links_and_reports_not_at_all() -> None:
    picture = json.loads(BODY) | {"message_type": "image", "image": {"url": "https://example.com/a.jpg"}}
    del picture["text"]
    [sms] = vonage_messages.parse(a_request(body=json.dumps(picture).encode()), {})
    assert (sms.content, sms.media, sms.segments) == ("", ("https://example.com/a.jpg",), 1)
    for change in ({"status": "delivered"}, {"channel": "whatsapp"}):
        body = json.dumps(json.loads(BODY) | change).encode()
        assert vonage_messages.parse(a_request(body=body), {}) == []


def test_missing_fields_are_named() -> None:
    with pytest.raises(Unreadable) as unreadable:
        vonage_messages.parse(a_request(body=b'{"channel":"sms"}'), {})
    assert unreadable.value.errors == [(f"/{name}", "is required") for name in ("from", "to", "text")]
