"""Whatever a stranger sends ends in Refused or Unreadable, or in texts that a database can hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numbers.carriers import HTTP_CARRIERS, CarrierRequest, InboundSms, Refused, Unreadable
from numbers.carriers.base import Wanted
from tests.carrier_battery import CASES, Case, Sms, every_case
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
    except (Refused, Wanted) as refused:
        return refused if isinstance(refused, Refused) else Refused(503, "unfetched")
    return None


def reading(parse: Callable[[], list[InboundSms]]) -> tuple[list[tuple[str, str]], list[InboundSms]]:
    try:
        return [], parse()
    except Unreadable as unreadable:
        return unreadable.errors, []
    except Wanted:
        return [], []


def storable(sms: InboundSms) -> bool:
    texts = [sms.carrier_id or "x", sms.sender, sms.recipient, sms.content]
    texts += [sms.part.reference] if sms.part else []
    clean = all("\0" not in text for text in texts) and all(text.encode() for text in texts[:3])
    return clean and all(text.encode() is not None for text in texts)


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


# Twenty thousand bodies in all, each one step further from what the carrier sends.
EXAMPLES, STEPS = 120, 10
OF_INTEREST = [
    *(
        b"",
        b"\0",
        b"\xff",
        b"\xed\xa0\x80",
        b"\xc3",
        b"\r\n",
        b'"',
        b"\\",
        b"\\u0000",
        b"\\ud800",
        b"{",
        b"}",
        b"[",
        b"]",
    ),
    *(
        b",",
        b":",
        b"null",
        b"true",
        b"0",
        b"-1",
        b"1e999",
        b"9" * 400,
        b"[" * 400,
        b'"a":' * 3,
        b"&",
        b"=",
        b"%",
        b"%00",
    ),
    *(
        b"%ED%A0%80",
        b"%u0041",
        b"+",
        b"&&",
        b"a=b&" * 40,
        b"\xef\xbb\xbf",
        b"\xfe\xff",
        "😀".encode(),
        "‏".encode(),
    ),
]
#: Where, as a fraction of the body; how much is cut there; what is put there; and whether it is a copy of the rest.
steps = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.sampled_from([0, 0, 1, 2, 7, 40, 4000]),
        st.sampled_from(OF_INTEREST) | st.binary(max_size=6),
        st.sampled_from([False, False, False, True]),
    ),
    min_size=STEPS,
    max_size=STEPS,
)


def spoiled(body: bytes, changes: list[tuple[float, int, bytes, bool]]) -> Iterator[bytes]:
    """The body after each of the changes."""
    for where, cut, put, doubled in changes:
        at = int(where * len(body))
        body = (body[:at] + put + body[at + cut :] + (body[at : at + 300] if doubled else b""))[:20_000]
        yield body


@every_case
@settings(max_examples=EXAMPLES, deadline=None)
@given(changes=steps)
def test_a_spoiled_body_gives_typed_errors(case: Case, changes: list[tuple[float, int, bytes, bool]]) -> None:
    """Once with the signature of the good one, once properly vouched for, as if the carrier itself sent nonsense."""
    good = case.sms(text="Été 😀" if case.charset == "utf-8" else "Été")
    for body in spoiled(case.body(Sms()), changes):
        stale = replace(good, body=body)
        refused = refusal(partial(case.verify, stale))
        assert refused is not None or not case.signs_body or body == good.body or not body
        vouched = case.request(body)
        refusal(partial(case.verify, vouched))
        errors, texts = reading(partial(case.carrier.parse, vouched, case.credentials))
        assert not (errors and texts)
        assert all(storable(sms) for sms in texts)


def test_that_makes_twenty_thousand() -> None:
    assert len(CASES) * EXAMPLES * STEPS >= 20_000


@given(secret=st.text(st.characters(categories=["Lu", "Nd", "Lo"]), min_size=30, max_size=40))
def test_errors_repeat_nothing_of_the_text(secret: str) -> None:
    body = json.dumps({"from": secret * 3, "to": 5, "text": secret + "\0", "sentAt": secret}).encode()
    request = CarrierRequest("POST", "https://sms.example.com/in/generic/t", {}, body, "", NOW)
    with pytest.raises(Unreadable) as unreadable:
        HTTP_CARRIERS["generic"].parse(request, {})
    assert secret not in str(unreadable.value)
