"""Deliveries that need a person (failed) or time (waiting, held), and sending them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import ids
from accounts.errors import Conflict
from accounts.roles import READ_MESSAGES, REPLAY
from dashboard import reasons
from dashboard.page import PageRequest, actor, back, find, page
from dashboard.paging import SIZE, slice_of
from delivery import services
from delivery.models import Attempt, Delivery
from sandbox import crossings

State = Delivery.State
VIEWS = {
    "failed": (gettext_lazy("Failed"), (State.FAILED,)),
    "waiting": (gettext_lazy("Waiting"), (State.PENDING, State.SENDING)),
    "held": (gettext_lazy("Held"), (State.HELD,)),
    "all": (gettext_lazy("All"), ()),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A delivery as the list tells it; `status` is the HTTP status of its last try, if it got that far."""

    delivery: Delivery
    reason: Any
    status: int | None


@page(get=READ_MESSAGES)
def index(request: PageRequest) -> HttpResponse:
    chosen = request.GET.get("view", "failed")
    chosen = chosen if chosen in VIEWS else "failed"
    rows = request.environment.deliveries.select_related("endpoint", "message").defer(
        "message__sealed_content", "message__sealed_sender"
    )
    last_try = Attempt.objects.filter(delivery=OuterRef("pk")).order_by("-pk").values("status")[:1]
    rows = rows.annotate(last_status=Subquery(last_try))
    states = VIEWS[chosen][1]
    parts = [rows.filter(state=state) for state in states] if states else [rows]
    part = slice_of(parts, request, "delivery")
    context = {
        "views": [(name, words) for name, (words, _states) in VIEWS.items()],
        "view": chosen,
        "slice": part,
        "rows": [shown(row) for row in part.rows],
    }
    return render(request, "deliveries.html", context)


def shown(delivery: Delivery) -> Shown:
    status: int | None = delivery.last_status  # type: ignore[attr-defined]  # annotated above
    if delivery.state == State.HELD:
        return Shown(delivery, _("Its endpoint is disabled."), status)
    reason = "" if delivery.error_code is None else reasons.words(delivery.error_code)
    return Shown(delivery, reason, status if reason else None)


@page(post=REPLAY)
def replay_one(request: PageRequest, delivery_id: str) -> HttpResponse:
    delivery = find(request.environment.deliveries.all(), "delivery", delivery_id)
    try:
        services.replay(delivery, actor(request))
        messages.success(request, _("The delivery is on its way again."))
    except Conflict as conflict:
        messages.error(request, conflict.detail)
    return back(request, "deliveries")


@page(post=REPLAY)
def replay(request: PageRequest) -> HttpResponse:
    """Send the ticked deliveries again, each on its own: one that cannot go does not stop the others."""
    wanted = [id for text in request.POST.getlist("delivery")[:SIZE] if (id := ids.parse("delivery", text))]
    rows = request.environment.deliveries.filter(pk__in=wanted)
    refused: list[str] = []
    for delivery in rows:
        try:
            services.replay(delivery, actor(request))
        except Conflict as conflict:
            refused.append(conflict.detail)
    if len(rows) < len(wanted):
        crossings.note(request.environment, actor(request), "unknown_id", request.POST.getlist("delivery"))
    say_outcome(request, len(rows) - len(refused), refused)
    return back(request, "deliveries")


def say_outcome(request: PageRequest, sent: int, refused: list[str]) -> None:
    if sent:
        text = ngettext(
            "%(count)d delivery is on its way again.", "%(count)d deliveries are on their way again.", sent
        )
        messages.success(request, text % {"count": sent})
    for detail in sorted(set(refused)):
        text = ngettext(
            "%(count)d was left alone: %(why)s", "%(count)d were left alone: %(why)s", refused.count(detail)
        )
        messages.warning(request, text % {"count": refused.count(detail), "why": detail})
    if not sent and not refused:
        messages.warning(request, _("Nothing was selected."))
