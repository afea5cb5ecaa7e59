"""What a replay touches, as rows: deliveries to be sent again, and messages that an endpoint never got.

A job's `filter` as it is stored: {"since": time, "until": time, "endpoint": id, "state", "errorCode", "number",
"routes": [id, …], or absent for every message, "unrouted": messages that no route took}. `since` is always there; what
else is absent limits nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from psycopg.errors import QueryCanceled

from accounts.ids import earliest
from delivery.models import Delivery, Replay
from inbox.models import Message

State = Delivery.State
#: States in which a delivery is over, so that it can be sent again.
OVER = (State.FAILED, State.DELIVERED, State.CANCELLED)
ARRIVING = (State.PENDING, State.SENDING, State.HELD, State.DELIVERED)

MOST_COUNTED = 100_000
COUNTING_MS = 3000
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # nothing is older


def moment(job: Replay, name: str) -> datetime:
    return datetime.fromisoformat(job.filter[name])


def deliveries_of(job: Replay) -> QuerySet[Delivery]:
    """Those that are over, made before the job was planned, of endpoints that took something then.

    An endpoint that takes nothing any more is among them, so that the job can say what it left out.
    """
    asked, planned_at = job.filter, job.created_at
    rows = Delivery.objects.filter(
        Q(endpoint__deleted_at=None) | Q(endpoint__deleted_at__gt=planned_at),
        Q(endpoint__disabled_at=None) | Q(endpoint__disabled_at__gt=planned_at),
        environment=job.environment_id,
        pk__range=ids_of(job),
        state=asked.get("state", State.FAILED),
        created_at__gte=moment(job, "since"),
        message__content_erased_at=None,  # which an event has not either
    )
    if "until" in asked:
        rows = rows.filter(created_at__lt=moment(job, "until"))
    columns = {"endpoint": "endpoint", "errorCode": "error_code", "number": "message__number_used"}
    return rows.filter(**{column: asked[name] for name, column in columns.items() if name in asked})


def ids_of(job: Replay) -> tuple[UUID, UUID]:
    """The first and last id that can be meant: ids follow the real clock, of which a sandbox's is only ever ahead.

    What was made after the job was planned is left alone.
    """
    since = max(moment(job, "since"), BEGINNING)
    return earliest(since - job.environment.clock_offset), job.pk


def messages_of(job: Replay) -> QuerySet[Message]:
    """Texts of the environment that neither arrived at the job's endpoint nor are on their way there."""
    asked = job.filter
    there = Q(endpoint=asked["endpoint"]) | Q(diverted_from=asked["endpoint"])
    known = Delivery.objects.filter(there, message=OuterRef("pk"), state__in=ARRIVING)
    rows = Message.objects.filter(
        ~Exists(known),
        environment=job.environment_id,
        pk__range=ids_of(job),
        state=Message.State.RECEIVED,
        received_at__gte=moment(job, "since"),
        content_erased_at=None,
    )
    if "until" in asked:
        rows = rows.filter(received_at__lt=moment(job, "until"))
    if "number" in asked:
        rows = rows.filter(number_used=asked["number"])
    if "routes" not in asked:
        return rows
    taken = Q(route_id__in=asked["routes"])
    return rows.filter(taken | Q(route_id=None) if asked.get("unrouted") else taken)


def counted(job: Replay) -> tuple[int, bool]:
    """How many rows the job would go through, and whether that is all of them: nobody who plans waits for millions.

    Counting stops at MOST_COUNTED, and after COUNTING_MS, when none are counted.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {COUNTING_MS}")
            count = rows_of(job).order_by()[: MOST_COUNTED + 1].count()
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            return 0, False
        raise
    return min(count, MOST_COUNTED), count <= MOST_COUNTED


def rows_of(job: Replay) -> QuerySet[Any]:
    """What the job goes through, one after another."""
    return messages_of(job) if job.kind == Replay.Kind.MISSING else deliveries_of(job)
