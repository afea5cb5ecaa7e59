"""The parts of an endpoint that are objects of their own: how it is tried, what is sent along, a callback's request."""

from __future__ import annotations

from typing import Any

from drf_spectacular.drainage import set_override

from api.fields import Raw
from delivery import expectation, template
from delivery.access import AUTH_METHODS, LONGEST, LONGEST_NAME, LONGEST_PEM, MOST_HEADERS
from delivery.access_store import shown_access
from delivery.expectation import MOST_STATUSES, STATUSES
from delivery.policy import (
    DEADLINES_S,
    IN_FLIGHT,
    LONGEST_PAUSE_S,
    MOST_TRIES,
    ON_FAILURE,
    ORDER_WAITS_S,
    RATES,
    TREATMENTS,
    WITHIN_S,
)
from delivery.template import CONTENT_TYPES, LONGEST_BODY, LONGEST_PATH, LONGEST_VALUE, METHODS, MOST_FIELDS


def between(low: int, high: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": low, "maximum": high}


def shape(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


RATE = {"type": "number", "minimum": RATES[0], "maximum": RATES[1]}
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
    maxInFlight=between(*IN_FLIGHT) | {"description": "requests at once"},
    ratePerSecond=RATE | {"description": "requests a second"},
    drain=shape(
        ratePerSecond=RATE | {"description": "of what piled up; 100 unless chosen"},
        newestFirst={"type": "boolean"},
    ),
    ordered=shape(
        waitSeconds=between(*ORDER_WAITS_S)
        | {"description": "how long a text waits at most for earlier ones of its sender; 600 unless chosen"}
    )
    | {"description": "texts of one sender come one after another"},
)


class PolicyField(Raw):
    """How tries are made; what is absent is as documented (docs/retries.md)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", POLICY)


def text(longest: int, **more: Any) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest} | more


def secret(longest: int = LONGEST) -> dict[str, Any]:
    told = "null in answers; null or absent keeps what an otherwise same entry had"
    return {"type": ["string", "null"], "maxLength": longest, "description": told}


ACCESS = shape(
    headers={
        "type": "array",
        "maxItems": MOST_HEADERS,
        "items": shape(name=text(LONGEST_NAME), value=secret(), secret={"type": "boolean", "default": True}),
    },
    basic=shape(username=text(LONGEST), password=secret()),
    bearer=shape(token=secret()),
    oauth2=shape(
        tokenUrl=text(2000, format="uri"),
        clientId=text(LONGEST),
        clientSecret=secret(),
        scope=text(LONGEST),
        audience=text(LONGEST),
        authMethod={"type": "string", "enum": list(AUTH_METHODS), "default": AUTH_METHODS[0]},
    ),
    clientCertificate=shape(
        certificate=text(LONGEST_PEM, description="PEM, the client's own first"), key=secret(LONGEST_PEM)
    ),
    caCertificate=text(LONGEST_PEM, description="PEM; issuers to trust instead of the public ones"),
)


class AccessField(Raw):
    """What is sent along: headers, one of basic, bearer and oauth2, certificates (docs/webhooks.md)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        answer = {"type": ["object", "null"]} if self.read_only else {}
        set_override(self, "field", ACCESS | answer)

    def to_representation(self, value: Any) -> Any:
        return shown_access(value)


def fields(told: str) -> dict[str, Any]:
    one = shape(name=text(template.LONGEST_NAME), value=text(LONGEST_VALUE))
    return {"type": "array", "maxItems": MOST_FIELDS, "items": one, "description": told}


TEMPLATE = shape(
    method={"type": "string", "enum": list(METHODS), "default": METHODS[0]},
    path=text(LONGEST_PATH, description="goes behind the URL's own path"),
    query=fields("parameters behind the URL's own query"),
    headers=fields("beside those that every delivery has"),
    contentType={"type": "string", "enum": list(CONTENT_TYPES), "default": CONTENT_TYPES[0]},
    body=text(LONGEST_BODY, description="with places such as {content}"),
    success=shape(
        statuses={
            "type": "array",
            "maxItems": MOST_STATUSES,
            "items": between(*STATUSES),
            "description": "instead of any 2xx",
        },
        contains=text(expectation.LONGEST, description="what the answer's body must contain"),
        pointer=text(expectation.LONGEST, description="JSON pointer (RFC 6901) to what must equal `equals`"),
        equals={"type": ["string", "number", "boolean", "null"]},
    ),
)


class TemplateField(Raw):
    """The request that a callback makes (docs/callback.md)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        set_override(self, "field", TEMPLATE)
