"""Clickatell Platform: JSON whose text is percent-encoded in a charset that it names, behind HTTP Basic.

With UTF-8 the text has been seen both plain and percent-encoded; it counts as encoded only where it can be
nothing else, so that `+1` and `100 %` stay what the person wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from numbers.carriers import basic
from numbers.carriers.base import JSON, Answer, CarrierRequest, InboundSms, Unreadable, build_sms, busy
from numbers.carriers.documents import decode
from numbers.carriers.forms import is_escaped, unescaped

NAMES = ("messageId", "fromNumber", "toNumber", "text")
CHARSETS = {"UTF-8": "utf-8", "ISO-8859-1": "latin-1", "UTF-16BE": "utf-16-be"}

name = "clickatell"
methods = frozenset({"POST"})
credentials = basic.credentials
verify = basic.verify
accepted = Answer(200, JSON, b"{}")
deadline_s = 8.0


def try_again(retry_after: int) -> Answer:
    return busy(retry_after, JSON, b"{}")


class _Body(msgspec.Struct):
    id: str | None = msgspec.field(name="messageId", default=None)
    sender: str | None = msgspec.field(name="fromNumber", default=None)
    to: str | None = msgspec.field(name="toNumber", default=None)
    text: str | None = None
    charset: str = "UTF-8"
    timestamp: int | None = None
    status: int | None = msgspec.field(name="statusCode", default=None)


_decoder = msgspec.json.Decoder(_Body)


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text; what has a status code is a delivery report."""
    if not request.body:
        return []
    body = decode(_decoder, request.body)
    if body.status is not None:
        return []
    missing = [
        (f"/{field}", "is required")
        for field, value in zip(NAMES, (body.id, body.sender, body.to, body.text), strict=True)
        if value is None
    ]
    if missing or body.sender is None or body.to is None or body.text is None:
        raise Unreadable(missing)
    content = _decoded(body.text, body.charset.upper())
    sent_at = _sent_at(body.timestamp)
    return [
        build_sms(
            NAMES, body.id, body.sender, body.to, content, sent_at=sent_at, encoding=body.charset.upper()
        )
    ]


def _decoded(text: str, charset: str) -> str:
    codec = CHARSETS.get(charset)
    if codec is None:
        raise Unreadable([("/charset", f"must be one of {', '.join(CHARSETS)}")])
    if codec == "utf-8" and not is_escaped(text):
        return text
    try:
        return unescaped(text).decode(codec)
    except UnicodeError:
        raise Unreadable([("/text", f"is not {charset}")]) from None


def _sent_at(milliseconds: int | None) -> datetime | None:
    try:
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
