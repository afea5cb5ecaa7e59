"""The numbers that an environment holds."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE
from dashboard.forms import channel_choices, chosen, refuse
from dashboard.page import PageRequest, actor, go, page, parsed
from numbers import services
from numbers.models import Assignment, Channel

POINTERS = {"/channelId": "channel"}


class LabelForm(forms.Form):
    """Change what a number is called and which channel brings its texts."""

    label = forms.CharField(
        label=gettext_lazy("Label"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("What you call it, for example Bookings Lyon."),
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        help_text=gettext_lazy("A text to this number counts only when it comes this way."),
    )

    def __init__(self, channels: QuerySet[Channel], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.channels = {row.pk: row for row in channels}
        self.fields["channel"].choices = channel_choices(self.channels.values())  # type: ignore[attr-defined]

    def chosen_channel(self) -> Channel:
        id = chosen("channel", self.cleaned_data["channel"])
        assert id is not None
        return self.channels[id]


class NumberForm(LabelForm):
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=40,
        help_text=gettext_lazy("In international form, for example +33 6 39 98 00 01, or a short code."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    field_order = ("number", "label", "channel")


def held(request: PageRequest) -> QuerySet[Assignment]:
    rows = request.environment.assignments.filter(ends_at=None)
    return rows.select_related("number", "channel").order_by("pk")


def channels(request: PageRequest) -> QuerySet[Channel]:
    return request.environment.channels.filter(deleted_at=None).order_by("name", "pk")


def held_number(request: PageRequest, number_id: str) -> Assignment:
    assignment = held(request).filter(number=parsed("number", number_id)).first()
    if assignment is None:
        raise Http404
    return assignment


@page()
def index(request: PageRequest) -> HttpResponse:
    context = {"rows": list(held(request)), "channels": channels(request).exists()}
    return render(request, "numbers.html", context)


@page(CONFIGURE)
def new(request: PageRequest) -> HttpResponse:
    form = NumberForm(channels(request), request.POST or None)
    if form.is_valid() and assigned(request, form):
        return go(request, "numbers")
    return render(request, "number_new.html", {"form": form, "channels": form.channels})


def assigned(request: PageRequest, form: NumberForm) -> bool:
    try:
        assignment = services.assign_number(
            request.environment,
            actor(request),
            number=form.cleaned_data["number"],
            channel=form.chosen_channel(),
            label=form.cleaned_data["label"],
        )
    except (Invalid, Conflict) as problem:
        refuse(form, problem, POINTERS)
        return False
    messages.success(request, _("%(number)s is yours.") % {"number": assignment.number.number})
    return True


@page(CONFIGURE)
def one(request: PageRequest, number_id: str) -> HttpResponse:
    assignment = held_number(request, number_id)
    initial = {"label": assignment.label, "channel": channel_choices([assignment.channel])[0][0]}
    form = LabelForm(channels(request), request.POST or None, initial=initial)
    if form.is_valid() and updated(request, assignment, form):
        return go(request, "numbers")
    return render(request, "number.html", {"form": form, "assignment": assignment})


def updated(request: PageRequest, assignment: Assignment, form: LabelForm) -> bool:
    label, channel = form.cleaned_data["label"], form.chosen_channel()
    try:
        services.update_assignment(assignment, actor(request), label=label, channel=channel)
    except Conflict as problem:
        refuse(form, problem, POINTERS)
        return False
    messages.success(request, _("Saved."))
    return True


@page(CONFIGURE, post_only=True)
def release(request: PageRequest, number_id: str) -> HttpResponse:
    assignment = held_number(request, number_id)
    services.release_number(assignment, actor(request))
    messages.success(request, _("%(number)s was released.") % {"number": assignment.number.number})
    return go(request, "numbers")
