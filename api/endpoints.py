"""/v1/endpoints: where a tenant receives. The signing secret is in the answer to the creation and nowhere else."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Environment
from api.fields import Flag, Id, Input, Stamp, Text
from api.paging import Paging, page_of, paged
from api.views import ApiRequest, View, body, find, operation
from delivery import services
from delivery.models import Endpoint
from routing import services as routing_services


class NewEndpoint(Input):
    kind = serializers.ChoiceField(Endpoint.Kind.choices)
    url = Text(max_length=2000)
    description = Text(max_length=200, default="", allow_blank=True)
    isDefault = Flag(source="is_default", default=False, help_text="takes what no route takes")


class EndpointChanges(Input):
    url = Text(max_length=2000, required=False)
    description = Text(max_length=200, required=False, allow_blank=True)
    isDefault = Flag(source="is_default", required=False)
    disabled = Flag(required=False, help_text="true holds what waits; false lets it go")


class EndpointSerializer(serializers.Serializer[Endpoint]):
    id = Id("endpoint")
    kind = serializers.ChoiceField(Endpoint.Kind.choices)
    url = serializers.CharField()
    description = serializers.CharField()
    isDefault = serializers.BooleanField(source="is_default")
    disabled = serializers.SerializerMethodField()
    createdAt = Stamp(source="created_at")

    def get_disabled(self, endpoint: Endpoint) -> bool:
        return endpoint.disabled_at is not None


class ChangedEndpointSerializer(EndpointSerializer):
    """An endpoint as saved, with what its owner should know about the URL."""

    warnings = serializers.SerializerMethodField()

    def get_warnings(self, endpoint: Endpoint) -> list[str]:
        found: list[str] = self.context["warnings"]
        return found


class CreatedEndpointSerializer(ChangedEndpointSerializer):
    """A new endpoint with its signing secret, which is shown this once."""

    secret = serializers.SerializerMethodField(help_text="whsec_…, for any Standard Webhooks library")

    def get_secret(self, endpoint: Endpoint) -> str:
        text: str = self.context["secret"]
        return text


def present(environment: Environment) -> QuerySet[Endpoint]:
    return environment.endpoints.filter(deleted_at=None)


class Endpoints(View):
    @operation("listEndpoints", page_of(EndpointSerializer), query=Paging)
    def get(self, request: ApiRequest) -> Response:
        return paged(request, present(request.environment), EndpointSerializer)

    @operation("createEndpoint", CreatedEndpointSerializer, status=201, body=NewEndpoint)
    def post(self, request: ApiRequest) -> Response:
        values = body(request, NewEndpoint)
        del values["kind"]  # there is one kind so far
        new = services.create_endpoint(request.environment, request.actor, **values)
        told = {"warnings": new.warnings, "secret": new.secret}
        return Response(CreatedEndpointSerializer(new.endpoint, context=told).data, 201)


class OneEndpoint(View):
    def endpoint(self, request: ApiRequest, id: str) -> Endpoint:
        return find(present(request.environment), "endpoint", id)

    @operation("readEndpoint", EndpointSerializer)
    def get(self, request: ApiRequest, endpoint_id: str) -> Response:
        return Response(EndpointSerializer(self.endpoint(request, endpoint_id)).data)

    @operation("updateEndpoint", ChangedEndpointSerializer, body=EndpointChanges)
    def patch(self, request: ApiRequest, endpoint_id: str) -> Response:
        endpoint = self.endpoint(request, endpoint_id)
        warnings = services.update_endpoint(endpoint, request.actor, **body(request, EndpointChanges))
        return Response(ChangedEndpointSerializer(endpoint, context={"warnings": warnings}).data)

    @operation("deleteEndpoint", None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, endpoint_id: str) -> Response:
        routing_services.delete_endpoint(self.endpoint(request, endpoint_id), request.actor)
        return Response(status=204)
