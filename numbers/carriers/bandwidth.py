"""Bandwidth: JSON with an array of events, one for each recipient, behind HTTP Basic.

A message to a group comes once for each of our numbers, under one id: number and id together tell a repeat.
Bandwidth waits ten seconds and repeats for 24 hours.
Source: https://dev.bandwidth.com/docs/messaging/webhooks/
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from numbers.carriers import basic
from numbers.carriers.base import JSON, Answer, CarrierRequest, InboundSms, build_sms, busy, moment, whole
from numbers.carriers.documents import decode

RECEIVED = "message-received"
FIELDS = ("message/id", "message/from", "to", "message/text")

name = "bandwidth"
methods = frozenset({"POST"})
credentials = basic.credentials
verify = basic.verify
accepted = Answer(200, JSON, b"{}")
deadline_s = 8.0


def try_again(retry_after: int) -> Answer:
    return busy(retry_after, JSON, b"{}")


class _Message(msgspec.Struct):
    id: str
    sender: str = msgspec.field(name="from")
    text: str = ""
    owner: str | None = None
    media: list[str] | None = None
    count: int | None = msgspec.field(name="segmentCount", default=None)
    time: str | None = None


class _Event(msgspec.Struct):
    type: str
    message: _Message
    to: str | None = None
    time: str | None = None


class _Kind(msgspec.Struct):
    type: str


_kinds = msgspec.json.Decoder(list[_Kind])
_decoder = msgspec.json.Decoder(list[_Event])


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """The received texts among the events."""
    if not request.body:
        return []
    if not any(event.type == RECEIVED for event in decode(_kinds, request.body)):
        return []
    events = decode(_decoder, request.body)
    return [_sms(event, place) for place, event in enumerate(events) if event.type == RECEIVED]


def _sms(event: _Event, place: int) -> InboundSms:
    message = event.message
    id, sender, to, text = (f"{place}/{field}" for field in FIELDS)
    return build_sms(
        (id, sender, to, text),
        message.id,
        message.sender,
        message.owner or event.to or "",
        message.text,
        sent_at=moment(message.time or event.time),
        segments=whole(message.count),
        media=message.media or (),
    )
