"""The events that a customer can subscribe to: a literal table of types, what each tells, and an example.

`GET /v1/event-types` answers it and docs/events.md repeats it (a test compares them). Names, once out, stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import ids
from delivery.payload import THIN
from delivery.retry import ERRORS, Reason
from inbox.codes import PATTERNS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

RECEIVED = "message.received"
DELIVERED = "message.delivered"

ENDPOINT = "ep_06b1qv4e1dkn7bc2mfh3a0tj5o"
MESSAGE = "msg_06b1qv4e1dkn7bc2mfh3a0tj5o"
DELIVERY = "dlv_06b1qv4e1dkn7bc2mfh3a0tj5o"
ISSUE = "iss_06b1qv4e1dkn7bc2mfh3a0tj5o"
SECRET = "sec_06b1qv4e1dkn7bc2mfh3a0tj5o"  # noqa: S105  an id
AT = "2026-11-23T09:30:00.120Z"


def id_of(noun: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{ids.PREFIXES[noun]}_[0-9a-v]{{26}}$"}


CODE = {
    "type": "integer",
    "enum": [kind.code for kind in ERRORS.values()],
    "description": f"{settings.PUBLIC_URL}/docs/errors/<code> says what it means",
}
MOMENT = {"type": "string", "format": "date-time"}
TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
DIVERTED = {**id_of("endpoint"), "type": ["string", "null"]}  # who gets an endpoint's texts meanwhile
ENDPOINT_ONLY = {"endpointId": id_of("endpoint"), "simulated": FLAG}
ABOUT_DELIVERY = {"messageId": id_of("message"), "deliveryId": id_of("delivery"), **ENDPOINT_ONLY}
GIVEN_UP = {**ABOUT_DELIVERY, "errorCode": CODE, "reason": {"type": "string", "enum": Reason.values}}
COUNT = {"type": "integer", "minimum": 0}
QUOTA: Mapping[str, Mapping[str, Any]] = {"messagesAMonth": COUNT, "received": COUNT, "simulated": FLAG}
EXAMPLE_ENDPOINT = {"endpointId": ENDPOINT, "simulated": True}
EXAMPLE_DELIVERY = {"messageId": MESSAGE, "deliveryId": DELIVERY, **EXAMPLE_ENDPOINT}

#: The one-time code that a text of a sandbox tells (inbox.codes).
ONE_TIME_CODE = {
    "type": ["object", "null"],
    "description": "null in live, and where the text tells none",
    "additionalProperties": False,
    "required": ["value", "pattern", "confidence", "host"],
    "properties": {
        "value": TEXT,
        "pattern": {"type": "string", "enum": list(PATTERNS)},
        "confidence": {"type": "number", "minimum": 0, "maximum": 1},
        "host": {"type": ["string", "null"]},
    },
}


@dataclass(frozen=True, slots=True)
class EventType:
    """One row: `fields` are the JSON schemas of what stands in `data`, each always there but where it is sent thin."""

    name: str
    description: StrOrPromise
    fields: Mapping[str, Mapping[str, Any]]
    example: Mapping[str, Any]
    thin: Sequence[str] = ()  # what is left of them in a thin body, where there is such a one

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema (2020-12) of the whole body."""
        required = list(self.thin or self.fields)
        data = {"type": "object", "required": required, "properties": dict(self.fields)}
        body = {"type": {"const": self.name}, "timestamp": MOMENT, "data": data}
        return {"type": "object", "required": list(body), "properties": body}

    @property
    def body(self) -> dict[str, Any]:
        """An example of the whole body."""
        return {"type": self.name, "timestamp": AT, "data": dict(self.example)}


TYPES: tuple[EventType, ...] = (
    EventType(
        RECEIVED,
        _("A text arrived. Routes decide where it goes; nobody subscribes to it."),
        {
            "id": id_of("message"),
            "content": TEXT,
            "senderId": TEXT,
            "receivedAt": MOMENT,
            "numberUsed": TEXT,
            "routingTag": {"type": ["string", "null"]},
            "senderType": TEXT,
            "senderCountry": {"type": ["string", "null"]},
            "sentAt": {"type": ["string", "null"], "format": "date-time"},
            "encoding": {"type": ["string", "null"]},
            "segments": {"type": ["integer", "null"]},
            "partial": FLAG,
            "media": {"type": "array", "items": TEXT},
            "code": ONE_TIME_CODE,
            "simulated": FLAG,
        },
        {
            "id": MESSAGE,
            "content": "482913 est votre code",
            "senderId": "Doctolib",
            "receivedAt": AT,
            "numberUsed": "+33639980001",
            "routingTag": "one-time-code",
            "senderType": "alphanumeric",
            "senderCountry": None,
            "sentAt": None,
            "encoding": None,
            "segments": 1,
            "partial": False,
            "media": [],
            "code": {"value": "482913", "pattern": "keyword", "confidence": 0.9, "host": None},
            "simulated": True,
        },
        thin=THIN,
    ),
    EventType(
        DELIVERED,
        _("A text arrived at an endpoint. One event for each endpoint that it went to."),
        ABOUT_DELIVERY,
        EXAMPLE_DELIVERY,
    ),
    EventType(
        "message.failed",
        _("A text was given up at an endpoint. It stays whole and can be sent again."),
        GIVEN_UP,
        EXAMPLE_DELIVERY | {"errorCode": 5105, "reason": "triesUsed"},
    ),
    EventType(
        "message.expired",
        _("A text was given up because it could not arrive in the time that the endpoint allows."),
        GIVEN_UP,
        EXAMPLE_DELIVERY | {"errorCode": 5113, "reason": "expired"},
    ),
    EventType(
        "endpoint.warned",
        _(
            "An endpoint has failed for an hour, a day, three days or four and a half. After five it is disabled."
        ),
        {
            **ENDPOINT_ONLY,
            "warning": {"type": "integer", "minimum": 1, "maximum": 4},
            "divertedTo": DIVERTED,
        },
        {**EXAMPLE_ENDPOINT, "warning": 1, "divertedTo": None},
    ),
    EventType(
        "endpoint.disabled",
        _(
            "Nothing is sent to an endpoint any more; what comes for it is held, or goes to the one that stands in."
        ),
        {
            **ENDPOINT_ONLY,
            "because": {"type": "string", "enum": ["person", "failing", "gone", "asked"]},
            "divertedTo": DIVERTED,
        },
        {**EXAMPLE_ENDPOINT, "because": "failing", "divertedTo": None},
    ),
    EventType(
        "endpoint.enabled",
        _("A disabled endpoint was enabled; what was held for it is on its way."),
        ENDPOINT_ONLY,
        {**EXAMPLE_ENDPOINT},
    ),
    EventType(
        "endpoint.recovered",
        _("A text arrived at an endpoint that was left alone because it only failed."),
        {**ENDPOINT_ONLY, "failingSince": MOMENT},
        {**EXAMPLE_ENDPOINT, "failingSince": AT},
    ),
    EventType(
        "endpoint.secretRotated",
        _("An endpoint has a new signing secret; those before it sign beside it for the overlap."),
        {**ENDPOINT_ONLY, "secretId": id_of("secret"), "overlapSeconds": {"type": "integer", "minimum": 0}},
        {**EXAMPLE_ENDPOINT, "secretId": SECRET, "overlapSeconds": 86400},
    ),
    EventType(
        "issue.opened",
        _("An endpoint fails in a way in which it did not before. At most one an hour for each issue."),
        {"issueId": id_of("issue"), **ENDPOINT_ONLY, "errorCode": CODE},
        {"issueId": ISSUE, **EXAMPLE_ENDPOINT, "errorCode": 5103},
    ),
    EventType(
        "issue.resolved",
        _("An issue is over: its endpoint recovered, or a person said so."),
        {
            "issueId": id_of("issue"),
            **ENDPOINT_ONLY,
            "errorCode": CODE,
            "because": {"type": "string", "enum": ["recovered", "person"]},
        },
        {"issueId": ISSUE, **EXAMPLE_ENDPOINT, "errorCode": 5103, "because": "recovered"},
    ),
    EventType(
        "quota.warned",
        _("Four fifths of the texts that are expected in a month came in."),
        QUOTA,
        {"messagesAMonth": 10_000, "received": 8_000, "simulated": True},
    ),
    EventType(
        "quota.exceeded",
        _(
            "More texts came in than are expected in a month. All are delivered; the API answers a tenth as often."
        ),
        QUOTA,
        {"messagesAMonth": 10_000, "received": 10_000, "simulated": True},
    ),
)
BY_NAME: Mapping[str, EventType] = {one.name: one for one in TYPES}
#: What an endpoint may ask for.
SUBSCRIBABLE: tuple[str, ...] = tuple(name for name in BY_NAME if name != RECEIVED)
