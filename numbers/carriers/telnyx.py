"""Telnyx: JSON, signed with the account's Ed25519 key over the time and the raw body.

Telnyx waits two seconds, tries a URL three times at most, then the failover URL.
Source: https://developers.telnyx.com/docs/messaging/messages/receiving-webhooks
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.carriers.base import (
    JSON,
    Answer,
    CarrierRequest,
    CredentialField,
    InboundSms,
    Refused,
    build_sms,
    busy,
    check_time,
    moment,
    seconds,
    secret_problem,
    whole,
)
from numbers.carriers.documents import decode

TOLERANCE_S = 5 * 60
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


@lru_cache(maxsize=1024)
def _key(text: str) -> Ed25519PublicKey:
    """ValueError where the text is no key."""
    try:
        raw = b64decode(text, validate=True)
    except Error:
        raise ValueError("not base64") from None
    return Ed25519PublicKey.from_public_bytes(raw)


def _key_problem(text: str) -> str | None:
    try:
        _key(text)
    except ValueError:
        return _("Must be the base64 of a public key of 32 bytes.")
    return None


def _profile_problem(text: str) -> str | None:
    return None if _UUID.fullmatch(text) else _("Must be the id of a messaging profile, a UUID.")


name = "telnyx"
methods = frozenset({"POST"})
credentials: Mapping[str, CredentialField] = {
    "publicKey": CredentialField(
        gettext_lazy("The public key in the Telnyx portal, under Keys & Credentials."),
        _key_problem,
        secret=False,
    ),
    "apiKey": CredentialField(
        gettext_lazy("An API key of the account, to buy numbers with."),
        secret_problem,
        required=False,
        needs="messagingProfileId",
    ),
    "messagingProfileId": CredentialField(
        gettext_lazy(
            "The messaging profile for bought numbers. Its webhook URL becomes that of this channel."
        ),
        _profile_problem,
        required=False,
        secret=False,
        needs="apiKey",
    ),
}
accepted = Answer(200, JSON, b"{}")
deadline_s = 1.5


def try_again(retry_after: int) -> Answer:
    return busy(retry_after, JSON, b"{}")


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check the signature over `{time}|{raw body}`; the time may be five minutes off."""
    signature = request.headers.get("telnyx-signature-ed25519", "")
    timestamp = request.headers.get("telnyx-timestamp", "")
    if not (signature and timestamp):
        raise Refused(401, "missingSignature")
    check_time(request, seconds(timestamp), TOLERANCE_S)
    try:
        given = b64decode(signature, validate=True)
        _key(credentials["publicKey"]).verify(given, timestamp.encode() + b"|" + request.body)
    except (InvalidSignature, ValueError):  # binascii.Error is a ValueError
        raise Refused(401, "wrongSignature") from None


class _Address(msgspec.Struct):
    phone_number: str


class _Media(msgspec.Struct):
    url: str | None = None


class _Payload(msgspec.Struct):
    id: str
    sender: _Address = msgspec.field(name="from")
    to: list[_Address]
    text: str | None = None
    media: list[_Media] = []
    encoding: str | None = None
    parts: int | None = None
    received_at: str | None = None


class _Data(msgspec.Struct):
    event_type: str
    payload: msgspec.Raw = msgspec.Raw(b"{}")
    occurred_at: str | None = None


class _Body(msgspec.Struct):
    data: _Data


class _Inner(msgspec.Struct):
    payload: _Payload


class _Message(msgspec.Struct):
    data: _Inner


_decoder = msgspec.json.Decoder(_Body)
_message = msgspec.json.Decoder(_Message)


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text for each number it was sent to; other events than a received message are none."""
    if not request.body:
        return []
    data = decode(_decoder, request.body).data
    if data.event_type != "message.received":
        return []
    payload = decode(_message, request.body).data.payload
    sent_at = moment(payload.received_at or data.occurred_at)
    media = [item.url for item in payload.media if item.url]
    return [
        build_sms(
            _names(place),
            payload.id,
            payload.sender.phone_number,
            to.phone_number,
            payload.text or "",
            sent_at=sent_at,
            encoding=payload.encoding,
            segments=whole(payload.parts),
            media=media,
        )
        for place, to in enumerate(payload.to)
    ]


def _names(place: int) -> tuple[str, str, str, str]:
    return "data/payload/id", "data/payload/from", f"data/payload/to/{place}", "data/payload/text"
