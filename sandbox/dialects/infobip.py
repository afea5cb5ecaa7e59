"""Infobip: a batch in JSON, unsigned; HTTP Basic says who calls."""

from __future__ import annotations

from sandbox.dialects.base import JSON, Text, Way, Written, bare, basic, dumped, to_the_second
from sandbox.dialects.base import login as credentials

__all__ = ["credentials", "hands_over_parts", "tells_time", "write"]

hands_over_parts = False
tells_time = True


def write(text: Text, way: Way) -> Written:
    result = {
        "cleanText": text.content,
        "from": bare(text.sender),
        "keyword": "",
        "messageId": text.id,
        "receivedAt": f"{to_the_second(text.sent_at):%Y-%m-%dT%H:%M:%S}.000+0000",
        "smsCount": text.segments,
        "text": text.content,
        "to": bare(text.recipient),
    }
    body = dumped({"results": [result], "messageCount": 1, "pendingMessageCount": 0})
    return Written(body, {"Content-Type": JSON} | basic(way.credentials))
