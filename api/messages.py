"""/v1/messages: what arrived, newest first, with its status and why it went where it went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts import audit
from accounts.audit import Actor
from accounts.models import Environment
from accounts.roles import READ_CONTENT, READ_MESSAGES
from api.deliveries import DeliverySerializer
from api.fields import Id, OfContent, OrNull, Raw, Stamp
from api.paging import Paging, page_of, paged
from api.routes import Value
from api.views import ApiRequest, View, find, operation, seen_by
from delivery.status import with_status
from inbox.models import Message


class FailedConditionSerializer(serializers.Serializer[Any]):
    """The first condition of a route that did not hold. Of senders no value is kept."""

    field = serializers.CharField()
    operator = serializers.CharField()
    value = Value()
    values = serializers.IntegerField(required=False, help_text="how many there are, where not all are shown")


class PassedRouteSerializer(serializers.Serializer[Any]):
    """A route that was asked and did not take the message; or how many more there were."""

    routeId = serializers.CharField(required=False)
    name = serializers.CharField(required=False)
    failed = FailedConditionSerializer(required=False)
    omitted = serializers.IntegerField(required=False)


@extend_schema_field(PassedRouteSerializer(many=True))
class Explanation(Raw):
    """Stored as it is shown (routing.match.Decision)."""


class Media(serializers.ListField):
    """Part of the content: none are shown to who may not read it."""

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) if self.context.get("reads_content") else []


class MessageSerializer(serializers.Serializer[Message]):
    id = Id("message")
    content = OfContent(help_text="null once erased, and without the scope readContent")
    senderId = OfContent(source="sender_id", help_text="likewise")
    contentErasedAt = Stamp(source="content_erased_at", allow_null=True)
    senderType = serializers.CharField(source="sender_type")
    senderCountry = OrNull(source="sender_country", help_text="ISO 3166-1 alpha-2")
    receivedAt = Stamp(source="received_at")
    sentAt = Stamp(source="sent_at", allow_null=True, help_text="as the carrier says")
    numberUsed = serializers.CharField(source="number_used")
    numberId = Id("number", source="number_id")
    channelId = Id("channel", source="channel_id")
    routingTag = OrNull(source="routing_tag")
    routeId = Id("route", source="route_id", allow_null=True)
    routeName = OrNull(source="route_name")
    routeVersion = serializers.IntegerField(source="route_version", allow_null=True)
    explanation = Explanation(help_text="each earlier route, and why it did not take the message")
    status = serializers.ChoiceField(Message.State.choices)
    encoding = OrNull()
    segments = serializers.IntegerField(allow_null=True)
    # DRF's serializers have a `partial` of their own; the metaclass takes ours out of the class, so they never meet.
    partial = serializers.BooleanField(help_text="parts of it did not come in time")  # type: ignore[assignment]
    media = Media(
        child=serializers.CharField(), help_text="links at the carrier; listed, never fetched; likewise"
    )
    simulated = serializers.BooleanField()
    carrierMessageId = OrNull(source="carrier_message_id")


def readable(environment: Environment) -> QuerySet[Message]:
    return with_status(environment.messages.select_related("why"))


def note_read(environment: Environment, actor: Actor, ids: Sequence[str]) -> None:
    """Tell the trail whose texts were told, by their public ids; of none there is nothing to tell."""
    if ids:
        audit.record(actor, "message.read", None, environment=environment, after={"messageIds": list(ids)})


class Messages(View):
    @operation("listMessages", READ_MESSAGES, page_of(MessageSerializer), query=Paging)
    def get(self, request: ApiRequest) -> Response:
        answer = paged(request, readable(request.environment), MessageSerializer)
        if READ_CONTENT in request.program.scopes:  # else nobody was told what they say
            note_read(request.environment, request.actor, [row["id"] for row in answer.data["data"]])
        return answer


class OneMessage(View):
    @operation("readMessage", READ_MESSAGES, MessageSerializer)
    def get(self, request: ApiRequest, message_id: str) -> Response:
        message = find(readable(request.environment), "message", message_id)
        audit.record(request.actor, "message.read", message.pk, environment=request.environment)
        return Response(MessageSerializer(message, context=seen_by(request)).data)


class DeliveriesOfMessage(View):
    @operation("listMessageDeliveries", READ_MESSAGES, page_of(DeliverySerializer), query=Paging)
    def get(self, request: ApiRequest, message_id: str) -> Response:
        message = find(request.environment.messages.all(), "message", message_id)
        return paged(request, message.deliveries.all(), DeliverySerializer)
