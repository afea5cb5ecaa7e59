"""Plivo: a form, signed over its URL and a nonce (V2), or over URL, parameters and nonce (V3).

Signatures as in the vendor's `plivo` package 4.63, `plivo/utils`. The `MA` headers are signed with the main
account's token, the others with that of the subaccount; which token this is, the channel's settings say.
V2 covers neither body nor query, so a channel can be told to take V3 only, and a V3 header that is there is
always what counts. There is no time in either; MessageUUID tells a repeat.
"""

from __future__ import annotations

import hmac
from binascii import b2a_base64
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.carriers.base import (
    Answer,
    CarrierRequest,
    CredentialField,
    InboundSms,
    Refused,
    build_sms,
    busy,
    secret_problem,
    whole,
)
from numbers.carriers.forms import MAX_FIELDS, Form, bounded_form, form_of, raw_form, texts_of

XML = "text/xml"
EMPTY = b"<Response/>"
NAMES = ("MessageUUID", "From", "To", "Text")
V3 = ("x-plivo-signature-v3", "x-plivo-signature-ma-v3")
V2 = ("x-plivo-signature-v2", "x-plivo-signature-ma-v2")
VERSIONS = ("v2", "v3")


def _version_problem(version: str) -> str | None:
    return None if version in VERSIONS else _("Must be v2 or v3.")


name = "plivo"
methods = frozenset({"GET", "POST"})
credentials: Mapping[str, CredentialField] = {
    "authToken": CredentialField(
        gettext_lazy("The auth token of your Plivo account, or of the subaccount that owns the number."),
        secret_problem,
    ),
    "signatureVersion": CredentialField(
        gettext_lazy("v3 to refuse requests that carry the weaker V2 signature only; v2 takes both."),
        _version_problem,
        required=False,
        secret=False,
    ),
}
accepted = Answer(200, XML, EMPTY)
deadline_s = 8.0


def try_again(retry_after: int) -> Answer:
    return busy(retry_after, XML, EMPTY)


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check the V3 signature where there is one, else the V2 signature unless the channel wants V3."""
    given = _given(request, V3)
    if given:
        nonce, signed = _nonce(request, "v3"), _signed_v3(request)
    elif credentials.get("signatureVersion") == "v3":
        raise Refused(401, "downgradedSignature" if _given(request, V2) else "missingSignature")
    else:
        given = _given(request, V2)
        nonce, signed = _nonce(request, "v2"), _base(request.url)
    if not given:
        raise Refused(401, "missingSignature")
    key = credentials["authToken"].encode()
    expected = b2a_base64(hmac.digest(key, signed + nonce, "sha256"), newline=False)
    if not any(hmac.compare_digest(expected, one) for one in given):
        raise Refused(401, "wrongSignature")


def _given(request: CarrierRequest, headers: tuple[str, str]) -> list[bytes]:
    """Every signature in these headers: one may hold several, separated by commas."""
    values = ",".join(request.headers.get(header, "") for header in headers).split(",")
    return [value.strip().encode("utf-8", "replace") for value in values if value.strip()]


def _nonce(request: CarrierRequest, version: str) -> bytes:
    """What follows the signed address: V3 sets the nonce off by a dot."""
    nonce = request.headers.get(f"x-plivo-signature-{version}-nonce", "")
    if not nonce:
        raise Refused(401, "missingSignature")
    return (b"." if version == "v3" else b"") + nonce.encode("utf-8", "replace")


def _base(url: str) -> bytes:
    return url.partition("#")[0].partition("?")[0].encode("utf-8", "replace")


def _signed_v3(request: CarrierRequest) -> bytes:
    """`base?sorted query.sorted parameters`, everything decoded; a lone `?` stays where only the body has any."""
    body = b"" if request.method == "GET" else request.body
    if request.query.count("&") + body.count(b"&") >= MAX_FIELDS:
        raise Refused(401, "tooManyFields")
    query = _pairs(form_of(request.query.encode("utf-8", "replace")), b"=", b"&")
    fields = _pairs(form_of(body), b"", b"")
    question = b"?" if query or fields else b""
    dot = b"." if query and fields else b""
    return _base(request.url) + question + query + dot + fields


def _pairs(form: Form, equal: bytes, between: bytes) -> bytes:
    return between.join(word + equal + value for word in sorted(form) for value in sorted(form[word]))


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text: Plivo joins the parts."""
    raw = raw_form(request)
    if not raw:
        return []
    form = bounded_form(raw)
    media = _media(form)
    needed = NAMES[:3] if media else NAMES
    texts = texts_of(form, needed, ("Text", "Units"))
    return [
        build_sms(
            NAMES,
            texts["MessageUUID"],
            texts["From"],
            texts["To"],
            texts.get("Text", ""),
            segments=whole(texts.get("Units")),
            media=media,
        )
    ]


def _media(form: Form) -> list[str]:
    """Media0, Media1 … as far as they go."""
    links: list[str] = []
    while values := form.get(b"Media%d" % len(links)):
        links.append(values[0].decode("utf-8", "replace"))
    return links
