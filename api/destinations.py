"""/v1/destinations: the hosts and networks that endpoints may lie in. An empty list allows every public address."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.response import Response

from accounts.roles import CONFIGURE, READ
from api.fields import Id, Input, Stamp, Text
from api.listing import Listing, Span, listed, read, read_query
from api.paging import page_of
from api.views import ApiRequest, View, body, find, operation
from delivery import destinations
from delivery.models import Destination


class NewDestination(Input):
    pattern = Text(max_length=255, help_text="api.example.com, *.example.com or 192.0.2.0/24")


class DestinationSerializer(serializers.Serializer[Destination]):
    id = Id("destination")
    pattern = serializers.CharField()
    createdAt = Stamp(source="created_at")


class DestinationQuery(Listing):
    shape = DestinationSerializer
    createdAt = Span(source="created_at")


class Destinations(View):
    @operation("listDestinations", READ, page_of(DestinationSerializer), query=DestinationQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, request.environment.destinations.all(), DestinationQuery)

    @operation(
        "createDestination", CONFIGURE, DestinationSerializer, status=201, body=NewDestination, conflicts=True
    )
    def post(self, request: ApiRequest) -> Response:
        row = destinations.allow(request.environment, request.actor, **body(request, NewDestination))
        return Response(DestinationSerializer(row).data, 201)


class OneDestination(View):
    @operation("readDestination", READ, DestinationSerializer, query=read_query(DestinationSerializer))
    def get(self, request: ApiRequest, destination_id: str) -> Response:
        row = find(request.environment.destinations.all(), "destination", destination_id)
        return read(request, row, DestinationSerializer)

    @operation("deleteDestination", CONFIGURE, None, status=204)
    def delete(self, request: ApiRequest, destination_id: str) -> Response:
        row = find(request.environment.destinations.all(), "destination", destination_id)
        destinations.forbid(row, request.actor)
        return Response(status=204)
