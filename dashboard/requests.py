"""What programs asked of the API, and what was wrong with it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from accounts import ids, problems
from accounts.models import ApiKey
from dashboard.page import PageRequest, page
from dashboard.paging import slice_of
from operations import requests

VIEWS = {"all": gettext_lazy("All"), "refused": gettext_lazy("Refused")}
METHODS = ("GET", "POST", "PATCH", "DELETE")


@page()
def index(request: PageRequest) -> HttpResponse:
    view = request.GET.get("view", "all")
    view = view if view in VIEWS else "all"
    wanted = chosen(request)
    rows = requests.search(request.environment, refused=view == "refused", **wanted)
    part = slice_of(rows, request, "request")
    keys = {key.pk: key for key in request.environment.keys.order_by("name")}
    context = {
        "views": VIEWS.items(),
        "view": view,
        "methods": METHODS,
        "keys": keys.values(),
        "wanted": wanted,
        "slice": part,
        "rows": [(row, problems.BY_NUMBER.get(row.error_code or 0), name(keys, row.actor_id)) for row in part.rows],
    }
    return render(request, "requests.html", context)


def chosen(request: PageRequest) -> dict[str, Any]:
    """The filters that the address names; what is malformed counts for nothing."""
    given = {name: request.GET.get(name, "").strip() for name in ("method", "path", "request_id")}
    wanted: dict[str, Any] = {name: value for name, value in given.items() if value and "\0" not in value}
    if key := ids.parse("key", request.GET.get("key")):
        wanted["key_id"] = key
    return wanted


def name(keys: dict[Any, ApiKey], id: Any) -> str:
    return keys[id].name if id in keys else "–"
