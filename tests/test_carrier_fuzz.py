"""Whatever a stranger sends ends in Refused or Unreadable, or in texts that a database can hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbers.carriers import HTTP_CARRIERS, CarrierRequest, InboundSms, Refused, Unreadable
from tests.carrier_battery import CASES
from tests.carrier_requests import NOW

CREDENTIALS = [(case.name, case.credentials) for case in CASES]
CREDENTIALS.append(("twilio", {"authToken": "12345", "sharedKeyId": "key1", "sharedKey": "s3cr3t"}))
HEADERS = sorted(
    {"content-type", "x-twilio-webhooks-signature-settings", *(name for case in CASES for name in case.needs)}
)
FIELDS = [
    *("event", "payload", "data", "event_type", "results", "message", "type", "body", "channelId", "charset"),
    *(
        "messageId",
        "msisdn",
        "fromNumber",
        "toNumber",
        "message_uuid",
        "originator",
        "recipient",
        "shortcode",
    ),
    *("FROM", "TO", "MESSAGE", "RECEPTION_DATE", "MessageUUID", "Text", "timestamp"),
    *("id", "from", "to", "text", "sentAt", "MessageSid", "From", "To", "Body", "NumSegments"),
]

any_text = st.text(st.characters())  # lone surrogates among them
header_value = any_text | st.sampled_from(
    ["Bearer try-me-0123456789", "algorithm=HMAC_SHA256,key=key1", str(int(NOW.timestamp())), "v1,x"]
)
json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
    max_leaves=5,
)
json_document = st.dictionaries(st.sampled_from(FIELDS), any_text | json_value).map(
    lambda d: json.dumps(d).encode()
)
form_document = st.dictionaries(st.sampled_from(FIELDS), st.binary()).map(
    lambda d: b"&".join(name.encode() + b"=" + value for name, value in d.items())
)
requests = st.builds(
    CarrierRequest,
    method=st.sampled_from(["GET", "POST"]),
    url=any_text
    | st.sampled_from(["https://sms.example.com/in/x/y?bodySHA256=00", "http://[::1", "https://a:b:c/"]),
    headers=st.dictionaries(st.sampled_from(HEADERS), header_value),
    body=st.binary() | json_document | form_document,
    query=any_text | st.just("bodySHA256=00"),
    received_at=st.just(NOW),
)


def refusal(verify: Callable[[], None]) -> Refused | None:
    try:
        verify()
    except Refused as refused:
        return refused
    return None


def reading(parse: Callable[[], list[InboundSms]]) -> tuple[list[tuple[str, str]], list[InboundSms]]:
    try:
        return [], parse()
    except Unreadable as unreadable:
        return unreadable.errors, []


def storable(sms: InboundSms) -> bool:
    texts = [sms.carrier_id or "x", sms.sender, sms.recipient, sms.content]
    return all("\0" not in text for text in texts) and all(text.encode() for text in texts[:3])


@pytest.mark.parametrize(("name", "credentials"), CREDENTIALS)
@given(request=requests)
def test_verify_only_refuses(name: str, credentials: Mapping[str, str], request: CarrierRequest) -> None:
    refused = refusal(lambda: HTTP_CARRIERS[name].verify(request, credentials))
    assert refused is None or (refused.status in (401, 403, 503) and refused.reason.isalpha())


@pytest.mark.parametrize("name", HTTP_CARRIERS)
@given(request=requests)
def test_parse_only_finds_texts_or_unreadable_fields(name: str, request: CarrierRequest) -> None:
    errors, texts = reading(lambda: HTTP_CARRIERS[name].parse(request, {}))
    assert not (errors and texts)
    assert all(pointer == "" or pointer.startswith("/") for pointer, _detail in errors)
    assert all(storable(sms) for sms in texts)


@given(secret=st.text(st.characters(categories=["Lu", "Nd", "Lo"]), min_size=30, max_size=40))
def test_errors_repeat_nothing_of_the_text(secret: str) -> None:
    body = json.dumps({"from": secret * 3, "to": 5, "text": secret + "\0", "sentAt": secret}).encode()
    request = CarrierRequest("POST", "https://sms.example.com/in/generic/t", {}, body, "", NOW)
    with pytest.raises(Unreadable) as unreadable:
        HTTP_CARRIERS["generic"].parse(request, {})
    assert secret not in str(unreadable.value)
