"""Vonage SMS API: query, form or JSON, optionally signed; parts of a long text come one by one.

Signature as in the vendor's `vonage-http-client` package 1.5, `auth.py`, with the account's own method: the
request has no say in it. An account that signs nothing gets HTTP Basic instead. A part of a text in Unicode may
end in half a surrogate pair, in JSON as in a form; the other half comes with the next.
Source: https://developer.vonage.com/en/messaging/sms/guides/inbound-sms
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers import udh
from numbers.carriers import basic, networks
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
    text_problem,
    whole,
)
from numbers.carriers.documents import loads
from numbers.carriers.forms import MAX_FIELDS
from numbers.carriers.octets import from_hex, part_of_octets, part_of_text, spelled

TEXT = "text/plain"
TOLERANCE_S = 5 * 60
MD5_HASH = "md5hash"
METHODS = (MD5_HASH, "md5", "sha1", "sha256", "sha512")
NAMES = ("messageId", "msisdn", "to")
BINARY = "binary"
MOST_PARTS = 255
HALVES = "surrogatepass"

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
        unless=("username",),
    ),
    "signatureMethod": CredentialField(
        gettext_lazy("How the account signs: md5hash, or HMAC by md5, sha1, sha256 or sha512."),
        _method_problem,
        required=False,
        secret=False,
        needs="signatureSecret",
    ),
    **basic.optional,
    "apiKey": CredentialField(
        gettext_lazy("The API key of your Vonage account, to buy numbers with."),
        secret_problem,
        required=False,
        secret=False,
        needs="apiSecret",
    ),
    "apiSecret": CredentialField(
        gettext_lazy("The API secret that goes with it."), secret_problem, required=False, needs="apiKey"
    ),
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
    networks.check(request, credentials)
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
    text = "data" if fields.get("type") == BINARY else "text"
    missing = [(f"/{field}", "is required") for field in (*NAMES, text) if field not in fields]
    if missing:
        raise Unreadable(missing)
    content, part = _binary(fields) if text == "data" else _text(fields)
    return [
        build_sms(
            (*NAMES, text),
            fields["messageId"],
            fields["msisdn"],
            fields["to"],
            content,
            sent_at=moment(fields.get("message-timestamp")),
            encoding=fields.get("type", "") or None,
            part=part,
        )
    ]


def _text(fields: Fields) -> tuple[str, Part | None]:
    """What it says, and the part that it is of a longer text."""
    place = _place(fields)
    if place is None:
        return fields["text"], None
    part = part_of_text(place, fields["text"])
    return spelled(part), part


def _binary(fields: Fields) -> tuple[str, Part | None]:
    """The same of octets, whose user data header may tell the place too."""
    octets = from_hex("data", fields["data"])
    place = _place(fields) or udh.place_of(from_hex("udh", fields.get("udh", "")))
    return octets.hex(), part_of_octets(place, octets) if place else None


def _place(fields: Fields) -> udh.Place | None:
    """Where a part stands; a text whose place makes no sense counts as whole, for it must not be lost."""
    if fields.get("concat") != "true":
        return None
    reference = fields.get("concat-ref", "")
    total = whole(fields.get("concat-total"), MOST_PARTS)
    number = whole(fields.get("concat-part"), MOST_PARTS)
    if total is None or number is None or not reference or text_problem(reference, 64):
        return None
    return udh.place(reference, total, number)


def _raw(request: CarrierRequest) -> bytes:
    """The body, or the query where there is none."""
    body = b"" if request.method == "GET" else request.body
    return body or request.query.encode("utf-8", "replace")


def _fields(request: CarrierRequest) -> Fields:
    """Every parameter as text; of a repeated one the first."""
    raw = _raw(request)
    if raw.lstrip()[:1] == b"{":
        return {word: _written(word, value) for word, value in _members(raw).items() if value is not None}
    try:
        # Half a surrogate pair, which strict UTF-8 knows not, is checked where the text is whole.
        pairs = parse_qsl(
            raw.decode("utf-8", HALVES), keep_blank_values=True, errors=HALVES, max_num_fields=MAX_FIELDS
        )
    except UnicodeError:
        raise Unreadable([("", "is not UTF-8")]) from None
    except ValueError:
        raise Unreadable([("", f"has more than {MAX_FIELDS} fields")]) from None
    return dict(reversed(pairs))


def _members(raw: bytes) -> Mapping[str, object]:
    document = loads(raw)
    if not isinstance(document, dict):
        raise Unreadable([("", "is not a JSON object")])
    return document


def _written(word: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise Unreadable([(f"/{word}", "must be a string")])
    return str(value)
