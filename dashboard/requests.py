"""What programs asked of the API, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from accounts import ids, problems
from accounts.models import ApiKey
from accounts.problems import Problem
from dashboard.page import PageRequest, page
from dashboard.paging import slice_of
from operations import requests
from operations.models import LoggedRequest

VIEWS = {"all": gettext_lazy("All"), "refused": gettext_lazy("Refused")}
METHODS = ("GET", "POST", "PATCH", "DELETE")
ANY = ("", gettext_lazy("any"))


class SearchForm(forms.Form):
    """What the list can be narrowed to; a malformed filter is said to be one and counts for nothing."""

    method = forms.ChoiceField(
        label=gettext_lazy("Method"), required=False, choices=[ANY, *((name, name) for name in METHODS)]
    )
    key = forms.ChoiceField(label=gettext_lazy("Key"), required=False)
    path = forms.CharField(
        label=gettext_lazy("Path"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "/v1/messages/{message_id}"}),
    )
    request_id = forms.CharField(label=gettext_lazy("Request id"), required=False, max_length=40)

    def __init__(self, keys: Iterable[ApiKey], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [ANY, *((ids.public("key", key.pk), key.name) for key in keys)]
        self.fields["key"].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """As operations.requests takes it."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        if key := ids.parse("key", found.pop("key", None)):
            found["key_id"] = key
        return found


class Shown(NamedTuple):
    """A request, what was wrong with it, and the name of its key."""

    request: LoggedRequest
    problem: Problem | None
    key: str


@page()
def index(request: PageRequest) -> HttpResponse:
    view = request.GET.get("view", "all")
    view = view if view in VIEWS else "all"
    keys = list(request.environment.keys.order_by("name"))
    form = SearchForm(keys, request.GET)
    wanted = form.wanted()
    part = slice_of(
        requests.search(request.environment, refused=view == "refused", **wanted), request, "request"
    )
    names: dict[Any, str] = {key.pk: key.name for key in keys}
    context = {
        "views": VIEWS.items(),
        "view": view,
        "form": form,
        "narrowed": wanted or view == "refused",
        "slice": part,
        "rows": [
            Shown(row, problems.BY_NUMBER.get(row.error_code or 0), names.get(row.actor_id, "–"))
            for row in part.rows
        ],
    }
    return render(request, "requests.html", context)
