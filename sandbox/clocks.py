"""A sandbox's clock: moved ahead by whoever tests, and followed at once by all that waits for a time.

Moving it wakes the workers (delivery.alarm) and the door (which hears of every change of an environment). A clock is
`ready` when nothing is left to do that became due by it: deliveries, queues and leases, parts of texts, simulated ones,
and what was kept long enough.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock, stamp
from accounts.errors import Invalid
from accounts.models import Environment
from delivery import alarm, queues, retention
from delivery.parking import WAITING

AT_ONCE = timedelta(seconds=2)  # of a request's time, for what old things are erased
STATUSES = ("advancing", "ready")
MOST_AHEAD = timedelta(days=3650)

# What waits by the ladder, behind a circuit or for its turn becomes due later; what is on its way is not done.
BUSY = f"""
SELECT EXISTS (
  SELECT FROM delivery_endpoint e LEFT JOIN delivery_health h ON h.endpoint_id = e.id
  WHERE e.environment_id = %(environment)s AND e.kind <> 'polling' AND (
    EXISTS (
      SELECT FROM delivery_delivery d WHERE d.state = 'pending' AND d.environment_id = %(environment)s
        AND d.endpoint_id = e.id AND d.due_at <= %(now)s)
    OR (e.disabled_at IS NOT NULL OR e.deleted_at IS NOT NULL) AND EXISTS (
      SELECT FROM delivery_delivery d WHERE d.state = 'pending' AND d.endpoint_id = e.id)
    OR (e.deleted_at IS NOT NULL OR e.disabled_at IS NULL AND (h.opened_at IS NULL OR h.probe_at <= %(now)s))
    AND EXISTS (
      SELECT FROM delivery_delivery d
      WHERE {WAITING} AND d.environment_id = %(environment)s AND d.endpoint_id = e.id))
) OR EXISTS (
  SELECT FROM delivery_delivery d JOIN delivery_endpoint e ON e.id = d.endpoint_id
  WHERE d.state = 'sending' AND d.environment_id = %(environment)s
    AND (e.kind <> 'polling' OR d.due_at + e.ack_within_s * interval '1 second' <= %(now)s)
) OR EXISTS (
  SELECT FROM inbox_part p WHERE p.environment_id = %(environment)s AND p.expires_at <= %(now)s
) OR EXISTS (
  SELECT FROM sandbox_simulation s WHERE s.environment_id = %(environment)s AND s.next_due_at <= %(now)s
)
"""  # noqa: S608  a condition of our own


class State(NamedTuple):
    """What a sandbox's clock shows, how far it runs ahead, and whether all that became due by then is done."""

    now: datetime
    ahead: timedelta
    ready: bool


def move(
    sandbox: Environment, actor: Actor, *, by: timedelta | None = None, to: datetime | None = None
) -> None:
    """Put the clock ahead by a span or to a time, of which one is given. Raises Invalid where that is not ahead."""
    pointer = "/advanceBy" if by is not None else "/to"
    with transaction.atomic():
        row = Environment.objects.select_for_update(no_key=True).get(pk=sandbox.pk)
        before = clock(row)
        ahead = by if by is not None else to - before if to is not None else timedelta()
        if ahead <= timedelta():
            detail = _("A clock moves ahead only; a reset of the sandbox puts it back.")
            raise Invalid([(pointer, "not_ahead", detail)])
        if row.clock_offset + ahead > MOST_AHEAD:
            raise Invalid([(pointer, "too_far", _("A clock may run ten years ahead at most."))])
        sandbox.clock_offset = row.clock_offset = row.clock_offset + ahead
        row.save(update_fields=["clock_offset"])
        was, now = {"now": stamp(before)}, {"now": stamp(clock(row))}
        audit.record(actor, "clock.moved", row.pk, environment=row, before=was, after=now)
        alarm.announce(row.pk)


def look(sandbox: Environment) -> State:
    """How the clock stands; erases by the way, for a moment, what it made old enough."""
    sandbox = Environment.objects.get(pk=sandbox.pk)
    until = clock() + AT_ONCE
    done = sandbox.emptying_since is None and queues.expire(sandbox, until) and not busy(sandbox)
    return State(clock(sandbox), sandbox.clock_offset, done and followed(sandbox, until))


def busy(sandbox: Environment) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(BUSY, {"environment": sandbox.pk, "now": clock(sandbox)})
        return bool(cursor.fetchone()[0])


def followed(sandbox: Environment, until: datetime) -> bool:
    """Whether what the clock made old is gone; what is not, goes now, up to the wall clock `until`."""
    if sandbox.clock_followed == sandbox.clock_offset:
        return True
    if not retention.catch_up(sandbox, until):
        return False
    ours = Environment.objects.filter(pk=sandbox.pk, clock_offset=sandbox.clock_offset)
    ours.update(clock_followed=F("clock_offset"))
    return True


def run(until: datetime) -> int:
    """Go on where a clock was moved and nobody looked since; answers how many are ready now."""
    behind = Environment.objects.exclude(clock_followed=F("clock_offset")).filter(deleted_at=None)
    return sum(look(sandbox).ready for sandbox in behind if clock() < until)
