"""/v1/messages/{id}/receipt: one story from the carrier to the last confirmation, in milliseconds. It tells no text."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.response import Response

from accounts.roles import READ_MESSAGES
from api.attempts import Milliseconds
from api.fields import Id, OrNull, Stamp
from api.messages import readable
from api.views import ApiRequest, View, find, operation
from delivery.receipt import STEPS, Receipt, Step, receipt_of
from inbox.models import Message


class StepSerializer(serializers.Serializer[Step]):
    step = serializers.ChoiceField([(name, name) for name in STEPS], source="name")
    at = Stamp()
    milliseconds = Milliseconds(source="after_us", help_text="since we accepted it; negative before that")
    deliveryId = Id("delivery", source="delivery.pk", default=None, allow_null=True)
    endpointId = Id("endpoint", source="delivery.endpoint_id", default=None, allow_null=True)
    number = serializers.IntegerField(
        source="attempt.number", default=None, allow_null=True, help_text="of an attempt"
    )
    tookMilliseconds = Milliseconds(source="attempt.total_us", default=None, help_text="an attempt")
    status = serializers.IntegerField(
        source="attempt.status", default=None, allow_null=True, help_text="HTTP status of the answer"
    )
    errorCode = serializers.IntegerField(source="attempt.error_code", default=None, allow_null=True)


class ReceiptSerializer(serializers.Serializer[Receipt]):
    messageId = Id("message", source="message.pk")
    status = serializers.ChoiceField(Message.State.choices, source="message.status")
    routeName = OrNull(source="message.route_name")
    routingTag = OrNull(source="message.routing_tag")
    carrierMilliseconds = Milliseconds(
        source="carrier_us", help_text="from the carrier's own time stamp to us"
    )
    totalMilliseconds = Milliseconds(
        source="total_us",
        help_text="from us to the last confirmation; null until every endpoint confirmed it",
    )
    steps = StepSerializer(many=True)


class ReceiptOfMessage(View):
    @operation("readMessageReceipt", READ_MESSAGES, ReceiptSerializer)
    def get(self, request: ApiRequest, message_id: str) -> Response:
        message = find(readable(request.environment), "message", message_id)
        return Response(ReceiptSerializer(receipt_of(message)).data)
