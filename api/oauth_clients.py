"""/v1/oauth-clients: programs that fetch short-lived access tokens at /oauth/token."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts import clients
from accounts.models import OAuthClient
from accounts.roles import MANAGE_KEYS, SCOPES
from api.api_keys import NETWORKS_HELP, Overlap
from api.fields import Id, Input, Stamp, Text
from api.listing import Listing, Present, Span, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, body, find, operation


class NewOAuthClient(Input):
    name = Text(max_length=80)
    scopes = serializers.ListField(child=serializers.ChoiceField(list(SCOPES)), max_length=len(SCOPES))
    allowedNetworks = serializers.ListField(
        child=Text(max_length=50), source="allowed_networks", required=False, help_text=NETWORKS_HELP
    )


class OAuthClientChanges(Input):
    name = Text(max_length=80, required=False)
    allowedNetworks = serializers.ListField(
        child=Text(max_length=50), source="allowed_networks", required=False, help_text=NETWORKS_HELP
    )


class OAuthClientSerializer(serializers.Serializer[OAuthClient]):
    id = Id("client", help_text="the client_id")
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(list(SCOPES)))
    allowedNetworks = serializers.ListField(child=serializers.CharField(), source="allowed_networks")
    createdAt = Stamp(source="created_at")
    formerSecretEndsAt = Stamp(
        source="former_ends_at", allow_null=True, help_text="until then the secret before works as well"
    )
    lastUsedAt = Stamp(source="last_used_at", allow_null=True, help_text="when it last fetched a token")
    revokedAt = Stamp(source="revoked_at", allow_null=True)


class OAuthClientQuery(Listing):
    shape = OAuthClientSerializer
    createdAt = Span(source="created_at")
    revoked = Present(source="revoked_at")


class CreatedOAuthClientSerializer(OAuthClientSerializer):
    """The only answer that shows the secret."""

    clientSecret = serializers.SerializerMethodField(help_text="shown this once")

    def get_clientSecret(self, client: OAuthClient) -> str:
        text: str = self.context["text"]
        return text


def created(client: OAuthClient, text: str) -> Response:
    return Response(CreatedOAuthClientSerializer(client, context={"text": text}).data, 201)


class OAuthClients(View):
    @operation("listOAuthClients", MANAGE_KEYS, page_of(OAuthClientSerializer), query=OAuthClientQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, request.environment.clients.all(), OAuthClientQuery)

    @operation(
        "createOAuthClient", MANAGE_KEYS, CreatedOAuthClientSerializer, status=201, body=NewOAuthClient
    )
    def post(self, request: ApiRequest) -> Response:
        values: dict[str, Any] = body(request, NewOAuthClient)
        held = request.program.scopes
        return created(*clients.create(request.environment, request.actor, held=held, **values))


class OneOAuthClient(View):
    @operation("readOAuthClient", MANAGE_KEYS, OAuthClientSerializer, query=read_query(OAuthClientSerializer))
    def get(self, request: ApiRequest, client_id: str) -> Response:
        return read(request, one(request, client_id), OAuthClientSerializer)

    @operation(
        "updateOAuthClient", MANAGE_KEYS, OAuthClientSerializer, body=OAuthClientChanges, conflicts=True
    )
    def patch(self, request: ApiRequest, client_id: str) -> Response:
        client, changes = one(request, client_id), body(request, OAuthClientChanges)
        changed = clients.change(client, request.actor, request.program.scopes, **changes)
        return Response(OAuthClientSerializer(changed).data)

    @operation("deleteOAuthClient", MANAGE_KEYS, None, status=204)
    def delete(self, request: ApiRequest, client_id: str) -> Response:
        clients.revoke(one(request, client_id), request.actor)
        return Response(status=204)


class RotateOAuthClient(View):
    @operation(
        "rotateOAuthClient",
        MANAGE_KEYS,
        CreatedOAuthClientSerializer,
        status=201,
        body=Overlap,
        conflicts=True,
    )
    def post(self, request: ApiRequest, client_id: str) -> Response:
        client, asked = one(request, client_id), body(request, Overlap)
        return created(*clients.rotate(client, request.actor, request.program.scopes, **asked))


def one(request: ApiRequest, client_id: str) -> OAuthClient:
    return find(request.environment.clients.all(), "client", client_id)
