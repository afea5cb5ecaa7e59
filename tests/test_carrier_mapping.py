"""A generic channel that says where the fields are, how the secret is shown, and what it wants to be answered."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbers.alphabets import decode
from numbers.carriers import (
    HTTP_CARRIERS,
    CarrierRequest,
    InboundSms,
    Refused,
    Unreadable,
    acknowledgement,
    generic,
    validate_credentials,
)
from tests.carrier_requests import INGEST, a_request

URL = f"{INGEST}/generic/t0ken"
TOKEN = {"token": "let-me-in-0123"}
TEXT = {"from": "+33639980417", "to": "+33639980001", "text": "Hello"}


def read(document: object, **settings: str) -> list[InboundSms]:
    return generic.parse(a_request(body=json.dumps(document).encode()), {**TOKEN, **settings})


def read_form(fields: Any, **settings: str) -> InboundSms:
    [sms] = generic.parse(
        a_request(body=urlencode(fields).encode()), {**TOKEN, "bodyKind": "form", **settings}
    )
    return sms


def faults(document: object, **settings: str) -> list[tuple[str, str]]:
    with pytest.raises(Unreadable) as unreadable:
        read(document, **settings)
    return unreadable.value.errors


def refusal(request: CarrierRequest, credentials: Mapping[str, str]) -> str | None:
    try:
        generic.verify(request, credentials)
    except Refused as refused:
        return refused.reason
    return None


def reading(request: CarrierRequest, credentials: Mapping[str, str]) -> tuple[list[str], list[InboundSms]]:
    """Where it cannot be read, and what can be."""
    try:
        return [], generic.parse(request, credentials)
    except Unreadable as unreadable:
        return [pointer for pointer, _detail in unreadable.errors], []


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"textField": "data.text"}, []),
        ({"textField": "a[0][1].b c.é"}, []),
        ({"textField": "[0].text"}, []),
        ({"listField": "."}, []),
        ({"listField": "data.messages", "mediaField": "media"}, []),
        ({"textField": "."}, ["textField"]),
        ({"textField": "a..b"}, ["textField"]),
        ({"fromField": ".a"}, ["fromField"]),
        ({"toField": "a."}, ["toField"]),
        ({"idField": "a[x]"}, ["idField"]),
        ({"idField": "a[-1]"}, ["idField"]),
        ({"idField": "a[0]b"}, ["idField"]),
        ({"idField": "a[1000]"}, ["idField"]),
        ({"idField": "a[٣]"}, ["idField"]),
        ({"sentAtField": "a[0"}, ["sentAtField"]),
        ({"mediaField": ""}, ["mediaField"]),
        ({"mediaField": " a"}, ["mediaField"]),
        ({"mediaField": "a\nb"}, ["mediaField"]),
        ({"textField": "x" * 121}, ["textField"]),
        ({"textField": ".".join("abcdefgh")}, []),
        ({"textField": ".".join("abcdefghi")}, ["textField"]),
        ({"bodyKind": "form", "textField": "msg.text[]"}, []),
        ({"bodyKind": "xml"}, ["bodyKind"]),
        ({"bodyKind": "form", "listField": "a"}, ["listField"]),
        ({"charset": "iso-8859-1"}, ["charset"]),
        ({"charsetField": "c"}, ["charsetField"]),
        ({"bodyKind": "form", "charset": "ebcdic"}, ["charset"]),
        ({"bodyKind": "query", "charset": "windows-1252"}, []),
        ({"partReferenceField": "a"}, ["partTotalField"]),
        ({"partTotalField": "a", "partNumberField": "b"}, ["partReferenceField"]),
        ({"sentAtFormat": "unix", "sentAtZone": "Europe/Paris"}, ["sentAtZone"]),
        ({"sentAtZone": "Mars"}, ["sentAtZone"]),
        ({"sentAtFormat": "%d/%m/%y %H:%M", "sentAtZone": "Europe/Paris"}, []),
        ({"sentAtFormat": "%Y-%m-%dT%H:%M:%S.%f%z"}, []),
        ({"sentAtFormat": "%I:%M %p %d %b %Y"}, []),
        ({"sentAtFormat": "%d/%m %H:%M"}, ["sentAtFormat"]),  # no year
        ({"sentAtFormat": "%Y-%m-%d"}, ["sentAtFormat"]),  # no hour
        ({"sentAtFormat": "%Y-%m-%d %I:%M"}, ["sentAtFormat"]),  # which half of the day?
        ({"sentAtFormat": "%Y %Q"}, ["sentAtFormat"]),
        ({"sentAtFormat": "%Y %"}, ["sentAtFormat"]),
        ({"sentAtFormat": "iso"}, ["sentAtFormat"]),
        ({"sentAtFormat": "%Y" * 40}, ["sentAtFormat"]),
        ({"defaultCountry": "France"}, ["defaultCountry"]),
        ({"answerStatus": "204"}, []),
        ({"answerStatus": "302"}, ["answerStatus"]),
        ({"answerStatus": "ok"}, ["answerStatus"]),
        ({"answerStatus": "204", "answerBody": "ACK"}, ["answerBody"]),
        ({"answerBody": "x" * 1001}, ["answerBody"]),
        ({"answerBody": "a\0"}, ["answerBody"]),
        ({"answerType": "text/plain"}, ["answerBody"]),
        ({"answerBody": "ACK", "answerType": "text/plain\r\nX: y"}, ["answerType"]),
        ({"tokenHeader": "X Token"}, ["tokenHeader"]),
        ({"tokenHeader": "X-Token:"}, ["tokenHeader"]),
        ({"tokenHeader": "X-Token", "tokenParameter": "key"}, ["tokenParameter"]),
    ],
)
def test_a_mistake_in_a_mapping_is_named(settings: dict[str, str], wrong: list[str]) -> None:
    found = validate_credentials(generic, {**TOKEN, **settings})
    assert [pointer for pointer, _code, _detail in found] == [f"/credentials/{name}" for name in wrong]
    assert all(detail for _pointer, _code, detail in found)


@pytest.mark.parametrize(
    ("credentials", "wrong"),
    [
        ({}, ["secret"]),
        ({"token": "short"}, ["token"]),
        ({"token": "with a space"}, ["token"]),
        ({"tokenHeader": "X-Token"}, ["secret", "token"]),
        ({"hmacSecret": "s3cret"}, ["hmacHeader"]),
        ({"hmacSecret": "s3cret", "hmacHeader": "X-S", "hmacEncoding": "hex64"}, ["hmacEncoding"]),
        ({"hmacSecret": "s3cret", "hmacHeader": "X-S", "bodyKind": "query"}, ["hmacSecret"]),
        ({"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "bodyKind": "query"}, ["secret"]),
        ({"username": "bob"}, ["password"]),
        ({"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", **TOKEN}, ["token"]),
        ({**TOKEN, "username": "bob", "password": "x"}, ["token", "username"]),
    ],
)
def test_a_channel_has_one_way_to_show_the_secret(credentials: dict[str, str], wrong: list[str]) -> None:
    found = validate_credentials(generic, credentials)
    assert [pointer for pointer, _code, _detail in found] == [f"/credentials/{name}" for name in wrong]


def test_a_field_may_be_anywhere_in_the_body() -> None:
    document = [{"data": {"a b": ["x", {"text": "Ça va ?"}], "msisdn": 33639980417, "id": 7}}, "+33639980001"]
    [sms] = read(
        document,
        fromField="[0].data.msisdn",
        toField="[1]",
        textField="[0].data.a b[1].text",
        idField="[0].data.id",
    )
    assert (sms.sender, sms.recipient, sms.content) == ("+33639980417", "+33639980001", "Ça va ?")
    assert sms.carrier_id == "7"


def test_what_is_not_mapped_keeps_its_own_name() -> None:
    [sms] = read({"body": "Hi", **TEXT, "id": "g-1"}, textField="body")
    assert (sms.content, sms.carrier_id, sms.sender) == ("Hi", "g-1", "+33639980417")


@pytest.mark.parametrize(
    ("document", "settings", "errors"),
    [
        (
            {},
            {"textField": "a.b"},
            [("/from", "is required"), ("/to", "is required"), ("/a/b", "is required")],
        ),
        ({**TEXT, "a/b": 1.5}, {"textField": "a/b"}, [("/a~1b", "must be a string")]),
        ({**TEXT, "a": [True]}, {"fromField": "a[0]"}, [("/a/0", "must be a string")]),
        ({**TEXT, "a": "xyz"}, {"fromField": "a[0]"}, [("/a/0", "is required")]),
        ({**TEXT, "id": {}}, {"textField": "text"}, [("/id", "must be a string")]),
        ({**TEXT, "n": {"t": "a\0"}}, {"textField": "n.t"}, [("/n/t", "contains a NUL character")]),
        ({**TEXT, "n": {"t": "a\ud800"}}, {"textField": "n.t"}, [("/n/t", "contains a lone surrogate")]),
        ({**TEXT, "n": " "}, {"toField": "n"}, [("/n", "must not be empty")]),
        ([], {"textField": "text"}, [(f"/{name}", "is required") for name in ("from", "to", "text")]),
        ({"data": {}}, {"listField": "data.all"}, [("/data/all", "is required")]),
        ({"data": {}}, {"listField": "data"}, [("/data", "must be a list")]),
        ({}, {"listField": "."}, [("", "must be a list")]),
        ([TEXT, 7], {"listField": "."}, [(f"/1/{name}", "is required") for name in ("from", "to", "text")]),
        ({"m": [TEXT, {**TEXT, "text": 1.5}]}, {"listField": "m"}, [("/m/1/text", "must be a string")]),
    ],
)
def test_an_unreadable_field_is_named_where_it_stands(
    document: object, settings: dict[str, str], errors: list[tuple[str, str]]
) -> None:
    assert faults(document, **settings) == errors


def test_a_wrong_form_field_is_named_as_it_stands() -> None:
    request = a_request(body=b"from=%2B33639980417&to=38600&msg.text=%E9")
    with pytest.raises(Unreadable) as unreadable:
        generic.parse(request, {**TOKEN, "bodyKind": "form", "textField": "msg.text"})
    assert unreadable.value.errors == [("/msg.text", "is not UTF-8")]
    [sms] = generic.parse(
        request, {**TOKEN, "bodyKind": "form", "textField": "msg.text", "charset": "windows-1252"}
    )
    assert sms.content == "é"


@pytest.mark.parametrize(
    ("name", "octets", "text"),
    [
        ("UTF-8", "%C3%A9", "é"),
        ("", "%C3%A9", "é"),
        ("utf-16be", "%D8%3D%DE%00%00a", "😀a"),
        ("ISO-8859-1", "%E9", "é"),
        ("8-BIT", "%00%FFa", "00ff61"),
        ("UTF-16BE", "%D8%3D", None),
        ("US-ASCII", "%E9", None),
    ],
)
def test_each_text_may_name_its_charset(name: str, octets: str, text: str | None) -> None:
    """As Kannel's %b and %C do."""
    request = a_request(f"{URL}?from=38600&to=%2B33639980001&text={octets}&c={name}", method="GET")
    wrong, texts = reading(request, {**TOKEN, "bodyKind": "query", "charsetField": "c"})
    assert [sms.content for sms in texts] == ([] if text is None else [text])
    assert wrong == (["/text"] if text is None else [])


def test_an_unknown_charset_is_named() -> None:
    request = a_request(f"{URL}?from=38600&to=%2B33639980001&text=x&c=EBCDIC", method="GET")
    assert reading(request, {**TOKEN, "bodyKind": "query", "charsetField": "c"}) == (["/c"], [])


@pytest.mark.parametrize(
    ("written", "settings", "hour"),
    [
        ("2026-11-23T09:30:00+01:00", {}, 8),
        ("2026-11-23T09:30:00", {}, 9),
        ("2026-11-23T09:30:00", {"sentAtZone": "Europe/Paris"}, 8),
        ("23/11/2026 09:30", {"sentAtFormat": "%d/%m/%Y %H:%M", "sentAtZone": "Europe/Paris"}, 8),
        ("20261123093000", {"sentAtFormat": "%Y%m%d%H%M%S"}, 9),
        (1795426200, {"sentAtFormat": "unix"}, 9),
        (1795426200.0, {"sentAtFormat": "unix"}, 9),
        ("1795426200000", {"sentAtFormat": "unixMs"}, 9),
        ("yesterday", {}, None),
        ("1795426200", {}, None),
        ("²", {"sentAtFormat": "unix"}, None),
        ("9" * 16, {"sentAtFormat": "unix"}, None),
        (True, {"sentAtFormat": "unix"}, None),
        ({}, {"sentAtFormat": "unix"}, None),
        (None, {}, None),
        ("9999-12-31T23:59:59-10:00", {}, None),
    ],
)
def test_the_time_is_read_as_written_and_refuses_no_text(
    written: object, settings: dict[str, str], hour: int | None
) -> None:
    [sms] = read({**TEXT, "at": written}, sentAtField="at", **settings)
    assert sms.sent_at == (hour and datetime(2026, 11, 23, hour, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("06 39 98 04 17", "+33639980417"),
        ("612345678", "+33612345678"),
        ("33639980417", "+33639980417"),
        ("0033639980417", "+33639980417"),
        ("+447700900001", "+447700900001"),
        ("38600", "38600"),
        ("ACME", "ACME"),
    ],
)
def test_national_numbers_are_put_in_full(written: str, number: str) -> None:
    [sms] = read({**TEXT, "from": written}, defaultCountry="FR")
    assert sms.sender == number


def test_links_are_a_list_or_one_or_repeated() -> None:
    links = ["https://cdn.example.com/1", "https://cdn.example.com/2"]
    assert read({**TEXT, "m": [*links, 7, "ftp://x"]}, mediaField="m")[0].media == tuple(links)
    assert read({**TEXT, "m": links[0]}, mediaField="m")[0].media == (links[0],)
    assert read({**TEXT, "m": None}, mediaField="m")[0].media == ()
    assert read_form([*TEXT.items(), ("m", links[0]), ("m", links[1])], mediaField="m").media == tuple(links)


PARTS = {
    "partReferenceField": "msglong.id",
    "partTotalField": "msglong.msgcount",
    "partNumberField": "msglong.msgref",
}


def test_parts_are_told_by_their_fields() -> None:
    sms = read_form(
        {**TEXT, "msglong.id": "7f", "msglong.msgcount": "3", "msglong.msgref": "2"},
        **PARTS,
    )
    assert sms.part is not None
    assert (sms.part.reference, sms.part.total, sms.part.number) == ("7f", 3, 2)
    assert decode(sms.part.data, sms.part.alphabet) == sms.content == "Hello"


@pytest.mark.parametrize(
    ("reference", "total", "number"),
    [
        ("7f", 1, 1),
        ("7f", 2, 3),
        ("7f", 2, 0),
        ("", 2, 1),
        ("7f", "x", 1),
        ("\ud800", 2, 1),
        ("x" * 65, 2, 1),
    ],
)
def test_a_part_that_makes_no_sense_is_a_whole_text(reference: str, total: object, number: int) -> None:
    place = {"r": reference, "t": total, "n": number}
    settings = {"partReferenceField": "r", "partTotalField": "t", "partNumberField": "n"}
    [sms] = read({**TEXT, **place}, **settings)
    assert (sms.part, sms.content) == (None, "Hello")


def with_token(header: str = "", value: str = "", query: str = "") -> CarrierRequest:
    return a_request(f"{URL}?{query}", headers={header: value} if header else {})


@pytest.mark.parametrize(
    ("settings", "request_", "reason"),
    [
        ({}, with_token("authorization", "Bearer let-me-in-0123"), None),
        ({}, with_token("authorization", "bearer  let-me-in-0123"), None),
        ({}, with_token("authorization", "Basic let-me-in-0123"), "missingToken"),
        ({}, with_token("authorization", "Bearer let-me-in-012"), "wrongToken"),
        ({}, with_token("x-token", "let-me-in-0123"), "missingToken"),
        ({"tokenHeader": "X-Token"}, with_token("x-token", "let-me-in-0123"), None),
        ({"tokenHeader": "X-Token"}, with_token("authorization", "Bearer let-me-in-0123"), "missingToken"),
        ({"tokenParameter": "a key"}, with_token(query="x=1&a+key=let-me-in%2D0123"), None),
        ({"tokenParameter": "key"}, with_token(query="key=let-me-in-0124"), "wrongToken"),
        ({"tokenParameter": "key"}, with_token(query="key=let-me-in-0124&key=let-me-in-0123"), "wrongToken"),
        ({"tokenParameter": "key"}, with_token(query="key=%ff"), "wrongToken"),
        ({"tokenParameter": "key"}, with_token(), "missingToken"),
        (
            {"allowedNetworks": "192.0.2.7"},
            with_token("authorization", "Bearer let-me-in-0123"),
            "wrongAddress",
        ),
    ],
)
def test_the_token_comes_where_the_channel_says(
    settings: dict[str, str], request_: CarrierRequest, reason: str | None
) -> None:
    assert refusal(request_, {**TOKEN, **settings}) == reason


# printf '{"a":1}' | openssl dgst -sha256 -hmac s3cret
DIGEST = "5910e62016ef5034272c926c27071992a465c2335cecf41851bda071577f4f6d"


@pytest.mark.parametrize(
    ("written", "settings", "reason"),
    [
        (DIGEST, {}, None),
        (DIGEST.upper(), {}, None),
        ("sha256=" + DIGEST, {"hmacPrefix": "sha256="}, None),
        (b64encode(bytes.fromhex(DIGEST)).decode(), {"hmacEncoding": "base64"}, None),
        (DIGEST, {"hmacPrefix": "sha256="}, "wrongSignature"),
        ("SHA256=" + DIGEST, {"hmacPrefix": "sha256="}, "wrongSignature"),
        (DIGEST, {"hmacEncoding": "base64"}, "wrongSignature"),
        (DIGEST[:-1], {}, "wrongSignature"),
        ("", {}, "missingSignature"),
    ],
)
def test_the_hmac_is_written_as_the_channel_says(
    written: str, settings: dict[str, str], reason: str | None
) -> None:
    credentials = {"hmacSecret": "s3cret", "hmacHeader": "X-Signature", **settings}
    assert validate_credentials(generic, credentials) == []
    request = a_request(body=b'{"a":1}', headers={"x-signature": written})
    assert refusal(request, credentials) == reason


def test_a_signed_id_tells_the_texts_of_a_batch_apart() -> None:
    request = a_request(body=json.dumps([TEXT, TEXT]).encode(), headers={"webhook-id": "msg_1"})
    found = generic.parse(request, {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "listField": "."})
    assert [sms.carrier_id for sms in found] == ["msg_1:0", "msg_1:1"]
    # What nobody signed says nothing.
    assert [sms.carrier_id for sms in generic.parse(request, {**TOKEN, "listField": "."})] == [None, None]


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        ({}, (200, "application/json", b'{"status":"accepted"}')),
        ({"answerStatus": "202"}, (202, "application/json", b'{"status":"accepted"}')),
        ({"answerStatus": "204"}, (204, "application/json", b"")),
        ({"answerBody": "ACK/Jasmin"}, (200, "text/plain; charset=utf-8", b"ACK/Jasmin")),
        ({"answerBody": "<ok/>", "answerType": "text/xml"}, (200, "text/xml", b"<ok/>")),
    ],
)
def test_the_answer_is_the_one_the_sender_wants(
    settings: dict[str, str], answer: tuple[int, str, bytes]
) -> None:
    said = acknowledgement(HTTP_CARRIERS["generic"], {**TOKEN, **settings})
    assert (said.status, said.content_type, said.body) == answer


# Any mapping that may be saved, over anything.
KEYS = ["a", "b", "from", "to", "text", "id"]
key = st.sampled_from(KEYS)
path = st.lists(key | st.integers(0, 3).map(lambda n: f"[{n}]"), min_size=1, max_size=4).map(
    lambda steps: ".".join(steps).replace(".[", "[")
)
value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(key, inner, max_size=4),
    max_leaves=12,
)
mappings = st.fixed_dictionaries(
    {},
    optional={
        "bodyKind": st.sampled_from(["json", "json", "form", "query"]),
        "listField": path | st.just("."),
        **{
            f"{name}Field": path
            for name in (
                "from",
                "to",
                "text",
                "id",
                "sentAt",
                "media",
                "partReference",
                "partTotal",
                "partNumber",
            )
        },
        "sentAtFormat": st.sampled_from(["rfc3339", "unix", "unixMs", "%d/%m/%Y %H:%M"]),
        "charsetField": key,
        "charset": st.sampled_from(["utf-8", "iso-8859-1", "iso-8859-15", "windows-1252"]),
        "defaultCountry": st.sampled_from(["FR", "US"]),
    },
)


@given(settings=mappings, document=value, form=st.dictionaries(key, st.binary(max_size=20)))
def test_any_mapping_over_any_body_gives_texts_or_typed_errors(
    settings: dict[str, str], document: object, form: dict[str, bytes]
) -> None:
    credentials = {**TOKEN, **settings}
    if validate_credentials(generic, credentials):
        return
    spelled = "&".join(f"{name}={quote(octets)}" for name, octets in form.items())
    body = spelled.encode() if settings.get("bodyKind") == "form" else json.dumps(document).encode()
    wrong, texts = reading(a_request(f"{URL}?{spelled}", body=body), credentials)
    assert not (wrong and texts)
    assert all(pointer == "" or pointer[0] == "/" for pointer in wrong)
    assert all(sms.sender and sms.recipient and "\0" not in sms.content for sms in texts)
    assert all(sms.content.encode() or sms.content == "" for sms in texts)
    assert all(sms.part is None or sms.part.reference.encode() for sms in texts)
