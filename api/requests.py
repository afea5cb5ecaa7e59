"""/v1/requests: what was asked of the API, for whoever looks for their own mistake."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts import ids
from accounts.problems import BY_NUMBER
from api.errors import BadQuery
from api.fields import Id, OrNull, QueryFlag, Stamp
from api.paging import Paging, page_of, paged
from api.replays import Moment
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
    keyId = serializers.SerializerMethodField()
    address = OrNull(help_text="from where it came")

    @extend_schema_field(Id("key", allow_null=True))
    def get_keyId(self, row: LoggedRequest) -> str | None:
        return ids.public("key", row.actor_id) if row.actor_kind == "key" and row.actor_id else None

    def get_durationMs(self, row: LoggedRequest) -> float:
        return row.duration_us / 1000


class RequestQuery(Paging):
    method = serializers.ChoiceField(METHODS, required=False)
    path = serializers.CharField(required=False, max_length=120, help_text="as in /v1/messages/{message_id}")
    status = serializers.IntegerField(required=False, min_value=100, max_value=599)
    refused = QueryFlag(required=False, default=False, help_text="true: only those answered 400 or more")
    errorCode = serializers.ChoiceField(sorted(BY_NUMBER), required=False)
    keyId = Id("key", required=False)
    requestId = serializers.CharField(required=False, max_length=40)
    since = Moment(required=False, help_text="at that time or later")
    until = Moment(required=False, help_text="and before that")


NAMES = {"errorCode": "error_code", "keyId": "key_id", "requestId": "request_id"}


def wanted(asked: dict[str, Any]) -> dict[str, Any]:
    """What the query names, as operations.requests takes it. Raises BadQuery."""
    found = {NAMES.get(name, name): value for name, value in asked.items() if name not in {"limit", "cursor"}}
    if "key_id" in found:
        found["key_id"] = ids.parse("key", found["key_id"])
        if found["key_id"] is None:
            raise BadQuery("keyId", "invalid_value", _("This is no id of a key."))
    return found


class Requests(View):
    @operation("listRequests", page_of(RequestSerializer), query=RequestQuery)
    def get(self, request: ApiRequest) -> Response:
        asked = query(request, RequestQuery)
        rows = requests.search(request.environment, **wanted(asked))
        return paged(request, rows, RequestSerializer, asked=asked)


class OneRequest(View):
    @operation("readRequest", RequestSerializer)
    def get(self, request: ApiRequest, request_id: str) -> Response:
        return Response(
            RequestSerializer(find(request.environment.requests.all(), "request", request_id)).data
        )
