"""Telnyx: the Ed25519 signature, against the vendor's own package."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from telnyx.lib.webhook_verification import WebhookVerificationError, verify_webhook_signature

from numbers.carriers import CarrierRequest, Refused, Unreadable, telnyx
from tests.carrier_battery import TELNYX_OTHER, TELNYX_PUBLIC, Sms, telnyx_body, telnyx_sign
from tests.carrier_requests import INGEST, NOW, a_request

CREDENTIALS = {"publicKey": TELNYX_PUBLIC}


def signed(body: bytes, at: datetime = NOW) -> CarrierRequest:
    return a_request(f"{INGEST}/telnyx/t", body=body, headers=telnyx_sign("", body, CREDENTIALS, at))


def vendor_accepts(request: CarrierRequest, key: str) -> bool:
    with time_machine.travel(request.received_at, tick=False):
        try:
            verify_webhook_signature(request.body, request.headers, key)
        except WebhookVerificationError:
            return False
        return True


def accepts(request: CarrierRequest, key: str) -> bool:
    try:
        telnyx.verify(request, {"publicKey": key})
    except Refused as refused:
        return refused.status != 401
    return True


def test_vector() -> None:
    assert TELNYX_PUBLIC == "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
    body = b'{"data":{"event_type":"message.received","id":"bf6307bd-884d-4c1f-b6ea-c62b8c495d3c"}}'
    headers = {
        "telnyx-timestamp": "1700000000",
        "telnyx-signature-ed25519": (
            "quZKGBgwjkN7xWRSAzD+1s+oTzez2DZHNTBSt652ADyICjrA3zZRsR607tZbNYR/RLsWcBmfMkqp3zd9odnFAA=="
        ),
    }
    at = datetime.fromtimestamp(1700000000, UTC)
    telnyx.verify(a_request(body=body, headers=headers, received_at=at), CREDENTIALS)


@pytest.mark.parametrize("seconds", [0, 299, 300, 301, -299, -300, -301])
def test_agrees_with_the_vendors_own_package(seconds: int) -> None:
    request = signed(telnyx_body(Sms(text="é 😀")), NOW + timedelta(seconds=seconds))
    other = a_request(body=request.body + b" ", headers=request.headers)
    for key in (TELNYX_PUBLIC, TELNYX_OTHER):
        assert accepts(request, key) == vendor_accepts(request, key)
        assert accepts(other, key) == vendor_accepts(other, key) is False


def test_answer_is_due_within_two_seconds() -> None:
    assert telnyx.deadline_s < 2


def test_a_text_to_several_numbers_comes_to_each() -> None:
    document = json.loads(telnyx_body(Sms()))
    payload = document["data"]["payload"]
    payload["to"].append({"phone_number": "+33639980002"})
    payload["media"] = [
        {"url": "https://example.com/a.jpg", "content_type": "image/jpeg"},
        {"url": "ftp://x"},
    ]
    payload["text"] = None
    texts = telnyx.parse(a_request(body=json.dumps(document).encode()), {})
    assert [sms.recipient for sms in texts] == ["+33639980001", "+33639980002"]
    assert {(sms.carrier_id, sms.content, sms.media) for sms in texts} == {
        ("id-1", "", ("https://example.com/a.jpg",))
    }
    assert (texts[0].encoding, texts[0].segments) == ("GSM-7", 1)


def test_other_events_are_no_texts_and_holes_are_named() -> None:
    body = b'{"data":{"event_type":"message.finalized","payload":{"id":"x"}}}'
    assert telnyx.parse(a_request(body=body), {}) == []
    with pytest.raises(Unreadable) as unreadable:
        telnyx.parse(a_request(body=body.replace(b"finalized", b"received")), {})
    assert unreadable.value.errors == [("/data/payload/from", "is required")]
