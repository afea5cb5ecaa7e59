"""Vonage Messages API: JSON, vouched for by a token that holds the body's hash.

The token is always HS256 with the account's signature secret. Vonage says that after an internal error it may
call once without a token, and calls again with one when the answer is a 5xx: hence the 503.
Source: https://developer.vonage.com/en/getting-started/concepts/webhooks
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256

import msgspec
from django.utils.translation import gettext_lazy

from numbers.carriers import jwt
from numbers.carriers.base import (
    JSON,
    Answer,
    CarrierRequest,
    CredentialField,
    InboundSms,
    Refused,
    Unreadable,
    build_sms,
    busy,
    check_time,
    moment,
    secret_problem,
    whole,
)
from numbers.carriers.documents import decode

TOLERANCE_S = 5 * 60
ALGORITHMS = {"HS256": "sha256"}
NAMES = ("message_uuid", "from", "to", "text")

name = "vonage-messages"
methods = frozenset({"POST"})
credentials: Mapping[str, CredentialField] = {
    "signatureSecret": CredentialField(
        gettext_lazy("The signature secret in the settings of your Vonage account."), secret_problem
    ),
}
accepted = Answer(200, JSON, b"{}")
deadline_s = 8.0


def try_again(retry_after: int) -> Answer:
    """Vonage repeats for 24 hours."""
    return busy(retry_after, JSON, b"{}")


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check the bearer token: signature, time of issue, hash of the raw body."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(503, "missingSignature")
    claims = jwt.claims(token.strip(), credentials["signatureSecret"].encode(), ALGORITHMS)
    if claims.iat is None or claims.payload_hash is None:
        raise Refused(401, "missingClaim")
    check_time(request, claims.iat, TOLERANCE_S)
    digest = sha256(request.body).hexdigest()
    if not hmac.compare_digest(digest.encode(), claims.payload_hash.lower().encode("utf-8", "replace")):
        raise Refused(401, "wrongSignature")


class _Media(msgspec.Struct):
    url: str = ""


class _Sms(msgspec.Struct):
    num_messages: str | int | None = None


class _Body(msgspec.Struct):
    message_uuid: str | None = None
    to: str | None = None
    sender: str | None = msgspec.field(name="from", default=None)
    channel: str | None = None
    message_type: str | None = None
    text: str | None = None
    timestamp: str | None = None
    status: str | None = None
    sms: _Sms | None = None
    image: _Media | None = None
    audio: _Media | None = None
    video: _Media | None = None
    vcard: _Media | None = None
    file: _Media | None = None


_decoder = msgspec.json.Decoder(_Body)


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text; Vonage joins the parts. Reports and other channels' messages are none."""
    if not request.body:
        return []
    body = decode(_decoder, request.body)
    if body.status is not None or body.channel not in (None, "sms", "mms"):
        return []
    media = [part.url for part in (body.image, body.audio, body.video, body.vcard, body.file) if part]
    text = body.text if body.text is not None or not media else ""
    missing = [
        (f"/{field}", "is required")
        for field, value in (("from", body.sender), ("to", body.to), ("text", text))
        if value is None
    ]
    if missing or body.sender is None or body.to is None or text is None:
        raise Unreadable(missing)
    segments = whole(body.sms.num_messages) if body.sms else None
    sent_at = moment(body.timestamp)
    return [
        build_sms(
            NAMES,
            body.message_uuid,
            body.sender,
            body.to,
            text,
            sent_at=sent_at,
            segments=segments,
            media=media,
        )
    ]
