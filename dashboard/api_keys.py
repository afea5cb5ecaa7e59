"""API keys: which there are, when and from where they were used, and making, replacing and revoking them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import keys
from accounts.clock import clock
from accounts.errors import Conflict, Forbidden, Invalid
from accounts.models import ApiKey
from accounts.roles import MANAGE_KEYS, SCOPES
from dashboard.page import PageRequest, actor, find, go, page
from dashboard.paging import slice_of
from dashboard.program_form import LimitsForm, ScopedForm, held, overlap, refuse_limits


@page(get=MANAGE_KEYS)
def index(request: PageRequest) -> HttpResponse:
    part = slice_of(request.environment.keys.all(), request, "key")
    return render(
        request, "api_keys.html", {"slice": part, "rows": [shown(request, row) for row in part.rows]}
    )


def shown(request: PageRequest, key: ApiKey) -> dict[str, Any]:
    return {"key": key, "state": state_of(request, key)}


def state_of(request: PageRequest, key: ApiKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= clock(request.environment):
        return "expired"
    return "replaced" if key.replaced_by_id else "active"


@page(get=MANAGE_KEYS, post=MANAGE_KEYS, proof=True)
def new(request: PageRequest) -> HttpResponse:
    form = ScopedForm(request, request.POST or None)
    if form.is_valid():
        try:
            key, text = keys.create(request.environment, actor(request), held=held(request), **form.given())
        except Invalid as problem:
            refuse_limits(form, problem)
        else:
            return reveal(request, key, text)
    return render(request, "api_key_new.html", {"form": form}, status=422 if form.is_bound else 200)


def reveal(request: PageRequest, key: ApiKey, text: str) -> HttpResponse:
    """The answer to the form itself shows the text: it is kept nowhere, so no later page could."""
    return render(request, "api_key_made.html", {"key": key, "text": text})


@page(get=MANAGE_KEYS, post=MANAGE_KEYS)
def one(request: PageRequest, key_id: str) -> HttpResponse:
    """The key; a POST changes its name and limits."""
    key = find(request.environment.keys.select_related("replaced_by"), "key", key_id)
    values = {
        "name": key.name,
        "allowed_networks": ", ".join(key.allowed_networks),
        "expires_at": key.expires_at,
    }
    form = LimitsForm(request.POST or None, initial=values)
    if form.is_valid() and changed(request, key, form):
        messages.success(request, _("Saved."))
        return go(request, "keys.one", key_id=key_id)
    context = {
        **shown(request, key),
        "form": form,
        "scopes": [SCOPES.get(scope, scope) for scope in key.scopes],
        "addresses": key.addresses.order_by("-first_used_at")[:20],
    }
    return render(request, "api_key.html", context, status=422 if form.is_bound else 200)


def changed(request: PageRequest, key: ApiKey, form: LimitsForm) -> bool:
    try:
        keys.change(key, actor(request), held(request), **form.given())
    except (Invalid, Conflict) as problem:
        refuse_limits(form, problem)
    except Forbidden as problem:
        form.add_error(None, problem.detail)
    return not form.errors


@page(post=MANAGE_KEYS, proof=True)
def rotate(request: PageRequest, key_id: str) -> HttpResponse:
    key = find(request.environment.keys.all(), "key", key_id)
    try:
        successor, text = keys.rotate(key, actor(request), held(request), overlap_s=overlap(request))
    except Invalid as problem:
        messages.error(request, problem.errors[0].detail)
    except (Conflict, Forbidden) as problem:
        messages.error(request, problem.detail)
    else:
        return reveal(request, successor, text)
    return go(request, "keys.one", key_id=key_id)


@page(post=MANAGE_KEYS)
def revoke(request: PageRequest, key_id: str) -> HttpResponse:
    keys.revoke(find(request.environment.keys.all(), "key", key_id), actor(request))
    messages.success(request, _("The key is revoked: it opens nothing any more."))
    return go(request, "keys")
