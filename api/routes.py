"""/v1/routes: the ordered rules of an environment. A list shows them in the order in which they are asked."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts import ids
from accounts.models import Environment
from accounts.roles import CONFIGURE, READ
from api import endpoints
from api.fields import Id, Input, Raw, Stamp, Text, Whole
from api.listing import IdOf, Listing, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, body, find, named, operation, seen_by
from delivery.models import Endpoint
from routing import services
from routing.conditions import FIELDS, OPERATORS
from routing.models import Route

MAX_ENDPOINTS = 50
POSITION_HELP = "1 is asked first; those from there on move back by one"
VALUE_SCHEMA = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}


@extend_schema_field(VALUE_SCHEMA)
class Value(Raw):
    """One string, or for the operator `in` a list of them."""


class ConditionSerializer(serializers.Serializer[Any]):
    """All conditions of a route must hold."""

    field = serializers.ChoiceField(FIELDS)
    operator = serializers.ChoiceField(list(OPERATORS))
    value = Value()


@extend_schema_field({"oneOf": [*VALUE_SCHEMA["oneOf"], {"type": "null"}]})
class ShownValue(Value):
    """The same, or null where it is a sender's number that the reader may not see."""


class ShownConditionSerializer(ConditionSerializer):
    """A condition as whoever asks may see it."""

    value = ShownValue(help_text="null for senders without the scope readContent")

    def to_representation(self, condition: dict[str, Any]) -> dict[str, Any]:
        hidden = condition["field"] == "senderId" and not self.context.get("reads_content")
        shown: dict[str, Any] = super().to_representation(
            condition | {"value": None} if hidden else condition
        )
        return shown


@extend_schema_field(ConditionSerializer(many=True))
class Conditions(Raw):
    """Read as they come: routing.conditions knows what may be written, and points at what may not."""


class NewRoute(Input):
    name = Text(max_length=80)
    position = Whole(min_value=1, max_value=2**31 - 1, required=False, help_text=POSITION_HELP)
    conditions = Conditions(default=list)
    action = serializers.ChoiceField(Route.Action.choices, default=Route.Action.DELIVER)
    endpointIds = serializers.ListField(child=Id("endpoint"), max_length=MAX_ENDPOINTS, default=list)
    routingTag = Text(source="routing_tag", max_length=80, default="", allow_blank=True)


class RouteChanges(Input):
    name = Text(max_length=80, required=False)
    position = Whole(min_value=1, max_value=2**31 - 1, required=False, help_text=POSITION_HELP)
    conditions = Conditions(required=False)
    action = serializers.ChoiceField(Route.Action.choices, required=False)
    endpointIds = serializers.ListField(child=Id("endpoint"), max_length=MAX_ENDPOINTS, required=False)
    routingTag = Text(source="routing_tag", max_length=80, required=False, allow_blank=True)


class RouteSerializer(serializers.Serializer[Route]):
    id = Id("route")
    name = serializers.CharField()
    position = serializers.IntegerField()
    conditions = ShownConditionSerializer(many=True)
    action = serializers.ChoiceField(Route.Action.choices)
    endpointIds = serializers.SerializerMethodField()
    routingTag = serializers.CharField(source="routing_tag")
    version = serializers.IntegerField(help_text="grows with every change; messages remember it")
    createdAt = Stamp(source="created_at")

    def get_endpointIds(self, route: Route) -> list[str]:
        return [ids.public("endpoint", row.pk) for row in route.endpoints.all() if row.deleted_at is None]


class RouteQuery(Listing):
    shape = RouteSerializer
    by = "position"
    action = serializers.ChoiceField(Route.Action.choices, required=False)
    routingTag = Text(source="routing_tag", required=False, max_length=80)
    endpointId = IdOf("endpoint", source="endpoints", help_text="that it delivers to")


def ordered(environment: Environment) -> QuerySet[Route]:
    return environment.routes.prefetch_related(Prefetch("endpoints", Endpoint.objects.order_by("pk")))


def answer(request: ApiRequest, route: Route, status: int = 200) -> Response:
    return Response(RouteSerializer(route, context=seen_by(request)).data, status)


def endpoints_named(request: ApiRequest, wanted: list[str]) -> list[Endpoint]:
    rows = endpoints.present(request.environment)
    return [named(rows, "endpoint", id, f"/endpointIds/{index}") for index, id in enumerate(wanted)]


def values_of(request: ApiRequest, shape: type[Input]) -> dict[str, Any]:
    values = body(request, shape)
    if "endpointIds" in values:
        values["endpoints"] = endpoints_named(request, values.pop("endpointIds"))
    return values


class Routes(View):
    @operation("listRoutes", READ, page_of(RouteSerializer), query=RouteQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, ordered(request.environment), RouteQuery)

    @operation("createRoute", CONFIGURE, RouteSerializer, status=201, body=NewRoute, conflicts=True)
    def post(self, request: ApiRequest) -> Response:
        values = values_of(request, NewRoute)
        return answer(request, services.create_route(request.environment, request.actor, **values), 201)


class OneRoute(View):
    def route(self, request: ApiRequest, id: str) -> Route:
        return find(ordered(request.environment), "route", id)

    @operation("readRoute", READ, RouteSerializer, query=read_query(RouteSerializer))
    def get(self, request: ApiRequest, route_id: str) -> Response:
        return read(request, self.route(request, route_id), RouteSerializer)

    @operation("updateRoute", CONFIGURE, RouteSerializer, body=RouteChanges)
    def patch(self, request: ApiRequest, route_id: str) -> Response:
        route = self.route(request, route_id)
        services.update_route(route, request.actor, **values_of(request, RouteChanges))
        return answer(request, self.route(request, route_id))

    @operation("deleteRoute", CONFIGURE, None, status=204)
    def delete(self, request: ApiRequest, route_id: str) -> Response:
        services.delete_route(self.route(request, route_id), request.actor)
        return Response(status=204)
