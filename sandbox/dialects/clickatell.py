"""Clickatell: JSON with the text percent-encoded in UTF-16, unsigned; HTTP Basic says who calls."""

from __future__ import annotations

from urllib.parse import quote_plus

from sandbox.dialects.base import JSON, Text, Way, Written, bare, basic, dumped
from sandbox.dialects.base import login as credentials

__all__ = ["credentials", "hands_over_parts", "tells_time", "write"]

hands_over_parts = False
tells_time = True


def write(text: Text, way: Way) -> Written:
    body = dumped(
        {
            "charset": "UTF-16BE",
            "fromNumber": bare(text.sender),
            "messageId": text.id,
            "text": quote_plus(text.content.encode("utf-16-be")),
            "timestamp": int(text.sent_at.timestamp() * 1000),
            "toNumber": bare(text.recipient),
        }
    )
    return Written(body, {"Content-Type": JSON} | basic(way.credentials))
