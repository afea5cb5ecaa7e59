"""The organisation's sandboxes: making one with its first key, renaming, emptying and deleting them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Conflict, Invalid
from accounts.models import Environment
from accounts.roles import MANAGE_SANDBOXES, READ
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, can, find, go, page
from dashboard.program_form import held
from sandbox import sandboxes


class NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Of the pipeline or the person that it is for."),
    )


@page(get=READ, post=MANAGE_SANDBOXES, sandbox_only=True)
def index(request: PageRequest) -> HttpResponse:
    """The list; a POST makes one, and its answer shows the key, which is kept nowhere."""
    form = NameForm(request.POST or None)
    if form.is_valid():
        tenant, name = request.environment.tenant, form.cleaned_data["name"]
        try:
            made, key, text = sandboxes.create(tenant, actor(request), held(request), name=name)
        except (Invalid, Conflict) as problem:
            refuse(form, problem, {"/name": "name"})
        else:
            return render(request, "sandbox_made.html", {"sandbox": made, "key": key, "text": text})
    rows = sandboxes.living(request.environment.tenant).order_by("name")
    context = {"form": form, "rows": rows, "may_manage": can(request, MANAGE_SANDBOXES)}
    return render(request, "sandboxes.html", context, status=422 if form.is_bound else 200)


@page(get=READ, post=MANAGE_SANDBOXES, sandbox_only=True)
def one(request: PageRequest, sandbox_id: str) -> HttpResponse:
    """The sandbox; a POST renames it."""
    sandbox = named(request, sandbox_id)
    form = NameForm(request.POST or None, initial={"name": sandbox.name})
    if form.is_valid():
        try:
            sandboxes.rename(sandbox, actor(request), form.cleaned_data["name"])
        except (Invalid, Conflict) as problem:
            refuse(form, problem, {"/name": "name"})
        else:
            messages.success(request, _("Saved."))
            return go(request, "sandboxes.one", sandbox_id=sandbox_id)
    context = {"form": form, "sandbox": sandbox, "may_manage": can(request, MANAGE_SANDBOXES)}
    return render(request, "sandbox.html", context, status=422 if form.is_bound else 200)


@page(post=MANAGE_SANDBOXES, sandbox_only=True)
def reset(request: PageRequest, sandbox_id: str) -> HttpResponse:
    sandbox = sandboxes.reset(named(request, sandbox_id), actor(request))
    if sandbox.emptying_since is None:
        messages.success(request, _("The sandbox is empty, and its clock shows the present."))
    else:
        messages.success(request, _("The sandbox takes nothing any more, and what it held is being removed."))
    return go(request, "sandboxes.one", sandbox_id=sandbox_id)


@page(post=MANAGE_SANDBOXES, sandbox_only=True)
def delete(request: PageRequest, sandbox_id: str) -> HttpResponse:
    sandbox = named(request, sandbox_id)
    try:
        sandboxes.delete(sandbox, actor(request))
    except Conflict as problem:
        messages.error(request, problem.detail)
        return go(request, "sandboxes.one", sandbox_id=sandbox_id)
    messages.success(request, _("The sandbox is deleted, and its keys open nothing any more."))
    return redirect("overview") if sandbox.pk == request.environment.pk else go(request, "sandboxes")


def named(request: PageRequest, sandbox_id: str) -> Environment:
    return find(sandboxes.living(request.environment.tenant), "environment", sandbox_id)
