"""What has not arrived yet at an endpoint: how much, and since when the oldest of it waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from delivery.models import Delivery, Endpoint

State = Delivery.State
# Each is asked for by itself: pending and held lie in one partial index, sending in another (Delivery.Meta).
PARTS = ((State.PENDING,), (State.HELD,), (State.SENDING,))


def with_backlog(endpoints: QuerySet[Endpoint]) -> QuerySet[Endpoint]:
    """`endpoints` annotated with `waiting`, a number, and `oldest_undelivered_at`, null where nothing waits."""
    counts, oldest = zip(*((counted(part), first(part)) for part in PARTS), strict=True)
    return endpoints.annotate(waiting=sum(counts[1:], counts[0]), oldest_undelivered_at=Least(*oldest))


def oldest_undelivered(endpoints: QuerySet[Endpoint]) -> datetime | None:
    """The same of one endpoint alone."""
    row: Any = with_backlog(endpoints).get()
    found: datetime | None = row.oldest_undelivered_at
    return found


def rows_of(states: tuple[str, ...]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(endpoint=OuterRef("pk"), state__in=states).order_by()


def counted(states: tuple[str, ...]) -> Any:
    return Coalesce(Subquery(rows_of(states).values("endpoint").annotate(n=Count("pk")).values("n")), 0)


def first(states: tuple[str, ...]) -> Subquery:
    return Subquery(rows_of(states).order_by("created_at").values("created_at")[:1])


# Two looks into an index for each endpoint, however long the queues are. What an endpoint holds that was enabled waits
# for its turn (delivery/parking.py).
OLDEST = """
SELECT min(oldest.created_at)
FROM delivery_endpoint e CROSS JOIN (VALUES ('pending'), ('held')) AS waiting(state), LATERAL (
  SELECT created_at FROM delivery_delivery d
  WHERE d.endpoint_id = e.id AND d.state = waiting.state AND d.state IN ('failed', 'held', 'pending')
  ORDER BY created_at LIMIT 1
) oldest WHERE e.deleted_at IS NULL AND (waiting.state = 'pending' OR e.disabled_at IS NULL)
"""


def oldest_pending() -> datetime | None:
    """When the oldest delivery of all was born that is to be sent; what a disabled endpoint holds does not count."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST)
        found: datetime | None = cursor.fetchone()[0]
    return found
