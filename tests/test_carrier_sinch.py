"""Sinch: the nonce signature, against the vendor's own package, and answers after which it comes again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from sinch.domains.authentication.sinch_events.v1.authentication_validation import (
    validate_sinch_event_signature_with_nonce,
)

from numbers.carriers import CarrierRequest, Refused, Unreadable, sinch
from numbers.carriers.base import Part
from tests.carrier_battery import LOGIN, Sms, basic, sinch_body, sinch_sign
from tests.carrier_requests import INGEST, NOW, a_request

SECRET = "my-callback-secret"
CREDENTIALS = {"webhookSecret": SECRET}
NAME = "x-sinch-webhook-signature"


def signed(body: bytes, at: datetime = NOW) -> CarrierRequest:
    return a_request(f"{INGEST}/sinch/t", body=body, headers=sinch_sign("", body, CREDENTIALS, at))


def refusal(request: CarrierRequest, credentials: dict[str, str] = CREDENTIALS) -> str:
    """Always with a 5xx: after a 4xx Sinch gives the text up."""
    with pytest.raises(Refused) as refused:
        sinch.verify(request, credentials)
    assert refused.value.status == 503
    return refused.value.reason


def test_vector() -> None:
    body = b'{"type":"mo_text","id":"01ABC","from":"33639980001","to":"33937000001","body":"Hello"}'
    headers = {
        NAME: "VjUqT+1sJMhK4wVXNVMYteywxUa6GvP3EN7okCSplKo=",
        f"{NAME}-nonce": "abc123",
        f"{NAME}-timestamp": "1700000000",
    }
    request = a_request(body=body, headers=headers, received_at=datetime.fromtimestamp(1700000000, UTC))
    sinch.verify(request, CREDENTIALS)
    [sms] = sinch.parse(request, CREDENTIALS)
    assert (sms.carrier_id, sms.sender, sms.recipient, sms.content) == (
        "01ABC",
        "+33639980001",
        "+33937000001",
        "Hello",
    )


def test_agrees_with_the_vendors_own_package() -> None:
    request = signed(sinch_body(Sms(text="é 😀")))
    body = request.body.decode()
    assert validate_sinch_event_signature_with_nonce(SECRET, dict(request.headers), body)
    sinch.verify(request, CREDENTIALS)
    assert not validate_sinch_event_signature_with_nonce(SECRET, dict(request.headers), body + " ")
    assert refusal(a_request(body=request.body + b" ", headers=request.headers)) == "wrongSignature"


def test_a_repeat_after_a_day_still_counts() -> None:
    sinch.verify(signed(sinch_body(Sms()), NOW - timedelta(hours=47)), CREDENTIALS)
    assert refusal(signed(sinch_body(Sms()), NOW - timedelta(hours=49))) == "staleTimestamp"
    assert refusal(signed(sinch_body(Sms()), NOW + timedelta(minutes=6))) == "staleTimestamp"


def test_a_channel_with_a_secret_cannot_be_talked_down_to_basic() -> None:
    body = sinch_body(Sms())
    request = a_request(body=body, headers=basic("", body, LOGIN, NOW))
    sinch.verify(request, LOGIN)
    assert refusal(request, {**CREDENTIALS, **LOGIN}) == "missingSignature"


def test_wrong_login_asks_for_the_right_one() -> None:
    with pytest.raises(Refused) as refused:
        sinch.verify(a_request(), LOGIN)
    assert refused.value.headers["WWW-Authenticate"].startswith("Basic ")


def test_media_binary_and_reports() -> None:
    text = json.loads(sinch_body(Sms()))
    media = [{"url": "https://example.com/a.jpg", "content_type": "image/jpeg", "status": "Uploaded"}]
    body = {"subject": "Holiday", "message": "Look", "media": [*media, {"status": "Failed", "code": 500}]}
    [sms] = sinch.parse(a_request(body=json.dumps({**text, "type": "mo_media", "body": body}).encode()), {})
    assert (sms.content, sms.media) == ("Holiday\nLook", ("https://example.com/a.jpg",))
    binary = {**text, "type": "mo_binary", "body": "SGVsbG8=", "udh": "050003"}
    [sms] = sinch.parse(a_request(body=json.dumps(binary).encode()), {})
    assert (sms.content, sms.encoding, sms.part) == ("48656c6c6f", "binary", None)
    [sms] = sinch.parse(a_request(body=json.dumps({**binary, "udh": "0500032a0201"}).encode()), {})
    assert sms.part == Part("8:42", 2, 1, b"48656c6c6f", "ascii")
    for field, error in (("body", "is not base64"), ("udh", "is not hexadecimal")):
        with pytest.raises(Unreadable, match=f"/{field}: {error}"):
            sinch.parse(a_request(body=json.dumps({**binary, field: "é"}).encode()), {})
    with pytest.raises(Unreadable, match="/body: must be str"):
        sinch.parse(a_request(body=json.dumps({**binary, "body": {}}).encode()), {})
    assert sinch.parse(a_request(body=b'{"type":"delivery_report_sms","batch_id":"x"}'), {}) == []
    with pytest.raises(Unreadable, match="/to: is required"):
        sinch.parse(a_request(body=b'{"type":"mo_text","id":"x","from":"1","body":""}'), {})
