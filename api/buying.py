"""/v1/channels/{id}/available-numbers and …/numbers: what a channel's carrier sells, and buying one of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from accounts.roles import CONFIGURE
from api import channels, numbers
from api.fields import Input, OrNull, Price, Text
from api.number_requests import NumberRequestSerializer, accepted
from api.numbers import NumberSerializer
from api.paging import page_of
from api.views import ApiRequest, View, body, find, operation, query
from numbers import acquisition, sellers
from numbers.carriers.selling import Offer, Query
from numbers.models import Assignment, Channel
from numbers.plan import Capability, Category, category_of
from numbers.sellers import KINDS, MOST_OFFERS


class OfferQuery(Input):
    country = serializers.RegexField(
        "^[A-Z]{2}$", help_text="ISO 3166-1 alpha-2", error_messages={"invalid": _("As in FR.")}
    )
    category = serializers.ChoiceField(KINDS, source="kind", required=False)
    contains = serializers.RegexField(
        "^[0-9]{2,15}$",
        required=False,
        help_text="digits",
        error_messages={"invalid": _("Must be 2 to 15 digits.")},
    )
    limit = serializers.IntegerField(default=20, min_value=1, max_value=MOST_OFFERS)


class OfferSerializer(serializers.Serializer[Offer]):
    number = serializers.CharField()
    country = OrNull(help_text="ISO 3166-1 alpha-2")
    category = serializers.SerializerMethodField()
    region = OrNull(help_text="in the carrier's words")
    capabilities = serializers.ListField(child=serializers.ChoiceField(Capability.choices))
    monthlyPrice = Price(
        source="*", help_text="what the carrier charges your account; null where it does not say"
    )

    @extend_schema_field(serializers.ChoiceField(Category.choices))
    def get_category(self, offer: Offer) -> str:
        return category_of(offer.number).value


# DRF's fields have a `label` of their own; the metaclass takes ours out of the class, so they never meet.
class NewPurchase(Input):
    number = Text(max_length=40, help_text="E.164, as the carrier offers it")
    label = Text(max_length=80, default="", allow_blank=True)  # type: ignore[assignment]


def channel_of(request: ApiRequest, id: str) -> Channel:
    return find(channels.present(request.environment), "channel", id)


class Offers(View):
    @operation(
        "listNumberOffers",
        CONFIGURE,
        page_of(OfferSerializer, counted=False),
        query=OfferQuery,
        conflicts=True,
    )
    def get(self, request: ApiRequest, channel_id: str) -> Response:
        channel = channel_of(request, channel_id)
        asked: dict[str, Any] = query(request, OfferQuery)
        offers = [OfferSerializer(offer).data for offer in sellers.search(channel, Query(**asked))]
        return Response({"data": offers, "nextCursor": None, "hasMore": False})


class Purchases(View):
    @operation(
        "createNumberPurchase",
        CONFIGURE,
        NumberSerializer,
        status=201,
        other={202: NumberRequestSerializer},
        body=NewPurchase,
        conflicts=True,
    )
    def post(self, request: ApiRequest, channel_id: str) -> Response:
        channel = channel_of(request, channel_id)
        made = acquisition.buy_own(channel, request.actor, **body(request, NewPurchase))
        return numbers.answer(made, 201) if isinstance(made, Assignment) else accepted(made)
