"""How a receiver behaves, as the API reads and tells it, and as the audit log keeps it (sandbox.behaviour)."""

from __future__ import annotations

from typing import Any

from drf_spectacular.drainage import set_override

from api.fields import Raw
from sandbox.behaviour import LARGEST_BODY


def whole(low: int, high: int, about: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high, "description": about}


def flag(about: str) -> dict[str, Any]:
    return {"type": "boolean", "description": about}


BEHAVIOUR = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "status": whole(200, 599, "of the answer"),
        "redirect": {
            "type": "integer",
            "enum": [301, 302, 303, 307, 308],
            "description": "instead of a status",
        },
        "retryAfter": whole(0, 86_400, "seconds, in the header Retry-After"),
        "gone": flag("answer 410, which disables an endpoint"),
        "abort": flag("answer `webhook-delivery: abort-message`, which ends the tries of that event"),
        "body": {"type": "string", "maxLength": 4096},
        "bodyBytes": whole(0, LARGEST_BODY, "so long a body"),
        "delayMs": whole(0, 60_000, "before the answer"),
        "drip": flag("answer a byte a second"),
        "disconnect": {
            "type": "string",
            "enum": ["reset", "half"],
            "description": "reset the connection instead of an answer, or break off in the middle of it",
        },
        "failFirst": whole(0, 100, "only so many tries of each event fail"),
        "failRate": whole(0, 100, "only so many in a hundred requests fail, by chance"),
        "seed": whole(0, 2**31 - 1, "of that chance: the same seed fails the same requests"),
    },
}


class BehaviourField(Raw):
    """What a receiver does; empty, it answers 200."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", BEHAVIOUR)
