"""/v1/deliveries: the durable jobs, their attempts, and replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import partial
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Environment
from accounts.roles import READ, READ_MESSAGES, REPLAY
from api import endpoints
from api.attempts import AttemptSerializer
from api.endpoints import EndpointSerializer
from api.fields import Id, Input, OrNull, Stamp
from api.listing import Expand, IdOf, Listing, Span, listed, read, read_query
from api.message_fields import BareMessageSerializer
from api.paging import page_of
from api.views import ApiRequest, View, body, find, operation
from delivery import finding, services
from delivery.catalog import TYPES
from delivery.models import Attempt, Delivery, Endpoint
from delivery.retry import BY_CODE, Reason
from inbox.models import Message

EVENT_TYPES = [type.name for type in TYPES]


class Nothing(Input):
    """An empty object, or no body at all."""


class BareDeliverySerializer(serializers.Serializer[Delivery]):
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


Rows = Sequence[Delivery]


def message_of(environment: Environment, deliveries: Rows) -> Mapping[UUID, Message | None]:
    wanted = {one.message_id for one in deliveries if one.message_id}
    known = finding.readable(environment.messages.all()).in_bulk(wanted)
    return {one.pk: known.get(one.message_id) for one in deliveries if one.message_id}


def endpoint_of(environment: Environment, deliveries: Rows) -> Mapping[UUID, Endpoint | None]:
    known = endpoints.readable(environment.endpoints.all()).in_bulk({one.endpoint_id for one in deliveries})
    return {one.pk: known.get(one.endpoint_id) for one in deliveries}


def attempts_of(environment: Environment, deliveries: Rows) -> Mapping[UUID, list[Attempt]]:
    found: dict[UUID, list[Attempt]] = {delivery.pk: [] for delivery in deliveries}
    for attempt in Attempt.objects.filter(delivery__in=found).order_by("-pk"):
        found[attempt.delivery_id].append(attempt)
    return found


class DeliverySerializer(BareDeliverySerializer):
    message = Expand(BareMessageSerializer(allow_null=True), message_of, READ_MESSAGES)
    endpoint = Expand(EndpointSerializer(), endpoint_of, READ)
    attempts = Expand(AttemptSerializer(many=True), attempts_of, READ_MESSAGES)

    @staticmethod
    def texts_told(deliveries: Rows, members: Set[str]) -> list[UUID]:
        told = dict.fromkeys(one.message_id for one in deliveries if one.message_id)
        return list(told) if "message" in members else []


class DeliveryQuery(Listing):
    shape = DeliverySerializer
    times = "created_at"
    createdAt = Span(source="created_at")
    state = serializers.ChoiceField(Delivery.State.choices, required=False)
    endpointId = IdOf("endpoint", source="endpoint")
    messageId = IdOf("message", source="message")
    eventType = serializers.ChoiceField(EVENT_TYPES, source="event_type", required=False)


class MessageDeliveryQuery(DeliveryQuery):
    messageId = None  # type: ignore[assignment]  # the address says it


class AttemptQuery(Listing):
    shape = AttemptSerializer
    startedAt = Span(source="started_at")
    status = serializers.IntegerField(required=False, min_value=100, max_value=599)
    errorCode = serializers.ChoiceField(sorted(BY_CODE), source="error_code", required=False)


def one(environment: Environment, id: str) -> Delivery:
    return find(environment.deliveries.all(), "delivery", id)


def attempts(environment: Environment, delivery_id: str) -> QuerySet[Attempt]:
    return one(environment, delivery_id).attempts.all()


class Deliveries(View):
    @operation("listDeliveries", READ_MESSAGES, page_of(DeliverySerializer), query=DeliveryQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, partial(finding.deliveries, request.environment), DeliveryQuery)


class OneDelivery(View):
    @operation("readDelivery", READ_MESSAGES, DeliverySerializer, query=read_query(DeliverySerializer))
    def get(self, request: ApiRequest, delivery_id: str) -> Response:
        return read(request, one(request.environment, delivery_id), DeliverySerializer)


class Replay(View):
    @operation("replayDelivery", REPLAY, DeliverySerializer, status=202, body=Nothing, conflicts=True)
    def post(self, request: ApiRequest, delivery_id: str) -> Response:
        delivery = one(request.environment, delivery_id)
        body(request, Nothing)
        return Response(DeliverySerializer(services.replay(delivery, request.actor)).data, 202)


class Attempts(View):
    @operation("listDeliveryAttempts", READ_MESSAGES, page_of(AttemptSerializer), query=AttemptQuery)
    def get(self, request: ApiRequest, delivery_id: str) -> Response:
        return listed(request, attempts(request.environment, delivery_id), AttemptQuery)


class OneAttempt(View):
    @operation("readDeliveryAttempt", READ_MESSAGES, AttemptSerializer, query=read_query(AttemptSerializer))
    def get(self, request: ApiRequest, delivery_id: str, attempt_id: str) -> Response:
        rows = attempts(request.environment, delivery_id)
        return read(request, find(rows, "attempt", attempt_id), AttemptSerializer)


class AnyAttempt(View):
    @operation("readAttempt", READ_MESSAGES, AttemptSerializer, query=read_query(AttemptSerializer))
    def get(self, request: ApiRequest, attempt_id: str) -> Response:
        rows = Attempt.objects.filter(environment=request.environment)
        return read(request, find(rows, "attempt", attempt_id), AttemptSerializer)
