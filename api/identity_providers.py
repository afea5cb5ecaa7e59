"""/v1/identity-providers: single sign-on of the tenant's people, for both of its environments. There is one at most."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts import sso
from accounts.models import IdentityProvider
from accounts.oidc import Refused
from accounts.roles import MANAGE_MEMBERS, Role
from api.deliveries import Nothing
from api.fields import Flag, Id, Input, Stamp, Text
from api.listing import Listing, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, body, find, operation
from delivery import outside

COLUMNS = {name: column for column, name in sso.NAMES.items()} | {"clientSecret": "client_secret"}
ISSUER = "as the provider writes it, to the last slash"
DOMAINS = "of the e-mail addresses that may come in"
JOIN_ROLE = "of whoever the provider signs in and nobody invited; null: they stay out"
ENFORCED = "members come in no other way, but owners may"
TRUSTS = "the provider asks everybody for a second factor, though it does not say so"


class NewIdentityProvider(Input):
    issuer = Text(max_length=500, help_text=ISSUER)
    clientId = Text(max_length=255)
    clientSecret = Text(
        max_length=sso.LONGEST_SECRET, trim_whitespace=False, help_text="kept sealed, never shown"
    )
    domains = serializers.ListField(child=Text(max_length=254), help_text=DOMAINS)
    joinRole = serializers.ChoiceField(Role.choices, allow_null=True, required=False, help_text=JOIN_ROLE)
    enforced = Flag(required=False, help_text=ENFORCED)
    trustsSecondFactor = Flag(required=False, help_text=TRUSTS)


class IdentityProviderChanges(Input):
    issuer = Text(max_length=500, required=False, help_text=ISSUER)
    clientId = Text(max_length=255, required=False)
    clientSecret = Text(max_length=sso.LONGEST_SECRET, trim_whitespace=False, required=False)
    domains = serializers.ListField(child=Text(max_length=254), required=False, help_text=DOMAINS)
    joinRole = serializers.ChoiceField(Role.choices, allow_null=True, required=False, help_text=JOIN_ROLE)
    enforced = Flag(required=False, help_text=ENFORCED)
    trustsSecondFactor = Flag(required=False, help_text=TRUSTS)


class IdentityProviderSerializer(serializers.Serializer[IdentityProvider]):
    id = Id("identity_provider")
    issuer = serializers.CharField()
    clientId = serializers.CharField(source="client_id")
    domains = serializers.ListField(child=serializers.CharField())
    joinRole = serializers.SerializerMethodField()
    enforced = serializers.BooleanField()
    trustsSecondFactor = serializers.BooleanField(source="trusts_second_factor")
    redirectUri = serializers.SerializerMethodField(help_text="to register at the provider")
    signInUrl = serializers.SerializerMethodField(help_text="where your people begin")
    createdAt = Stamp(source="created_at")

    @extend_schema_field(serializers.ChoiceField(Role.choices, allow_null=True))
    def get_joinRole(self, provider: IdentityProvider) -> str | None:
        return provider.join_role or None

    def get_redirectUri(self, provider: IdentityProvider) -> str:
        return sso.redirect_uri(provider.tenant)

    def get_signInUrl(self, provider: IdentityProvider) -> str:
        return sso.sign_in_url(provider.tenant)


class IdentityProviderQuery(Listing):
    shape = IdentityProviderSerializer


class IdentityProviderCheck(serializers.Serializer[Any]):
    """Whether the provider answered what each sign-in asks of it, but for the person."""

    right = serializers.BooleanField()
    code = serializers.CharField(allow_null=True, help_text="what is wrong, as a word")
    detail = serializers.CharField(allow_null=True, help_text="and as a sentence")


def own(request: ApiRequest) -> QuerySet[IdentityProvider]:
    return IdentityProvider.objects.select_related("tenant").filter(tenant=request.environment.tenant)


def columns(asked: dict[str, Any]) -> dict[str, Any]:
    return {COLUMNS[name]: value for name, value in asked.items()}


class IdentityProviders(View):
    @operation(
        "listIdentityProviders",
        MANAGE_MEMBERS,
        page_of(IdentityProviderSerializer),
        query=IdentityProviderQuery,
    )
    def get(self, request: ApiRequest) -> Response:
        return listed(request, own(request), IdentityProviderQuery)

    @operation(
        "createIdentityProvider",
        MANAGE_MEMBERS,
        IdentityProviderSerializer,
        status=201,
        body=NewIdentityProvider,
        conflicts=True,
    )
    def post(self, request: ApiRequest) -> Response:
        tenant, held = request.environment.tenant, request.program.scopes
        asked = columns(body(request, NewIdentityProvider))
        made = sso.create(tenant, request.actor, held, outside, **asked)
        return Response(IdentityProviderSerializer(made).data, 201)


class OneIdentityProvider(View):
    def provider(self, request: ApiRequest, id: str) -> IdentityProvider:
        return find(own(request), "identity_provider", id)

    @operation(
        "readIdentityProvider",
        MANAGE_MEMBERS,
        IdentityProviderSerializer,
        query=read_query(IdentityProviderSerializer),
    )
    def get(self, request: ApiRequest, identity_provider_id: str) -> Response:
        return read(request, self.provider(request, identity_provider_id), IdentityProviderSerializer)

    @operation(
        "updateIdentityProvider",
        MANAGE_MEMBERS,
        IdentityProviderSerializer,
        body=IdentityProviderChanges,
        conflicts=True,
    )
    def patch(self, request: ApiRequest, identity_provider_id: str) -> Response:
        provider = self.provider(request, identity_provider_id)
        asked = columns(body(request, IdentityProviderChanges))
        changed = sso.change(provider, request.actor, request.program.scopes, outside, **asked)
        return Response(IdentityProviderSerializer(changed).data)

    @operation("deleteIdentityProvider", MANAGE_MEMBERS, None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, identity_provider_id: str) -> Response:
        sso.remove(self.provider(request, identity_provider_id), request.actor, request.program.scopes)
        return Response(status=204)


class CheckOfIdentityProvider(View):
    @operation("checkIdentityProvider", MANAGE_MEMBERS, IdentityProviderCheck, body=Nothing)
    def post(self, request: ApiRequest, identity_provider_id: str) -> Response:
        provider = find(own(request), "identity_provider", identity_provider_id)
        body(request, Nothing)
        try:
            sso.check(provider, request.actor, outside)
        except Refused as problem:
            return Response({"right": False, "code": problem.code, "detail": problem.detail})
        return Response({"right": True, "code": None, "detail": None})
