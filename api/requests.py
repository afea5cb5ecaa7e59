"""/v1/requests: what was asked of the API, for whoever looks for their own mistake."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts import ids
from accounts.roles import READ_MESSAGES
from api.audit_entries import AnyId
from api.fields import Id, Moment, OrNull, QueryFlag, Stamp, Text
from api.paging import Paging, page_of, paged
from api.views import ApiRequest, View, find, operation, query
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


class RequestQuery(Paging):
    method = serializers.ChoiceField(METHODS, required=False)
    path = Text(required=False, max_length=120, help_text="as in /v1/messages/{message_id}")
    status = serializers.IntegerField(required=False, min_value=100, max_value=599)
    refused = QueryFlag(required=False, default=False, help_text="true: only those answered 400 or more")
    errorCode = serializers.IntegerField(required=False, min_value=1000, max_value=9999)
    actor = AnyId(help_text="id of a key or OAuth client")
    requestId = Text(required=False, max_length=40)

    def get_fields(self) -> dict[str, Any]:
        """The bounds of time too, whose names Python does not allow."""
        bounds = {"at[gte]": Moment(required=False), "at[lt]": Moment(required=False)}
        return super().get_fields() | bounds


NAMES = {
    "errorCode": "error_code",
    "actor": "actor_id",
    "requestId": "request_id",
    "at[gte]": "since",
    "at[lt]": "until",
}


def wanted(asked: dict[str, Any]) -> dict[str, Any]:
    """What the query names, as operations.requests takes it."""
    found = {NAMES.get(name, name): value for name, value in asked.items() if name not in {"limit", "cursor"}}
    if "actor_id" in found:
        _noun, found["actor_id"] = ids.parse_any(found["actor_id"]) or ("", None)
    return found


class Requests(View):
    @operation("listRequests", READ_MESSAGES, page_of(RequestSerializer), query=RequestQuery)
    def get(self, request: ApiRequest) -> Response:
        asked = query(request, RequestQuery)
        rows = requests.search(request.environment, **wanted(asked))
        return paged(request, rows, RequestSerializer, asked=asked)


class OneRequest(View):
    @operation("readRequest", READ_MESSAGES, RequestSerializer)
    def get(self, request: ApiRequest, request_id: str) -> Response:
        row = find(request.environment.requests.all(), "request", request_id)
        return Response(RequestSerializer(row).data)
