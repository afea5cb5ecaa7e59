"""Vonage's SMS API: every way of signing, every way of asking, and the parts of a long text."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vonage_http_client.auth import Auth

from numbers.alphabets import decode
from numbers.carriers import CarrierRequest, Refused, Unreadable, validate_credentials, vonage
from numbers.carriers.base import Part
from tests.carrier_battery import LOGIN, Sms, basic, unix, vonage_fields
from tests.carrier_requests import INGEST, NOW, a_request

URL = f"{INGEST}/vonage/t0ken"
SECRET = "signature_secret"
Method = Literal["md5", "sha1", "sha256", "sha512"]
HMACS: tuple[Method, ...] = ("md5", "sha1", "sha256", "sha512")


def credentials(method: str) -> dict[str, str]:
    return {"signatureSecret": SECRET, "signatureMethod": method}


def signed(fields: Mapping[str, str], method: str = "sha256") -> dict[str, str]:
    return {**fields, "sig": vonage.signature(fields, SECRET, method)}


def ways(fields: Mapping[str, str]) -> list[CarrierRequest]:
    """The same parameters by GET, as a form, as JSON, and as a POST that has them in its URL."""
    query = urlencode(fields)
    return [
        a_request(f"{URL}?{query}", method="GET"),
        a_request(URL, body=query.encode()),
        a_request(URL, body=json.dumps(fields).encode()),
        a_request(f"{URL}?{query}"),
    ]


def refusal(request: CarrierRequest, chosen: Mapping[str, str]) -> str:
    with pytest.raises(Refused) as refused:
        vonage.verify(request, chosen)
    assert refused.value.status == 401
    return refused.value.reason


# From the tests of the vendor's Python package.
@pytest.mark.parametrize(
    ("fields", "method", "digest"),
    [
        (
            {"param1": "value1", "param2": "value2", "timestamp": "1234567890"},
            "sha256",
            "280c4320703dbc98bfa22db676655ed2acfbfe8792b062ff7622e67f1183c287",
        ),
        (
            {"param1": "value1", "param2": "value2", "timestamp": "1234567890"},
            "md5",
            "724c2bf6ca423c36e20631b11d1c5753",
        ),
        ({"param": "value", "timestamp": "1234567890"}, "md5", "655a4d0b7f064dff438defc52b012cf5"),
        (
            {"param1": "value&1", "param2": "value=2", "timestamp": "1234567890"},
            "md5",
            "2bbf0abafb2c55e5af6231513896a2ac",
        ),
    ],
)
def test_official_signatures(fields: dict[str, str], method: str, digest: str) -> None:
    assert vonage.signature(fields, SECRET, method) == digest
    at = datetime.fromtimestamp(1234567890, UTC)
    for given_digest in (digest, digest.upper()):
        request = a_request(URL, body=urlencode({**fields, "sig": given_digest}).encode(), received_at=at)
        vonage.verify(request, credentials(method))


@given(
    st.dictionaries(st.text("abcT-", min_size=1, max_size=8), st.text(max_size=20), max_size=6),
    st.sampled_from(HMACS),
)
def test_agrees_with_the_vendors_own_package(fields: dict[str, str], method: Method) -> None:
    fields = {**fields, "timestamp": unix(NOW)}
    auth = Auth(api_key="key", signature_secret=SECRET, signature_method=method)
    digest = auth.sign_params(dict(fields))
    for request in ways({**fields, "sig": digest})[1:3]:
        vonage.verify(request, credentials(method))


def test_plain_md5_appends_the_secret() -> None:
    expected = hashlib.md5(f"&a=1&b=2_3{SECRET}".encode(), usedforsecurity=False).hexdigest()
    assert vonage.signature({"b": "2&3", "a": "1"}, SECRET, "md5hash") == expected


@pytest.mark.parametrize("method", vonage.METHODS)
def test_every_method_by_every_way(method: str) -> None:
    for request in ways(signed(vonage_fields(Sms(text="Ça va ? a=b&c 😀")), method)):
        vonage.verify(request, credentials(method))
        [sms] = vonage.parse(request, {})
        assert (sms.carrier_id, sms.sender, sms.recipient) == ("id-1", "+33639980417", "+33639980001")
        assert sms.content == "Ça va ? a=b&c 😀"
        assert sms.sent_at == NOW - timedelta(seconds=2)
        assert (sms.encoding, sms.part) == ("unicode", None)


@pytest.mark.parametrize("method", vonage.METHODS)
def test_the_request_has_no_say_in_the_method(method: str) -> None:
    """A channel set to one method refuses what another has signed, the weaker ones above all."""
    for request in ways(signed(vonage_fields(Sms()), method)):
        for other in set(vonage.METHODS) - {method}:
            assert refusal(request, credentials(other)) == "wrongSignature"


def test_changed_and_stale_requests_are_refused() -> None:
    fields = signed(vonage_fields(Sms()))
    for name in fields:
        for request in ways({**fields, name: fields[name] + "1"}):
            assert refusal(request, credentials("sha256")) in ("wrongSignature", "staleTimestamp")
        for request in ways({word: value for word, value in fields.items() if word != name}):
            assert refusal(request, credentials("sha256")) in ("wrongSignature", "missingSignature")
    for request in ways(signed({**vonage_fields(Sms()), "timestamp": unix(NOW - timedelta(minutes=6))})):
        assert refusal(request, credentials("sha256")) == "staleTimestamp"


def test_an_empty_probe_gets_its_200_signed_or_not() -> None:
    for request in (a_request(URL, method="GET"), a_request(URL)):
        vonage.verify(request, credentials("sha256"))
        assert vonage.parse(request, {}) == []
    assert vonage.accepted.status == 200


def test_an_account_that_signs_nothing_is_behind_basic() -> None:
    body = urlencode(
        {"to": "2020", "msisdn": "33639980417", "text": "Join", "messageId": "external1"}
    ).encode()
    vonage.verify(a_request(URL, body=body, headers=basic(URL, body, LOGIN, NOW)), LOGIN)
    assert refusal(a_request(URL, body=body), LOGIN) == "missingCredentials"
    [sms] = vonage.parse(a_request(URL, body=body), {})
    assert (sms.recipient, sms.content) == ("2020", "Join")


def test_credentials() -> None:
    assert validate_credentials(vonage, LOGIN) == validate_credentials(vonage, credentials("sha512")) == []
    assert [p[:2] for p in validate_credentials(vonage, {})] == [("/credentials/signatureSecret", "required")]
    assert validate_credentials(vonage, {"signatureSecret": "x"})
    assert validate_credentials(vonage, credentials("sha3"))


PIECE = ("b" * 67).encode("utf-16-be")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({}, Part("a7", 3, 2, PIECE, "ucs2")),
        ({"concat-part": "3"}, Part("a7", 3, 3, PIECE, "ucs2")),
        ({"concat-part": "4"}, None),
        ({"concat-part": "0"}, None),
        ({"concat-part": "²"}, None),
        ({"concat-total": "256"}, None),
        ({"concat-ref": ""}, None),
        ({"concat": "false"}, None),
    ],
)
def test_parts_are_described(change: dict[str, str], part: Part | None) -> None:
    concat = {"concat": "true", "concat-ref": "a7", "concat-total": "3", "concat-part": "2", **change}
    for request in ways({**vonage_fields(Sms(text="b" * 67)), **concat}):
        assert vonage.parse(request, {})[0].part == part


def piece(number: int, text: str) -> dict[str, str]:
    concat = {"concat": "true", "concat-ref": "a7", "concat-total": "2", "concat-part": str(number)}
    return {**vonage_fields(Sms(text=text, id=f"id-{number}")), **concat}


def split_by_json(fields: dict[str, str]) -> CarrierRequest:
    return a_request(URL, body=json.dumps(signed(fields)).encode())


def split_by_form(fields: dict[str, str]) -> CarrierRequest:
    return a_request(URL, body=urlencode(signed(fields), errors="surrogatepass").encode())


@pytest.mark.parametrize("way", [split_by_json, split_by_form])
def test_half_an_emoji_waits_for_its_other_half(way: Callable[[dict[str, str]], CarrierRequest]) -> None:
    found = []
    for fields in (piece(1, "Hello \ud83d"), piece(2, "\ude00!")):
        request = way(fields)
        vonage.verify(request, credentials("sha256"))
        [sms] = vonage.parse(request, {})
        assert sms.part is not None
        assert sms.content.encode()
        found.append(sms.part.data)
    assert decode(b"".join(found), "ucs2") == "Hello 😀!"
    with pytest.raises(Unreadable, match="surrogate"):
        vonage.parse(way(vonage_fields(Sms(text="Hello \ud83d"))), {})


def binary(udh: str, data: str = "00FF48", **fields: str) -> CarrierRequest:
    changed = {**vonage_fields(Sms()), "type": "binary", "data": data, "udh": udh, **fields}
    del changed["text"]
    return a_request(URL, body=urlencode(changed).encode())


@pytest.mark.parametrize(
    ("udh", "part"),
    [
        ("", None),
        ("06050415811581", None),  # ports only
        ("0500032A0201", Part("8:42", 2, 1, b"00ff48", "ascii")),
        ("06080412340202", Part("16:4660", 2, 2, b"00ff48", "ascii")),
        ("0B05040B840000" + "00032A0201", Part("8:42", 2, 1, b"00ff48", "ascii")),
        ("0500032A0203", None),
    ],
)
def test_binary_texts_are_told_in_hexadecimal(udh: str, part: Part | None) -> None:
    [sms] = vonage.parse(binary(udh), {})
    assert (sms.content, sms.encoding, sms.part) == ("00ff48", "binary", part)


def test_binary_texts_that_are_none_are_unreadable() -> None:
    with pytest.raises(Unreadable, match="/data: is not hexadecimal"):
        vonage.parse(binary("", data="xy"), {})
    with pytest.raises(Unreadable, match="/udh: is not hexadecimal"):
        vonage.parse(binary("é"), {})


def test_receipts_are_no_texts_and_holes_are_named() -> None:
    assert vonage.parse(a_request(URL, body=b"msisdn=1&to=2&messageId=3&status=delivered"), {}) == []
    with pytest.raises(Unreadable) as unreadable:
        vonage.parse(a_request(URL, body=b"msisdn=33639980417&type=text"), {})
    assert [pointer for pointer, _detail in unreadable.value.errors] == ["/messageId", "/to", "/text"]


@given(st.binary(max_size=200))
def test_nonsense_ends_in_typed_errors(raw: bytes) -> None:
    query = raw.decode("latin-1")
    for request in (a_request(URL, body=raw), CarrierRequest("GET", URL, {}, b"", query, NOW)):
        with suppress(Refused):
            vonage.verify(request, credentials("sha1"))
        with suppress(Unreadable):
            vonage.parse(request, {})
