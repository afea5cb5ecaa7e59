"""Sinch SMS: JSON, signed over body, nonce and time, or behind HTTP Basic.

Which of the two an account has, Sinch's account manager sets up; a channel with a webhook secret takes signed
requests only. Sinch repeats after a 5xx for almost a day, the last pause alone being 22 h 45, and never after
a 4xx: so what is refused is answered 503 and comes again once the channel's secret is mended. That repeat may
carry the time of its first try. It is believed for two days, which is less than ids are remembered.
Signature as in the vendor's `sinch` package 2.3.
"""

from __future__ import annotations

import hmac
from binascii import b2a_base64
from collections.abc import Mapping

import msgspec
from django.utils.translation import gettext_lazy

from numbers import udh
from numbers.carriers import basic, networks
from numbers.carriers.base import (
    JSON,
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
)
from numbers.carriers.documents import decode
from numbers.carriers.octets import from_base64, from_hex, part_of_octets

REFUSED = 503
REPEATED_FOR_S = 48 * 60 * 60
SIGNATURE = "x-sinch-webhook-signature"
NAMES = ("id", "from", "to", "body")

name = "sinch"
methods = frozenset({"POST"})
credentials: Mapping[str, CredentialField] = {
    "webhookSecret": CredentialField(
        gettext_lazy("The secret that Sinch signs with. With it, user name and password are not asked for."),
        secret_problem,
        required=False,
        unless=("username",),
    ),
    **basic.optional,
}
accepted = Answer(200, JSON, b"{}")
deadline_s = 8.0


def try_again(retry_after: int) -> Answer:
    return busy(retry_after, JSON, b"{}")


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check the signature over `body.nonce.time`, or HTTP Basic where the channel has no webhook secret."""
    networks.check(request, credentials, REFUSED)
    secret = credentials.get("webhookSecret")
    if not secret:
        basic.verify(request, credentials, REFUSED)
        return
    given = request.headers.get(SIGNATURE, "")
    nonce = request.headers.get(f"{SIGNATURE}-nonce", "")
    timestamp = request.headers.get(f"{SIGNATURE}-timestamp", "")
    if not (given and nonce and timestamp):
        raise Refused(REFUSED, "missingSignature")
    check_time(request, seconds(timestamp, REFUSED), REPEATED_FOR_S, status=REFUSED)
    signed = b"%b.%b.%b" % (request.body, nonce.encode("utf-8", "replace"), timestamp.encode())
    expected = b2a_base64(hmac.digest(secret.encode(), signed, "sha256"), newline=False)
    if not hmac.compare_digest(expected, given.encode("utf-8", "replace")):
        raise Refused(REFUSED, "wrongSignature")


class _Media(msgspec.Struct):
    url: str | None = None


class _MediaBody(msgspec.Struct):
    subject: str | None = None
    message: str | None = None
    media: list[_Media] = []


class _Kind(msgspec.Struct):
    type: str


class _Body(msgspec.Struct):
    id: str
    sender: str = msgspec.field(name="from")
    to: str
    body: str | _MediaBody
    received_at: str | None = None
    sent_at: str | None = None
    udh: str | None = None


BINARY = "mo_binary"
KINDS = frozenset({"mo_text", BINARY, "mo_media"})
_kind = msgspec.json.Decoder(_Kind)
_decoder = msgspec.json.Decoder(_Body)


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text, joined by Sinch; binary ones it does not join. Delivery reports are none."""
    if not request.body:
        return []
    kind = decode(_kind, request.body).type
    if kind not in KINDS:
        return []
    body = decode(_decoder, request.body)
    text, media, part = _binary(body) if kind == BINARY else (*_content(body.body), None)
    return [
        build_sms(
            NAMES,
            body.id,
            body.sender,
            body.to,
            text,
            sent_at=moment(body.sent_at or body.received_at),
            encoding="binary" if kind == BINARY else None,
            media=media,
            part=part,
        )
    ]


def _binary(body: _Body) -> tuple[str, list[str], Part | None]:
    """The octets of a binary text or of one part, as its header says."""
    if not isinstance(body.body, str):
        raise Unreadable([("/body", "must be str, not object")])
    octets = from_base64("body", body.body)
    place = udh.place_of(from_hex("udh", body.udh or ""))
    return octets.hex(), [], part_of_octets(place, octets) if place else None


def _content(body: str | _MediaBody) -> tuple[str, list[str]]:
    if isinstance(body, str):
        return body, []
    text = "\n".join(line for line in (body.subject, body.message) if line)
    media = [item.url for item in body.media if item.url]
    if not text and not media:
        raise Unreadable([("/body", "holds neither text nor media")])
    return text, media
