"""Sending many deliveries again: ask, see how many it would be, run, watch, cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import ids
from accounts.clock import clock
from accounts.errors import Conflict, Invalid
from accounts.roles import READ_MESSAGES, REPLAY
from dashboard.endpoints import open_endpoints
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, find, go, page
from dashboard.paging import slice_of
from delivery import replays
from delivery.models import Replay
from delivery.retry import BY_CODE
from delivery.selection import OVER
from routing import replaying

FIELDS = {
    "/filter/since": "since",
    "/filter/until": "until",
    "/filter/endpointId": "endpoint",
    "/filter/state": "state",
    "/filter/errorCode": "code",
}
#: Why a job ended early, and what to do.
ENDED = {
    Replay.Why.DISABLED: gettext_lazy(
        "It ended early, since its endpoint is disabled. Enable the endpoint, then plan another replay for the rest."
    ),
    Replay.Why.DELETED: gettext_lazy("It ended early, since its endpoint was deleted."),
    Replay.Why.BROKEN: gettext_lazy(
        "It broke off by an error of ours. Plan another replay for the rest; if that breaks off too, tell the operator."
    ),
}
LOCAL = "%Y-%m-%dT%H:%M"


class ReplayForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What"), choices=Replay.Kind.choices)
    endpoint = forms.ChoiceField(label=gettext_lazy("Endpoint"), required=False)
    since = forms.DateTimeField(
        label=gettext_lazy("Since"),
        input_formats=[LOCAL],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
        help_text=gettext_lazy("In your own time zone."),
    )
    until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        required=False,
        input_formats=[LOCAL],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("Failed")), *((one.value, one.label) for one in OVER[1:])],
        help_text=gettext_lazy("For a filter only."),
    )
    code = forms.TypedChoiceField(
        label=gettext_lazy("Reason"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", gettext_lazy("Any")), *((code, kind.explanation) for code, kind in BY_CODE.items())],
    )
    number = forms.CharField(
        label=gettext_lazy("Number"),
        required=False,
        max_length=16,
        help_text=gettext_lazy("That the texts came to, as in `+33639980001`."),
    )
    everything = forms.BooleanField(
        label=gettext_lazy("Also what routes sent elsewhere"),
        required=False,
        help_text=gettext_lazy("For what an endpoint never got: every text, not only those of its routes."),
    )

    def __init__(self, request: PageRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = open_endpoints(request).filter(disabled_at=None)
        self.endpoints = {ids.public("endpoint", row.pk): row for row in rows}
        choices = [("", _("Any")), *((id, str(row)) for id, row in self.endpoints.items())]
        self.fields["endpoint"].choices = choices  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """The valid form as routing.replaying takes it."""
        data = self.cleaned_data
        asked = {name: data[name] for name in ("since", "until", "everything")}
        values = {"state": data["state"], "errorCode": data["code"], "number": data["number"]}
        asked |= {name: value for name, value in values.items() if value}
        return asked | {"endpoint": self.endpoints.get(data["endpoint"])}


@page(get=READ_MESSAGES)
def index(request: PageRequest) -> HttpResponse:
    part = slice_of(request.environment.replays.all(), request, "replay")
    return render(request, "replays.html", {"slice": part, "rows": part.rows})


@page(get=REPLAY, post=REPLAY)
def new(request: PageRequest) -> HttpResponse:
    """`?endpoint=…&kind=…` fill the form in."""
    midnight = timezone.localtime(clock(request.environment)).replace(hour=0, minute=0)
    given = {name: request.GET[name] for name in ("endpoint", "kind") if name in request.GET}
    form = ReplayForm(request, request.POST or None, initial={"since": midnight, **given})
    job = planned(request, form) if form.is_valid() else None
    if job is None:
        status = 422 if request.method == "POST" else 200
        return render(request, "replay_new.html", {"form": form}, status=status)
    return go(request, "deliveries.replays.one", replay_id=ids.public("replay", job.pk))


def planned(request: PageRequest, form: ReplayForm) -> Replay | None:
    try:
        return replaying.plan(request.environment, actor(request), form.cleaned_data["kind"], **form.asked())
    except (Invalid, Conflict) as problem:
        refuse(form, problem, FIELDS)
        return None


@page(get=READ_MESSAGES)
def one(request: PageRequest, replay_id: str) -> HttpResponse:
    job = find(request.environment.replays.all(), "replay", replay_id)
    endpoint = request.environment.endpoints.filter(pk=job.filter.get("endpoint")).first()
    code = BY_CODE.get(job.filter.get("errorCode", 0))
    running = job.state == Replay.State.RUNNING
    context = {
        "job": job,
        "why": ENDED[Replay.Why(job.because)] if job.because else "",
        "follows": running,
        "reloads": running and "still" not in request.GET,  # where there is no script
        "not_sent": [(Replay.Why(why).label, count) for why, count in replays.not_sent(job).items()],
        "endpoint": endpoint,
        "since": datetime.fromisoformat(job.filter["since"]),
        "until": datetime.fromisoformat(job.filter["until"]) if "until" in job.filter else None,
        "code": code.explanation if code else "",
        "outcomes": sorted(replays.report(job).items()),
    }
    return render(request, "replay.html", context)


@page(post=REPLAY)
def run(request: PageRequest, replay_id: str) -> HttpResponse:
    return changed(request, replay_id, replays.run, _("It runs. This page follows it."))


@page(post=REPLAY)
def cancel(request: PageRequest, replay_id: str) -> HttpResponse:
    return changed(request, replay_id, replays.cancel, _("Nothing more is sent again."))


def changed(request: PageRequest, replay_id: str, change: Any, said: str) -> HttpResponse:
    job = find(request.environment.replays.all(), "replay", replay_id)
    try:
        change(job, actor(request))
        messages.success(request, said)
    except Conflict as conflict:
        messages.error(request, conflict.detail)
    return go(request, "deliveries.replays.one", replay_id=replay_id)
