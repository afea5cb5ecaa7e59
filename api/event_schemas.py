"""What the API's description says of events, made from the catalog: their data, and the schemas told of them."""

from __future__ import annotations

import re
from typing import Any

from delivery.catalog import BY_NAME, SUBSCRIBABLE, TYPES, EventType


def object_of(title: str, **properties: Any) -> dict[str, Any]:
    """The schema of an object that has these and nothing else."""
    return {
        "title": title,
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def data_of(type: EventType) -> dict[str, Any]:
    """The schema of an event's `data`, named after its type: MessageFailedData."""
    words = re.findall("[A-Za-z][a-z]*", type.name)
    return object_of("".join(word[0].upper() + word[1:] for word in words) + "Data", **type.fields)


TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
#: The same of a member of an object in it.
MEMBER = {
    "title": "EventFieldMember",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "type": {"oneOf": [TEXT, TEXTS]},
        "enum": TEXTS,
        "minimum": {"type": "integer"},
        "maximum": {"type": "integer"},
    },
}
#: What the catalog says of one field of `data`, in the words of JSON schema that it uses.
FIELD = {
    "title": "EventField",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "type": {"oneOf": [TEXT, TEXTS]},
        "pattern": TEXT,
        "format": TEXT,
        "enum": {"type": "array", "items": {"type": ["string", "integer"]}},
        "items": object_of("EventItems", type=TEXT),
        "minimum": {"type": "integer"},
        "maximum": {"type": "integer"},
        "additionalProperties": {"type": "boolean"},
        "required": TEXTS,
        "properties": {"type": "object", "additionalProperties": MEMBER},
        "description": TEXT,
    },
}
DATA = object_of(
    "EventDataSchema", type=TEXT, required=TEXTS, properties={"type": "object", "additionalProperties": FIELD}
)
BODY = object_of(
    "EventSchema",
    type=TEXT,
    required=TEXTS,
    properties=object_of(
        "EventMembers",
        type=object_of("EventConstant", const=TEXT),
        timestamp=object_of("EventTime", type=TEXT, format=TEXT),
        data=DATA,
    ),
)
#: `data` of those that somebody can ask for.
PAYLOAD = {"anyOf": [data_of(BY_NAME[name]) for name in SUBSCRIBABLE]}
EXAMPLE = object_of(
    "EventExample",
    type=TEXT,
    timestamp={"type": "string", "format": "date-time"},
    data={"anyOf": [data_of(type) for type in TYPES]},
)
