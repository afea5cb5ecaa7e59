"""The destinations that an environment allows, and which endpoints they leave out."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE, READ
from dashboard.endpoints import open_endpoints
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, find, go, page
from delivery import destinations
from delivery.access_store import lies_outside
from numbers.channel_form import AS_CODE


class DestinationForm(forms.Form):
    pattern = forms.CharField(
        label=gettext_lazy("Host or network"),
        max_length=255,
        help_text=gettext_lazy(
            "`api.example.com`, all hosts below one with `*.example.com`, or a network such as `192.0.2.0/24`."
        ),
        widget=forms.TextInput(attrs=AS_CODE),
    )


@page(get=READ, post=CONFIGURE)
def index(request: PageRequest) -> HttpResponse:
    """The list; a POST adds to it."""
    form = DestinationForm(request.POST or None)
    if form.is_valid() and added(request, form):
        return go(request, "endpoints.destinations")
    allowlist = destinations.allowlist_of(request.environment.pk)
    context = {
        "form": form,
        "rows": request.environment.destinations.all(),
        "outside": [row for row in open_endpoints(request) if lies_outside(row, allowlist)],
    }
    return render(request, "destinations.html", context, status=422 if form.is_bound else 200)


def added(request: PageRequest, form: DestinationForm) -> bool:
    try:
        destinations.allow(request.environment, actor(request), form.cleaned_data["pattern"])
    except (Invalid, Conflict) as problem:
        refuse(form, problem)
        return False
    messages.success(request, _("This destination is allowed."))
    return True


@page(post=CONFIGURE)
def delete(request: PageRequest, destination_id: str) -> HttpResponse:
    row = find(request.environment.destinations.all(), "destination", destination_id)
    destinations.forbid(row, actor(request))
    messages.success(request, _("This destination is off the list."))
    return go(request, "endpoints.destinations")
