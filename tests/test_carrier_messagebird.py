"""MessageBird: its official token, its own package, and forms as they really come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from messagebird.error import ValidationError
from messagebird.request_validator import RequestValidator

from numbers.carriers import CarrierRequest, Refused, Unreadable, messagebird
from tests.carrier_battery import Sms, messagebird_body, messagebird_sign, token, unix
from tests.carrier_requests import INGEST, NOW, a_request

KEY = "36efdd1aace2e26cd490f0d951138253bef2f7c6d34d18981da781555cc4cebb"
CREDENTIALS = {"signingKey": KEY}
URL = f"{INGEST}/messagebird/t0ken?a=1"
OFFICIAL = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYw"
    "LCJqdGkiOiI5M2U1NTAwNi1hMGU4LTQ1MjYtYTE5MC1mYTVmZjAwZWExMTYiLCJ1cmxfaGFzaCI6IjQxZjA1ZjBkZGQwYTIyYWIyMDlhYzQ2"
    "ZjQ3YzQ1NzJkOWNlZmEyNTdlZDc0YjI0MDA0YmFlNzUzZWNlNmMyNjAiLCJwYXlsb2FkX2hhc2giOiJkZmZkNjAyMWJiMmJkNWIwYWY2NzYy"
    "OTA4MDllYzNhNTMxOTFkZDgxYzdmNzBhNGIyODY4OGEzNjIxODI5ODZmIn0._H--TOuYFLpeEH39-rg5E3IHVkjHozBcaKVWPRC5m9I"
)


def accepts(request: CarrierRequest) -> bool:
    try:
        messagebird.verify(request, CREDENTIALS)
    except Refused as refused:
        return refused.status != 401
    return True


def vendor_accepts(request: CarrierRequest) -> bool:
    with time_machine.travel(request.received_at, tick=False):
        try:
            jwt = request.headers.get("messagebird-signature-jwt", "")
            RequestValidator(KEY).validate_signature(jwt, request.url, request.body)
        except ValidationError:
            return False
        return True


def test_official_token() -> None:
    at = datetime.fromisoformat("2021-07-05T12:00:00+02:00").astimezone(UTC)
    headers = {"messagebird-signature-jwt": OFFICIAL}
    url, body = "https://example.com/path?bar=1&foo=2", b"Hello, World!"
    assert accepts(a_request(url, body=body, headers=headers, received_at=at))
    assert not accepts(a_request(url + "1", body=body, headers=headers, received_at=at))
    assert not accepts(a_request(url, body=body + b"!", headers=headers, received_at=at))
    assert not accepts(a_request(url, body=b"", headers=headers, received_at=at))


@pytest.mark.parametrize("seconds", [-62, -61, -60, -59, 0, 1, 2, 5])
def test_agrees_with_the_vendors_own_package_on_time(seconds: int) -> None:
    body = messagebird_body(Sms(text="é 😀"))
    headers = messagebird_sign(URL, body, CREDENTIALS, NOW + timedelta(seconds=seconds))
    request = a_request(URL, body=body, headers=headers)
    assert accepts(request) == vendor_accepts(request)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_agrees_with_the_vendors_own_package_on_algorithms_and_claims(algorithm: str) -> None:
    good: dict[str, object] = {"iss": "MessageBird", "nbf": int(unix(NOW)), "exp": int(unix(NOW)) + 60}
    hashes = {"url_hash": messagebird._url_hash(URL)}
    for claims in (good | hashes, good | hashes | {"payload_hash": "00"}, good | hashes | {"iss": "Else"}):
        request = a_request(URL, headers={"messagebird-signature-jwt": token(claims, KEY, algorithm)})
        assert accepts(request) == vendor_accepts(request) == (claims == good | hashes)
    for lacking in ("iss", "nbf", "exp", "url_hash"):
        claims = {name: value for name, value in (good | hashes).items() if name != lacking}
        assert not accepts(
            a_request(URL, headers={"messagebird-signature-jwt": token(claims, KEY, algorithm)})
        )


REPEATED = (
    b"receiver=18005551515&body=Test+again&date=1690386569&date_utc=1690418969&reference=1"
    b"&id=b6aae1b5dfb2427a8f7ea6a717ba31a9&id=3b53c137369242138120d6b0b2122607&recipient=18005551515"
    b"&originator=18885551515&body=Test+3&CreatedDatetime=2023-07-27T00%3A49%3A29%2B00%3A00"
)


def test_repeated_fields_in_mixed_case() -> None:
    [sms] = messagebird.parse(a_request(body=REPEATED), {})
    assert (sms.carrier_id, sms.content) == ("3b53c137369242138120d6b0b2122607", "Test 3")
    assert (sms.sender, sms.recipient) == ("+18885551515", "+18005551515")
    assert sms.sent_at == datetime(2023, 7, 27, 0, 49, 29, tzinfo=UTC)


def test_short_codes_have_other_names() -> None:
    body = b"shortcode=51515&message=Win&mid=m-1&originator=18885551515&receive_datetime=20230727004929&id=x&body=y"
    [sms] = messagebird.parse(a_request(body=body), {})
    assert (sms.carrier_id, sms.recipient, sms.content) == ("m-1", "51515", "Win")
    assert sms.sent_at == datetime(2023, 7, 27, 0, 49, 29, tzinfo=UTC)


def test_media_and_holes() -> None:
    body = b"id=1&recipient=18005551515&originator=18885551515&mediaURLs=https%3A%2F%2Ffoo.bar%2Fimage.jpg"
    [sms] = messagebird.parse(a_request(body=body), {})
    assert (sms.content, sms.media) == ("", ("https://foo.bar/image.jpg",))
    with pytest.raises(Unreadable, match="/body: is required"):
        messagebird.parse(a_request(body=b"id=1&recipient=1&originator=2"), {})


def test_answer_is_ok() -> None:
    assert (messagebird.accepted.content_type, messagebird.accepted.body) == ("text/plain", b"OK")
