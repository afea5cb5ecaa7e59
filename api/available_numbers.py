"""/v1/available-numbers: what the pool has for whoever asks, the cheapest first; in a sandbox, numbers of fiction."""

from __future__ import annotations

from collections.abc import Sequence

from rest_framework import serializers
from rest_framework.response import Response

from accounts.roles import READ
from api.fields import OrNull, Price
from api.paging import Paging, page, page_of
from api.views import ApiRequest, View, operation, query
from numbers import pool
from numbers.models import Number
from numbers.plan import Capability, Category
from numbers.pool import Wanted


class AvailableNumberQuery(Paging):
    country = serializers.CharField(
        required=False, min_length=2, max_length=2, help_text="ISO 3166-1 alpha-2"
    )
    category = serializers.ChoiceField(Category.choices, required=False)
    region = serializers.CharField(required=False, max_length=40, help_text="as in ile-de-france")
    capability = serializers.ChoiceField(Capability.choices, required=False)


class AvailableNumberSerializer(serializers.Serializer[Number]):
    number = serializers.CharField()
    country = OrNull(help_text="ISO 3166-1 alpha-2")
    category = serializers.ChoiceField(Category.choices)
    region = OrNull()
    capabilities = serializers.ListField(child=serializers.ChoiceField(Capability.choices))
    monthlyPrice = Price(source="*")


class AvailableNumbers(View):
    @operation(
        "listAvailableNumbers",
        READ,
        page_of(AvailableNumberSerializer, counted=False),
        query=AvailableNumberQuery,
    )
    def get(self, request: ApiRequest) -> Response:
        asked = query(request, AvailableNumberQuery)
        filters = {name: value for name, value in asked.items() if name not in Paging().fields}

        def fetch(after: str | None, count: int) -> Sequence[Number]:
            return pool.search(request.environment, Wanted(**filters), after=after, count=count)

        return page(request, fetch, AvailableNumberSerializer, pool.place, asked)
