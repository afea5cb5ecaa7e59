"""The parts of an endpoint that are objects of their own: how it is tried, and the request that a callback makes."""

from __future__ import annotations

from typing import Any

from drf_spectacular.drainage import set_override

from api.fields import Raw
from delivery.expectation import LONGEST, MOST_STATUSES, STATUSES
from delivery.policy import DEADLINES_S, LONGEST_PAUSE_S, MOST_TRIES, ON_FAILURE, TREATMENTS, WITHIN_S
from delivery.template import (
    CONTENT_TYPES,
    LONGEST_BODY,
    LONGEST_NAME,
    LONGEST_PATH,
    LONGEST_VALUE,
    METHODS,
    MOST_FIELDS,
)


def between(low: int, high: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


POLICY = shape(
    retry={
        "oneOf": [
            shape(
                delaysSeconds={
                    "type": "array",
                    "maxItems": MOST_TRIES - 1,
                    "items": between(1, LONGEST_PAUSE_S),
                    "description": "the pause before each try after the first",
                }
            ),
            shape(
                firstSeconds=between(1, LONGEST_PAUSE_S),
                factor={"type": "number", "minimum": 1, "maximum": 10},
                longestSeconds=between(1, LONGEST_PAUSE_S),
                tries=between(1, MOST_TRIES),
            ),
        ]
    },
    deadlineSeconds=between(*DEADLINES_S) | {"description": "for one try, answer included"},
    deliverWithinSeconds=between(*WITHIN_S)
    | {"description": "from the text's arrival; later it is worthless"},
    onFailure=shape(
        **{
            name: {"type": "string", "enum": [*TREATMENTS, *(["disable"] if name == "410" else [])]}
            for name in ON_FAILURE
        }
    ),
)


class PolicyField(Raw):
    """How tries are made; what is absent is as documented (docs/webhooks.md)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", POLICY)


def text(most: int, told: str = "") -> dict[str, Any]:
    return {"type": "string", "maxLength": most} | ({"description": told} if told else {})


def fields(told: str) -> dict[str, Any]:
    one = shape(name=text(LONGEST_NAME), value=text(LONGEST_VALUE))
    return {"type": "array", "maxItems": MOST_FIELDS, "items": one, "description": told}


TEMPLATE = shape(
    method={"type": "string", "enum": list(METHODS), "default": METHODS[0]},
    path=text(LONGEST_PATH, "goes behind the URL's own path"),
    query=fields("parameters behind the URL's own query"),
    headers=fields("beside those that every delivery has"),
    contentType={"type": "string", "enum": list(CONTENT_TYPES), "default": CONTENT_TYPES[0]},
    body=text(LONGEST_BODY, "with places such as {content}"),
    success=shape(
        statuses={
            "type": "array",
            "maxItems": MOST_STATUSES,
            "items": between(*STATUSES),
            "description": "instead of any 2xx",
        },
        contains=text(LONGEST, "what the answer's body must contain"),
        pointer=text(LONGEST, "JSON pointer (RFC 6901) to the value of the answer that must equal `equals`"),
        equals={"type": ["string", "number", "boolean", "null"]},
    ),
)


class TemplateField(Raw):
    """The request that a callback makes (docs/callback.md)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", TEMPLATE)
