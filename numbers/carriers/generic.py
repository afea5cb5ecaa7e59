"""Any system that signs as Standard Webhooks sign: `{"id", "from", "to", "text", "sentAt"}` as JSON.

A stock library of https://www.standardwebhooks.com in any language can send here. For a system that cannot be
changed, the channel's settings say how it shows a secret (`proof`), where its fields are (`mapping`), and what it
wants to be answered.
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.carriers import mapping, networks, proof
from numbers.carriers.base import (
    JSON,
    MAX_CONTENT,
    Answer,
    CarrierRequest,
    CredentialField,
    InboundSms,
    Refused,
    Unreadable,
    as_utc,
    build_sms,
    busy,
    text_problem,
)
from numbers.carriers.rules import whole_number
from numbers.carriers.standard_webhooks import decode_secret, signature

TOLERANCE_S = 5 * 60
# 24 to 64 bytes says the specification, but its own documentation signs with 18, and so do senders.
KEY_BYTES = range(18, 65)
NAMES = ("id", "from", "to", "text")
MAX_ANSWER = 1000  # characters
NO_CONTENT = 204
PLAIN = "text/plain; charset=utf-8"
MEDIA_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}(; ?charset=[\w-]{1,20})?", re.ASCII)


def _secret_problem(secret: str) -> str | None:
    try:
        return None if len(decode_secret(secret)) in KEY_BYTES else _("Must hold 18 to 64 bytes.")
    except ValueError:
        return _("Must be whsec_ and base64.")


def _secret_beside(given: Mapping[str, str]) -> str | None:
    if given.get("bodyKind") == "query":
        return _("A signature is over the body, and a query has none: give a token instead.")
    return None


def _type_problem(media_type: str) -> str | None:
    return None if MEDIA_TYPE.fullmatch(media_type) else _("Must be a media type, such as text/plain.")


def _body_problem(body: str) -> str | None:
    return text_problem(body, MAX_ANSWER) and _("Must be at most %(limit)d characters of plain text.") % {
        "limit": MAX_ANSWER
    }


def _body_beside(given: Mapping[str, str]) -> str | None:
    return _("An answer 204 has no body.") if given.get("answerStatus") == "204" else None


ANSWER = gettext_lazy("What we answer")
answer_settings: Mapping[str, CredentialField] = {
    "answerStatus": CredentialField(
        gettext_lazy("The status of our answer to a text that is stored, 200 to 299; 200 by default."),
        whole_number(range(200, 300)),
        required=False,
        secret=False,
        section=ANSWER,
    ),
    "answerBody": CredentialField(
        gettext_lazy("Its body, such as `ACK`, where the sender wants a certain one."),
        _body_problem,
        required=False,
        secret=False,
        section=ANSWER,
        beside=_body_beside,
    ),
    "answerType": CredentialField(
        gettext_lazy("Its content type; text/plain by default."),
        _type_problem,
        required=False,
        secret=False,
        needs="answerBody",
        section=ANSWER,
    ),
}

name = "generic"
methods = frozenset({"GET", "POST"})
credentials: Mapping[str, CredentialField] = {
    "secret": CredentialField(
        gettext_lazy(
            "The signing secret you share with the sender: whsec_ and the base64 of 18 to 64 random bytes."
        ),
        _secret_problem,
        required=False,
        unless=proof.WAYS[1:],
        beside=_secret_beside,
    ),
    **networks.credentials,
    **proof.credentials,
    **mapping.credentials,
    **answer_settings,
}
accepted = Answer(200, JSON, b'{"status":"accepted"}')
deadline_s = 8.0


def answer_of(credentials: Mapping[str, str]) -> Answer:
    """The acknowledgement that the channel's sender wants."""
    status = int(credentials.get("answerStatus", accepted.status))
    body = credentials.get("answerBody")
    if body is not None:
        return Answer(status, credentials.get("answerType", PLAIN), body.encode())
    return Answer(status, JSON, b"" if status == NO_CONTENT else accepted.body)


def try_again(retry_after: int) -> Answer:
    return busy(retry_after, JSON, b'{"status":"tryAgain"}')


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check what the channel has a secret for, which is a signature of Standard Webhooks unless it says otherwise."""
    networks.check(request, credentials)
    if "secret" in credentials:
        _verify_signature(request, credentials["secret"])
    else:
        proof.verify(request, credentials)


def _verify_signature(request: CarrierRequest, secret: str) -> None:
    """Check `webhook-signature` over id, timestamp and the raw body; the timestamp may be five minutes off."""
    headers = request.headers
    webhook_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    if not (webhook_id and timestamp and signatures):
        raise Refused(401, "missingSignature")
    if not (webhook_id.isascii() and timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12):
        raise Refused(401, "malformedHeader")
    if abs(request.received_at.timestamp() - int(timestamp)) > TOLERANCE_S:
        raise Refused(401, "staleTimestamp")
    signed = b"%b.%b.%b" % (webhook_id.encode(), timestamp.encode(), request.body)
    expected = signature(decode_secret(secret), signed)
    # Bytes, since compare_digest raises on text outside ASCII. Other versions than v1 never compare equal.
    if not any(hmac.compare_digest(expected, s.encode("utf-8", "replace")) for s in signatures.split(" ")):
        raise Refused(401, "wrongSignature")


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text, or as many as the mapping finds; where the body has no id, a signed `webhook-id` tells a repeat."""
    signed_id = request.headers.get("webhook-id") if _is_signed(credentials) else None
    if mapping.credentials.keys().isdisjoint(credentials):
        return [read(request.body, signed_id)]
    return mapping.parse(request, credentials, signed_id)


def _is_signed(credentials: Mapping[str, str]) -> bool:
    return credentials.keys().isdisjoint(proof.WAYS[1:])


class _Body(msgspec.Struct):
    sender: str = msgspec.field(name="from")
    to: str
    text: str
    id: str | None = None
    sent_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = msgspec.field(name="sentAt", default=None)


_decoder = msgspec.json.Decoder(_Body)


def read(body: bytes, fallback_id: str | None) -> InboundSms:
    """The text in a JSON body; Unreadable names each field that is wrong."""
    try:
        fields = _decoder.decode(body)
        sent_at = as_utc(fields.sent_at)
    except (msgspec.MsgspecError, ValueError, RecursionError, OverflowError) as problem:
        raise Unreadable(_explain(body)) from problem
    return build_sms(NAMES, fields.id or fallback_id, fields.sender, fields.to, fields.text, sent_at=sent_at)


def _explain(body: bytes) -> list[tuple[str, str]]:
    """Every field that is wrong.

    Read again with the slower standard library, which lets half a surrogate pair pass and so can name its field.
    """
    try:
        document = json.loads(body.decode())
    except UnicodeDecodeError:
        return [("", "is not UTF-8")]
    except (ValueError, RecursionError):
        return [("", "is not JSON")]
    if not isinstance(document, dict):
        return [("", "is not a JSON object")]
    problems = [(f"/{name}", _field_problem(document, name)) for name in (*NAMES, "sentAt")]
    return [(pointer, problem) for pointer, problem in problems if problem] or [("", "is not JSON")]


def _field_problem(document: Mapping[str, object], name: str) -> str | None:
    value = document.get(name)
    if value is None and name in ("id", "sentAt"):
        return None
    if name not in document:
        return "is required"
    if not isinstance(value, str):
        return "must be a string"
    if name == "sentAt":
        return None if _is_moment(value) else "must be an RFC 3339 time with an offset"
    return text_problem(value, MAX_CONTENT)


def _is_moment(value: str) -> bool:
    try:
        as_utc(msgspec.convert(value, Annotated[datetime, msgspec.Meta(tz=True)]))
    except (msgspec.ValidationError, ValueError, OverflowError):
        return False
    return True
