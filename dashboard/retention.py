"""For how many days the environment keeps what texts say, and what became of them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import retention
from accounts.errors import Invalid
from accounts.roles import MANAGE_CONSENT, READ
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, can, go, page

FIELDS = {pointer: column for column, pointer in retention.POINTERS.items()}


class RetentionForm(forms.Form):
    """Empty is as the operator says."""

    content_kept_days = forms.IntegerField(
        label=gettext_lazy("Days that content is kept"),
        required=False,
        help_text=gettext_lazy("What a text says, who sent it, its media, and what your endpoints answered."),
    )
    attempts_kept_days = forms.IntegerField(
        label=gettext_lazy("Days that attempts and events are kept"),
        required=False,
        help_text=gettext_lazy("How each delivery was tried. Deliveries keep their state and counts."),
    )


@page(get=READ, post=MANAGE_CONSENT)
def index(request: PageRequest) -> HttpResponse:
    """The days; a POST changes them."""
    environment = request.environment
    form = RetentionForm(
        request.POST or None, initial={name: getattr(environment, name) for name in FIELDS.values()}
    )
    if form.is_valid() and saved(request, form):
        return go(request, "retention")
    shown = form if can(request, MANAGE_CONSENT) else None
    context = {"form": shown, "kept": retention.kept(environment), "most": retention.most()}
    return render(request, "retention.html", context, status=422 if form.is_bound else 200)


def saved(request: PageRequest, form: RetentionForm) -> bool:
    try:
        retention.choose(request.environment, actor(request), **form.cleaned_data)
    except Invalid as problem:
        refuse(form, problem, FIELDS)
        return False
    messages.success(request, _("Saved."))
    return True
