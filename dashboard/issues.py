"""How endpoints fail: what it means, what to do, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import READ_MESSAGES, REPLAY
from dashboard import reasons
from dashboard.page import PageRequest, actor, back, find, page
from dashboard.paging import slice_of
from delivery import issues
from delivery.models import Issue

State = Issue.State
VIEWS = {
    "unresolved": (gettext_lazy("Unresolved"), (State.OPEN, State.ACKNOWLEDGED)),
    "resolved": (gettext_lazy("Resolved"), (State.RESOLVED,)),
    "all": (gettext_lazy("Every one"), tuple(State)),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An issue in words."""

    issue: Issue
    cause: Any
    remedy: Any


def shown(issue: Issue) -> Shown:
    return Shown(issue, reasons.words(issue.error_code), reasons.remedy(issue.error_code))


@page(get=READ_MESSAGES)
def index(request: PageRequest) -> HttpResponse:
    chosen = request.GET.get("view", "unresolved")
    chosen = chosen if chosen in VIEWS else "unresolved"
    rows = request.environment.issues.select_related("endpoint").filter(state__in=VIEWS[chosen][1])
    part = slice_of(rows, request, "issue")
    context = {
        "views": [(name, words) for name, (words, _states) in VIEWS.items()],
        "view": chosen,
        "slice": part,
        "rows": [shown(row) for row in part.rows],
    }
    return render(request, "issues.html", context)


@page(get=READ_MESSAGES)
def one(request: PageRequest, issue_id: str) -> HttpResponse:
    issue = find(request.environment.issues.select_related("endpoint"), "issue", issue_id)
    last = request.environment.deliveries.filter(pk=issue.last_delivery).first()
    return render(request, "issue.html", {"row": shown(issue), "issue": issue, "last": last})


SAID = {
    State.ACKNOWLEDGED: gettext_lazy("Everybody sees that somebody deals with it."),
    State.RESOLVED: gettext_lazy("The issue is resolved. It opens again when the endpoint fails so again."),
    State.OPEN: gettext_lazy("The issue is open again."),
}


@page(post=REPLAY)
def change(request: PageRequest, issue_id: str) -> HttpResponse:
    issue = find(request.environment.issues.all(), "issue", issue_id)
    state = request.POST.get("state", "")
    if state in State.values:
        issues.change(issue, actor(request), state)
        messages.success(request, SAID[State(state)])
    else:
        messages.error(request, _("There is no such state."))
    return back(request, "issues")
