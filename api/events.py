"""/v1/events: what happened, and /v1/event-types: what can happen."""

from __future__ import annotations

from functools import partial
from typing import Any

from drf_spectacular.drainage import set_override
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Environment
from accounts.roles import READ, READ_MESSAGES
from api.event_schemas import BODY, EXAMPLE, PAYLOAD
from api.fields import Id, Raw, Stamp
from api.listing import IdOf, Listing, Span, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, find, operation
from delivery.catalog import SUBSCRIBABLE, TYPES, EventType
from delivery.finding import Found
from delivery.models import Event
from delivery.payload import event_data


class Described(Raw):
    """JSON as that schema says."""

    def __init__(self, schema: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)
        set_override(self, "field", schema)


class EventData(Described):
    """What an event tells, as webhooks get it."""

    def to_representation(self, event: Event) -> dict[str, Any]:
        return event_data(event.payload, not event.environment.is_live)


class EventSerializer(serializers.Serializer[Event]):
    id = Id("event")
    type = serializers.ChoiceField(SUBSCRIBABLE)
    timestamp = Stamp(source="created_at")
    data = EventData(  # type: ignore[assignment]  # the metaclass takes fields out of the class
        PAYLOAD, source="*", help_text="as the type's schema says; ids only"
    )


class EventQuery(Listing):
    shape = EventSerializer
    times = "created_at"
    type = serializers.ChoiceField(SUBSCRIBABLE, required=False)
    timestamp = Span(source="created_at")
    after = IdOf(
        "event", source="pk__gt", help_text="those behind it, the oldest first; else the newest first"
    )


def search(environment: Environment, **wanted: Any) -> Found[Event]:
    rows = environment.events.filter(**wanted).select_related("environment")
    return Found((rows,), "pk" if "pk__gt" in wanted else "-pk")


class EventTypeSerializer(serializers.Serializer[EventType]):
    type = serializers.CharField(source="name")
    description = serializers.CharField()
    subscribable = serializers.SerializerMethodField(help_text="false for texts, which routes send")
    schema = Described(BODY, help_text="JSON schema of the body")
    example = Described(EXAMPLE, source="body")

    def get_subscribable(self, type: EventType) -> bool:
        return type.name in SUBSCRIBABLE


class EventTypesSerializer(serializers.Serializer[Any]):
    """All of them; there is no second page."""

    data = EventTypeSerializer(many=True)  # type: ignore[assignment]


class Events(View):
    @operation("listEvents", READ_MESSAGES, page_of(EventSerializer), query=EventQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, partial(search, request.environment), EventQuery)


class OneEvent(View):
    @operation("readEvent", READ_MESSAGES, EventSerializer, query=read_query(EventSerializer))
    def get(self, request: ApiRequest, event_id: str) -> Response:
        return read(
            request,
            find(request.environment.events.select_related("environment"), "event", event_id),
            EventSerializer,
        )


class EventTypes(View):
    @operation("listEventTypes", READ, EventTypesSerializer)
    def get(self, request: ApiRequest) -> Response:
        return Response(EventTypesSerializer({"data": TYPES}).data)
