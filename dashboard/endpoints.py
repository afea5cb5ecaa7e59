"""Where texts go: webhooks, their secrets, and whether they are switched on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
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
from accounts.roles import CONFIGURE, READ
from dashboard.forms import refuse
from dashboard.health import condition
from dashboard.issues import shown as shown_issue
from dashboard.page import PageRequest, actor, find, go, page
from delivery import queues, services
from delivery.access_store import lies_outside, shown_access
from delivery.backlog import oldest_undelivered
from delivery.catalog import BY_NAME, SUBSCRIBABLE
from delivery.certificates import expires_soon
from delivery.composing import stored_policy
from delivery.destinations import allowlist_of
from delivery.kinds import ACK_WITHIN_S, OWN, POINTERS
from delivery.models import Delivery, Endpoint, Issue
from delivery.secrets import live, shown
from delivery.template import FIRST
from routing import services as routing_services

State, Kind = Delivery.State, Endpoint.Kind
ABOUT = {
    Kind.WEBHOOK: gettext_lazy("We post each text to your address, signed, in our own JSON."),
    Kind.CALLBACK: gettext_lazy(
        "We call an API that you have already: method, path, headers and body are yours."
    ),
    Kind.POLLING: gettext_lazy("Nothing is sent: your code asks for its texts and acknowledges them."),
}
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

    payload = forms.ChoiceField(
        label=gettext_lazy("Body"),
        choices=Endpoint.Payload.choices,
        required=False,
        help_text=gettext_lazy("What each request tells of its text."),
    )
    ack_within_s = forms.IntegerField(
        label=gettext_lazy("Seconds to acknowledge"),
        required=False,
        min_value=ACK_WITHIN_S[0],
        max_value=ACK_WITHIN_S[1],
        help_text=gettext_lazy("What your code takes and does not acknowledge by then is offered again."),
    )

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        signed = {"signs_with"} if kind == Endpoint.Kind.POLLING else set()
        for name in signed | (POINTERS.keys() - OWN[kind]):
            self.fields.pop(name, None)

    def values(self) -> dict[str, Any]:
        """What was filled in, by the services' names."""
        given = self.cleaned_data
        return {
            name: value for name, value in given.items() if value or name not in ("payload", "ack_within_s")
        }


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


@page(get=READ)
def index(request: PageRequest) -> HttpResponse:
    rows = open_endpoints(request).order_by("-is_default", "description", "pk")
    failures = request.environment.deliveries.filter(state=State.FAILED)
    failed = dict(failures.values_list("endpoint").annotate(Count("pk")).order_by())
    allowlist = allowlist_of(request.environment.pk)
    listed = [
        {"endpoint": row, "failed": failed.get(row.pk, 0), "outside": lies_outside(row, allowlist)}
        for row in rows
    ]
    return render(request, "endpoints.html", {"rows": listed})


def unfinished(environment: Environment) -> QuerySet[Delivery]:
    """Deliveries that somebody or something still has to deal with; what arrived is too many to count."""
    return environment.deliveries.filter(state__in=[State.FAILED, State.HELD, State.PENDING, State.SENDING])


@page(get=CONFIGURE, post=CONFIGURE)
def new(request: PageRequest) -> HttpResponse:
    """`kind` in the query says which; the fields differ."""
    first = not open_endpoints(request).exists()
    chosen = request.GET.get("kind", "")
    kind = Kind(chosen) if chosen in Kind.values else Kind.WEBHOOK
    initial = {"is_default": first, "ack_within_s": 60}
    form = NewEndpointForm(kind, request.POST or None, initial=initial)
    endpoint = created(request, form, kind) if form.is_valid() else None
    if endpoint is None:
        context = {"form": form, "kind": kind, "kinds": Kind.choices, "about": ABOUT[kind]}
        context["egress"] = settings.EGRESS_ADDRESSES
        return render(request, "endpoint_new.html", context)
    request.session[REVEAL] = str(endpoint.pk)
    return go(request, "endpoints.one", endpoint_id=ids.public("endpoint", endpoint.pk))


def created(request: PageRequest, form: EndpointForm, kind: str) -> Endpoint | None:
    values = form.values() | ({"template": FIRST} if kind == Kind.CALLBACK else {})
    try:
        made = services.create_endpoint(request.environment, actor(request), kind=kind, **values)
    except (Invalid, Conflict) as problem:
        refuse(form, problem, {"/isDefault": "is_default"})
        return None
    messages.success(request, _("The endpoint is ready."))
    say_warnings(request, made.warnings)
    return made.endpoint


def say_warnings(request: PageRequest, warnings: list[str]) -> None:
    for warning in warnings:
        messages.warning(request, warning)


@page(get=READ)
def one(request: PageRequest, endpoint_id: str) -> HttpResponse:
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    return render(
        request, "endpoint.html", context_of(request, endpoint) | {"secret": reveal(request, endpoint)}
    )


def context_of(request: PageRequest, endpoint: Endpoint) -> dict[str, Any]:
    columns = ("url", "description", "is_default", "payload", "ack_within_s")
    initial = {name: getattr(endpoint, name) for name in columns}
    rows = unfinished(request.environment).filter(endpoint=endpoint)
    unresolved = endpoint.issues.exclude(state=Issue.State.RESOLVED).order_by("-last_seen")
    counts = dict(rows.values_list("state").annotate(Count("pk")).order_by())
    return {
        "endpoint": endpoint,
        "form": EndpointForm(endpoint.kind, initial=initial),
        "failed": counts.get("failed", 0),
        "held": counts.get("held", 0),
        "waiting": counts.get("pending", 0) + counts.get("sending", 0),
        "routes": endpoint.routes.order_by("position"),
        "secrets": list(live(endpoint)),
        "policy": stored_policy(endpoint),
        "condition": condition(endpoint, clock(request.environment)),
        "event_types": [BY_NAME[name] for name in SUBSCRIBABLE],
        "issues": [shown_issue(issue) for issue in unresolved],
        "oldest": oldest_undelivered(open_endpoints(request).filter(pk=endpoint.pk)),
        "template": endpoint.template if endpoint.kind == Kind.CALLBACK else None,
        "public_url": settings.PUBLIC_URL,
        "queue": queues.depth(endpoint) if endpoint.kind == Kind.POLLING else None,
        "access": shown_access(endpoint),
        "ends_soon": expires_soon(endpoint.certificate_expires_at, clock(request.environment)),
        "outside": lies_outside(endpoint, allowlist_of(request.environment.pk)),
        "egress": settings.EGRESS_ADDRESSES,
    }


def reveal(request: PageRequest, endpoint: Endpoint) -> str:
    """The secret, on the first page after its creation only; the session holds no more than whose it is."""
    if request.session.get(REVEAL) != str(endpoint.pk):
        return ""
    del request.session[REVEAL]
    secret = endpoint.secrets.order_by("-created_at", "-pk").first()
    return shown(secret.secret) if secret else ""


@page(post=CONFIGURE)
def edit(request: PageRequest, endpoint_id: str) -> HttpResponse:
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    form = EndpointForm(endpoint.kind, request.POST)
    if form.is_valid():
        try:
            say_warnings(request, services.update_endpoint(endpoint, actor(request), **form.values()))
        except (Invalid, Conflict) as problem:
            refuse(form, problem, {"/isDefault": "is_default"})
        else:
            messages.success(request, _("Saved."))
            return go(request, "endpoints")
    endpoint.refresh_from_db()
    return render(request, "endpoint.html", context_of(request, endpoint) | {"form": form}, status=422)


@page(post=CONFIGURE)
def switch(request: PageRequest, endpoint_id: str) -> HttpResponse:
    """`disabled=1` stops the endpoint, anything else starts it again."""
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    disabled = request.POST.get("disabled") == "1"
    services.update_endpoint(endpoint, actor(request), disabled=disabled)
    if endpoint.kind == Kind.POLLING:
        done = (
            _("The endpoint is disabled. Its queue keeps what it has.")
            if disabled
            else _("Its queue is open.")
        )
        messages.success(request, done)
    elif disabled:
        messages.success(request, _("The endpoint is disabled. Its deliveries are held, none is lost."))
    else:
        messages.success(request, _("The endpoint is enabled. What was held is on its way."))
    return go(request, "endpoints.one", endpoint_id=endpoint_id)


@page(post=CONFIGURE)
def make_default(request: PageRequest, endpoint_id: str) -> HttpResponse:
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    services.update_endpoint(endpoint, actor(request), is_default=True)
    messages.success(request, _("This endpoint now takes each text that no route takes."))
    return go(request, "endpoints")


@page(post=CONFIGURE)
def delete(request: PageRequest, endpoint_id: str) -> HttpResponse:
    endpoint = find(open_endpoints(request), "endpoint", endpoint_id)
    try:
        routing_services.delete_endpoint(endpoint, actor(request))
    except Conflict as conflict:
        messages.error(request, conflict.detail)
        return go(request, "endpoints.one", endpoint_id=endpoint_id)
    messages.success(request, _("The endpoint is deleted. What still waited for it was cancelled."))
    return go(request, "endpoints")
