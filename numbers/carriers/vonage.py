"""Vonage SMS API: query, form or JSON, optionally signed; parts of a long text come one by one.

Signature as in the vendor's `vonage-http-client` package 1.5, `auth.py`, with the account's own method: the
request has no say in it. An account that signs nothing gets HTTP Basic instead.
Not in CARRIERS until the parts are joined.
Source: https://developer.vonage.com/en/messaging/sms/guides/inbound-sms
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.carriers import basic
from numbers.carriers.base import (
    Answer,
    CarrierRequest,
    CredentialField,
    InboundSms,
    Part,
    Refused,
    Unreadable,
    build_sms,
    busy,
    check_time,
    moment,
    seconds,
    secret_problem,
    whole,
)
from numbers.carriers.documents import decode
from numbers.carriers.forms import MAX_FIELDS

TEXT = "text/plain"
TOLERANCE_S = 5 * 60
MD5_HASH = "md5hash"
METHODS = (MD5_HASH, "md5", "sha1", "sha256", "sha512")
NAMES = ("messageId", "msisdn", "to", "text")
MOST_PARTS = 255

Fields = Mapping[str, str]


def _method_problem(method: str) -> str | None:
    return None if method in METHODS else _("Must be one of %(known)s.") % {"known": ", ".join(METHODS)}


name = "vonage"
methods = frozenset({"GET", "POST"})
credentials: Mapping[str, CredentialField] = {
    "signatureSecret": CredentialField(
        gettext_lazy("The signature secret in the settings of your Vonage account."),
        secret_problem,
        required=False,
        needs="signatureMethod",
        unless="username",
    ),
    "signatureMethod": CredentialField(
        gettext_lazy("How the account signs: md5hash, or HMAC by md5, sha1, sha256 or sha512."),
        _method_problem,
        required=False,
        secret=False,
        needs="signatureSecret",
    ),
    **basic.optional,
}
accepted = Answer(200, TEXT, b"OK")
deadline_s = 8.0


def try_again(retry_after: int) -> Answer:
    """Vonage repeats for 24 hours."""
    return busy(retry_after, TEXT, b"try again")


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check `sig` over all other parameters, and that `timestamp` is recent. A probe, which is empty, passes."""
    if not _raw(request):
        return
    secret = credentials.get("signatureSecret")
    if not secret:
        basic.verify(request, credentials)
        return
    try:
        fields = _fields(request)
    except Unreadable:
        raise Refused(401, "missingSignature") from None
    if not (fields.get("sig") and fields.get("timestamp")):
        raise Refused(401, "missingSignature")
    check_time(request, seconds(fields["timestamp"]), TOLERANCE_S)
    expected = signature(fields, secret, credentials["signatureMethod"])
    if not hmac.compare_digest(expected.encode(), fields["sig"].lower().encode("utf-8", "replace")):
        raise Refused(401, "wrongSignature")


def signature(fields: Fields, secret: str, method: str) -> str:
    """The hex digest over `&name=value…`, sorted, with `&` and `=` inside values turned into `_`."""
    pairs = (f"&{name}={_harmless(fields[name])}" for name in sorted(fields) if name != "sig")
    signed = "".join(pairs).encode("utf-8", "surrogatepass")
    if method == MD5_HASH:
        return hashlib.md5(signed + secret.encode(), usedforsecurity=False).hexdigest()
    return hmac.digest(secret.encode(), signed, method).hex()


def _harmless(value: str) -> str:
    return value.replace("&", "_").replace("=", "_")


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text or one part of it; [] for an empty probe and for delivery receipts."""
    if not _raw(request):
        return []
    fields = _fields(request)
    if "status" in fields and "text" not in fields:
        return []
    binary = fields.get("type") == "binary"
    content = fields.get("data") if binary else fields.get("text")
    missing = [(f"/{field}", "is required") for field in NAMES[:3] if field not in fields]
    if content is None:
        missing.append(("/data" if binary else "/text", "is required"))
    if missing or content is None:
        raise Unreadable(missing)
    return [
        build_sms(
            NAMES,
            fields["messageId"],
            fields["msisdn"],
            fields["to"],
            content,
            sent_at=moment(fields.get("message-timestamp")),
            encoding=fields.get("type", "")[:20] or None,
            part=_part(fields, content),
        )
    ]


def _part(fields: Fields, content: str) -> Part | None:
    """The place of a part; a text whose place makes no sense counts as whole, for it must not be lost."""
    if fields.get("concat") != "true":
        return None
    total, number = (
        whole(fields.get("concat-total"), MOST_PARTS),
        whole(fields.get("concat-part"), MOST_PARTS),
    )
    reference = fields.get("concat-ref", "")
    if total is None or number is None or number > total or not 0 < len(reference) <= 64:
        return None
    return Part(reference, total, number, content.encode("utf-16-be", "surrogatepass"), "ucs2")


def _raw(request: CarrierRequest) -> bytes:
    """The body, or the query where there is none."""
    body = b"" if request.method == "GET" else request.body
    return body or request.query.encode("utf-8", "replace")


_decoder = msgspec.json.Decoder(dict[str, str | int | float | bool | None])


def _fields(request: CarrierRequest) -> Fields:
    """Every parameter as text; of a repeated one the first."""
    raw = _raw(request)
    if raw.lstrip()[:1] == b"{":
        return {word: _text(value) for word, value in decode(_decoder, raw).items() if value is not None}
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeError:
        raise Unreadable([("", "is not UTF-8")]) from None
    except ValueError:
        raise Unreadable([("", f"has more than {MAX_FIELDS} fields")]) from None
    return dict(reversed(pairs))


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
