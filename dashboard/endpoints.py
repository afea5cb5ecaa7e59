"""Where texts go: webhooks, their secrets, and whether they are switched on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import ids
from accounts.clock import clock
from accounts.errors import Conflict, Invalid
from accounts.models import Environment
from accounts.roles import CONFIGURE
from dashboard.forms import refuse
from dashboard.health import condition
from dashboard.issues import shown as shown_issue
from dashboard.page import PageRequest, actor, find, go, page
from delivery import services
from delivery.backlog import oldest_undelivered
from delivery.composing import stored_policy
from delivery.models import Delivery, Endpoint, Issue
from delivery.secrets import live, shown
from routing import services as routing_services

State = Delivery.State
REVEAL = "reveal_endpoint"  # session key: the endpoint whose secret the next page shows, once


class EndpointForm(forms.Form):
    # Not a URLField: the services say what is wrong with an address, and why.
    url = forms.CharField(
        label=gettext_lazy("URL"),
        max_length=2000,
        help_text=gettext_lazy("Your own address, reachable from the internet over HTTPS."),
        widget=forms.TextInput(
            attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false", "class": "code"}
        ),
    )
    description = forms.CharField(label=gettext_lazy("Description"), required=False, max_length=200)
    is_default = forms.BooleanField(
        label=gettext_lazy("Default endpoint"),
        required=False,
        help_text=gettext_lazy("Takes each text that no route takes. There is at most one."),
    )


class NewEndpointForm(EndpointForm):
    signs_with = forms.ChoiceField(
        label=gettext_lazy("Signature"),
        choices=Endpoint.Scheme.choices,
        required=False,
        help_text=gettext_lazy(
            "Any Standard Webhooks library checks v1. With v1a you keep a public key only, which signs nothing."
        ),
    )

    def clean_signs_with(self) -> str:
        return self.cleaned_data["signs_with"] or Endpoint.Scheme.HMAC


def open_endpoints(request: PageRequest) -> QuerySet[Endpoint]:
    return request.environment.endpoints.filter(deleted_at=None)


@page()
def index(request: PageRequest) -> HttpResponse:
    rows = open_endpoints(request).order_by("-is_default", "description", "pk")
    failures = request.environment.deliveries.filter(state=State.FAILED)
    failed = dict(failures.values_list("endpoint").annotate(Count("pk")).order_by())
    listed = [{"endpoint": row, "failed": failed.get(row.pk, 0)} for row in rows]
    return render(request, "endpoints.html", {"rows": listed})


def unfinished(environment: Environment) -> QuerySet[Delivery]:
    """Deliveries that somebody or something still has to deal with; what arrived is too many to count."""
    return environment.deliveries.filter(state__in=[State.FAILED, State.HELD, State.PENDING, State.SENDING])


@page(CONFIGURE)
def new(request: PageRequest) -> HttpResponse:
    first = not open_endpoints(request).exists()
    form = NewEndpointForm(request.POST or None, initial={"is_default": first})
    endpoint = created(request, form) if form.is_valid() else None
    if endpoint is None:
        return render(request, "endpoint_new.html", {"form": form})
    request.session[REVEAL] = str(endpoint.pk)
    return go(request, "endpoints.one", endpoint_id=ids.public("endpoint", endpoint.pk))


def created(request: PageRequest, form: EndpointForm) -> Endpoint | None:
    try:
        made = services.create_endpoint(request.environment, actor(request), **form.cleaned_data)
    except (Invalid, Conflict) as problem:
        refuse(form, problem, {"/isDefault": "is_default"})
        return None
    messages.success(request, _("The endpoint is ready."))
    say_warnings(request, made.warnings)
    return made.endpoint


def say_warnings(request: PageRequest, warnings: list[str]) -> None:
    for warning in warnings:
        messages.warning(request, warning)


@page()
def one(request: PageRequest, endpoint_id: str) -> HttpResponse:
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    return render(
        request, "endpoint.html", context_of(request, endpoint) | {"secret": reveal(request, endpoint)}
    )


def context_of(request: PageRequest, endpoint: Endpoint) -> dict[str, Any]:
    initial = {"url": endpoint.url, "description": endpoint.description, "is_default": endpoint.is_default}
    rows = unfinished(request.environment).filter(endpoint=endpoint)
    unresolved = endpoint.issues.exclude(state=Issue.State.RESOLVED).order_by("-last_seen")
    counts = dict(rows.values_list("state").annotate(Count("pk")).order_by())
    return {
        "endpoint": endpoint,
        "form": EndpointForm(initial=initial),
        "failed": counts.get("failed", 0),
        "held": counts.get("held", 0),
        "waiting": counts.get("pending", 0) + counts.get("sending", 0),
        "routes": endpoint.routes.order_by("position"),
        "secrets": list(live(endpoint)),
        "policy": stored_policy(endpoint),
        "condition": condition(endpoint, clock(request.environment)),
        "issues": [shown_issue(issue) for issue in unresolved],
        "oldest": oldest_undelivered(open_endpoints(request).filter(pk=endpoint.pk)),
    }


def reveal(request: PageRequest, endpoint: Endpoint) -> str:
    """The secret, on the first page after its creation only; the session holds no more than whose it is."""
    if request.session.get(REVEAL) != str(endpoint.pk):
        return ""
    del request.session[REVEAL]
    secret = endpoint.secrets.order_by("-created_at", "-pk").first()
    return shown(secret.secret) if secret else ""


@page(CONFIGURE, post_only=True)
def edit(request: PageRequest, endpoint_id: str) -> HttpResponse:
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    form = EndpointForm(request.POST)
    if form.is_valid():
        try:
            say_warnings(request, services.update_endpoint(endpoint, actor(request), **form.cleaned_data))
        except (Invalid, Conflict) as problem:
            refuse(form, problem, {"/isDefault": "is_default"})
        else:
            messages.success(request, _("Saved."))
            return go(request, "endpoints")
    endpoint.refresh_from_db()
    return render(request, "endpoint.html", context_of(request, endpoint) | {"form": form}, status=422)


@page(CONFIGURE, post_only=True)
def switch(request: PageRequest, endpoint_id: str) -> HttpResponse:
    """`disabled=1` stops the endpoint, anything else starts it again."""
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    disabled = request.POST.get("disabled") == "1"
    services.update_endpoint(endpoint, actor(request), disabled=disabled)
    if disabled:
        messages.success(request, _("The endpoint is disabled. Its deliveries are held, none is lost."))
    else:
        messages.success(request, _("The endpoint is enabled. What was held is on its way."))
    return go(request, "endpoints.one", endpoint_id=endpoint_id)


@page(CONFIGURE, post_only=True)
def make_default(request: PageRequest, endpoint_id: str) -> HttpResponse:
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    services.update_endpoint(endpoint, actor(request), is_default=True)
    messages.success(request, _("This endpoint now takes each text that no route takes."))
    return go(request, "endpoints")


@page(CONFIGURE, post_only=True)
def delete(request: PageRequest, endpoint_id: str) -> HttpResponse:
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    try:
        routing_services.delete_endpoint(endpoint, actor(request))
    except Conflict as conflict:
        messages.error(request, conflict.detail)
        return go(request, "endpoints.one", endpoint_id=endpoint_id)
    messages.success(request, _("The endpoint is deleted. What still waited for it was cancelled."))
    return go(request, "endpoints")
