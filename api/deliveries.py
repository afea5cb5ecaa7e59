"""/v1/deliveries: the durable jobs, their attempts, and replay."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Environment
from accounts.roles import READ_MESSAGES, REPLAY
from api.attempts import AttemptSerializer
from api.fields import Id, Input, OrNull, Stamp
from api.paging import Paging, page_of, paged
from api.views import ApiRequest, View, body, find, operation, query, seen_by
from delivery import services
from delivery.models import Attempt, Delivery
from delivery.retry import Reason


class DeliveryQuery(Paging):
    state = serializers.ChoiceField(Delivery.State.choices, required=False)


class Nothing(Input):
    """An empty object, or no body at all."""


class DeliverySerializer(serializers.Serializer[Delivery]):
    id = Id("delivery")
    messageId = Id("message", source="message_id", allow_null=True)
    eventId = Id("event", source="event_id", allow_null=True, help_text="null for a text")
    endpointId = Id("endpoint", source="endpoint_id")
    divertedFrom = Id(
        "endpoint",
        source="diverted_from",
        allow_null=True,
        help_text="the endpoint for which this one stood in",
    )
    eventType = serializers.CharField(source="event_type")
    state = serializers.ChoiceField(Delivery.State.choices)
    flagged = serializers.SerializerMethodField(help_text="it failed for good and needs a person")
    dueAt = Stamp(source="due_at", allow_null=True)
    attemptsMade = serializers.IntegerField(
        source="attempts_made", help_text="since creation or the last replay"
    )
    errorCode = serializers.IntegerField(
        source="error_code", allow_null=True, help_text="of the last attempt"
    )
    reason = OrNull(help_text="why it waits or was given up")
    reasonDetail = serializers.SerializerMethodField(help_text="the same in a sentence")
    replays = serializers.IntegerField()
    createdAt = Stamp(source="created_at")
    finishedAt = Stamp(source="finished_at", allow_null=True)

    def get_reasonDetail(self, delivery: Delivery) -> str | None:
        return str(Reason(delivery.reason).label) if delivery.reason else None

    def get_flagged(self, delivery: Delivery) -> bool:
        return delivery.state == Delivery.State.FAILED


def one(environment: Environment, id: str) -> Delivery:
    return find(environment.deliveries.all(), "delivery", id)


def attempts(environment: Environment, delivery_id: str) -> QuerySet[Attempt]:
    return one(environment, delivery_id).attempts.all()


class Deliveries(View):
    @operation("listDeliveries", READ_MESSAGES, page_of(DeliverySerializer), query=DeliveryQuery)
    def get(self, request: ApiRequest) -> Response:
        asked = query(request, DeliveryQuery)
        rows = request.environment.deliveries.all()
        if "state" in asked:
            rows = rows.filter(state=asked["state"])
        return paged(request, rows, DeliverySerializer, asked=asked)


class OneDelivery(View):
    @operation("readDelivery", READ_MESSAGES, DeliverySerializer)
    def get(self, request: ApiRequest, delivery_id: str) -> Response:
        return Response(DeliverySerializer(one(request.environment, delivery_id)).data)


class Replay(View):
    @operation("replayDelivery", REPLAY, DeliverySerializer, status=202, body=Nothing, conflicts=True)
    def post(self, request: ApiRequest, delivery_id: str) -> Response:
        delivery = one(request.environment, delivery_id)
        body(request, Nothing)
        return Response(DeliverySerializer(services.replay(delivery, request.actor)).data, 202)


class Attempts(View):
    @operation("listDeliveryAttempts", READ_MESSAGES, page_of(AttemptSerializer), query=Paging)
    def get(self, request: ApiRequest, delivery_id: str) -> Response:
        return paged(request, attempts(request.environment, delivery_id), AttemptSerializer)


class OneAttempt(View):
    @operation("readDeliveryAttempt", READ_MESSAGES, AttemptSerializer)
    def get(self, request: ApiRequest, delivery_id: str, attempt_id: str) -> Response:
        rows = attempts(request.environment, delivery_id)
        attempt = find(rows, "attempt", attempt_id)
        return Response(AttemptSerializer(attempt, context=seen_by(request)).data)
