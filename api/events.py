"""/v1/events: what happened, and /v1/event-types: what can happen."""

from __future__ import annotations

from typing import Any

from drf_spectacular.drainage import set_override
from rest_framework import serializers
from rest_framework.response import Response

from accounts import ids
from accounts.roles import READ, READ_MESSAGES
from api.fields import Id, Raw, Stamp
from api.paging import Paging, page_of, paged
from api.views import ApiRequest, View, operation, query
from delivery.catalog import SUBSCRIBABLE, TYPES, EventType
from delivery.models import Event
from delivery.payload import event_data


class Schema(Raw):
    """Any JSON object."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)
        set_override(self, "field", {"type": "object", "additionalProperties": True})


class EventData(Schema):
    """What an event tells, as webhooks get it."""

    def to_representation(self, event: Event) -> dict[str, Any]:
        return event_data(event.payload, not event.environment.is_live)


class EventSerializer(serializers.Serializer[Event]):
    id = Id("event")
    type = serializers.ChoiceField(SUBSCRIBABLE)
    timestamp = Stamp(source="created_at")
    data = EventData(source="*", help_text="as the type's schema says; ids only")  # type: ignore[assignment]


class EventQuery(Paging):
    type = serializers.ChoiceField(SUBSCRIBABLE, required=False)
    after = serializers.CharField(
        required=False, help_text="id of an event: those behind it, the oldest first; else the newest first"
    )


class EventTypeSerializer(serializers.Serializer[EventType]):
    type = serializers.CharField(source="name")
    description = serializers.CharField()
    subscribable = serializers.SerializerMethodField(help_text="false for texts, which routes send")
    schema = Schema(help_text="JSON schema of the body")
    example = Schema(source="body")

    def get_subscribable(self, type: EventType) -> bool:
        return type.name in SUBSCRIBABLE


class EventTypesSerializer(serializers.Serializer[Any]):
    """All of them; there is no second page."""

    data = EventTypeSerializer(many=True)  # type: ignore[assignment]


class Events(View):
    @operation("listEvents", READ_MESSAGES, page_of(EventSerializer), query=EventQuery)
    def get(self, request: ApiRequest) -> Response:
        asked = query(request, EventQuery)
        rows = request.environment.events.select_related("environment")
        if "type" in asked:
            rows = rows.filter(type=asked["type"])
        if "after" not in asked:
            return paged(request, rows, EventSerializer, asked=asked)
        after = ids.parse("event", asked["after"])
        # An id that is none is behind everything, as one that is not there yet would be.
        rows = rows.filter(pk__gt=after) if after else rows.none()
        return paged(request, rows, EventSerializer, asked=asked, by="pk")


class EventTypes(View):
    @operation("listEventTypes", READ, EventTypesSerializer)
    def get(self, request: ApiRequest) -> Response:
        return Response(EventTypesSerializer({"data": TYPES}).data)
