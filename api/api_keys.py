"""/v1/api-keys: the keys of this environment. Nobody makes, changes or replaces one that may do more than they may."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts import keys
from accounts.granting import LONGEST_OVERLAP_S, OVERLAP_S
from accounts.models import ApiKey
from accounts.roles import MANAGE_KEYS, SCOPES
from api.fields import Id, Input, Moment, Stamp, Text, Whole
from api.listing import Listing, Present, Span, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, body, find, operation

NETWORKS_HELP = "addresses and networks from which it works; empty: from everywhere"


class NewApiKey(Input):
    name = Text(max_length=80)
    scopes = serializers.ListField(child=serializers.ChoiceField(list(SCOPES)), max_length=len(SCOPES))
    expiresAt = Moment(source="expires_at", required=False, allow_null=True)
    allowedNetworks = serializers.ListField(
        child=Text(max_length=50), source="allowed_networks", required=False, help_text=NETWORKS_HELP
    )


class ApiKeyChanges(Input):
    name = Text(max_length=80, required=False)
    expiresAt = Moment(source="expires_at", required=False, allow_null=True)
    allowedNetworks = serializers.ListField(
        child=Text(max_length=50), source="allowed_networks", required=False, help_text=NETWORKS_HELP
    )


class Overlap(Input):
    overlapSeconds = Whole(
        source="overlap_s",
        default=OVERLAP_S,
        min_value=0,
        max_value=LONGEST_OVERLAP_S,
        help_text="for how long the old one works beside the new one",
    )


class ApiKeySerializer(serializers.Serializer[ApiKey]):
    id = Id("key")
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="how the key begins")
    scopes = serializers.ListField(child=serializers.ChoiceField(list(SCOPES)))
    allowedNetworks = serializers.ListField(child=serializers.CharField(), source="allowed_networks")
    createdAt = Stamp(source="created_at")
    expiresAt = Stamp(source="expires_at", allow_null=True)
    lastUsedAt = Stamp(source="last_used_at", allow_null=True, help_text="to the minute")
    refusedAt = Stamp(
        source="refused_at",
        allow_null=True,
        help_text="when it last came from an address that is not allowed",
    )
    revokedAt = Stamp(source="revoked_at", allow_null=True)
    replacedById = Id("key", source="replaced_by_id", allow_null=True)


class ApiKeyQuery(Listing):
    shape = ApiKeySerializer
    createdAt = Span(source="created_at")
    revoked = Present(source="revoked_at")


class CreatedApiKeySerializer(ApiKeySerializer):
    """The only answer that shows the key itself."""

    key = serializers.SerializerMethodField(help_text="shown this once")

    def get_key(self, key: ApiKey) -> str:
        text: str = self.context["text"]
        return text


def created(key: ApiKey, text: str) -> Response:
    return Response(CreatedApiKeySerializer(key, context={"text": text}).data, 201)


class ApiKeys(View):
    @operation("listApiKeys", MANAGE_KEYS, page_of(ApiKeySerializer), query=ApiKeyQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, request.environment.keys.all(), ApiKeyQuery)

    @operation("createApiKey", MANAGE_KEYS, CreatedApiKeySerializer, status=201, body=NewApiKey)
    def post(self, request: ApiRequest) -> Response:
        values: dict[str, Any] = body(request, NewApiKey)
        held = request.program.scopes
        return created(*keys.create(request.environment, request.actor, held=held, **values))


class OneApiKey(View):
    @operation("readApiKey", MANAGE_KEYS, ApiKeySerializer, query=read_query(ApiKeySerializer))
    def get(self, request: ApiRequest, key_id: str) -> Response:
        return read(request, one(request, key_id), ApiKeySerializer)

    @operation("updateApiKey", MANAGE_KEYS, ApiKeySerializer, body=ApiKeyChanges, conflicts=True)
    def patch(self, request: ApiRequest, key_id: str) -> Response:
        key, changes = one(request, key_id), body(request, ApiKeyChanges)
        changed = keys.change(key, request.actor, request.program.scopes, **changes)
        return Response(ApiKeySerializer(changed).data)

    @operation("deleteApiKey", MANAGE_KEYS, None, status=204)
    def delete(self, request: ApiRequest, key_id: str) -> Response:
        keys.revoke(one(request, key_id), request.actor)
        return Response(status=204)


class RotateApiKey(View):
    @operation("rotateApiKey", MANAGE_KEYS, CreatedApiKeySerializer, status=201, body=Overlap, conflicts=True)
    def post(self, request: ApiRequest, key_id: str) -> Response:
        key, asked = one(request, key_id), body(request, Overlap)
        return created(*keys.rotate(key, request.actor, request.program.scopes, **asked))


def one(request: ApiRequest, key_id: str) -> ApiKey:
    return find(request.environment.keys.all(), "key", key_id)
