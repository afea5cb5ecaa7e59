"""/v1/numbers: the numbers that an environment holds now, on channels of its own or from the operator's pool."""

from __future__ import annotations

from django.db.models import Case, F, QuerySet, When
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Environment
from accounts.roles import CONFIGURE, READ
from api.fields import Id, Input, OrNull, Price, QueryFlag, Stamp, Text, Whole
from api.listing import IdOf, Listing, Span, listed, read, read_query
from api.number_requests import NumberRequestSerializer, accepted, channel_named
from api.paging import page_of
from api.views import ApiRequest, View, body, find, operation, query
from numbers import acquisition, requests, services
from numbers.models import Assignment
from numbers.plan import Capability, Category
from numbers.requests import MOST_TEXTS


# DRF's fields have a `label` of their own; the metaclass takes ours out of the class, so they never meet.
class NewNumber(Input):
    number = Text(max_length=40, help_text="E.164, or a short code as dialled")
    channelId = Id("channel", required=False, help_text="left out where a number of the pool comes back")
    purpose = Text(
        max_length=1000, default="", allow_blank=True, help_text="for whoever approves it, in live"
    )
    monthlyVolume = Whole(source="monthly_volume", min_value=1, max_value=MOST_TEXTS, required=False)
    label = Text(max_length=80, default="", allow_blank=True)  # type: ignore[assignment]


class NumberChanges(Input):
    channelId = Id("channel", required=False)
    label = Text(max_length=80, required=False, allow_blank=True)  # type: ignore[assignment]


class Release(Input):
    giveBack = QueryFlag(default=False, help_text="also release it at the channel's carrier")


class NumberSerializer(serializers.Serializer[Assignment]):
    id = Id("number", source="number_id")
    number = serializers.CharField(source="number.number")
    country = OrNull(source="number.country", help_text="ISO 3166-1 alpha-2")
    category = serializers.ChoiceField(Category.choices, source="number.category")
    region = OrNull(source="number.region")
    capabilities = serializers.ListField(
        child=serializers.ChoiceField(Capability.choices), source="number.capabilities"
    )
    monthlyPrice = Price(source="number")
    channelId = Id(
        "channel",
        source="own_channel_id",
        allow_null=True,
        help_text="null where the operator's pool brings the texts",
    )
    label = serializers.CharField()  # type: ignore[assignment]
    startsAt = Stamp(source="starts_at", help_text="since when it is held on this channel")


class NumberQuery(Listing):
    shape = NumberSerializer
    number = Text(source="number__number", required=False, max_length=16, help_text="E.164: + is %2B")
    country = Text(source="number__country", required=False, max_length=2, help_text="ISO 3166-1 alpha-2")
    category = serializers.ChoiceField(Category.choices, source="number__category", required=False)
    channelId = IdOf("channel", source="shown_channel")
    startsAt = Span(source="starts_at")


def held(environment: Environment) -> QuerySet[Assignment]:
    own = Case(When(number__channel=None, then=F("channel_id")))
    rows = environment.assignments.filter(ends_at=None).annotate(shown_channel=own)
    return rows.select_related("number")


def answer(assignment: Assignment, status: int = 200) -> Response:
    return Response(NumberSerializer(assignment).data, status)


class Numbers(View):
    @operation("listNumbers", READ, page_of(NumberSerializer), query=NumberQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, held(request.environment), NumberQuery)

    @operation(
        "createNumber",
        CONFIGURE,
        NumberSerializer,
        status=201,
        other={202: NumberRequestSerializer},
        body=NewNumber,
        conflicts=True,
    )
    def post(self, request: ApiRequest) -> Response:
        values = body(request, NewNumber)
        if "channelId" in values:
            values["channel"] = channel_named(request, values.pop("channelId"))
        made = requests.bring_number(request.environment, request.actor, **values)
        return answer(made, 201) if isinstance(made, Assignment) else accepted(made)


class OneNumber(View):
    def assignment(self, request: ApiRequest, id: str) -> Assignment:
        return find(held(request.environment), "number", id, "number_id")

    @operation("readNumber", READ, NumberSerializer, query=read_query(NumberSerializer))
    def get(self, request: ApiRequest, number_id: str) -> Response:
        return read(request, self.assignment(request, number_id), NumberSerializer)

    @operation("updateNumber", CONFIGURE, NumberSerializer, body=NumberChanges, conflicts=True)
    def patch(self, request: ApiRequest, number_id: str) -> Response:
        assignment = self.assignment(request, number_id)
        changes = body(request, NumberChanges)
        if "channelId" in changes:
            changes["channel"] = channel_named(request, changes.pop("channelId"))
        return answer(services.update_assignment(assignment, request.actor, **changes))

    @operation("deleteNumber", CONFIGURE, None, status=204, query=Release, conflicts=True)
    def delete(self, request: ApiRequest, number_id: str) -> Response:
        assignment = self.assignment(request, number_id)
        if query(request, Release)["giveBack"]:
            acquisition.give_back(assignment, request.actor)
        else:
            services.release_number(assignment, request.actor)
        return Response(status=204)
