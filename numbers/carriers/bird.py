"""Bird: JSON, signed over time, URL and body hash.

Its payload names no destination number, only Bird's own channel and connector. `channelNumber` of the channel's
settings says what they stand for: one number for all, or `id=number` for each, separated by commas. A text of
a Bird channel that is not named there keeps the Bird channel's id as its recipient, which no number has: so it
is kept for the operator and not lost.
Source: https://docs.bird.com/api/channels-api/supported-channels/programmable-sms/receiving-messages
"""

from __future__ import annotations

import hmac
from binascii import b2a_base64
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    seconds,
    secret_problem,
)
from numbers.carriers.documents import decode
from numbers.phone import normalise

TOLERANCE_S = 5 * 60
EVENT = "sms.inbound"
NAMES = (
    "payload/id",
    "payload/sender/contact/identifierValue",
    "payload/channelId",
    "payload/body/text/text",
)
MAX_MAPPING = 4000
EVERY = ""


@lru_cache(maxsize=1024)
def _numbers(mapping: str) -> Mapping[str, str]:
    """`id=number, id=number` or one number for every Bird channel; ValueError where it is neither."""
    numbers = {}
    for entry in mapping.split(","):
        id, equal, number = entry.rpartition("=")
        id, number = id.strip(), normalise(number)
        digits = number.removeprefix("+")
        if bool(equal) != bool(id) or not (digits.isascii() and digits.isdigit()):
            raise ValueError("not id=number")
        numbers[id or EVERY] = number
    return numbers


def _mapping_problem(mapping: str) -> str | None:
    try:
        if len(mapping) <= MAX_MAPPING and _numbers(mapping):
            return None
    except ValueError:
        pass
    return _("Must be a phone number, or pairs of a Bird channel's id and its number: id=+33…, id=+33….")


name = "bird"
methods = frozenset({"POST"})
credentials: Mapping[str, CredentialField] = {
    "signingKey": CredentialField(
        gettext_lazy("The signing key you chose when you subscribed this URL to Bird's webhooks."),
        secret_problem,
    ),
    "channelNumber": CredentialField(
        gettext_lazy(
            "Bird names its own channel instead of a phone number. Give the number behind it, or for several "
            "Bird channels id=number for each, separated by commas."
        ),
        _mapping_problem,
        required=False,
        secret=False,
    ),
}
accepted = Answer(200, JSON, b"{}")
deadline_s = 8.0


def try_again(retry_after: int) -> Answer:
    return busy(retry_after, JSON, b"{}")


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check MessageBird-Signature over `time\\nURL\\nSHA-256 of the body`, the hash as raw bytes."""
    given = request.headers.get("messagebird-signature", "")
    timestamp = request.headers.get("messagebird-request-timestamp", "")
    if not (given and timestamp):
        raise Refused(401, "missingSignature")
    check_time(request, seconds(timestamp), TOLERANCE_S)
    url = request.url.encode("utf-8", "replace")
    signed = b"%b\n%b\n%b" % (timestamp.encode(), url, sha256(request.body).digest())
    key = credentials["signingKey"].encode()
    expected = b2a_base64(hmac.digest(key, signed, "sha256"), newline=False)
    if not hmac.compare_digest(expected, given.encode("utf-8", "replace")):
        raise Refused(401, "wrongSignature")


class _Contact(msgspec.Struct):
    value: str = msgspec.field(name="identifierValue")


class _Sender(msgspec.Struct):
    contact: _Contact


class _Connector(msgspec.Struct):
    id: str = ""
    value: str = msgspec.field(name="identifierValue", default="")


class _Receiver(msgspec.Struct):
    connector: _Connector = msgspec.field(default_factory=_Connector)


class _Text(msgspec.Struct):
    text: str = ""


class _Item(msgspec.Struct):
    url: str = msgspec.field(name="mediaUrl", default="")


class _Images(msgspec.Struct):
    text: str = ""
    images: list[_Item] = []


class _Files(msgspec.Struct):
    text: str = ""
    files: list[_Item] = []


class _Content(msgspec.Struct):
    type: str
    text: _Text | None = None
    image: _Images | None = None
    file: _Files | None = None


class _Payload(msgspec.Struct):
    id: str
    sender: _Sender
    body: _Content
    channel: str = msgspec.field(name="channelId")
    receiver: _Receiver = msgspec.field(default_factory=_Receiver)
    direction: str = "incoming"
    created_at: str | None = msgspec.field(name="createdAt", default=None)


class _Body(msgspec.Struct):
    payload: _Payload


class _Event(msgspec.Struct):
    event: str


_event = msgspec.json.Decoder(_Event)
_decoder = msgspec.json.Decoder(_Body)


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text, joined by Bird; other events than a received SMS are none."""
    if not request.body or decode(_event, request.body).event != EVENT:
        return []
    payload = decode(_decoder, request.body).payload
    if payload.direction != "incoming":
        return []
    content, media = _content(payload.body)
    recipient = _recipient(payload, credentials.get("channelNumber"))
    sender = payload.sender.contact.value
    sent_at = moment(payload.created_at)
    return [build_sms(NAMES, payload.id, sender, recipient, content, sent_at=sent_at, media=media)]


def _recipient(payload: _Payload, mapping: str | None) -> str:
    numbers = _numbers(mapping) if mapping else {}
    connector = payload.receiver.connector
    for id in (payload.channel, connector.id, EVERY):
        if id in numbers:
            return numbers[id]
    return connector.value or payload.channel


def _content(body: _Content) -> tuple[str, list[str]]:
    if body.text is not None:
        return body.text.text, []
    if body.image is not None:
        return body.image.text, [item.url for item in body.image.images]
    if body.file is not None:
        return body.file.text, [item.url for item in body.file.files]
    raise Unreadable([("/payload/body", "holds neither text nor media")])
