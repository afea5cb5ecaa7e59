"""Buying a number at a channel's carrier: search, one offer with its price, then the purchase."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.signing import BadSignature, TimestampSigner
from django.core.validators import RegexValidator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE
from dashboard.channels import open_channels
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, find, go, page
from numbers import acquisition, money, sellers
from numbers.carriers.selling import Offer, Query
from numbers.models import Assignment, Channel
from numbers.plan import Capability, Category, category_of
from numbers.sellers import KINDS

OFFERED_S = 3600
prices = TimestampSigner(salt="offer")


class SearchForm(forms.Form):
    """What to look for in the carrier's stock."""

    country = forms.CharField(
        label=gettext_lazy("Country, as in FR"),
        max_length=2,
        validators=[RegexValidator("^[A-Za-z]{2}$", gettext_lazy("Two letters, as in FR."))],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        choices=[("", gettext_lazy("any")), *((kind, Category(kind).label) for kind in KINDS)],
    )
    contains = forms.CharField(
        label=gettext_lazy("Contains the digits"),
        required=False,
        validators=[RegexValidator("^[0-9]{2,15}$", gettext_lazy("2 to 15 digits."))],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def query(self) -> Query:
        wanted = self.cleaned_data
        return Query(
            wanted["country"].upper(), wanted["kind"] or None, wanted["contains"], sellers.MOST_OFFERS
        )


class PurchaseForm(forms.Form):
    """The number is in a hidden field: it is chosen from the offers."""

    number = forms.CharField(max_length=40, widget=forms.HiddenInput)
    label = forms.CharField(
        label=gettext_lazy("Label"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("What you call it, for example Bookings Lyon."),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """An offer as the table shows it."""

    number: str
    category: Any
    region: str
    capabilities: str
    price: str

    @property
    def link(self) -> str:
        """The query of the page that asks whether to buy it; the price is signed: anybody makes links."""
        return urlencode({"number": self.number, "price": prices.sign_object([self.number, self.price])})


def rows_of(offers: Iterable[Offer]) -> list[Row]:
    return [
        Row(
            offer.number,
            capfirst(category_of(offer.number).label),
            offer.region,
            ", ".join(str(Capability(value).label) for value in offer.capabilities),
            "" if offer.monthly_price is None else money.shown(offer.monthly_price, offer.currency),
        )
        for offer in offers
    ]


@page(get=CONFIGURE, post=CONFIGURE)
def buy(request: PageRequest, channel_id: str) -> HttpResponse:
    """The search; with `?number=` the question whether to buy that one; a POST buys it."""
    channel = find(open_channels(request), "channel", channel_id)
    if not sellers.sells(channel):
        messages.error(request, _("Numbers cannot be bought through this channel as it is."))
        return go(request, "channels.one", channel_id=channel_id)
    if request.method == "POST" or "number" in request.GET:
        return purchase(request, channel)
    return search(request, channel)


def search(request: PageRequest, channel: Channel) -> HttpResponse:
    form = SearchForm(request.GET if "country" in request.GET else None)
    rows: list[Row] | None = None
    if form.is_valid():
        try:
            rows = rows_of(sellers.search(channel, form.query()))
        except Conflict as problem:
            refuse(form, problem)
    unfinished = acquisition.unfinished(channel)
    context = {"form": form, "rows": rows, "unfinished": unfinished, **about(channel)}
    return render(request, "channel_buy.html", context)


def purchase(request: PageRequest, channel: Channel) -> HttpResponse:
    data = request.POST or None
    form = PurchaseForm(data, initial={"number": request.GET.get("number", "")[:40]})
    if form.is_valid() and bought(request, channel, form):
        return go(request, "numbers")
    price = price_of(request)
    context = {"form": form, "number": form["number"].value(), "price": price, **about(channel)}
    return render(request, "channel_buy_number.html", context)


def about(channel: Channel) -> dict[str, Any]:
    return {"channel": channel, "title": sellers.SOURCES[channel.carrier].title}


def price_of(request: PageRequest) -> str:
    """At what price the number was offered; empty where the carrier did not say."""
    try:
        number, price = prices.unsign_object(request.GET.get("price", ""), max_age=OFFERED_S)
    except (BadSignature, ValueError):
        return ""
    return str(price) if number == request.GET.get("number") else ""


def bought(request: PageRequest, channel: Channel, form: PurchaseForm) -> bool:
    try:
        made = acquisition.buy_own(channel, actor(request), **form.cleaned_data)
    except (Invalid, Conflict) as problem:
        refuse(form, problem, {"/number": "", "/channelId": ""})
        return False
    number = form.cleaned_data["number"]
    if isinstance(made, Assignment):
        messages.success(request, _("%(number)s is bought, and yours.") % {"number": number})
    else:
        detail = _("%(number)s is bought. It receives texts as soon as it is approved.")
        messages.success(request, detail % {"number": number})
    return True
