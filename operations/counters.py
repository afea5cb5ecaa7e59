"""What the web process counts and what the operator's gauges read. No label names a tenant, a number or a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db import Error, connection, transaction
from prometheus_client import REGISTRY, Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from accounts.clock import clock
from delivery import backlog
from delivery.models import Delivery
from delivery.outcomes import TELL_AFTER
from delivery.retry import Reason
from ingest.models import Line, StrayText

#: Gauges stop counting here: a backlog must not make the scrape that reports it slow.
CAP = 100_000
TIMEOUT_MS = 1000
METHODS = {"GET", "HEAD", "POST", "PATCH", "DELETE"}

api_requests = Counter("smsgateway_api_requests", "Answers of the API", ["method", "status"])


def api_answered(method: str | None, status: int) -> None:
    # Strangers invent methods; each would become a time series of its own.
    api_requests.labels(method if method in METHODS else "other", f"{status // 100}xx").inc()


def open_deliveries() -> Metric:
    """Each state below has a partial index; delivered and cancelled ones have none and are not counted."""
    states = (Delivery.State.PENDING, Delivery.State.SENDING, Delivery.State.FAILED, Delivery.State.HELD)
    gauge = GaugeMetricFamily("smsgateway_deliveries", f"Deliveries by state, up to {CAP}", labels=["state"])
    for state in states:
        gauge.add_metric([state], Delivery.objects.filter(state=state)[:CAP].count())
    return gauge


def overdue() -> Metric:
    """How long the pending delivery that fell due first has been waiting; 0 when none is due."""
    first = Delivery.objects.filter(state=Delivery.State.PENDING, due_at__isnull=False).order_by("due_at")
    due_at = first.values_list("due_at", flat=True).first()
    late = max(0.0, (clock() - due_at).total_seconds()) if due_at else 0.0
    return GaugeMetricFamily("smsgateway_oldest_due_delivery_seconds", "Lateness of the oldest pending", late)


def undelivered() -> Metric:
    """Age of the oldest delivery that is to be sent, parked ones of endpoints in trouble included."""
    oldest = backlog.oldest_pending()
    age = max(0.0, (clock() - oldest).total_seconds()) if oldest else 0.0
    return GaugeMetricFamily(
        "smsgateway_oldest_undelivered_seconds", "Age of the oldest pending delivery", age
    )


def put_off() -> Metric:
    """Deliveries that wait for us alone, time and again: a fault of ours that a person has to find."""
    help = f"Deliveries put off {TELL_AFTER} times or more for a fault of ours, up to {CAP}"
    rows = Delivery.objects.filter(state=Delivery.State.PENDING, reason=Reason.OURS, put_off__gte=TELL_AFTER)
    return GaugeMetricFamily("smsgateway_deliveries_put_off", help, rows[:CAP].count())


def stray_texts() -> Metric:
    help = f"Authenticated texts that nobody holds, up to {CAP}"
    gauge = GaugeMetricFamily("smsgateway_stray_texts", help, labels=["kind"])
    for kind in StrayText.Kind.values:
        gauge.add_metric([kind], StrayText.objects.filter(kind=kind)[:CAP].count())
    return gauge


def lines() -> Metric:
    """Sessions with SMSCs; one that is `refused` waits for a person."""
    gauge = GaugeMetricFamily("smsgateway_lines", f"SMPP sessions by state, up to {CAP}", labels=["state"])
    for state in Line.State.values:
        gauge.add_metric([state], Line.objects.filter(state=state)[:CAP].count())
    return gauge


GAUGES: tuple[Callable[[], Metric], ...] = (
    open_deliveries,
    overdue,
    undelivered,
    put_off,
    stray_texts,
    lines,
)


class Backlog(Collector):
    """Asks the database at each scrape; what it cannot answer in time is left out."""

    def describe(self) -> Iterator[Metric]:
        return iter(())  # otherwise registering asks the database

    def collect(self) -> Iterator[Metric]:
        up = True
        for gauge in GAUGES:
            try:
                yield bounded(gauge)
            except Error:
                up = False
        yield GaugeMetricFamily("smsgateway_database_up", "1 when every gauge could be read", float(up))


def bounded(gauge: Callable[[], Metric]) -> Metric:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {TIMEOUT_MS}")
        return gauge()


REGISTRY.register(Backlog())
