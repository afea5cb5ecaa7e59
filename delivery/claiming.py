"""What a sweep takes: deliveries that are due, fairly shared, and those whose sender went silent.

Each tenant's environment has its share of a sweep, and each endpoint its share of that: a backlog of a hundred
thousand deliveries delays nobody else's single one.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from delivery.store import Store

Key = TypeVar("Key")


LOOK_EVERY = timedelta(seconds=1)
COUNTED = 500  # due deliveries of an endpoint, at most


class Lane(NamedTuple):
    """An endpoint for which something is due, and how much, up to COUNTED."""

    environment: UUID
    endpoint: UUID
    clock_offset: timedelta
    due: int


def endpoints_with(which: str) -> str:
    """A CTE `lane` of the endpoints with deliveries (alias d) of that kind, for a partial index on just these.

    It goes from endpoint to endpoint along the index, however many deliveries each has.
    """
    return f"""
WITH RECURSIVE lane AS (
  (SELECT d.environment_id, d.endpoint_id FROM delivery_delivery d
   WHERE {which} ORDER BY d.environment_id, d.endpoint_id LIMIT 1)
  UNION ALL
  SELECT following.* FROM lane CROSS JOIN LATERAL (
    SELECT d.environment_id, d.endpoint_id FROM delivery_delivery d
    WHERE {which}
      AND (d.environment_id, d.endpoint_id) > (lane.environment_id, lane.endpoint_id)
    ORDER BY d.environment_id, d.endpoint_id LIMIT 1
  ) AS following
)
"""  # noqa: S608  conditions of our own


LANES = f"""{endpoints_with("d.state = 'pending' AND d.due_at IS NOT NULL")}
SELECT lane.environment_id AS environment, lane.endpoint_id AS endpoint, v.clock_offset, waiting.due
FROM lane JOIN accounts_environment v ON v.id = lane.environment_id
CROSS JOIN LATERAL (
  SELECT count(*) AS due FROM (
    SELECT FROM delivery_delivery d
    WHERE d.state = 'pending' AND d.environment_id = lane.environment_id AND d.endpoint_id = lane.endpoint_id
      AND d.due_at <= %(now)s + v.clock_offset LIMIT %(limit)s
  ) AS counted
) AS waiting
WHERE waiting.due > 0
"""  # noqa: S608
TAKE = """
WITH taken AS (
  SELECT d.id
  FROM unnest(%(environments)s::uuid[], %(endpoints)s::uuid[], %(times)s::timestamptz[], %(shares)s::int[])
    AS lane(environment, endpoint, now, share)
  CROSS JOIN LATERAL (
    SELECT id FROM delivery_delivery
    WHERE state = 'pending' AND environment_id = lane.environment AND endpoint_id = lane.endpoint
      AND due_at <= lane.now
    ORDER BY due_at LIMIT lane.share FOR UPDATE SKIP LOCKED
  ) AS d
)
UPDATE delivery_delivery d SET state = 'sending', lease = %(lease)s, leased_until = %(leased_until)s
FROM taken WHERE d.id = taken.id RETURNING d.id
"""
RECLAIM = """
WITH lost AS (
  SELECT id FROM delivery_delivery
  WHERE state = 'sending' AND leased_until <= %(wall)s AND endpoint_id <> ALL(%(saturated)s::uuid[])
  ORDER BY leased_until LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE delivery_delivery d SET lease = %(lease)s, leased_until = %(leased_until)s
FROM lost WHERE d.id = lost.id RETURNING d.id
"""
# Leases go by the wall clock, but what somebody took from a queue has an end that was told by the environment's, which
# may have been moved since.
END_LEASES = """
WITH moved AS MATERIALIZED (
  SELECT e.id, e.ack_within_s * interval '1 second' AS within, v.clock_offset
  FROM accounts_environment v JOIN delivery_endpoint e ON e.environment_id = v.id AND e.kind = 'polling'
  WHERE v.clock_offset > interval '0'
)
UPDATE delivery_delivery d SET leased_until = %(wall)s
FROM moved
WHERE d.endpoint_id = moved.id AND d.state = 'sending' AND d.leased_until > %(wall)s
  AND d.due_at + moved.within <= %(wall)s + moved.clock_offset
"""


def end_leases(store: Store, wall: datetime) -> None:
    """Let RECLAIM find what was taken from a queue and is past its time by a clock that was moved."""
    store.execute(END_LEASES, {"wall": wall})


class Claimer:
    """What one worker takes. A look at all endpoints costs the more the more of them have something waiting, so that
    what it found is shared out for up to a second before the next."""

    def __init__(self) -> None:
        self.lanes: Sequence[Lane] = ()
        self.look_at: datetime | None = None

    def forget(self) -> None:
        """Look anew next time: something became due just now."""
        self.look_at = None

    def claim(
        self,
        store: Store,
        *,
        now: datetime,
        lease: UUID,
        leased_until: datetime,
        limit: int,
        saturated: Collection[UUID],
    ) -> list[UUID]:
        """Take up to `limit` deliveries under a lease, and as many of those that were lost.

        `now` is the operator's clock; `saturated` names endpoints that have enough to do.
        """
        common: dict[str, Any] = {"lease": lease, "leased_until": leased_until}
        lost = {"wall": now, "limit": limit, "saturated": list(saturated)}
        taken = self.take(store, common, now, limit, saturated) + store.execute(RECLAIM, common | lost)
        return [row["id"] for row in taken]

    def take(
        self, store: Store, common: dict[str, Any], now: datetime, limit: int, saturated: Collection[UUID]
    ) -> list[dict[str, Any]]:
        if not self.lanes or self.look_at is None or now >= self.look_at:
            found = store.execute(LANES, {"now": now, "limit": COUNTED})
            self.lanes, self.look_at = [Lane(**row) for row in found], now + LOOK_EVERY
        lanes = [lane for lane in self.lanes if lane.endpoint not in saturated]
        if not lanes:
            return []
        shares = shares_of(lanes, limit)
        left = (lane._replace(due=lane.due - shares.get(lane.endpoint, 0)) for lane in self.lanes)
        self.lanes = [lane for lane in left if lane.due]
        return store.execute(TAKE, common | parameters(lanes, shares, now))


def shares_of(lanes: Sequence[Lane], limit: int) -> dict[UUID, int]:
    """As much of each lane as is fair."""
    of_environments: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for lane in random.sample(lanes, len(lanes)):  # whoever gets nothing this time is another one next time
        of_environments[lane.environment][lane.endpoint] = lane.due
    wanted = {environment: sum(endpoints.values()) for environment, endpoints in of_environments.items()}
    shares: dict[UUID, int] = {}
    for environment, share in fair(wanted, limit).items():
        shares |= fair(of_environments[environment], share)
    return shares


def parameters(lanes: Sequence[Lane], shares: Mapping[UUID, int], now: datetime) -> dict[str, Any]:
    """Of TAKE."""
    asked = [lane for lane in lanes if shares[lane.endpoint]]
    return {
        "environments": [lane.environment for lane in asked],
        "endpoints": [lane.endpoint for lane in asked],
        "times": [now + lane.clock_offset for lane in asked],
        "shares": [shares[lane.endpoint] for lane in asked],
    }


def fair(wanted: Mapping[Key, int], limit: int) -> dict[Key, int]:
    """Max-min fair: nobody gets more than wanted, and what one leaves is the others'."""
    shares, left = {}, limit
    by_size = sorted(wanted.items(), key=lambda one: one[1])
    for place, (key, want) in enumerate(by_size):
        shares[key] = min(want, -(-left // (len(by_size) - place)))
        left -= shares[key]
    return shares
