"""Bandwidth: a batch in JSON, unsigned; HTTP Basic says who calls."""

from __future__ import annotations

from accounts.clock import stamp
from sandbox.dialects.base import JSON, Text, Way, Written, basic, dumped
from sandbox.dialects.base import login as credentials

__all__ = ["credentials", "hands_over_parts", "tells_time", "write"]

hands_over_parts = False
tells_time = True


def write(text: Text, way: Way) -> Written:
    message = {
        "direction": "in",
        "from": text.sender,
        "id": text.id,
        "owner": text.recipient,
        "segmentCount": text.segments,
        "text": text.content,
        "time": stamp(text.sent_at),
        "to": [text.recipient],
    }
    event = {
        "description": "Incoming message received",
        "message": message,
        "time": stamp(text.sent_at),
        "to": text.recipient,
        "type": "message-received",
    }
    return Written(dumped([event]), {"Content-Type": JSON} | basic(way.credentials))
