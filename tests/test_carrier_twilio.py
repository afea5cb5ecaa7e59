"""Twilio: its published signatures, its form, and no way around either."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from numbers.carriers import CarrierRequest, Refused, Unreadable, twilio
from tests.carrier_requests import INGEST, a_request, a_twilio_request, twilio_fields, twilio_signature

URL = f"{INGEST}/twilio/t0ken"
TOKEN = "12345"
CREDENTIALS = {"authToken": TOKEN}
SHARED = {"authToken": TOKEN, "sharedKeyId": "webhooks_sharedkey_1", "sharedKey": "s3cr3t"}
SETTINGS = "x-twilio-webhooks-signature-settings"

# From the tests of the vendor's Python package.
VECTOR_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
VECTOR_FIELDS = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}
SHA256_OF_BASE = "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s="


def post(url: str, fields: Mapping[str, str | list[str]], signature: str, **headers: str) -> CarrierRequest:
    body = urlencode(fields, doseq=True).encode()
    return a_request(url, body=body, headers={"x-twilio-signature": signature, **headers})


@pytest.mark.parametrize(
    ("url", "signature"),
    [
        (VECTOR_URL, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (VECTOR_URL.replace(".com", ".com:443"), "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (
            VECTOR_URL.replace("https://mycompany.com", "http://mycompany.com:80"),
            "0ZXoZLH/DfblKGATFgpif+LLRf4=",
        ),
        (
            VECTOR_URL.replace("https://mycompany.com", "http://mycompany.com:1234"),
            "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
        ),
    ],
)
def test_official_signature_passes(url: str, signature: str) -> None:
    twilio.verify(post(url, VECTOR_FIELDS, signature), CREDENTIALS)


def test_default_port_may_be_signed_or_not() -> None:
    with_port, without = "kvajT1Ptam85bY51eRf/AJRuM3w=", "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    twilio.verify(post(VECTOR_URL, VECTOR_FIELDS, with_port), CREDENTIALS)
    twilio.verify(post(VECTOR_URL.replace(".com", ".com:443"), VECTOR_FIELDS, without), CREDENTIALS)


def test_repeated_values_are_signed_once() -> None:
    fields: dict[str, str | list[str]] = {
        "Sid": "CA123",
        "SidAccount": "AC123",
        "Digits": ["5678", "1234", "1234"],
    }
    twilio.verify(post(VECTOR_URL, fields, "IK+Dwps556ElfBT0I3Rgjkr1wJU="), CREDENTIALS)


def test_json_body_is_signed_by_its_hash() -> None:
    digest = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
    url, headers = f"{VECTOR_URL}&bodySHA256={digest}", {"x-twilio-signature": "a9nBmqA0ju/hNViExpshrM61xv4="}
    twilio.verify(
        a_request(url, body=b'{"property": "value", "boolean": true}', headers=headers), CREDENTIALS
    )
    with pytest.raises(Refused):
        twilio.verify(
            a_request(url, body=b'{"property": "other", "boolean": true}', headers=headers), CREDENTIALS
        )


def test_shared_key_signs_with_sha256() -> None:
    settings = {SETTINGS: "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}
    credentials = {**SHARED, "sharedKey": TOKEN}
    twilio.verify(post(VECTOR_URL, VECTOR_FIELDS, SHA256_OF_BASE, **settings), credentials)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({}, "downgradedSignature"),
        ({SETTINGS: "key=webhooks_sharedkey_1,algorithm=HMAC_SHA1"}, "downgradedSignature"),
        ({SETTINGS: "key=webhooks_sharedkey_1"}, "downgradedSignature"),
        ({SETTINGS: "algorithm=HMAC_SHA256"}, "unknownKey"),
        ({SETTINGS: "key=another,algorithm=HMAC_SHA256"}, "unknownKey"),
        ({SETTINGS: "key=webhooks_sharedkey_1,algorithm=HMAC_SHA256"}, "wrongSignature"),
    ],
)
def test_a_request_cannot_downgrade_a_channel_with_a_shared_key(
    settings: dict[str, str], reason: str
) -> None:
    """The auth token's own, otherwise valid signature."""
    with pytest.raises(Refused) as refused:
        twilio.verify(a_twilio_request(twilio_fields(), TOKEN, **settings), SHARED)
    assert (refused.value.status, refused.value.reason) == (403, reason)


def test_sha256_is_refused_where_no_shared_key_is_known() -> None:
    signature = twilio_signature(URL, twilio_fields(), TOKEN, "sha256")
    request = post(URL, twilio_fields(), signature, **{SETTINGS: "key=k,algorithm=HMAC_SHA256"})
    with pytest.raises(Refused, match="unknownKey"):
        twilio.verify(request, CREDENTIALS)


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("", "missingSignature"),
        ("RSOYDt4T1cUTdK1PDd93/VVr8B9=", "wrongSignature"),
        ("RSOYDt4T", "wrongSignature"),
        ("café", "wrongSignature"),
        ("\ud800", "wrongSignature"),
    ],
)
def test_wrong_signature_is_refused(signature: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        twilio.verify(post(VECTOR_URL, VECTOR_FIELDS, signature), CREDENTIALS)
    assert (refused.value.status, refused.value.reason) == (403, reason)


@pytest.mark.parametrize("change", [{"Body": "Msg "}, {"To": "+12025550112"}, {"Extra": ""}])
def test_changed_field_is_refused(change: dict[str, str]) -> None:
    signed = a_twilio_request(twilio_fields(), TOKEN).headers
    changed = a_request(URL, body=urlencode(twilio_fields(**change)).encode(), headers=signed)
    if change == {"Extra": ""}:
        changed = a_request(URL, body=changed.body + b"&Extra=x", headers=signed)
    with pytest.raises(Refused, match="wrongSignature"):
        twilio.verify(changed, CREDENTIALS)


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=10)
values = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    st.dictionaries(names, values, max_size=8),
    st.sampled_from([URL, VECTOR_URL, URL.replace(".com", ".com:8443")]),
)
def test_agrees_with_the_vendors_own_package(fields: dict[str, str], url: str) -> None:
    signature = RequestValidator(TOKEN).compute_signature(url, fields)
    twilio.verify(post(url, fields, signature), CREDENTIALS)


def test_real_text_is_parsed() -> None:
    [sms] = twilio.parse(a_twilio_request(twilio_fields(Body="Ça va ? 😀"), TOKEN), CREDENTIALS)
    assert sms.carrier_id == "SMe287d7109a5a925f182f0e07fe5b223b"
    assert (sms.sender, sms.recipient, sms.content) == ("+12025550122", "+12025550111", "Ça va ? 😀")
    assert (sms.sent_at, sms.segments, sms.encoding) == (None, 1, None)


def test_text_may_come_by_get() -> None:
    url = f"{URL}?{urlencode(twilio_fields())}"
    request = a_request(
        url,
        method="GET",
        headers={"x-twilio-signature": twilio_signature(url, {}, TOKEN)},
        body=b"Body=other",
    )
    twilio.verify(request, CREDENTIALS)
    assert twilio.parse(request, CREDENTIALS)[0].content == "Msg"


@pytest.mark.parametrize(
    ("field", "sent", "detail"),
    [
        ("Body", b"%FF%FE", "is not UTF-8"),
        ("Body", b"a%00b", "contains a NUL character"),
        ("Body", b"%ED%A0%80", "is not UTF-8"),
        ("Body", b"x" * 10_001, "is longer than 10000 characters"),
        ("From", b"", "must not be empty"),
        ("To", b"++", "must not be empty"),
        ("MessageSid", b"%00", "contains a NUL character"),
    ],
)
def test_unreadable_field_is_named(field: str, sent: bytes, detail: str) -> None:
    fields = {name: value for name, value in twilio_fields().items() if name != field}
    body = urlencode(fields).encode() + b"&" + field.encode() + b"=" + sent
    with pytest.raises(Unreadable) as unreadable:
        twilio.parse(a_request(URL, body=body), CREDENTIALS)
    assert unreadable.value.errors == [(f"/{field}", detail)]


def test_missing_fields_are_named() -> None:
    with pytest.raises(Unreadable) as unreadable:
        twilio.parse(a_request(URL, body=b"MessageStatus=delivered&MessageSid=SM1"), CREDENTIALS)
    assert unreadable.value.errors == [(f"/{name}", "is required") for name in ("From", "To", "Body")]


def test_form_that_is_not_utf8_is_still_verified_over_its_bytes() -> None:
    """Else a stranger could have unsigned bytes kept as unreadable."""
    with pytest.raises(Refused):
        twilio.verify(a_request(URL, body=b"Body=%FF", headers={"x-twilio-signature": "x"}), CREDENTIALS)


PROSE = (
    "A long text that came in several parts, which Twilio joined and then handed over in base64. Rare, but seen. "
    * 2
)


@pytest.mark.parametrize(
    ("body", "segments", "content"),
    [
        (b64encode(PROSE.encode()).decode(), "2", PROSE),
        (b64encode(PROSE.encode()).decode(), "1", None),
        (b64encode(bytes(range(180))).decode(), "2", None),
        (b64encode(b"onlyletters" * 18).decode(), "2", None),
        (PROSE, "2", None),
    ],
)
def test_only_a_joined_text_that_is_certainly_base64_is_unpacked(
    body: str, segments: str, content: str | None
) -> None:
    [sms] = twilio.parse(a_twilio_request(twilio_fields(Body=body, NumSegments=segments), TOKEN), CREDENTIALS)
    assert (sms.content, sms.encoding) == ((body, None) if content is None else (content, "base64"))


def test_answers() -> None:
    assert (twilio.accepted.status, twilio.accepted.content_type) == (200, "text/xml")
    assert twilio.accepted.body == b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
    assert twilio.try_again(5).headers == {"Retry-After": "5"}
    assert twilio.deadline_s < 15
