"""The first page: how much came, whether it arrived, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import TruncHour
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.clock import clock
from accounts.ids import earliest
from accounts.models import Environment
from accounts.roles import READ
from dashboard import chart, checklist, reasons
from dashboard.page import PageRequest, page
from delivery.models import Delivery, Endpoint

State = Delivery.State
HOURS = 24
WAITING = (State.PENDING, State.HELD)  # and sending, for a moment
SAMPLE = 1000
MOST_FAILURES = 6
MOST_FAILED = 10_000


@dataclass(frozen=True, slots=True)
class Failure:
    """Failed deliveries of one endpoint for one reason."""

    endpoint: Endpoint
    reason: Any
    count: int
    latest: datetime


@dataclass(slots=True)
class Volume:
    """How many texts came: since midnight, in 24 hours, and in each hour of these."""

    today: int = 0
    day: int = 0
    hours: dict[datetime, int] = field(default_factory=dict)


@page(get=READ)
def overview(request: PageRequest) -> HttpResponse:
    environment = request.environment
    now = clock(environment)
    context: dict[str, Any] = {"steps": checklist.steps(request), "received": environment.messages.exists()}
    if context["received"]:
        volume = received(environment, now)
        context |= {
            "figures": figures(environment, now, volume),
            "chart": chart.draw(hours(environment, now, volume)),
            "failures": failures(environment),
        }
    return render(request, "overview.html", context)


def figures(environment: Environment, now: datetime, volume: Volume) -> dict[str, Any]:
    states = dict(open_states(environment))
    sending = environment.deliveries.filter(state=State.SENDING).aggregate(
        n=Count("pk"), oldest=Min("created_at")
    )
    waits = [sending["oldest"], *(oldest_in(environment, state) for state in WAITING)]
    oldest = min((at for at in waits if at is not None), default=None)
    return {
        "today": volume.today,
        "day": volume.day,
        "delivered": delivered_since(environment, now - timedelta(hours=HOURS)),
        "failed": states.get(State.FAILED, 0),
        "waiting": sending["n"] + sum(states.get(state, 0) for state in WAITING),
        "oldest": max(0.0, (now - oldest).total_seconds()) if oldest else None,
        "p95": percentile(environment, 0.95),
    }


def recent(environment: Environment) -> Any:
    """The messages of the last day or so. Ids follow the real clock, which a sandbox's only ever leads."""
    floor = earliest(datetime.now(UTC) - timedelta(hours=HOURS + 1))
    return environment.messages.filter(pk__gte=floor)


# The states of deliveries that have not arrived are asked for apart, since they lie in two partial indexes
# (Delivery.Meta): asked for together, all deliveries are read.


def open_states(environment: Environment) -> Any:
    rows = environment.deliveries.filter(state__in=[*WAITING, State.FAILED]).values_list("state")
    return rows.annotate(Count("pk")).order_by()


def oldest_in(environment: Environment, state: str) -> datetime | None:
    """When the oldest delivery in that state was made."""
    rows = environment.deliveries.filter(state=state).order_by("pk")
    return rows.values_list("created_at", flat=True).first()


def delivered_since(environment: Environment, since: datetime) -> int:
    floor = earliest(datetime.now(UTC) - timedelta(hours=HOURS + 1))
    rows = environment.deliveries.filter(pk__gte=floor, state=State.DELIVERED)
    return rows.filter(finished_at__gte=since).count()


def percentile(environment: Environment, share: float) -> float | None:
    """Microseconds from accepted to delivered, of the latest thousand that arrived."""
    rows = environment.deliveries.filter(state=State.DELIVERED, replays=0, finished_at__isnull=False)
    pairs = rows.order_by("-pk").values_list("created_at", "finished_at")[:SAMPLE]
    took = sorted((finished - created).total_seconds() for created, finished in pairs if finished)
    return took[min(len(took) - 1, int(len(took) * share))] * 1e6 if took else None


def received(environment: Environment, now: datetime) -> Volume:
    """What came in the last 24 hours, counted in one go."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = recent(environment).filter(received_at__gte=min(midnight, now - timedelta(hours=HOURS)))
    counted = (
        rows.annotate(hour=TruncHour("received_at", tzinfo=UTC))
        .values_list("hour")
        .annotate(
            count=Count("pk"),
            today=Count("pk", filter=Q(received_at__gte=midnight)),
            day=Count("pk", filter=Q(received_at__gte=now - timedelta(hours=HOURS))),
        )
        .order_by()
    )
    volume = Volume()
    for hour, count, today, day in counted:
        volume.hours[hour] = count
        volume.today += today
        volume.day += day
    return volume


def hours(environment: Environment, now: datetime, volume: Volume) -> list[chart.Hour]:
    """The last 24 hours in the reader's zone, the present one last."""
    zone = timezone.get_current_timezone()
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    failed = failed_since(environment, first)
    starts = [first + timedelta(hours=n) for n in range(HOURS)]
    return [chart.Hour(at.astimezone(zone), volume.hours.get(at, 0), failed.get(at, 0)) for at in starts]


def failed_since(environment: Environment, first: datetime) -> dict[datetime, int]:
    rows = latest_failed(environment).filter(finished_at__gte=first)
    counted = rows.annotate(hour=TruncHour("finished_at", tzinfo=UTC)).values_list("hour")
    return dict(counted.annotate(Count("pk")).order_by())


def latest_failed(environment: Environment) -> Any:
    """Open failures, the latest MOST_FAILED: after a long outage there may be millions."""
    rows = environment.deliveries.filter(state=State.FAILED)
    floor = list(rows.order_by("-pk").values_list("pk", flat=True)[MOST_FAILED - 1 : MOST_FAILED])
    return rows.filter(pk__gte=floor[0]) if floor else rows


def failures(environment: Environment) -> list[Failure]:
    """Open failures by endpoint and reason, the latest first."""
    rows = latest_failed(environment).values("endpoint_id", "error_code")
    groups = list(
        rows.annotate(count=Count("pk"), latest=Max("finished_at")).order_by("-latest")[:MOST_FAILURES]
    )
    endpoints = environment.endpoints.in_bulk([group["endpoint_id"] for group in groups])
    return [
        Failure(
            endpoints[group["endpoint_id"]],
            reasons.words(group["error_code"]),
            group["count"],
            group["latest"],
        )
        for group in groups
    ]
