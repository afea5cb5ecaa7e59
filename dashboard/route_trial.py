"""What the routes in force would do: with a text that somebody types, and with those that came last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from accounts.roles import CONFIGURE, READ_CONTENT
from dashboard.conditions import sentence
from dashboard.page import PageRequest, actor, can, page
from dashboard.trace import Skipped
from delivery.models import Endpoint
from inbox import reading
from numbers.channel_form import AS_CODE
from routing import trial
from routing.trial import MOST_TEXTS, Outcome


class TrialForm(forms.Form):
    number_used = forms.CharField(
        label=gettext_lazy("Number used"), max_length=40, widget=forms.TextInput(attrs=AS_CODE)
    )
    sender_id = forms.CharField(
        label=gettext_lazy("Sender"), max_length=40, widget=forms.TextInput(attrs=AS_CODE)
    )
    content = forms.CharField(
        label=gettext_lazy("Text"), max_length=4000, strip=False, widget=forms.Textarea(attrs={"rows": 4})
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a text would go, in words and links."""

    outcome: Outcome
    endpoints: list[Endpoint]
    skipped: list[Skipped]
    omitted: int


def shown(request: PageRequest, outcome: Outcome) -> Shown:
    told = outcome.explanation
    skipped = [Skipped(one["name"], sentence(one["failed"], reveal=True)) for one in told if "failed" in one]
    endpoints = request.environment.endpoints.filter(pk__in=outcome.endpoints or ())
    return Shown(outcome, list(endpoints), skipped, sum(one.get("omitted", 0) for one in told))


@page(get=CONFIGURE, post=CONFIGURE)
def index(request: PageRequest) -> HttpResponse:
    """A POST tries: the typed text, or with `latest` the texts that came last."""
    latest = request.method == "POST" and "latest" in request.POST and can(request, READ_CONTENT)
    form = TrialForm(None if latest else request.POST or None)
    context: dict[str, Any] = {"form": form, "most": MOST_TEXTS}
    if latest:
        texts = trial.latest(request.environment, MOST_TEXTS)
        found = trial.compare(texts, None, trial.in_force(request.environment))
        reading.watched(request.environment, actor(request), [one.message for one in found.examples])
        context["found"] = found
    elif form.is_valid():
        ways = trial.in_force(request.environment)
        context["result"] = shown(request, ways.of(trial.text_of(**form.cleaned_data)))
    wrong = form.is_bound and not form.is_valid()
    return render(request, "route_trial.html", context, status=422 if wrong else 200)
