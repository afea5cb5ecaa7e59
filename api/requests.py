"""/v1/requests: what was asked of the API, for whoever looks for their own mistake."""

from __future__ import annotations

from functools import partial
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts import ids
from accounts.models import Environment
from accounts.roles import READ_MESSAGES
from api.audit_entries import AnyId
from api.fields import Id, OrNull, QueryFlag, Stamp, Text
from api.listing import Listing, Span, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, find, operation
from delivery.finding import Found
from operations import requests
from operations.models import LoggedRequest

METHODS = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS")


class RequestSerializer(serializers.Serializer[LoggedRequest]):
    """One request: never its body, its query or the ids in its path."""

    id = Id("request")
    at = Stamp()
    requestId = serializers.CharField(source="request_id", help_text="as its answer named it in Request-Id")
    method = serializers.CharField()
    path = serializers.CharField(help_text="with names in place of ids: /v1/messages/{message_id}")
    status = serializers.IntegerField()
    errorCode = serializers.IntegerField(source="error_code", allow_null=True)
    durationMs = serializers.SerializerMethodField()
    actorId = serializers.SerializerMethodField(help_text="of the key or OAuth client that asked")
    address = OrNull(help_text="from where it came")

    def get_actorId(self, row: LoggedRequest) -> str:
        return ids.public(row.actor_kind, row.actor_id)

    def get_durationMs(self, row: LoggedRequest) -> float:
        return row.duration_us / 1000


class ActorId(AnyId):
    """The same, as the row's own id."""

    def to_internal_value(self, data: Any) -> Any:
        _noun, id = ids.parse_any(super().to_internal_value(data)) or ("", None)
        return id


class RequestQuery(Listing):
    shape = RequestSerializer
    times = "at"
    method = serializers.ChoiceField(METHODS, required=False)
    path = Text(required=False, max_length=120, help_text="as in /v1/messages/{message_id}")
    status = serializers.IntegerField(required=False, min_value=100, max_value=599)
    refused = QueryFlag(required=False, help_text="true: only those answered 400 or more")
    errorCode = serializers.IntegerField(source="error_code", required=False, min_value=1000, max_value=9999)
    actor = ActorId(source="actor_id", help_text="id of a key or OAuth client")
    requestId = Text(source="request_id", required=False, max_length=40)
    at = Span(source="at")


def search(environment: Environment, **wanted: Any) -> Found[LoggedRequest]:
    return Found((requests.search(environment, **wanted),))


class Requests(View):
    @operation("listRequests", READ_MESSAGES, page_of(RequestSerializer), query=RequestQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, partial(search, request.environment), RequestQuery)


class OneRequest(View):
    @operation("readRequest", READ_MESSAGES, RequestSerializer, query=read_query(RequestSerializer))
    def get(self, request: ApiRequest, request_id: str) -> Response:
        row = find(request.environment.requests.all(), "request", request_id)
        return read(request, row, RequestSerializer)
