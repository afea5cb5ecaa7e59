"""The sandbox's clock: what it shows, and putting it ahead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Invalid
from accounts.roles import CONFIGURE, READ
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, can, go, page
from sandbox import clocks

#: As forms send them, and in words: what people wait for.
STEPS = (
    ("1", gettext_lazy("1 minute")),
    ("60", gettext_lazy("1 hour")),
    ("1440", gettext_lazy("1 day")),
    ("10080", gettext_lazy("1 week")),
)
TOO_MANY = 100_000_000  # minutes; what is allowed is the service's to say


class AdvanceForm(forms.Form):
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes ahead"),
        min_value=1,
        max_value=TOO_MANY,
        help_text=gettext_lazy("The whole ladder of tries takes 28 hours: 1680 minutes."),
    )


@page(get=READ, post=CONFIGURE, sandbox_only=True)
def index(request: PageRequest) -> HttpResponse:
    """The time; a POST puts it ahead."""
    form = AdvanceForm(request.POST or None)
    if form.is_valid() and moved(request, form):
        return go(request, "clock")
    context: dict[str, Any] = {
        "state": clocks.look(request.environment),
        "form": form if can(request, CONFIGURE) else None,
        "steps": STEPS,
    }
    return render(request, "sandbox_clock.html", context, status=422 if form.is_bound else 200)


def moved(request: PageRequest, form: AdvanceForm) -> bool:
    try:
        clocks.move(request.environment, actor(request), by=timedelta(minutes=form.cleaned_data["minutes"]))
    except Invalid as problem:
        refuse(form, problem, {"/advanceBy": "minutes"})
        return False
    messages.success(request, _("The clock is ahead. What became due by it goes on its way now."))
    return True
