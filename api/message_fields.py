"""How a message is shown, without what `expand` adds."""

from __future__ import annotations

import logging
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.encryption import Unsealable
from api.fields import Id, OfContent, OrNull, Raw, Stamp
from api.routes import Value
from inbox.codes import PATTERNS, Code
from inbox.models import Message

log = logging.getLogger("smsgateway.api")


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


class CodeSerializer(serializers.Serializer[Code]):
    """The one-time code that a text tells, as far as can be known."""

    value = serializers.CharField(help_text="what is to be typed, without spaces and dashes")
    pattern = serializers.ChoiceField(PATTERNS, help_text="how it was known")
    confidence = serializers.FloatField(min_value=0, max_value=1)
    host = serializers.CharField(allow_null=True, help_text="the site that the text binds it to, if any")

    def get_attribute(self, instance: Any) -> Any:
        return super().get_attribute(instance) if self.context.get("reads_content") else None


def opened(message: Message) -> Message:
    """The message; what of it does not open is as if it were erased."""
    try:
        _texts = message.content, message.sender_id, message.media
    except Unsealable:
        log.exception("a message does not open", extra={"environment": str(message.environment_id)})
        message.sealed_content = message.sealed_sender = message.sealed_media = None
    return message


class BareMessageSerializer(serializers.Serializer[Message]):
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
    code = CodeSerializer(
        allow_null=True,
        read_only=True,
        help_text="null where the text tells none, in live, and without the scope readContent",
    )
    simulated = serializers.BooleanField()
    carrierMessageId = OrNull(source="carrier_message_id")

    def to_representation(self, message: Message) -> dict[str, Any]:
        """One that does not open keeps no other from being shown."""
        shown: dict[str, Any] = super().to_representation(
            opened(message) if self.context.get("reads_content") else message
        )
        return shown
