"""The numbers that an environment holds, those it asked for, and those it gave back a short while ago."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.clock import clock
from accounts.encryption import Unsealable
from accounts.errors import Conflict
from accounts.models import Environment
from accounts.roles import CONFIGURE, READ
from dashboard.forms import channel_choices, chosen, refuse
from dashboard.page import PageRequest, actor, go, here, page, parsed
from dashboard.paging import slice_of
from dashboard.templatetags.pages import exact_day
from numbers import acquisition, plan, pool, requests, services
from numbers.models import Assignment, Channel, Number, NumberRequest

POINTERS = {"/channelId": "channel"}
VIEWS = {
    "held": gettext_lazy("Yours"),
    "requests": gettext_lazy("Requests"),
    "released": gettext_lazy("Given back"),
}


class LabelForm(forms.Form):
    """What a number is called."""

    label = forms.CharField(
        label=gettext_lazy("Label"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("What you call it, for example Bookings Lyon."),
    )


class ChannelForm(LabelForm):
    """Also which channel brings its texts."""

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


def held(request: PageRequest) -> QuerySet[Assignment]:
    rows = request.environment.assignments.filter(ends_at=None)
    return rows.select_related("number", "channel").order_by("pk")


def asked(environment: Environment) -> QuerySet[NumberRequest]:
    return environment.number_requests.select_related("assignment__number", "wanted", "channel")


def channels(request: PageRequest) -> QuerySet[Channel]:
    return request.environment.channels.filter(deleted_at=None).order_by("name", "pk")


def held_number(request: PageRequest, number_id: str) -> Assignment:
    assignment = held(request).filter(number=parsed("number", number_id)).first()
    if assignment is None:
        raise Http404
    return assignment


@page(get=READ)
def index(request: PageRequest) -> HttpResponse:
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "held"
    waiting = asked(request.environment).filter(status=NumberRequest.Status.REQUESTED).count()
    context = {"view": view, "views": VIEWS.items(), "waiting": waiting, **CONTEXTS[view](request)}
    return render(request, "numbers.html", context)


def held_context(request: PageRequest) -> dict[str, Any]:
    return {"rows": list(held(request))}


def requests_context(request: PageRequest) -> dict[str, Any]:
    slice = slice_of(asked(request.environment), request, "number_request")
    return {"rows": slice.rows, "slice": slice}


def released_context(request: PageRequest) -> dict[str, Any]:
    return {"rows": list(pool.returnable(request.environment).order_by("aging_until"))}


CONTEXTS = {"held": held_context, "requests": requests_context, "released": released_context}


@page(get=CONFIGURE, post=CONFIGURE)
def one(request: PageRequest, number_id: str) -> HttpResponse:
    assignment = held_number(request, number_id)
    form = form_of(request, assignment)
    if form.is_valid() and updated(request, assignment, form):
        return go(request, "numbers")
    context = {
        "form": form,
        "assignment": assignment,
        "rests_until": rests_until(assignment),
        "can_give_back": can_give_back(assignment),
    }
    return render(request, "number.html", context)


def form_of(request: PageRequest, assignment: Assignment) -> LabelForm:
    """A number of the pool stays on the channel that it came with."""
    data, label = request.POST or None, assignment.label
    if assignment.number.channel_id:
        return LabelForm(data, initial={"label": label})
    channel = channel_choices([assignment.channel])[0][0]
    return ChannelForm(channels(request), data, initial={"label": label, "channel": channel})


def can_give_back(assignment: Assignment) -> bool:
    try:
        return acquisition.can_give_back(assignment)
    except Unsealable:
        return False


def rests_until(assignment: Assignment) -> Any:
    """Until when nobody else could have the number if it were released now; None: no time at all."""
    number = assignment.number
    return None if number.fictional else clock(assignment.environment) + plan.aging(number.country)


def updated(request: PageRequest, assignment: Assignment, form: LabelForm) -> bool:
    channel = form.chosen_channel() if isinstance(form, ChannelForm) else None
    try:
        services.update_assignment(
            assignment, actor(request), label=form.cleaned_data["label"], channel=channel
        )
    except Conflict as problem:
        refuse(form, problem, POINTERS)
        return False
    messages.success(request, _("Saved."))
    return True


@page(post=CONFIGURE)
def release(request: PageRequest, number_id: str) -> HttpResponse:
    assignment = held_number(request, number_id)
    try:
        if "give_back" in request.POST:
            acquisition.give_back(assignment, actor(request))
        else:
            services.release_number(assignment, actor(request))
    except Conflict as conflict:
        messages.error(request, conflict.detail)
        return go(request, "numbers.one", number_id=number_id)
    number = Number.objects.get(pk=assignment.number_id)
    messages.success(request, released(number))
    return go(request, "numbers")


def released(number: Number) -> str:
    if number.aging_until is None:
        return _("%(number)s was released.") % {"number": number.number}
    values = {"number": number.number, "day": exact_day(number.aging_until)}
    return _("%(number)s was released. You may take it back until %(day)s.") % values


@page(post=CONFIGURE)
def take_back(request: PageRequest, number_id: str) -> HttpResponse:
    """Have a number again that this environment gave back a short while ago, as it was."""
    rows = request.environment.assignments.filter(number=parsed("number", number_id))
    last = rows.select_related("number__channel", "channel").order_by("-pk").first()
    if last is None:
        raise Http404
    if not pool.may_return(last.number, request.environment):
        messages.error(request, pool.taken().detail)
        return go(request, "numbers")
    if last.own_channel_id and last.channel.deleted_at:
        messages.warning(request, _("Its channel is closed: choose another one."))
        query = urlencode({"number": last.number.number, "label": last.label})
        return redirect(f"{here(request, 'numbers.new')}?{query}")
    return taken_back(request, last)


def taken_back(request: PageRequest, last: Assignment) -> HttpResponse:
    channel = last.channel if last.own_channel_id else None
    number = last.number.number
    try:
        requests.bring_number(
            request.environment, actor(request), number=number, channel=channel, label=last.label
        )
    except Conflict as conflict:
        messages.error(request, conflict.detail)
    else:
        messages.success(request, _("%(number)s is yours again.") % {"number": number})
    return go(request, "numbers")
