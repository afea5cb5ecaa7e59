"""What holds for every carrier. A carrier without a Case in tests/carrier_battery.py fails the first test."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numbers.carriers import (
    HTTP_CARRIERS,
    CarrierRequest,
    InboundSms,
    Refused,
    Unreadable,
    validate_credentials,
)
from numbers.carriers.base import MAX_CONTENT
from tests.carrier_battery import CASES, RECIPIENT, SENDER, Case, Sms, every_case
from tests.carrier_requests import NOW

TEXTS = {
    "accents": "Été à Noël, 5 £ : ça va ?",
    "emoji": "Bonjour 👋🏽 👨‍👩‍👧‍👦",
    "right to left": "مرحبا بالعالم ‏שלום",
    "combining": "e\u0301te\u0301 n\u0303",
    "symbols": "a+b = 100 % & more; \"quoted\" <tag> \\ 'x' #1?",
    "lines": "one\r\ntwo\n",
    "not escaped": "50%off %zz 100%",
    "empty": "",
}


def reading(case: Case, request: CarrierRequest) -> tuple[list[tuple[str, str]], list[InboundSms]]:
    """What could not be read, and what could."""
    try:
        return [], case.carrier.parse(request, case.credentials)
    except Unreadable as unreadable:
        return unreadable.errors, []


def refusal(case: Case, request: CarrierRequest, credentials: dict[str, str] | None = None) -> Refused:
    with pytest.raises(Refused) as refused:
        case.verify(request, credentials)
    assert refused.value.status in case.refused
    assert refused.value.reason.isalpha()
    return refused.value


def reads_json(case: Case) -> bool:
    return not case.content_type.endswith("urlencoded")


def with_headers(request: CarrierRequest, **changed: str | None) -> CarrierRequest:
    headers = {**request.headers, **changed}
    return replace(request, headers={word: value for word, value in headers.items() if value is not None})


def test_every_carrier_has_its_case() -> None:
    assert set(HTTP_CARRIERS) <= {case.name for case in CASES}


@every_case
def test_credentials_are_what_the_carrier_asks_for(case: Case) -> None:
    assert validate_credentials(case.carrier, case.credentials) == []
    assert validate_credentials(case.carrier, case.wrong) == []
    assert validate_credentials(case.carrier, {})
    assert validate_credentials(case.carrier, {**case.credentials, "more": "x"})


@every_case
def test_good_request_is_accepted_and_read(case: Case) -> None:
    request = case.sms(text="Votre code : 482913", id="id-7")
    case.verify(request)
    [sms] = case.carrier.parse(request, case.credentials)
    assert (sms.carrier_id, sms.sender, sms.recipient) == ("id-7", SENDER, RECIPIENT)
    assert sms.content == "Votre code : 482913"
    assert sms.part is None
    assert sms.sent_at is None or timedelta(seconds=1) < NOW - sms.sent_at <= timedelta(seconds=2)
    assert case.carrier.parse(request, case.credentials) == [sms]


@every_case
def test_wrong_secret_is_refused(case: Case) -> None:
    refusal(case, case.sms(), dict(case.wrong))


@every_case
def test_each_header_is_needed(case: Case) -> None:
    request = case.sms()
    for header in case.needs:
        refusal(case, with_headers(request, **{header: None}))
        refusal(case, with_headers(request, **{header: ""}))


@every_case
@pytest.mark.parametrize(
    "value", ["x", "café", "\ud800", "é" * 5000, ",", "..", "Basic =", "Bearer a.b.c", "²"]
)
def test_nonsense_in_a_header_is_refused(case: Case, value: str) -> None:
    request = case.sms()
    for header in case.needs:
        refusal(case, with_headers(request, **{header: value}))


@every_case
def test_any_flipped_byte_is_refused(case: Case) -> None:
    request = case.sms()
    for header in case.needs:
        value = request.headers[header]
        place = len(value) // 2
        flipped = value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :]
        refusal(case, with_headers(request, **{header: flipped}))
    if case.signs_body:
        for place in range(0, len(request.body), 7):
            body = bytearray(request.body)
            body[place] ^= 1
            refusal(case, replace(request, body=bytes(body)))


@every_case
def test_reencoded_body_is_refused(case: Case) -> None:
    """The same content in other bytes: what is signed is what came."""
    if not case.signs_body:
        return
    request = case.sms(text="é")
    if reads_json(case) and case.enclose:  # what is signed are its members
        changed = replace(request, body=json.dumps(json.loads(request.body), indent=1).encode())
        case.verify(changed)
        refusal(case, replace(request, body=request.body.replace(b"00e9", b"00e8")))
    elif reads_json(case):
        refusal(case, replace(request, body=request.body.replace(b'": ', b'":')))
    else:
        refusal(case, replace(request, body=request.body + b"&More=1"))


@every_case
def test_other_url_is_refused_where_it_is_signed(case: Case) -> None:
    if case.signs_url:
        refusal(case, replace(case.sms(), url=case.url + "2"))


@every_case
def test_stale_time_is_refused(case: Case) -> None:
    if case.stale_s is None:
        return
    body = case.body(Sms())
    refusal(case, case.request(body, NOW - timedelta(seconds=case.stale_s)))
    refusal(case, case.request(body, NOW + timedelta(seconds=min(case.stale_s, 360))))


@every_case
def test_empty_probe(case: Case) -> None:
    request = case.request(b"")
    if case.probe:
        case.verify(request)
        assert case.carrier.parse(request, case.credentials) == []
    else:
        with pytest.raises(Unreadable):
            case.carrier.parse(request, case.credentials)


@every_case
def test_batch_gives_each_of_its_texts(case: Case) -> None:
    if case.batch is None:
        return
    many = [Sms(text=f"text {n}", id=f"id-{n}") for n in range(20)]
    found = case.carrier.parse(case.request(case.batch(many)), case.credentials)
    assert [(sms.carrier_id, sms.content) for sms in found] == [(sms.id, sms.text) for sms in many]
    assert case.carrier.parse(case.request(case.batch([])), case.credentials) == []
    many[7] = replace(many[7], text="\0")
    with pytest.raises(Unreadable, match="7"):
        case.carrier.parse(case.request(case.batch(many)), case.credentials)


@every_case
@pytest.mark.parametrize("kind", TEXTS)
def test_text_arrives_exactly(case: Case, kind: str) -> None:
    text = TEXTS[kind]
    try:
        text.encode(case.charset)
    except UnicodeEncodeError:
        return
    request = case.sms(text=text)
    case.verify(request)
    assert case.carrier.parse(request, case.credentials)[0].content == text


@every_case
def test_long_message(case: Case) -> None:
    longest = case.sms(text="é" * MAX_CONTENT)
    assert case.carrier.parse(longest, case.credentials)[0].content == "é" * MAX_CONTENT
    with pytest.raises(Unreadable, match="longer"):
        case.carrier.parse(case.sms(text="é" * (MAX_CONTENT + 1)), case.credentials)


@every_case
@pytest.mark.parametrize("sms", [Sms(text="a\0b"), Sms(id="a\0b"), Sms(sender="a\0b")])
def test_nul_is_unreadable_not_stored(case: Case, sms: Sms) -> None:
    request = case.sms(sms)
    case.verify(request)
    with pytest.raises(Unreadable, match="NUL"):
        case.carrier.parse(request, case.credentials)


@every_case
@pytest.mark.parametrize("broken", [b"\xff\xfe", b"\xed\xa0\x80", b"\xc3"])
def test_invalid_utf8_is_unreadable(case: Case, broken: bytes) -> None:
    raw = b"".join(b"%%%02X" % byte for byte in broken) if not reads_json(case) else broken
    body = case.body(Sms(text="mark")).replace(b"mark", raw)
    if case.charset != "utf-8" or body == case.body(Sms(text="mark")):
        return
    request = case.request(body)
    if not case.enclose:  # else it need not even be known for the carrier's
        case.verify(request)
    with pytest.raises(Unreadable):
        case.carrier.parse(request, case.credentials)


@every_case
def test_half_a_surrogate_pair_is_unreadable(case: Case) -> None:
    if reads_json(case):
        with pytest.raises(Unreadable):
            case.carrier.parse(case.sms(text="a\ud83db"), case.credentials)


@every_case
@settings(max_examples=60)
@given(body=st.binary(max_size=300))
def test_any_bytes_give_typed_errors(case: Case, body: bytes) -> None:
    """Properly vouched for, and nonsense."""
    request = case.request(b"")
    for changed in (
        replace(request, body=body),
        replace(request, method="GET", query=body.decode("latin-1")),
    ):
        errors, texts = reading(case, changed)
        assert not (errors and texts)
        assert all(pointer == "" or pointer[0] == "/" for pointer, _detail in errors)


@every_case
@settings(max_examples=60)
@given(data=st.data())
def test_a_real_body_with_holes_gives_typed_errors(case: Case, data: st.DataObject) -> None:
    body = case.body(Sms(text="é😀" if case.charset == "utf-8" else "é"))
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 30)))
    changed = body[:start] + data.draw(st.binary(max_size=10)) + body[end:]
    _errors, texts = reading(case, replace(case.request(b""), body=changed))
    assert all("\0" not in sms.content + sms.sender + sms.recipient for sms in texts)
    assert all(sms.content.encode() or sms.content == "" for sms in texts)


@every_case
def test_answers(case: Case) -> None:
    carrier = case.carrier
    assert carrier.accepted.status == 200
    again = carrier.try_again(5)
    assert (again.status, again.headers) == (503, {"Retry-After": "5"})
    assert 0 < carrier.deadline_s < (2 if case.name == "telnyx" else 15)
