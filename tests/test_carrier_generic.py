"""The generic carrier: what a stock Standard Webhooks library signs passes, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from numbers.carriers import CarrierRequest, Refused, Unreadable, generic
from tests.carrier_requests import NOW, a_request, json_body

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
CREDENTIALS = {"secret": SECRET}


def signed(body: bytes, secret: str = SECRET, at: datetime = NOW, **headers: str) -> CarrierRequest:
    """Signed by the stock library."""
    signature = Webhook(secret).sign("msg_1", at, body.decode())
    stock = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    return a_request(body=body, headers={**stock, **{k.replace("_", "-"): v for k, v in headers.items()}})


def refusal(request: CarrierRequest) -> str:
    with pytest.raises(Refused) as refused:
        generic.verify(request, CREDENTIALS)
    assert refused.value.status == 401
    return refused.value.reason


def test_stock_library_passes() -> None:
    request = signed(json_body(text="Ça va ? 😀"))
    generic.verify(request, CREDENTIALS)
    [sms] = generic.parse(request, CREDENTIALS)
    assert (sms.carrier_id, sms.sender, sms.recipient) == ("g-1", "+33639980001", "+33639980002")
    assert sms.content == "Ça va ? 😀"


@pytest.mark.parametrize("secret", [SECRET.removeprefix("whsec_"), SECRET[:-1], SECRET + "Br"])
def test_prefix_and_padding_of_the_secret_may_be_missing(secret: str) -> None:
    generic.verify(signed(json_body(), secret), {"secret": secret})


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_is_needed(header: str) -> None:
    request = signed(json_body())
    rest = {name: value for name, value in request.headers.items() if name != header}
    assert refusal(a_request(body=request.body, headers=rest)) == "missingSignature"


@pytest.mark.parametrize("timestamp", ["hello", "161426533.0", "-161426533", "1" * 12, "١٢٣", "²"])
def test_timestamp_must_be_a_whole_number(timestamp: str) -> None:
    assert refusal(signed(json_body(), webhook_timestamp=timestamp)) == "malformedHeader"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_old_and_future_timestamps_are_refused(minutes: int) -> None:
    assert refusal(signed(json_body(), at=NOW + timedelta(minutes=minutes))) == "staleTimestamp"


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clocks_may_differ_a_little(minutes: int) -> None:
    generic.verify(signed(json_body(), at=NOW + timedelta(minutes=minutes)), CREDENTIALS)


@pytest.mark.parametrize(
    "signature",
    [
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=",
        "v1,",
        "v1,g0hM9SsE",
        "nonsense",
        "v1,café",
        "v1,\ud800",
        ",,,",
        "v1,AA= v1,BB= v1,CC=",
    ],
)
def test_wrong_signature_is_refused(signature: str) -> None:
    assert refusal(signed(json_body(), webhook_signature=signature)) == "wrongSignature"


def test_only_version_1_counts() -> None:
    right = signed(json_body()).headers["webhook-signature"]
    assert refusal(signed(json_body(), webhook_signature=right.replace("v1,", "v2,"))) == "wrongSignature"
    assert refusal(signed(json_body(), webhook_signature=right.replace("v1,", "v1a,"))) == "wrongSignature"


def test_one_right_signature_among_wrong_ones_is_enough() -> None:
    wrong = signed(json_body(), OTHER).headers["webhook-signature"]
    right = signed(json_body()).headers["webhook-signature"]
    generic.verify(signed(json_body(), webhook_signature=f"{wrong} v2,x {right}"), CREDENTIALS)
    assert refusal(signed(json_body(), webhook_signature=f"{wrong} {wrong}")) == "wrongSignature"


def test_changed_body_is_refused() -> None:
    assert (
        refusal(a_request(body=json_body(text="Bye"), headers=signed(json_body()).headers))
        == "wrongSignature"
    )


def test_changed_id_is_refused() -> None:
    assert refusal(signed(json_body(), webhook_id="msg_2")) == "wrongSignature"


def test_header_id_stands_in_for_a_missing_one() -> None:
    assert generic.parse(signed(json_body(id=None)), CREDENTIALS)[0].carrier_id == "msg_1"


def test_time_of_sending_is_read() -> None:
    [sms] = generic.parse(signed(json_body(sentAt="2026-11-22T13:00:00.5+02:00")), CREDENTIALS)
    assert sms.sent_at == datetime(2026, 11, 22, 11, 0, 0, 500_000, tzinfo=UTC)
    assert sms.sent_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("sender", "kept"), [("33639980001", "+33639980001"), ("38600", "38600"), (" ACME ", "ACME")]
)
def test_sender_is_normalised(sender: str, kept: str) -> None:
    assert generic.parse(signed(json_body(sender=sender)), CREDENTIALS)[0].sender == kept


def test_text_may_be_empty() -> None:
    assert generic.parse(signed(json_body(text="")), CREDENTIALS)[0].content == ""


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (b"", [("", "is not JSON")]),
        (b"\xff", [("", "is not UTF-8")]),
        (b"[" * 100_000, [("", "is not JSON")]),
        (b"[]", [("", "is not a JSON object")]),
        (b"{}", [("/from", "is required"), ("/to", "is required"), ("/text", "is required")]),
        (json_body(text=None), [("/text", "must be a string")]),
        (json_body(text=7, to=[]), [("/to", "must be a string"), ("/text", "must be a string")]),
        (json_body(text="a\0b"), [("/text", "contains a NUL character")]),
        (json_body(text="a\ud800b"), [("/text", "contains a lone surrogate")]),
        (json_body(text="a\udc00"), [("/text", "contains a lone surrogate")]),
        (json_body(id="\ud83d"), [("/id", "contains a lone surrogate")]),
        (json_body(text="x" * 10_001), [("/text", "is longer than 10000 characters")]),
        (json_body(sender=" "), [("/from", "must not be empty")]),
        (json_body(to="1" * 65), [("/to", "is longer than 64 characters")]),
        (json_body(id="1" * 256), [("/id", "is longer than 255 characters")]),
        (json_body(id=7), [("/id", "must be a string")]),
        (json_body(sentAt="yesterday"), [("/sentAt", "must be an RFC 3339 time with an offset")]),
        (json_body(sentAt="2026-11-22T12:00:00"), [("/sentAt", "must be an RFC 3339 time with an offset")]),
        (
            json_body(sentAt="0001-01-01T00:00:00+10:00"),
            [("/sentAt", "must be an RFC 3339 time with an offset")],
        ),
    ],
)
def test_unreadable_field_is_named(body: bytes, errors: list[tuple[str, str]]) -> None:
    with pytest.raises(Unreadable) as unreadable:
        generic.parse(a_request(body=body), CREDENTIALS)
    assert unreadable.value.errors == errors
