"""The scenarios of a sandbox: run, copied, and what came of each the last time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy, ngettext

from accounts.errors import Conflict, Invalid
from accounts.roles import CONFIGURE, READ_MESSAGES
from dashboard.forms import refuse
from dashboard.page import PageRequest, actor, can, go, page
from dashboard.simulator import HeldNumber, held_numbers
from dashboard.words import ABOUT, EXPECTED
from numbers.carriers.base import MAX_ADDRESS
from sandbox import runs
from sandbox.copies import Copies, copies
from sandbox.scenario_run import ScenarioRun
from sandbox.scenarios import SCENARIOS, Scenario

ALL = "all"
FIELDS = {"/numberUsed": "number_used", "/senderId": "sender_id"}
State = ScenarioRun.State


class RunForm(forms.Form):
    number_used = HeldNumber(label=gettext_lazy("To"))
    sender_id = forms.CharField(
        label=gettext_lazy("From"),
        required=False,
        max_length=MAX_ADDRESS,
        help_text=gettext_lazy("Instead of the scenarios’ own senders."),
    )
    scenario = forms.ChoiceField(choices=[(name, name) for name in (ALL, *SCENARIOS)])

    def __init__(self, request: PageRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number_used"].choices = held_numbers(request)  # type: ignore[attr-defined]


class Expectation(NamedTuple):
    """One expectation in words."""

    text: int
    about: str
    expected: str
    seen: str | None
    passed: bool | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A scenario with its last run."""

    scenario: Scenario
    copied: Copies
    run: ScenarioRun | None

    @property
    def expectations(self) -> list[Expectation]:
        return [in_words(told) for told in self.run.expectations] if self.run else []

    @property
    def held(self) -> int:
        return sum(told.passed is True for told in self.expectations)


def in_words(told: dict[str, Any]) -> Expectation:
    about, seen = told["about"], told["seen"]
    return Expectation(
        told["text"],
        str(ABOUT[about]),
        value(about, told["expected"]),
        None if seen is None else value(about, seen),
        told["passed"],
    )


def value(about: str, told: str) -> str:
    return str(EXPECTED.get((about, told), told))


@page(get=READ_MESSAGES, post=CONFIGURE, sandbox_only=True)
def index(request: PageRequest) -> HttpResponse:
    """All scenarios; a POST runs one, or all of them."""
    last = last_runs(request)
    newest = max(last.values(), key=attrgetter("pk"), default=None)
    initial = {"number_used": newest.number_used if newest else ""}
    form = RunForm(request, request.POST or None, initial=initial)
    if form.is_bound and form.is_valid() and begun(request, form):
        return go(request, "scenarios")
    number = runs.number_shown(request.environment)
    shown = [Shown(one, copies(one, number), last.get(name)) for name, one in SCENARIOS.items()]
    states = [row.run.state for row in shown if row.run]
    context = {
        "form": form if can(request, CONFIGURE) else None,
        "groups": list(grouped(shown)),
        "follows": any(run.goes_on for run in last.values()),
        "counts": [(state, states.count(state)) for state in State.values if state in states],
        "all": ALL,
    }
    return render(request, "scenarios.html", context, status=422 if form.is_bound else 200)


def last_runs(request: PageRequest) -> dict[str, ScenarioRun]:
    """The last run of each scenario, as it stands now."""
    rows = request.environment.scenario_runs.select_related("environment")
    newest = rows.order_by("scenario", "-pk").distinct("scenario")
    return {run.scenario: runs.look(run) for run in newest}


def grouped(shown: list[Shown]) -> Iterator[tuple[Any, list[Shown]]]:
    """By category, in the library's own order."""
    for category, rows in groupby(shown, key=lambda row: row.scenario.category):
        yield category, list(rows)


def begun(request: PageRequest, form: RunForm) -> bool:
    """Whether what the form says runs; what is wrong with it, the form then says."""
    given = form.cleaned_data
    names = None if given["scenario"] == ALL else [given["scenario"]]
    try:
        made = runs.begin(
            request.environment,
            actor(request),
            names,
            number_used=given["number_used"],
            sender_id=given["sender_id"] or None,
        )
    except (Invalid, Conflict) as problem:
        refuse(form, problem, FIELDS)
        return False
    said = ngettext("%(n)d scenario runs.", "%(n)d scenarios run.", len(made)) % {"n": len(made)}
    messages.success(request, said)
    return True
