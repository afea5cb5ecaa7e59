"""Which endpoint stands in for one that gets nothing, and how deliveries go there and back again.

An endpoint is stood in for while its circuit is open, and after it was disabled for what it did. One that a person
disabled is not: whoever pauses an endpoint wants its deliveries held. Only texts go elsewhere, which any kind takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When

from delivery.models import Endpoint
from delivery.policy import DRAIN_RATE, Policy
from delivery.store import Execute, Store

#: Why an endpoint may be disabled by us: then its stand-in goes on.
BY_US = (Endpoint.Because.FAILING, Endpoint.Because.GONE, Endpoint.Because.ASKED)
#: Whether `f` can stand in. It is left alone itself while its circuit is open.
ABLE = """f.deleted_at IS NULL AND f.disabled_at IS NULL
     AND NOT EXISTS (SELECT FROM delivery_health o WHERE o.endpoint_id = f.id AND o.opened_at IS NOT NULL)"""
# A delivery that comes back to where it began was diverted from nowhere.
FROM = "nullif(coalesce(d.diverted_from, d.endpoint_id), {stand_in})"
DIVERT = f"""
UPDATE delivery_delivery d SET endpoint_id = s.stand_in, diverted_from = {FROM.format(stand_in="s.stand_in")}
FROM unnest(%(ids)s::uuid[], %(leases)s::uuid[], %(stand_ins)s::uuid[]) AS s(id, lease, stand_in)
WHERE d.id = s.id AND d.lease = s.lease RETURNING d.id
"""  # noqa: S608  pieces of our own
# What waits goes over little by little, at the rate of the endpoint that stands in: no more than AHEAD of now,
# behind what went before, whichever worker looks. A queue has no turns.
HAND_OVER = f"""
WITH turn AS (
  SELECT v.now, greatest(v.now, (
    SELECT max(due_at) FROM delivery_delivery
    WHERE environment_id = %(environment)s AND endpoint_id = %(stand_in)s AND state = 'pending'
      AND due_at > v.now AND reason = 'drain'
  )) AS after
  FROM (SELECT %(wall)s + clock_offset AS now FROM accounts_environment WHERE id = %(environment)s) AS v
), waiting AS (
  SELECT id, row_number() OVER (ORDER BY id) AS place FROM (
    SELECT id FROM delivery_delivery
    WHERE environment_id = %(environment)s AND endpoint_id = %(endpoint)s AND event_id IS NULL
      AND (SELECT after < now + %(ahead)s FROM turn) AND {{which}}
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED
  ) AS oldest
)
UPDATE delivery_delivery d
SET endpoint_id = f.id, diverted_from = {FROM.format(stand_in="f.id")}, state = 'pending',
    due_at = CASE WHEN f.kind <> 'polling' THEN turn.after + waiting.place * %(gap)s END,
    reason = CASE WHEN f.kind <> 'polling' THEN 'drain' ELSE 'queued' END
FROM waiting, turn, delivery_endpoint f
WHERE d.id = waiting.id AND f.id = %(stand_in)s AND {ABLE}
"""  # noqa: S608
# Along an index each: the oldest of what is held, of what is parked.
HELD = "state = 'held' ORDER BY created_at"
PARKED = "state = 'pending' AND reason = 'circuit' AND (due_at IS NULL OR due_at > (SELECT now FROM turn)) ORDER BY id"
# Back to the endpoint that they were meant for, in turns: whoever finds them there decides what becomes of them.
GO_HOME = f"""
WITH away AS (
  SELECT d.id, h.id AS home, h.kind, row_number() OVER (PARTITION BY h.id ORDER BY d.id)
    / coalesce((h.policy #>> '{{{{drain,ratePerSecond}}}}')::float, {DRAIN_RATE}) * interval '1 second' AS turn
  FROM {{among}} JOIN delivery_endpoint h ON h.id = d.diverted_from AND h.deleted_at IS NULL
)
UPDATE delivery_delivery d
SET endpoint_id = away.home, diverted_from = NULL, state = 'pending', lease = NULL, leased_until = NULL,
    due_at = CASE WHEN away.kind <> 'polling' THEN %(wall)s + v.clock_offset + away.turn END,
    reason = CASE WHEN away.kind <> 'polling' THEN 'drain' ELSE 'queued' END
FROM away, accounts_environment v WHERE d.id = away.id AND v.id = d.environment_id AND {{still}} RETURNING d.id
"""  # noqa: S608
WAITING = GO_HOME.format(
    among="""(
    SELECT * FROM delivery_delivery
    WHERE endpoint_id = %(endpoint)s AND state IN ('pending', 'held') AND diverted_from IS NOT NULL
    LIMIT %(limit)s FOR UPDATE SKIP LOCKED
  ) AS d""",
    still="d.lease IS NULL AND d.finished_at IS NULL",
)
LEASED = GO_HOME.format(
    among="""unnest(%(ids)s::uuid[], %(leases)s::uuid[]) AS s(id, lease)
  JOIN delivery_delivery d ON d.id = s.id AND d.lease = s.lease
  JOIN delivery_endpoint e ON e.id = d.endpoint_id AND e.deleted_at IS NOT NULL""",
    still="d.lease = ANY(%(leases)s::uuid[])",
)
SLICE = 5000
AHEAD = timedelta(seconds=5)


def hand_over(
    store: Store,
    environment: UUID,
    endpoint: UUID,
    stand_in: UUID,
    policy: Policy,
    wall: datetime,
    *,
    which: str,
) -> None:
    """The next slice of what waits for an endpoint (HELD or PARKED) to the one that stands in, of that policy."""
    values = {
        "environment": environment,
        "endpoint": endpoint,
        "stand_in": stand_in,
        "wall": wall,
        "ahead": AHEAD,
        "limit": max(1, min(SLICE, int(policy.drain_rate * AHEAD.total_seconds()))),
        "gap": timedelta(seconds=1 / policy.drain_rate),
    }
    store.execute(HAND_OVER.format(which=which), values)


def go_home(execute: Execute, endpoint: UUID, limit: int, wall: datetime) -> int:
    """Give back a slice of what waits for a deleted endpoint in another one's stead; answers how many."""
    return len(execute(WAITING, {"endpoint": endpoint, "limit": limit, "wall": wall}))


def send_home(store: Store, rows: Sequence[dict[str, Any]], wall: datetime) -> None:
    """The same of deliveries that a worker holds, as the store reads them; others are left as they are."""
    values = {name + "s": [row[name] for row in rows] for name in ("id", "lease")}
    store.execute(LEASED, values | {"wall": wall})


def with_stand_in(endpoints: QuerySet[Endpoint]) -> QuerySet[Endpoint]:
    """`endpoints` annotated with `diverted_to`, the endpoint that gets their texts now; null where they get them
    themselves, or nobody does."""
    able = Endpoint.objects.filter(
        pk=OuterRef("failover"), deleted_at=None, disabled_at=None, health__opened_at=None
    )
    left_alone = Q(disabled_because__in=BY_US) | Q(disabled_at=None, health__opened_at__isnull=False)
    return endpoints.annotate(diverted_to=Case(When(left_alone, then=Subquery(able.values("pk")))))


def stand_in_of(endpoint: Endpoint) -> Endpoint | None:
    """The endpoint that gets the texts of this one now, as with_stand_in says."""
    row: Any = with_stand_in(Endpoint.objects.filter(pk=endpoint.pk)).get()
    return None if row.diverted_to is None else Endpoint.objects.get(pk=row.diverted_to)
