"""Infobip: JSON with a batch of texts, behind HTTP Basic. There is no signature of its own.

Source: https://www.infobip.com/docs/api/channels/sms/inbound-sms
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from numbers.carriers import basic
from numbers.carriers.base import (
    JSON,
    Answer,
    CarrierRequest,
    InboundSms,
    Unreadable,
    build_sms,
    busy,
    moment,
    whole,
)
from numbers.carriers.documents import decode

FIELDS = ("messageId", "from", "to", "text")

name = "infobip"
methods = frozenset({"POST"})
credentials = basic.credentials
verify = basic.verify
accepted = Answer(200, JSON, b"{}")
deadline_s = 8.0


def try_again(retry_after: int) -> Answer:
    return busy(retry_after, JSON, b"{}")


class _Piece(msgspec.Struct):
    """One piece of an MMS."""

    content_type: str = msgspec.field(name="contentType", default="")
    value: str | None = None
    url: str | None = None


class _Result(msgspec.Struct):
    id: str = msgspec.field(name="messageId")
    to: str
    sender: str | None = msgspec.field(name="from", default=None)
    text: str | None = None
    message: list[_Piece] | str | None = None
    received_at: str | None = msgspec.field(name="receivedAt", default=None)
    count: int | None = msgspec.field(name="smsCount", default=None)
    status: dict[str, object] | None = None


class _Body(msgspec.Struct):
    results: list[_Result]


_decoder = msgspec.json.Decoder(_Body)


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """Every text of the batch; what has a status is a delivery report."""
    if not request.body:
        return []
    results = decode(_decoder, request.body).results
    return [_sms(result, place) for place, result in enumerate(results) if result.status is None]


def _sms(result: _Result, place: int) -> InboundSms:
    content, media = _content(result)
    missing = [
        (f"/results/{place}/{field}", "is required")
        for field, value in (("from", result.sender), ("text", content))
        if value is None
    ]
    if missing or result.sender is None or content is None:
        raise Unreadable(missing)
    return build_sms(
        _names(place),
        result.id,
        result.sender,
        result.to,
        content,
        sent_at=moment(result.received_at),
        segments=whole(result.count),
        media=media,
    )


def _names(place: int) -> tuple[str, str, str, str]:
    id, sender, to, text = (f"results/{place}/{field}" for field in FIELDS)
    return id, sender, to, text


def _content(result: _Result) -> tuple[str | None, list[str]]:
    """The text and links of an SMS, or of the pieces of an MMS."""
    if result.text is not None or not isinstance(result.message, list):
        return result.text, []
    lines = [piece.value for piece in result.message if piece.value and "text" in piece.content_type]
    return "\n".join(lines), [piece.url for piece in result.message if piece.url]
