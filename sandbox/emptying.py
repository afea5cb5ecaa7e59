"""How a sandbox becomes empty: what decides goes at once, rows that may be millions go in slices behind it.

Ids follow the real clock, so what came before the reset is what has a smaller id: whoever goes on at once with an
emptied sandbox loses nothing.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import F, Q

from accounts.clock import clock
from accounts.ids import earliest
from accounts.models import Environment
from inbox.models import Message
from ingest import repeats

log = logging.getLogger("smsgateway.worker")

AT_ONCE = timedelta(seconds=2)  # of a request's time
SLICE = 1000
#: The later ones are known to the former: an attempt is never without its delivery.
TABLES = ("delivery_attempt", "delivery_delivery", "inbox_part", "inbox_message", "delivery_event")
LEFT = "SELECT EXISTS (SELECT FROM {table} WHERE environment_id = %(environment)s AND id < %(before)s)"
TAKE = """
DELETE FROM {table} WHERE id IN (
  SELECT id FROM {table} WHERE environment_id = %(environment)s AND id < %(before)s ORDER BY id LIMIT %(limit)s
)
"""
ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"


def begin(sandbox: Environment) -> None:
    """In the caller's transaction: nothing of it takes or sends texts any more, and its clock shows the present."""
    row = Environment.objects.select_for_update(no_key=True).get(pk=sandbox.pk)
    assert not row.is_live, "live is never emptied"
    end_what_is_over(row)
    for rows in (
        row.number_leases,
        row.number_documents,
        row.number_requests,
        row.assignments,
        row.routes,
        row.route_versions,
        row.receivers,
        row.scenario_runs,
        row.simulations,
        row.replays,
        row.issues,
    ):
        rows.all().delete()
    row.destinations.all().delete()
    row.endpoints.update(failover=None)
    row.endpoints.filter(deleted_at=None).update(
        deleted_at=clock(), is_default=False, sealed_access=None, certificate_expires_at=None, version=F("version") + 1
    )  # fmt: skip
    sandbox.clock_offset = sandbox.clock_followed = timedelta()
    sandbox.emptying_since = clock()
    sandbox.save(update_fields=["clock_offset", "clock_followed", "emptying_since"])


def end_what_is_over(row: Environment) -> None:
    """What ended by the moved clock does not come back with the former time."""
    moved, now = clock(row), clock()
    over = Q(expires_at__lte=moved)
    row.keys.filter(over, revoked_at=None).update(revoked_at=now)
    row.keys.filter(last_used_at__gt=now).update(last_used_at=now)
    row.clients.filter(former_ends_at__lte=moved).update(former_digest=None, former_ends_at=None)


def at_once(sandbox: Environment) -> None:
    """As much of it as a request has time for; the clockwork does the rest, and what met somebody else's lock."""
    try:
        go_on(sandbox, clock() + AT_ONCE)
    except OperationalError as error:
        log.warning("emptying: trying again", extra={"reason": type(error).__name__})


def go_on(sandbox: Environment, until: datetime) -> bool:
    """Remove slice after slice, up to the wall clock `until`; answers whether all is gone."""
    since = sandbox.emptying_since
    if since is None:
        return True
    for table in TABLES:
        while take(table, sandbox.pk, earliest(since)):
            if clock() >= until:
                return False
    if any(left(table, sandbox.pk, earliest(since)) for table in TABLES):
        return False  # somebody works on it at this moment
    Environment.objects.filter(pk=sandbox.pk, emptying_since=since).update(emptying_since=None)
    sandbox.emptying_since = None
    return True


@transaction.atomic
def take(table: str, environment: UUID, before: UUID) -> int:
    """Remove a slice, unless somebody else does so at this moment; answers how many rows that were."""
    with connection.cursor() as cursor:
        cursor.execute(ALONE, [f"emptying {environment}"])
        if not cursor.fetchone()[0]:
            return 0
        if table == "inbox_message":
            forget_repeats(environment, before)
        values: dict[str, Any] = {"environment": environment, "before": before, "limit": SLICE}
        cursor.execute(TAKE.format(table=table), values)
        return int(cursor.rowcount)


def forget_repeats(environment: UUID, before: UUID) -> None:
    """What repeats of the next slice would be known by: in an emptied sandbox the same text is a new one."""
    rows = Message.objects.filter(environment=environment, pk__lt=before).order_by("pk")
    repeats.forget(list(rows.only("channel_id", "number_used", "carrier_message_id")[:SLICE]))


def left(table: str, environment: UUID, before: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(LEFT.format(table=table), {"environment": environment, "before": before})
        return bool(cursor.fetchone()[0])


def run(until: datetime) -> int:
    """Go on with what was begun and is not done; answers how many sandboxes are empty now."""
    begun = Environment.objects.exclude(emptying_since=None).order_by("emptying_since")
    return sum(go_on(sandbox, until) for sandbox in begun if clock() < until)
