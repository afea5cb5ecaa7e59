"""/v1/events: what happened, and /v1/event-types: what can happen."""

from __future__ import annotations

from typing import Any

from drf_spectacular.drainage import set_override
from rest_framework import serializers
from rest_framework.response import Response

from accounts import ids
from accounts.roles import READ, READ_MESSAGES
from api.event_schemas import BODY, EXAMPLE, PAYLOAD
from api.fields import Id, Raw, Stamp
from api.paging import Paging, page_of, paged
from api.views import ApiRequest, View, operation, query
from delivery.catalog import SUBSCRIBABLE, TYPES, EventType
from delivery.models import Event


class Described(Raw):
    """JSON as that schema says."""

    def __init__(self, schema: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)
        set_override(self, "field", schema)


class EventSerializer(serializers.Serializer[Event]):
    id = Id("event")
    type = serializers.ChoiceField(SUBSCRIBABLE)
    timestamp = Stamp(source="created_at")
    data = Described(  # type: ignore[assignment]  # the metaclass takes fields out of the class
        PAYLOAD, source="payload", help_text="as the type's schema says; ids only"
    )


class EventQuery(Paging):
    type = serializers.ChoiceField(SUBSCRIBABLE, required=False)
    after = serializers.CharField(
        required=False, help_text="id of an event: those behind it, the oldest first; else the newest first"
    )


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
        asked = query(request, EventQuery)
        rows = request.environment.events.all()
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
