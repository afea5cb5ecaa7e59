"""/v1/numbers: the numbers that an environment holds now, each on one of its channels."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Environment
from api import channels
from api.fields import Id, Input, OrNull, Stamp, Text
from api.paging import Paging, page_of, paged
from api.views import ApiRequest, View, body, find, named, operation
from numbers import services
from numbers.models import Assignment, Channel


# DRF's fields have a `label` of their own; the metaclass takes ours out of the class, so they never meet.
class NewNumber(Input):
    number = Text(max_length=40, help_text="E.164, or a short code as dialled")
    channelId = Id("channel")
    label = Text(max_length=80, default="", allow_blank=True)  # type: ignore[assignment]


class NumberChanges(Input):
    channelId = Id("channel", required=False)
    label = Text(max_length=80, required=False, allow_blank=True)  # type: ignore[assignment]


class NumberSerializer(serializers.Serializer[Assignment]):
    id = Id("number", source="number_id")
    number = serializers.CharField(source="number.number")
    country = OrNull(source="number.country", help_text="ISO 3166-1 alpha-2")
    channelId = Id("channel", source="channel_id")
    label = serializers.CharField()  # type: ignore[assignment]
    startsAt = Stamp(source="starts_at")


def held(environment: Environment) -> QuerySet[Assignment]:
    return environment.assignments.filter(ends_at=None).select_related("number")


def channel_named(request: ApiRequest, id: str) -> Channel:
    return named(channels.present(request.environment), "channel", id, "/channelId")


def answer(assignment: Assignment, status: int = 200) -> Response:
    return Response(NumberSerializer(assignment).data, status)


class Numbers(View):
    @operation("listNumbers", page_of(NumberSerializer), query=Paging)
    def get(self, request: ApiRequest) -> Response:
        return paged(request, held(request.environment), NumberSerializer)

    @operation("createNumber", NumberSerializer, status=201, body=NewNumber, conflicts=True)
    def post(self, request: ApiRequest) -> Response:
        values = body(request, NewNumber)
        channel = channel_named(request, values.pop("channelId"))
        assignment = services.assign_number(request.environment, request.actor, channel=channel, **values)
        return answer(assignment, 201)


class OneNumber(View):
    def assignment(self, request: ApiRequest, id: str) -> Assignment:
        return find(held(request.environment), "number", id, "number_id")

    @operation("readNumber", NumberSerializer)
    def get(self, request: ApiRequest, number_id: str) -> Response:
        return answer(self.assignment(request, number_id))

    @operation("updateNumber", NumberSerializer, body=NumberChanges)
    def patch(self, request: ApiRequest, number_id: str) -> Response:
        assignment = self.assignment(request, number_id)
        changes = body(request, NumberChanges)
        if "channelId" in changes:
            changes["channel"] = channel_named(request, changes.pop("channelId"))
        return answer(services.update_assignment(assignment, request.actor, **changes))

    @operation("deleteNumber", None, status=204)
    def delete(self, request: ApiRequest, number_id: str) -> Response:
        services.release_number(self.assignment(request, number_id), request.actor)
        return Response(status=204)
