"""The first page: how much came, whether it arrived, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min
from django.db.models.functions import TruncHour
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.clock import clock
from accounts.models import Environment
from accounts.roles import READ
from dashboard import chart, checklist, reasons
from dashboard.page import PageRequest, page
from delivery.models import Delivery, Endpoint

HOURS = 24
WAITING = (Delivery.State.PENDING, Delivery.State.SENDING, Delivery.State.HELD)
SAMPLE = 1000
MOST_FAILURES = 6


@dataclass(frozen=True, slots=True)
class Failure:
    """Failed deliveries of one endpoint for one reason."""

    endpoint: Endpoint
    reason: Any
    count: int
    latest: datetime


@page(get=READ)
def overview(request: PageRequest) -> HttpResponse:
    environment = request.environment
    now = clock(environment)
    context: dict[str, Any] = {"steps": checklist.steps(request), "received": environment.messages.exists()}
    if context["received"]:
        context |= {
            "figures": figures(environment, now),
            "chart": chart.draw(hours(environment, now)),
            "failures": failures(environment),
        }
    return render(request, "overview.html", context)


def id_floor(at: datetime) -> UUID:
    """The smallest UUIDv7 of that instant: ids sort by time, so the newest-first index serves ranges of time."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def figures(environment: Environment, now: datetime) -> dict[str, Any]:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = now - timedelta(hours=HOURS)
    states = open_states(environment)
    latest = recent(environment)
    return {
        "today": latest.filter(received_at__gte=midnight).count(),
        "day": latest.filter(received_at__gte=yesterday).count(),
        "delivered": delivered_since(environment, yesterday),
        "failed": states.get("failed", 0),
        "waiting": sum(states.get(state, 0) for state in WAITING),
        "oldest": oldest_waiting(environment, now),
        "p95": percentile(environment, 0.95),
    }


def recent(environment: Environment) -> Any:
    """The messages of the last day or so. Ids follow the real clock, which a sandbox's only ever leads."""
    floor = id_floor(datetime.now(UTC) - timedelta(hours=HOURS + 1))
    return environment.messages.filter(pk__gte=floor)


def open_states(environment: Environment) -> dict[str, int]:
    rows = environment.deliveries.filter(state__in=[*WAITING, Delivery.State.FAILED]).values_list("state")
    return dict(rows.annotate(Count("pk")).order_by())


def delivered_since(environment: Environment, since: datetime) -> int:
    floor = id_floor(datetime.now(UTC) - timedelta(hours=HOURS + 1))
    rows = environment.deliveries.filter(pk__gte=floor, state=Delivery.State.DELIVERED)
    return rows.filter(finished_at__gte=since).count()


def oldest_waiting(environment: Environment, now: datetime) -> float | None:
    """Age in seconds of the oldest delivery that is neither done nor failed."""
    oldest = environment.deliveries.filter(state__in=WAITING).aggregate(Min("created_at"))["created_at__min"]
    return max(0.0, (now - oldest).total_seconds()) if oldest else None


def percentile(environment: Environment, share: float) -> float | None:
    """Microseconds from accepted to delivered, of the latest thousand that arrived."""
    rows = environment.deliveries.filter(state=Delivery.State.DELIVERED, replays=0, finished_at__isnull=False)
    pairs = rows.order_by("-pk").values_list("created_at", "finished_at")[:SAMPLE]
    took = sorted((finished - created).total_seconds() for created, finished in pairs if finished)
    return took[min(len(took) - 1, int(len(took) * share))] * 1e6 if took else None


def hours(environment: Environment, now: datetime) -> list[chart.Hour]:
    """The last 24 hours in the reader's zone, the present one last."""
    zone = timezone.get_current_timezone()
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)
    received = per_hour(recent(environment).filter(received_at__gte=first), "received_at")
    failed = per_hour(
        environment.deliveries.filter(state=Delivery.State.FAILED, finished_at__gte=first), "finished_at"
    )
    starts = [first + timedelta(hours=n) for n in range(HOURS)]
    return [chart.Hour(at.astimezone(zone), received.get(at, 0), failed.get(at, 0)) for at in starts]


def per_hour(rows: Any, field: str) -> dict[datetime, int]:
    counted = rows.annotate(hour=TruncHour(field, tzinfo=UTC)).values_list("hour")
    return dict(counted.annotate(Count("pk")).order_by())


def failures(environment: Environment) -> list[Failure]:
    """Open failures by endpoint and reason, the latest first."""
    rows = environment.deliveries.filter(state=Delivery.State.FAILED).values("endpoint_id", "error_code")
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
