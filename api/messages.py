"""/v1/messages: what arrived, newest first, with its status and why it went where it went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts import keyring
from accounts.models import Environment
from accounts.roles import READ, READ_CONTENT, READ_MESSAGES
from api import numbers, routes
from api.deliveries import BareDeliverySerializer, DeliverySerializer, MessageDeliveryQuery
from api.fields import Text
from api.listing import Expand, IdOf, Listing, Span, listed, read, read_query
from api.message_fields import BareMessageSerializer
from api.numbers import NumberSerializer
from api.paging import page_of
from api.routes import RouteSerializer
from api.views import ApiRequest, View, find, operation
from delivery import finding
from delivery.finding import Found
from delivery.models import Delivery
from inbox.models import Message
from numbers.models import Assignment
from numbers.phone import normalise
from routing.models import Route

Messages = Sequence[Message]
CONTENT = {"content", "senderId", "media", "code"}


def deliveries_of(environment: Environment, messages: Messages) -> Mapping[UUID, list[Delivery]]:
    found: dict[UUID, list[Delivery]] = {message.pk: [] for message in messages}
    for delivery in environment.deliveries.filter(message__in=found).order_by("-pk"):
        if delivery.message_id is not None:
            found[delivery.message_id].append(delivery)
    return found


def routes_of(environment: Environment, messages: Messages) -> Mapping[UUID, Route | None]:
    known = routes.ordered(environment).in_bulk([one.route_id for one in messages if one.route_id])
    return {one.pk: known.get(one.route_id) for one in messages if one.route_id}


def numbers_of(environment: Environment, messages: Messages) -> Mapping[UUID, Assignment | None]:
    held = numbers.held(environment).filter(number__in={one.number_id for one in messages})
    by_number = {assignment.number_id: assignment for assignment in held}
    return {one.pk: by_number.get(one.number_id) for one in messages}


class MessageSerializer(BareMessageSerializer):
    deliveries = Expand(BareDeliverySerializer(many=True), deliveries_of, READ_MESSAGES)
    route = Expand(RouteSerializer(allow_null=True), routes_of, READ)
    number = Expand(NumberSerializer(allow_null=True), numbers_of, READ)

    @staticmethod
    def texts_told(messages: Messages, members: Set[str]) -> list[UUID]:
        return [message.pk for message in messages] if members & CONTENT else []


class MessageQuery(Listing):
    shape = MessageSerializer
    times = "received_at"
    needs: ClassVar = {"senderId": READ_CONTENT}
    receivedAt = Span(source="received_at")
    status = serializers.ChoiceField(Message.State.choices, required=False)
    numberUsed = Text(source="number_used", required=False, max_length=40, help_text="E.164: + is %2B")
    senderId = Text(
        source="sender",
        required=False,
        max_length=40,
        help_text="the whole of it: + is %2B; takes the scope readContent",
    )
    routingTag = Text(source="routing_tag", required=False, max_length=80)
    routeId = IdOf("route", source="route_id")
    endpointId = IdOf("endpoint", source="endpoint", help_text="that it was to be sent to")


def search(
    environment: Environment, *, sender: str | None = None, number_used: str | None = None, **wanted: Any
) -> Found[Message]:
    if sender is not None:
        wanted["sender_index"] = keyring.of(environment.tenant_id).blind(normalise(sender))
    if number_used is not None:
        wanted["number_used"] = normalise(number_used)
    return finding.messages(environment, **wanted)


def readable(environment: Environment) -> QuerySet[Message]:
    return finding.readable(environment.messages.all())


class MessageList(View):
    @operation("listMessages", READ_MESSAGES, page_of(MessageSerializer), query=MessageQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, partial(search, request.environment), MessageQuery)


class OneMessage(View):
    @operation("readMessage", READ_MESSAGES, MessageSerializer, query=read_query(MessageSerializer))
    def get(self, request: ApiRequest, message_id: str) -> Response:
        message = find(readable(request.environment), "message", message_id)
        return read(request, message, MessageSerializer)


class DeliveriesOfMessage(View):
    @operation(
        "listMessageDeliveries", READ_MESSAGES, page_of(DeliverySerializer), query=MessageDeliveryQuery
    )
    def get(self, request: ApiRequest, message_id: str) -> Response:
        message = find(request.environment.messages.all(), "message", message_id)
        sent = partial(finding.deliveries, request.environment, message=message)
        return listed(request, sent, MessageDeliveryQuery)
