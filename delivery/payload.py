"""What a webhook carries: the body of `message.received`, whose names outsiders rely on (docs/webhooks.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from accounts.clock import stamp
from accounts.ids import public
from inbox import codes

encode = msgspec.json.Encoder().encode

#: What a thin webhook tells.
THIN = ("id", "receivedAt", "numberUsed", "routingTag", "simulated")


def message_data(row: Mapping[str, Any], content: str, sender: str, media: list[str]) -> dict[str, Any]:
    """A text's fields by their public names; `row` is a message's stored columns, the rest what was sealed."""
    return {
        "id": public("message", row["message_id"]),
        "content": content,
        "senderId": sender,
        "receivedAt": stamp(row["received_at"]),
        "numberUsed": row["number_used"],
        "routingTag": row["routing_tag"] or None,
        "senderType": row["sender_type"],
        "senderCountry": row["sender_country"] or None,
        "sentAt": stamp(row["sent_at"]),
        "encoding": row["encoding"] or None,
        "segments": row["segments"],
        "partial": row["partial"],
        "media": media,
        "code": codes.shown(content) if row["simulated"] else None,
        "simulated": row["simulated"],
    }


def received(data: Mapping[str, Any]) -> dict[str, Any]:
    """`message.received` about a text of these fields."""
    return {"type": "message.received", "timestamp": data["receivedAt"], "data": data}


def message_received(data: Mapping[str, Any]) -> bytes:
    """The exact bytes that are signed and sent."""
    return encode(received(data))


def message_thin(row: Mapping[str, Any]) -> bytes:
    """The same with nothing that was sealed: which text it is, and what decides about reading it."""
    data = {
        "id": public("message", row["message_id"]),
        "receivedAt": stamp(row["received_at"]),
        "numberUsed": row["number_used"],
        "routingTag": row["routing_tag"] or None,
        "simulated": row["simulated"],
    }
    return encode(received(data))


def event(type: str, at: datetime, data: Mapping[str, Any], simulated: bool) -> bytes:
    """The same of any other event (delivery/catalog.py)."""
    return encode({"type": type, "timestamp": stamp(at), "data": event_data(data, simulated)})


def event_data(data: Mapping[str, Any], simulated: bool) -> dict[str, Any]:
    """What an event tells: as it is stored, and whether all that happened in a sandbox."""
    return {**data, "simulated": simulated}
