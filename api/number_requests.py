"""/v1/number-requests: what an environment asks of the operator, what became of it, and the proof that goes with it."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response

from accounts.ids import public
from accounts.models import Environment
from accounts.roles import CONFIGURE, READ
from api import channels
from api.fields import Base64, Id, Input, OrNull, Stamp, Text, Whole
from api.listing import Listing, Span, listed, read, read_query
from api.paging import page_of
from api.parsers import FileJSONParser
from api.views import ApiRequest, View, body, find, named, operation
from numbers import requests
from numbers.models import Channel, NumberDocument, NumberRequest
from numbers.plan import Category
from numbers.pool import Wanted
from numbers.requests import MOST_TEXTS


# DRF's fields have a `label` of their own; the metaclass takes ours out of the class, so they never meet.
class NewNumberRequest(Input):
    number = Text(
        max_length=40, default="", help_text="one of those available; or else what it should be like:"
    )
    country = Text(max_length=2, required=False, help_text="ISO 3166-1 alpha-2")
    category = serializers.ChoiceField(Category.choices, required=False)
    region = Text(max_length=40, required=False, help_text="as in ile-de-france")
    channelId = Id(
        "channel", required=False, help_text="in a sandbox: which brings the texts, if it has several"
    )
    purpose = Text(
        max_length=1000, default="", allow_blank=True, help_text="what it is for; required in live"
    )
    monthlyVolume = Whole(
        source="monthly_volume",
        min_value=1,
        max_value=MOST_TEXTS,
        required=False,
        help_text="texts expected a month; required in live",
    )
    label = Text(max_length=80, default="", allow_blank=True)  # type: ignore[assignment]


class NewNumberDocument(Input):
    name = Text(max_length=120)
    contentType = serializers.ChoiceField(requests.TYPES, source="content_type")
    content = Base64(help_text="5 MB at most")


class NumberDocumentSerializer(serializers.Serializer[NumberDocument]):
    id = Id("number_document")
    name = serializers.CharField()
    contentType = serializers.CharField(source="content_type")
    size = serializers.IntegerField(help_text="in bytes")
    createdAt = Stamp(source="created_at")


class NumberRequestSerializer(serializers.Serializer[NumberRequest]):
    id = Id("number_request")
    kind = serializers.ChoiceField(NumberRequest.Kind.choices)
    status = serializers.ChoiceField(NumberRequest.Status.choices)
    number = OrNull(
        source="asked_number", help_text="the one asked for; once approved, the one that it became"
    )
    numberId = Id("number", source="number_id", allow_null=True, help_text="once approved")
    country = OrNull(help_text="ISO 3166-1 alpha-2")
    category = OrNull()
    region = OrNull()
    channelId = Id("channel", source="channel_id", allow_null=True)
    purpose = serializers.CharField()
    monthlyVolume = serializers.IntegerField(source="monthly_volume", allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]
    note = OrNull(help_text="of whoever decided")
    documents = NumberDocumentSerializer(many=True)
    createdAt = Stamp(source="created_at")
    decidedAt = Stamp(source="decided_at", allow_null=True)


class NumberRequestQuery(Listing):
    shape = NumberRequestSerializer
    kind = serializers.ChoiceField(NumberRequest.Kind.choices, required=False)
    status = serializers.ChoiceField(NumberRequest.Status.choices, required=False)
    createdAt = Span(source="created_at")


def own(environment: Environment) -> QuerySet[NumberRequest]:
    rows = environment.number_requests.select_related("assignment__number", "wanted")
    return rows.prefetch_related("documents")


def channel_named(request: ApiRequest, id: str) -> Channel:
    return named(channels.present(request.environment), "channel", id, "/channelId")


def answer(asked: NumberRequest, status: int = 200) -> Response:
    where = f"/v1/number-requests/{public('number_request', asked.pk)}"
    return Response(NumberRequestSerializer(asked).data, status, headers={"Location": where})


def accepted(asked: NumberRequest) -> Response:
    """The answer to what an operator has to decide; where to ask about it is in Location."""
    return answer(asked, 202)


class NumberRequests(View):
    @operation("listNumberRequests", READ, page_of(NumberRequestSerializer), query=NumberRequestQuery)
    def get(self, request: ApiRequest) -> Response:
        return listed(request, own(request.environment), NumberRequestQuery)

    @operation(
        "createNumberRequest",
        CONFIGURE,
        NumberRequestSerializer,
        status=201,
        body=NewNumberRequest,
        conflicts=True,
    )
    def post(self, request: ApiRequest) -> Response:
        values = body(request, NewNumberRequest)
        if "channelId" in values:
            values["channel"] = channel_named(request, values.pop("channelId"))
        wanted = {name: values.pop(name) for name in ("country", "category", "region") if name in values}
        made = requests.request_number(request.environment, request.actor, wanted=Wanted(**wanted), **values)
        return answer(made, 201)


class OneNumberRequest(View):
    @operation("readNumberRequest", READ, NumberRequestSerializer, query=read_query(NumberRequestSerializer))
    def get(self, request: ApiRequest, number_request_id: str) -> Response:
        return read(request, one(request, number_request_id), NumberRequestSerializer)

    @operation("deleteNumberRequest", CONFIGURE, None, status=204, conflicts=True)
    def delete(self, request: ApiRequest, number_request_id: str) -> Response:
        requests.cancel(one(request, number_request_id), request.actor)
        return Response(status=204)


def one(request: ApiRequest, id: str) -> NumberRequest:
    return find(own(request.environment), "number_request", id)


class NumberDocuments(View):
    parser_classes = (FileJSONParser,)

    @operation(
        "createNumberDocument",
        CONFIGURE,
        NumberDocumentSerializer,
        status=201,
        body=NewNumberDocument,
        conflicts=True,
    )
    def post(self, request: ApiRequest, number_request_id: str) -> Response:
        asked = one(request, number_request_id)
        document = requests.add_document(asked, request.actor, **body(request, NewNumberDocument))
        return Response(NumberDocumentSerializer(document).data, 201)
