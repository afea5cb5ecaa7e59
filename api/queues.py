"""/v1/endpoints/{id}/queue: the texts that wait for whoever asks, taken under a lease and acknowledged."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts import ids
from accounts.errors import Conflict, Invalid
from accounts.roles import RECEIVE
from api import holding
from api.fields import Id, Input, Raw, Stamp, Text
from api.holding import LONGEST_WAIT_S, held
from api.message_fields import CodeSerializer
from api.views import ApiRequest, View, body, find, operation, query
from delivery import queues
from delivery.models import Endpoint


class QueueQuery(Input):
    limit = serializers.IntegerField(default=20, min_value=1, max_value=queues.MOST)
    wait = serializers.IntegerField(
        default=0, min_value=0, max_value=LONGEST_WAIT_S, help_text="seconds to wait for a first text"
    )


class EventDataSerializer(serializers.Serializer[Any]):
    """The text, as webhooks have it."""

    id = Id("message")
    content = serializers.CharField()
    senderId = serializers.CharField()
    receivedAt = serializers.DateTimeField()
    numberUsed = serializers.CharField()
    routingTag = serializers.CharField(allow_null=True)
    senderType = serializers.CharField()
    senderCountry = serializers.CharField(allow_null=True)
    sentAt = serializers.DateTimeField(allow_null=True)
    encoding = serializers.CharField(allow_null=True)
    segments = serializers.IntegerField(allow_null=True)
    partial = serializers.BooleanField()  # type: ignore[assignment]  # see api.messages
    media = serializers.ListField(child=serializers.CharField())
    code = CodeSerializer(allow_null=True, help_text="in a sandbox, where the text tells one")
    simulated = serializers.BooleanField()


class ReceivedTextSerializer(serializers.Serializer[Any]):
    type = serializers.CharField(help_text="message.received")
    timestamp = serializers.DateTimeField()
    data = EventDataSerializer()  # type: ignore[assignment]  # the metaclass takes fields out of the class


@extend_schema_field(ReceivedTextSerializer)
class Event(Raw):
    """What a webhook's body would be (delivery.payload)."""


class ItemSerializer(serializers.Serializer[queues.Item]):
    deliveryId = Id("delivery", source="delivery")
    attempt = serializers.IntegerField(help_text="how often it was offered, this time included")
    payload = Event(help_text="what a webhook's body would be")


class TakenSerializer(serializers.Serializer[queues.Taken]):
    """Texts that are nobody else's until leasedUntil; what is not acknowledged by then is offered again."""

    lease = serializers.SerializerMethodField(help_text="acknowledge with it; null where nothing waits")
    leasedUntil = serializers.SerializerMethodField()
    data = ItemSerializer(many=True, source="items")  # type: ignore[assignment]

    def get_lease(self, taken: queues.Taken) -> str | None:
        return ids.public("lease", taken.lease) if taken.items else None

    @extend_schema_field(Stamp(allow_null=True))
    def get_leasedUntil(self, taken: queues.Taken) -> str | None:
        return Stamp().to_representation(taken.until) if taken.items else None


class Settlement(Input):
    lease = Text(max_length=40)
    deliveryIds = serializers.ListField(child=Id("delivery"), min_length=1, max_length=queues.MOST)


class AcknowledgedSerializer(serializers.Serializer[Any]):
    """Which are delivered, and which were lost before: their lease had ended."""

    acknowledged = serializers.ListField(child=Id("delivery"))
    lost = serializers.ListField(child=Id("delivery"))


class ReleasedSerializer(serializers.Serializer[Any]):
    """Which are in the queue again, and which were not held under this lease any more."""

    released = serializers.ListField(child=Id("delivery"))
    lost = serializers.ListField(child=Id("delivery"))


def queue_of(request: ApiRequest, id: str) -> Endpoint:
    rows = request.environment.endpoints.filter(kind=Endpoint.Kind.POLLING, deleted_at=None)
    return find(rows, "endpoint", id)


def open_queue(request: ApiRequest, id: str) -> Endpoint:
    """The queue as it is now. Raises NotFound, and Conflict where it is disabled."""
    queue = queue_of(request, id)
    if queue.disabled_at is not None:
        raise Conflict("endpoint_disabled", _("This endpoint is disabled: enable it first."))
    return queue


def settled(queue: Endpoint, request: ApiRequest) -> tuple[UUID, list[UUID]]:
    """The lease and the deliveries that a body names. Raises Invalid for what is not of this queue."""
    given = body(request, Settlement)
    lease = ids.parse("lease", given["lease"])
    if lease is None:
        raise Invalid([("/lease", "invalid_value", _("This is not what an answer of the queue named."))])
    asked = [ids.parse("delivery", text) for text in given["deliveryIds"]]
    known = set(queue.deliveries.filter(pk__in=[one for one in asked if one]).values_list("pk", flat=True))
    unknown = _("This queue has nothing with this id.")
    errors = [
        (f"/deliveryIds/{place}", "unknown_id", unknown)
        for place, one in enumerate(asked)
        if one not in known
    ]
    if errors:
        raise Invalid(errors)
    return lease, [one for one in asked if one]


class Queue(View):
    http_method_names = ("get",)  # HEAD would take texts and not tell which

    @operation("takeDeliveries", RECEIVE, TakenSerializer, query=QueueQuery, conflicts=True)
    def get(self, request: ApiRequest, queue_id: str) -> Response:
        queue, asked = open_queue(request, queue_id), query(request, QueueQuery)
        taken, headers = held(
            request,
            holding.Queue(queue.pk),
            asked["wait"],
            lambda: queues.take(open_queue(request, queue_id), asked["limit"]),
            lambda taken: taken.items,
        )
        return Response(TakenSerializer(taken).data, headers=headers)


class Acknowledge(View):
    @operation("acknowledgeDeliveries", RECEIVE, AcknowledgedSerializer, body=Settlement)
    def post(self, request: ApiRequest, queue_id: str) -> Response:
        queue = queue_of(request, queue_id)
        lease, asked = settled(queue, request)
        done = queues.acknowledge(queue, lease, asked)
        return Response(split("acknowledged", asked, done))


class Release(View):
    @operation("releaseDeliveries", RECEIVE, ReleasedSerializer, body=Settlement)
    def post(self, request: ApiRequest, queue_id: str) -> Response:
        queue = queue_of(request, queue_id)
        lease, asked = settled(queue, request)
        return Response(split("released", asked, queues.give_back(queue, lease, asked)))


def split(name: str, asked: list[UUID], done: set[UUID]) -> dict[str, list[str]]:
    told = {name: [one for one in asked if one in done], "lost": [one for one in asked if one not in done]}
    return {part: [ids.public("delivery", one) for one in found] for part, found in told.items()}
