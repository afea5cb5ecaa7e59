"""/v1/sandboxes: the sandboxes of the organisation, one for each pipeline."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Environment
from accounts.roles import MANAGE_SANDBOXES, READ, SCOPES
from api.api_keys import CreatedApiKeySerializer
from api.deliveries import Nothing
from api.fields import Id, Input, Stamp, Text
from api.listing import Listing, Span, listed, read, read_query
from api.paging import page_of
from api.sandboxed import SandboxView
from api.views import ApiRequest, body, find, operation
from sandbox import sandboxes


class NewSandbox(Input):
    name = Text(max_length=80)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(list(SCOPES)),
        max_length=len(SCOPES),
        required=False,
        help_text="what its first key may do; without them, all that the caller may",
    )


class SandboxChanges(Input):
    name = Text(max_length=80)


class SandboxSerializer(serializers.Serializer[Environment]):
    id = Id("environment")
    name = serializers.CharField()
    createdAt = Stamp(source="created_at")
    current = serializers.SerializerMethodField(help_text="whether the caller belongs to it")
    status = serializers.SerializerMethodField(help_text="emptying: a reset is under way")

    def get_current(self, sandbox: Environment) -> bool:
        return getattr(sandbox, "current", False)

    @extend_schema_field(serializers.ChoiceField(sandboxes.STATUSES))
    def get_status(self, sandbox: Environment) -> str:
        return "ready" if sandbox.emptying_since is None else "emptying"


class SandboxQuery(Listing):
    shape = SandboxSerializer
    createdAt = Span(source="created_at")


class CreatedSandboxSerializer(SandboxSerializer):
    """The only answer that shows its first key."""

    apiKey = serializers.SerializerMethodField()

    def get_apiKey(self, sandbox: Environment) -> CreatedApiKeySerializer:
        made: Any = CreatedApiKeySerializer(self.context["key"], context={"text": self.context["text"]}).data
        return made  # type: ignore[no-any-return]  # its shape, for the API's description


def living(request: ApiRequest) -> QuerySet[Environment]:
    """The organisation's sandboxes, and which of them is the caller's."""
    own = ExpressionWrapper(Q(pk=request.environment.pk), BooleanField())
    return sandboxes.living(request.environment.tenant).annotate(current=own)


def one(request: ApiRequest, sandbox_id: str) -> Environment:
    return find(living(request), "environment", sandbox_id)


def shown(sandbox: Environment, status: int = 200) -> Response:
    return Response(SandboxSerializer(sandbox).data, status)


class Sandboxes(SandboxView):
    @operation("listSandboxes", READ, page_of(SandboxSerializer), query=SandboxQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, living(request), SandboxQuery)

    @operation(
        "createSandbox",
        MANAGE_SANDBOXES,
        CreatedSandboxSerializer,
        status=201,
        body=NewSandbox,
        conflicts=True,
    )
    def post(self, request: ApiRequest) -> Response:
        asked, tenant = body(request, NewSandbox), request.environment.tenant
        made, key, text = sandboxes.create(tenant, request.actor, request.program.scopes, **asked)
        context = {"key": key, "text": text}
        return Response(CreatedSandboxSerializer(made, context=context).data, 201)


class OneSandbox(SandboxView):
    @operation("readSandbox", READ, SandboxSerializer, query=read_query(SandboxSerializer))
    def get(self, request: ApiRequest, sandbox_id: str) -> Response:
        return read(request, one(request, sandbox_id), SandboxSerializer)

    @operation("updateSandbox", MANAGE_SANDBOXES, SandboxSerializer, body=SandboxChanges, conflicts=True)
    def patch(self, request: ApiRequest, sandbox_id: str) -> Response:
        sandbox, name = one(request, sandbox_id), body(request, SandboxChanges)["name"]
        return shown(sandboxes.rename(sandbox, request.actor, name))

    @operation("deleteSandbox", MANAGE_SANDBOXES, None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, sandbox_id: str) -> Response:
        sandboxes.delete(one(request, sandbox_id), request.actor)
        return Response(status=204)


class ResetSandbox(SandboxView):
    @operation("resetSandbox", MANAGE_SANDBOXES, SandboxSerializer, status=202, body=Nothing)
    def post(self, request: ApiRequest, sandbox_id: str) -> Response:
        """Answered once what takes texts is closed; `status` says whether all rows are gone as well."""
        sandbox = one(request, sandbox_id)
        body(request, Nothing)
        return shown(sandboxes.reset(sandbox, request.actor), 202)
