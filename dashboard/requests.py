"""What programs asked of the API, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from accounts import problems
from accounts.models import Environment
from accounts.problems import Problem
from accounts.roles import READ_MESSAGES
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
    actor = forms.ChoiceField(label=gettext_lazy("Key or client"), required=False)
    path = forms.CharField(
        label=gettext_lazy("Path"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"placeholder": "/v1/messages/{message_id}"}),
    )
    request_id = forms.CharField(label=gettext_lazy("Request id"), required=False, max_length=40)

    def __init__(self, programs: Mapping[UUID, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [ANY, *((str(id), name) for id, name in programs.items())]
        self.fields["actor"].choices = choices  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """As operations.requests takes it."""
        self.is_valid()
        found = {name: value for name, value in self.cleaned_data.items() if value}
        if actor := found.pop("actor", None):
            found["actor_id"] = UUID(actor)
        return found


class Shown(NamedTuple):
    """A request, what was wrong with it, and the name of the key or client that asked."""

    request: LoggedRequest
    problem: Problem | None
    program: str


def programs_of(environment: Environment) -> dict[UUID, str]:
    """The names of its keys and OAuth clients, ended ones too."""
    named = environment.keys.values_list("pk", "name"), environment.clients.values_list("pk", "name")
    return dict(sorted(chain(*named), key=lambda one: one[1].casefold()))


@page(get=READ_MESSAGES)
def index(request: PageRequest) -> HttpResponse:
    view = request.GET.get("view", "all")
    view = view if view in VIEWS else "all"
    names = programs_of(request.environment)
    form = SearchForm(names, request.GET)
    wanted = form.wanted()
    part = slice_of(
        requests.search(request.environment, refused=view == "refused", **wanted), request, "request"
    )
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
