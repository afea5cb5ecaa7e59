"""Plivo: three signatures, against the vendor's own package, and no way from a stronger to a weaker one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plivo.utils import validate_signature
from plivo.utils.signature_v3 import (
    construct_get_url,
    construct_post_url,
    get_signature_v3,
    validate_v3_signature,
)

from numbers.carriers import CarrierRequest, Refused, Unreadable, plivo
from tests.carrier_battery import Sms, plivo_body, plivo_sign_v2, plivo_sign_v3
from tests.carrier_requests import NOW, a_request

URL = "https://answer.url/sms"
TOKEN = "my_auth_token"
CREDENTIALS = {"authToken": TOKEN}
ONLY_V3 = {**CREDENTIALS, "signatureVersion": "v3"}
NONCE = {"x-plivo-signature-v3-nonce": "12345", "x-plivo-signature-v2-nonce": "12345"}


def post(url: str, fields: Mapping[str, str | list[str]], **headers: str) -> CarrierRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return a_request(url, body=urlencode(fields, doseq=True).encode(), headers={**NONCE, **named})


def refusal(request: CarrierRequest, chosen: Mapping[str, str] = CREDENTIALS) -> str:
    with pytest.raises(Refused) as refused:
        plivo.verify(request, chosen)
    assert refused.value.status == 401
    return refused.value.reason


@pytest.mark.parametrize("header", ["x_plivo_signature_v2", "x_plivo_signature_ma_v2"])
def test_v2_vector(header: str) -> None:
    """Official: neither parameters nor query are signed."""
    signature = "ehV3IKhLysWBxC1sy8INm0qGoQYdYsHwuoKjsX7FsXc="
    for url in ("https://answer.url", "https://answer.url?a=1"):
        plivo.verify(post(url, {"Text": "Hi"}, **{header: signature}), CREDENTIALS)
    assert refusal(post("https://answer.url/", {}, **{header: signature})) == "wrongSignature"


SMS = {"From": "14155550100", "To": "14155550101", "Text": "Hi", "Type": "sms", "MessageUUID": "abc1234"}


@pytest.mark.parametrize("header", ["x_plivo_signature_v3", "x_plivo_signature_ma_v3"])
@pytest.mark.parametrize(
    ("url", "fields", "signature"),
    [
        (URL, SMS, "xNmnIrQiL4j1shvfeGftKuneTMd7cDT5SfmcrpEQxhA="),
        (f"{URL}?a=1", {"From": "14155550100"}, "zWLvXN8V0jbXKdJprB7sGRhtYfdMS116VSFTU+zQyy8="),
    ],
)
def test_v3_vectors(header: str, url: str, fields: dict[str, str], signature: str) -> None:
    for given_signature in (signature, f"AAAA,{signature}", f"{signature}, BBBB"):
        plivo.verify(post(url, fields, **{header: given_signature}), ONLY_V3)
    assert refusal(post(url, fields, **{header: "AAAA," + signature.swapcase()})) == "wrongSignature"


words = st.text("abAB12é", min_size=1, max_size=5)
values = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20)


@given(
    st.dictionaries(words, values | st.lists(values, min_size=2, max_size=3), max_size=6),
    # The package fails on a query outside ASCII.
    st.dictionaries(st.text("abA1", min_size=1, max_size=5), st.text("aZ0 &=+%?", max_size=9), max_size=3),
)
def test_v3_agrees_with_the_vendors_own_package(
    fields: dict[str, str | list[str]], query: dict[str, str]
) -> None:
    url = URL + ("?" + urlencode(query) if query else "")
    signature = get_signature_v3(TOKEN.encode(), construct_post_url(url, fields).decode(), "12345").decode()
    assert validate_v3_signature("POST", url, "12345", TOKEN, signature, fields)
    plivo.verify(post(url, fields, x_plivo_signature_v3=signature), ONLY_V3)
    signature = get_signature_v3(TOKEN.encode(), construct_get_url(url, {}).decode(), "12345").decode()
    got = a_request(url, method="GET", headers={**NONCE, "x-plivo-signature-v3": signature})
    plivo.verify(got, ONLY_V3)


def test_v2_agrees_with_the_vendors_own_package() -> None:
    signature = plivo_sign_v2(URL, b"", CREDENTIALS, NOW)["x-plivo-signature-v2"]
    assert validate_signature(URL, "12345", signature, TOKEN)
    plivo.verify(post(URL, SMS, x_plivo_signature_v2=signature), CREDENTIALS)


def test_a_request_cannot_downgrade_a_channel_that_wants_v3() -> None:
    body = plivo_body(Sms())
    v2 = a_request(URL, body=body, headers=plivo_sign_v2(URL, body, CREDENTIALS, NOW))
    plivo.verify(v2, CREDENTIALS)
    assert refusal(v2, ONLY_V3) == "downgradedSignature"
    assert refusal(a_request(URL, body=body), ONLY_V3) == "missingSignature"


def test_a_wrong_v3_signature_is_not_mended_by_a_right_v2_one() -> None:
    body = plivo_body(Sms())
    both = {**plivo_sign_v3(URL, body, CREDENTIALS, NOW), **plivo_sign_v2(URL, body, CREDENTIALS, NOW)}
    plivo.verify(a_request(URL, body=body, headers=both), CREDENTIALS)
    assert refusal(a_request(URL, body=body + b"&More=1", headers=both)) == "wrongSignature"


def test_mms_lists_its_media_and_holes_are_named() -> None:
    body = b"From=1&To=2&MessageUUID=m&Type=mms&Media0=https%3A%2F%2Fexample.com%2Fa&Media1=https://example.com/b"
    [sms] = plivo.parse(a_request(URL, body=body), {})
    assert (sms.content, sms.media) == ("", ("https://example.com/a", "https://example.com/b"))
    with pytest.raises(Unreadable) as unreadable:
        plivo.parse(a_request(URL, body=b"MessageUUID=m&Status=sent"), {})
    assert [pointer for pointer, _detail in unreadable.value.errors] == ["/From", "/To", "/Text"]


def test_texts_may_come_by_get_and_plivo_is_answered_in_xml() -> None:
    [sms] = plivo.parse(a_request(f"{URL}?{urlencode(SMS)}&Units=2", method="GET"), {})
    assert (sms.sender, sms.content, sms.segments) == ("+14155550100", "Hi", 2)
    assert (plivo.accepted.content_type, plivo.accepted.body) == ("text/xml", b"<Response/>")
