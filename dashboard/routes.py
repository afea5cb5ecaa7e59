"""The ordered rules: which text goes where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE, READ, READ_CONTENT
from dashboard import conditions
from dashboard.conditions import ConditionRow, Sentence
from dashboard.forms import chosen, endpoint_choices, refuse
from dashboard.page import PageRequest, actor, can, find, go, page
from delivery.models import Endpoint
from routing import services
from routing.models import Route

NAMES = {"/endpointIds": "endpoints", "/routingTag": "routing_tag"}


class RouteForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    action = forms.ChoiceField(
        label=gettext_lazy("Then"),
        choices=[
            ("deliver", gettext_lazy("Deliver to endpoints")),
            ("drop", gettext_lazy("Drop: keep the message, deliver it nowhere")),
            ("quarantine", gettext_lazy("Quarantine: keep it back until somebody looks")),
        ],
        initial="deliver",
        widget=forms.RadioSelect,
    )
    endpoints = forms.MultipleChoiceField(
        label=gettext_lazy("Endpoints"), required=False, widget=forms.CheckboxSelectMultiple
    )
    routing_tag = forms.CharField(
        label=gettext_lazy("Routing tag"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("Travels with the message as routingTag."),
    )
    position = forms.IntegerField(
        label=gettext_lazy("Position"),
        required=False,
        min_value=1,
        max_value=services.MAX_ROUTES,
        help_text=gettext_lazy("1 is asked first. Empty means last."),
    )

    def __init__(self, endpoints: QuerySet[Endpoint], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {row.pk: row for row in endpoints}
        self.fields["endpoints"].choices = endpoint_choices(self.known.values())  # type: ignore[attr-defined]

    def chosen_endpoints(self) -> list[Endpoint]:
        picked = [chosen("endpoint", text) for text in self.cleaned_data["endpoints"]]
        return [self.known[id] for id in picked if id is not None]


@dataclass(frozen=True, slots=True)
class Shown:
    """A route as the list tells it."""

    route: Route
    sentences: list[Sentence]
    endpoints: list[Endpoint]


def shown(request: PageRequest, route: Route) -> Shown:
    reveal = can(request, READ_CONTENT)
    sentences = [conditions.sentence(condition, reveal=reveal) for condition in route.conditions]
    return Shown(route, sentences, [row for row in route.endpoints.all() if row.deleted_at is None])


def endpoints(request: PageRequest) -> QuerySet[Endpoint]:
    return request.environment.endpoints.filter(deleted_at=None).order_by("description", "pk")


@page(get=READ)
def index(request: PageRequest) -> HttpResponse:
    routes = request.environment.routes.prefetch_related("endpoints").order_by("position")
    context = {
        "rows": [shown(request, route) for route in routes],
        "default": endpoints(request).filter(is_default=True).first(),
    }
    return render(request, "routes.html", context)


def builder(form: RouteForm, rows: list[ConditionRow], **more: Any) -> dict[str, Any]:
    """What the template of the form needs."""
    return {
        "form": form,
        "rows": conditions.with_spare(rows),
        "builder_errors": any(row.errors for row in rows),
        "fields": conditions.FIELDS.items(),
        "operators": conditions.OPERATORS.items(),
        "endpoints": form.known,
        **more,
    }


@page(get=CONFIGURE, post=CONFIGURE)
def new(request: PageRequest) -> HttpResponse:
    form = RouteForm(endpoints(request), request.POST or None)
    rows = conditions.typed(request.POST)
    if form.is_valid() and not conditions.needs_value(rows) and saved(request, None, form, rows):
        messages.success(request, _("The route is in force."))
        return go(request, "routes")
    return render(request, "route_form.html", builder(form, rows))


@page(get=CONFIGURE, post=CONFIGURE)
def one(request: PageRequest, route_id: str) -> HttpResponse:
    route = find(request.environment.routes.all(), "route", route_id)
    form = RouteForm(endpoints(request), request.POST or None, initial=initial(route))
    rows = conditions.typed(request.POST) if form.is_bound else conditions.stored(route.conditions)
    if form.is_valid() and not conditions.needs_value(rows) and saved(request, route, form, rows):
        messages.success(request, _("Saved. The route is in force."))
        return go(request, "routes")
    return render(request, "route_form.html", builder(form, rows, route=route))


def initial(route: Route) -> dict[str, Any]:
    return {
        "name": route.name,
        "action": route.action,
        "endpoints": [value for value, _words in endpoint_choices(route.endpoints.filter(deleted_at=None))],
        "routing_tag": route.routing_tag,
        "position": route.position,
    }


def saved(request: PageRequest, route: Route | None, form: RouteForm, rows: list[ConditionRow]) -> bool:
    """Create or change the route; on refusal put each error at its place."""
    data = form.cleaned_data
    values: dict[str, Any] = {
        "name": data["name"],
        "conditions": [row.condition() for row in rows],
        "action": data["action"],
        "endpoints": form.chosen_endpoints() if data["action"] == Route.Action.DELIVER else [],
        "routing_tag": data["routing_tag"],
        "position": data["position"],
    }
    try:
        if route is None:
            services.create_route(request.environment, actor(request), **values)
        else:
            services.update_route(route, actor(request), **values)
    except Invalid as problem:
        refuse(form, Invalid(conditions.place_errors(rows, problem)), NAMES)
        return False
    except Conflict as problem:
        refuse(form, problem, NAMES)
        return False
    return True


@page(post=CONFIGURE)
def move(request: PageRequest, route_id: str) -> HttpResponse:
    """`to` is `up`, `down` or a position."""
    route = find(request.environment.routes.all(), "route", route_id)
    to = request.POST.get("to", "")
    position = {"up": route.position - 1, "down": route.position + 1}.get(to)
    if position is None and to.isascii() and to.isdigit() and len(to) < 5:
        position = int(to)
    if position is None:
        messages.error(request, _("Give a position: 1 is asked first."))
        return go(request, "routes")
    try:
        route = services.update_route(route, actor(request), position=position)
    except Conflict as problem:
        messages.error(request, problem.detail)
        return go(request, "routes")
    said = _("“%(name)s” is now asked in position %(position)d.") % {
        "name": route.name,
        "position": route.position,
    }
    messages.success(request, said)
    return go(request, "routes")


@page(post=CONFIGURE)
def delete(request: PageRequest, route_id: str) -> HttpResponse:
    route = find(request.environment.routes.all(), "route", route_id)
    services.delete_route(route, actor(request))
    messages.success(request, _("The route “%(name)s” is deleted.") % {"name": route.name})
    return go(request, "routes")
