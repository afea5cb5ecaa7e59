"""/v1/sandbox/receivers: addresses that answer as they are told, and the requests that came there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts import ids
from accounts.encryption import Unsealable
from accounts.roles import CONFIGURE, READ, READ_CONTENT, READ_MESSAGES
from api import holding
from api.behaviour_fields import BehaviourField
from api.errors import BadQuery
from api.fields import Id, Input, Moment, OfContent, OrNull, Stamp, Text
from api.holding import LONGEST_WAIT_S, held
from api.listing import Listing, Span, listed, read, read_query
from api.paging import page_of
from api.sandboxed import SandboxView
from api.views import ApiRequest, body, find, operation, query, seen_by
from delivery.finding import Found
from delivery.receivers import BAD_TLS, PLAIN
from inbox import reading
from sandbox import receivers
from sandbox.receiver import ReceivedRequest, Receiver

MOST_AWAITED = 100
SINCE = "a time, or the id of a request: only what came after it"


class NewReceiver(Input):
    name = Text(max_length=80, default="", allow_blank=True)
    behaviour = BehaviourField(required=False)


class ReceiverChanges(Input):
    name = Text(max_length=80, required=False, allow_blank=True)
    behaviour = BehaviourField(required=False, help_text="replaces the whole behaviour")


class BadTlsSerializer(serializers.Serializer[Any]):
    """The same receiver where a careful client breaks off the TLS handshake."""

    expired = serializers.CharField()
    selfSigned = serializers.CharField()
    wrongHost = serializers.CharField()


class ReceiverSerializer(serializers.Serializer[Receiver]):
    id = Id("receiver")
    name = serializers.CharField()
    url = serializers.SerializerMethodField(
        help_text="for an endpoint of this sandbox; a query changes the behaviour for one request"
    )
    badTlsUrls = serializers.SerializerMethodField()
    behaviour = BehaviourField()
    received = serializers.IntegerField(help_text="requests since it was made or emptied")
    createdAt = Stamp(source="created_at")

    def get_url(self, receiver: Receiver) -> str:
        return receivers.addresses(receiver)[PLAIN]

    @extend_schema_field(BadTlsSerializer)
    def get_badTlsUrls(self, receiver: Receiver) -> dict[str, str]:
        known = receivers.addresses(receiver)
        return {fault: known[fault] for fault in BAD_TLS}


class RequestHeaderSerializer(serializers.Serializer[Any]):
    """One header as it came; of `Authorization` and cookies only the first word."""

    name = serializers.CharField()
    value = serializers.CharField()


class ReceivedRequestSerializer(serializers.Serializer[ReceivedRequest]):
    """A request; what it said is null for who may not read texts."""

    id = Id("received_request")
    number = serializers.IntegerField(help_text="in the order of arrival, from 1 on")
    receivedAt = Stamp(source="received_at")
    method = OfContent()
    path = OfContent(help_text="with its query")
    headers = serializers.ListField(child=RequestHeaderSerializer(), allow_null=True)
    body = OfContent()
    webhookId = OrNull(source="webhook_id")
    repeat = serializers.IntegerField(help_text="how many came before with the same webhook-id")
    attempt = serializers.IntegerField(allow_null=True, help_text="as the request counts")
    signature = serializers.ChoiceField(
        ReceivedRequest.Signature.choices,
        help_text="by the secrets of the endpoints that lead here; stale: more than five minutes old",
    )
    endpointId = Id("endpoint", source="endpoint_id", allow_null=True, help_text="whose secret signed it")
    answeredStatus = serializers.IntegerField(source="status", allow_null=True)
    ending = serializers.ChoiceField(ReceivedRequest.Ending.choices, help_text="what became of the answer")

    @staticmethod
    def texts_told(rows: Sequence[ReceivedRequest], members: Set[str]) -> list[UUID]:
        return messages_in(rows) if members & set(SAID) else []

    def to_representation(self, instance: ReceivedRequest) -> dict[str, Any]:
        said = opened(instance) if self.context.get("reads_content") else None
        for name in SAID:
            setattr(instance, name, said[name] if said else None)
        return super().to_representation(instance)


def messages_in(rows: Iterable[ReceivedRequest]) -> list[UUID]:
    """The texts that requests brought."""
    return list(dict.fromkeys(id for row in rows if (id := ids.parse("message", row.webhook_id))))


SAID = ("method", "path", "headers", "body")


def opened(row: ReceivedRequest) -> dict[str, Any] | None:
    """What a request said; None where it does not open."""
    try:
        request = row.request
    except Unsealable:
        return None
    headers = [{"name": name, "value": value} for name, value in request.headers]
    return {
        "method": request.method,
        "path": request.path,
        "headers": headers,
        "body": request.body.decode(errors="replace"),
    }


class ReceiverQuery(Listing):
    shape = ReceiverSerializer
    createdAt = Span(source="created_at")


class ReceivedRequestQuery(Listing):
    shape = ReceivedRequestSerializer
    since = serializers.CharField(required=False, max_length=60, help_text=SINCE)


class WaitForRequests(Input):
    count = serializers.IntegerField(default=1, min_value=1, max_value=MOST_AWAITED)
    timeout = serializers.IntegerField(default=30, min_value=1, max_value=LONGEST_WAIT_S, help_text="seconds")
    since = serializers.CharField(required=False, max_length=60, help_text=SINCE)


class AwaitedSerializer(serializers.Serializer[Any]):
    """The first requests, oldest first; fewer than asked for where the time was up."""

    data = ReceivedRequestSerializer(many=True)  # type: ignore[assignment]
    complete = serializers.BooleanField(help_text="whether as many came as were waited for")


def receiver_of(request: ApiRequest, id: str) -> Receiver:
    return find(request.environment.receivers.select_related("environment"), "receiver", id)


def requests_since(receiver: Receiver, since: str | None) -> QuerySet[ReceivedRequest]:
    """Raises BadQuery."""
    rows = receivers.kept(receiver)
    if since is None:
        return rows
    if (id := ids.parse("received_request", since)) is not None:
        return rows.filter(pk__gt=id)
    return rows.filter(received_at__gt=moment(since))


def moment(text: str) -> datetime:
    try:
        at: datetime = Moment().run_validation(text)
    except ValidationError:
        detail = _("Must be the id of a request or an RFC 3339 time.")
        raise BadQuery("since", "invalid_value", detail) from None
    return at


def arrived(receiver: Receiver, since: str | None = None) -> Found[ReceivedRequest]:
    return Found((requests_since(receiver, since),))


class Receivers(SandboxView):
    @operation("listReceivers", READ, page_of(ReceiverSerializer), query=ReceiverQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, request.environment.receivers.select_related("environment"), ReceiverQuery)

    @operation("createReceiver", CONFIGURE, ReceiverSerializer, status=201, body=NewReceiver, conflicts=True)
    def post(self, request: ApiRequest) -> Response:
        made = receivers.create(request.environment, request.actor, **body(request, NewReceiver))
        return Response(ReceiverSerializer(made).data, 201)


class OneReceiver(SandboxView):
    @operation("readReceiver", READ, ReceiverSerializer, query=read_query(ReceiverSerializer))
    def get(self, request: ApiRequest, receiver_id: str) -> Response:
        return read(request, receiver_of(request, receiver_id), ReceiverSerializer)

    @operation("updateReceiver", CONFIGURE, ReceiverSerializer, body=ReceiverChanges)
    def patch(self, request: ApiRequest, receiver_id: str) -> Response:
        receiver = receiver_of(request, receiver_id)
        receivers.change(receiver, request.actor, **body(request, ReceiverChanges))
        return Response(ReceiverSerializer(receiver).data)

    @operation("deleteReceiver", CONFIGURE, None, status=204)
    def delete(self, request: ApiRequest, receiver_id: str) -> Response:
        receivers.delete(receiver_of(request, receiver_id), request.actor)
        return Response(status=204)


class ReceivedRequests(SandboxView):
    @operation(
        "listReceivedRequests",
        READ_MESSAGES,
        page_of(ReceivedRequestSerializer),
        query=ReceivedRequestQuery,
    )
    def get(self, request: ApiRequest, receiver_id: str) -> Response:
        receiver = receiver_of(request, receiver_id)
        return listed(request, partial(arrived, receiver), ReceivedRequestQuery)

    @operation("deleteReceivedRequests", CONFIGURE, None, status=204)
    def delete(self, request: ApiRequest, receiver_id: str) -> Response:
        receivers.empty(receiver_of(request, receiver_id), request.actor)
        return Response(status=204)


class WaitForReceived(SandboxView):
    http_method_names = ("get",)

    @operation("awaitReceivedRequests", READ_MESSAGES, AwaitedSerializer, query=WaitForRequests)
    def get(self, request: ApiRequest, receiver_id: str) -> Response:
        receiver, asked = receiver_of(request, receiver_id), query(request, WaitForRequests)
        rows = requests_since(receiver, asked.get("since")).order_by("number")

        def look() -> Sequence[ReceivedRequest]:
            return list(rows[: asked["count"]])

        def complete(found: Sequence[ReceivedRequest]) -> bool:
            return len(found) >= int(asked["count"])

        found, headers = held(request, holding.Arrivals(receiver.pk), asked["timeout"], look, complete)
        if READ_CONTENT in request.program.scopes:
            reading.watched(request.environment, request.actor, messages_in(found))
        shown = {"data": found, "complete": complete(found)}
        return Response(AwaitedSerializer(shown, context=seen_by(request)).data, headers=headers)
