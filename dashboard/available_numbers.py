"""What the number pool has for this environment, the cheapest first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from accounts.models import Environment
from accounts.roles import READ
from dashboard.page import PageRequest, page
from dashboard.words import region
from numbers import pool
from numbers.models import Number
from numbers.plan import Capability, Category
from numbers.pool import Wanted

SIZE = 50
PLACE = re.compile(r"[0-9]{0,10}-e?[0-9]{3,15}")  # as pool.place writes it
ANY = ("", gettext_lazy("any"))


class SearchForm(forms.Form):
    """Nothing but what the pool has can be chosen."""

    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("Category"), required=False)
    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    capability = forms.ChoiceField(
        label=gettext_lazy("Capability"), required=False, choices=[ANY, *Capability.choices]
    )

    def __init__(self, environment: Environment, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = pool.offered(environment)
        countries, categories, regions = (unique(row[at] for row in offered) for at in range(3))
        self.offer("country", [(code, code) for code in countries])
        self.offer("category", [(name, capfirst(Category(name).label)) for name in categories])
        self.offer("region", [(slug, region(slug)) for slug in regions])

    def offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = [ANY, *choices]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        return Wanted(**self.cleaned_data)


def unique(values: Iterable[str]) -> list[str]:
    return sorted(set(values) - {""})


@page(get=READ)
def index(request: PageRequest) -> HttpResponse:
    form = SearchForm(request.environment, request.GET)
    found: list[Number] = []
    if form.is_valid():
        found = pool.search(request.environment, form.wanted(), count=SIZE + 1, after=place(request))
    more = further(request, found[SIZE - 1]) if len(found) > SIZE else ""
    context = {"form": form, "rows": found[:SIZE], "more": more, "asked": asked(request, form)}
    return render(request, "numbers_available.html", context)


def place(request: PageRequest) -> str | None:
    """Where the page before ended; a malformed place counts for nothing."""
    text = request.GET.get("after", "")
    return text if PLACE.fullmatch(text) else None


def further(request: PageRequest, last: Number) -> str:
    query = request.GET.copy()
    query["after"] = pool.place(last)
    return "?" + query.urlencode()


def asked(request: PageRequest, form: SearchForm) -> str:
    """The query string of a request for any number that is like those searched."""
    query = request.GET.copy()
    for name in [name for name in query if name not in ("country", "category", "region")]:
        del query[name]
    return query.urlencode()
