"""OAuth clients: which there are, and making them, replacing their secrets and revoking them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import clients
from accounts.clock import clock
from accounts.errors import Conflict, Forbidden, Invalid
from accounts.models import OAuthClient
from accounts.roles import MANAGE_KEYS, SCOPES
from dashboard.page import PageRequest, actor, find, go, page
from dashboard.paging import slice_of
from dashboard.program_form import LimitsForm, ScopedForm, held, overlap, refuse_limits


def endless(form: LimitsForm) -> dict[str, Any]:
    """What the form says, without the end that only keys have."""
    given = form.given()
    del given["expires_at"]
    return given


@page(get=MANAGE_KEYS)
def index(request: PageRequest) -> HttpResponse:
    part = slice_of(request.environment.clients.all(), request, "client")
    rows = [{"client": row, "state": state_of(row)} for row in part.rows]
    return render(request, "oauth_clients.html", {"slice": part, "rows": rows})


def state_of(client: OAuthClient) -> str:
    return "revoked" if client.revoked_at else "active"


@page(get=MANAGE_KEYS, post=MANAGE_KEYS, proof=True)
def new(request: PageRequest) -> HttpResponse:
    form = ScopedForm(request, request.POST or None)
    if form.is_valid():
        try:
            made = clients.create(request.environment, actor(request), held=held(request), **endless(form))
        except Invalid as problem:
            refuse_limits(form, problem)
        else:
            return reveal(request, *made)
    return render(request, "oauth_client_new.html", {"form": form}, status=422 if form.is_bound else 200)


def reveal(request: PageRequest, client: OAuthClient, text: str) -> HttpResponse:
    """The answer to the form itself shows the secret: it is kept nowhere, so no later page could."""
    url = request.build_absolute_uri("/oauth/token")
    return render(request, "oauth_client_made.html", {"client": client, "text": text, "token_url": url})


@page(get=MANAGE_KEYS, post=MANAGE_KEYS)
def one(request: PageRequest, client_id: str) -> HttpResponse:
    """The client; a POST changes its name and from where it may come."""
    client = find(request.environment.clients.all(), "client", client_id)
    values = {"name": client.name, "allowed_networks": ", ".join(client.allowed_networks)}
    form = LimitsForm(request.POST or None, initial=values)
    if form.is_valid() and changed(request, client, form):
        messages.success(request, _("Saved."))
        return go(request, "clients.one", client_id=client_id)
    ends = client.former_ends_at
    context = {
        "client": client,
        "state": state_of(client),
        "form": form,
        "scopes": [SCOPES.get(scope, scope) for scope in client.scopes],
        "former_ends_at": ends if ends and ends > clock(request.environment) else None,
    }
    return render(request, "oauth_client.html", context, status=422 if form.is_bound else 200)


def changed(request: PageRequest, client: OAuthClient, form: LimitsForm) -> bool:
    try:
        clients.change(client, actor(request), held(request), **endless(form))
    except (Invalid, Conflict) as problem:
        refuse_limits(form, problem)
    except Forbidden as problem:
        form.add_error(None, problem.detail)
    return not form.errors


@page(post=MANAGE_KEYS, proof=True)
def rotate(request: PageRequest, client_id: str) -> HttpResponse:
    client = find(request.environment.clients.all(), "client", client_id)
    try:
        made = clients.rotate(client, actor(request), held(request), overlap_s=overlap(request))
    except Invalid as problem:
        messages.error(request, problem.errors[0].detail)
    except (Conflict, Forbidden) as problem:
        messages.error(request, problem.detail)
    else:
        return reveal(request, *made)
    return go(request, "clients.one", client_id=client_id)


@page(post=MANAGE_KEYS)
def revoke(request: PageRequest, client_id: str) -> HttpResponse:
    clients.revoke(find(request.environment.clients.all(), "client", client_id), actor(request))
    messages.success(request, _("The client is revoked, and its tokens open nothing any more."))
    return go(request, "clients")
