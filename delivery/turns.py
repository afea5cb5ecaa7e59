"""Whose turn it is: an endpoint's rate, and texts of one sender one after another.

Each is one statement for a batch. What has to wait goes back to pending with the time of its turn and uses no try.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.ids import LAST, earliest
from delivery.outcomes import Outcome, back
from delivery.policy import Policy
from delivery.retry import Reason
from delivery.store import Store

NEAR = timedelta(seconds=1)  # a turn that near is taken at once: the sweep comes no more often
ORDER_LOOK_S = (1, 5)  # when a text looks again whether those before it are through: first, and later
LOOK = 500  # texts of its sender, at most, among which one looks for those that it must wait for, or wake

# Of an endpoint's requests a second, as many turns as are wanted; answers when the first of them is.
PACE = """
INSERT INTO delivery_health AS h (endpoint_id, paced_until) VALUES (%(endpoint)s, %(wall)s + %(takes)s)
ON CONFLICT (endpoint_id) DO UPDATE SET paced_until = greatest(h.paced_until, %(wall)s) + %(takes)s
RETURNING paced_until - %(takes)s AS first
"""
# Both walk along an index of a sender's texts, one to the past and one to the future, and no further than LOOK texts: a
# sender may have millions. Sender and id are compared and sorted as one, so that no other index will do, whatever the
# planner believes of senders; what is behind OFFSET 0 is found by its text, however few it believes to be pending.
# What is held belongs to an endpoint that was enabled, and its turn comes.
EARLIER = """
SELECT d.id FROM unnest(%(ids)s::uuid[], %(waits)s::interval[], %(sinces)s::uuid[]) AS s(id, wait, since)
JOIN delivery_delivery d ON d.id = s.id
JOIN inbox_message m ON m.id = d.message_id
JOIN accounts_environment v ON v.id = d.environment_id
WHERE m.received_at > %(wall)s + v.clock_offset - s.wait AND EXISTS (
  SELECT FROM (
    SELECT id, received_at FROM inbox_message
    WHERE environment_id = m.environment_id AND (sender_index, id) < (m.sender_index, m.id)
      AND (sender_index, id) >= (m.sender_index, s.since)
    ORDER BY sender_index DESC, id DESC LIMIT %(look)s
  ) AS o JOIN LATERAL (
    SELECT endpoint_id, state FROM delivery_delivery WHERE message_id = o.id OFFSET 0
  ) AS b ON b.endpoint_id = d.endpoint_id
  WHERE o.received_at > m.received_at - s.wait AND b.state IN ('pending', 'sending', 'held')
)
"""
# Of each sender the next one: when that is through, it wakes the one behind it.
WAKE = """
WITH finished AS (
  SELECT DISTINCT ON (f.endpoint_id, m.environment_id, m.sender_index)
         f.endpoint_id, m.environment_id, m.sender_index, m.id
  FROM delivery_delivery f JOIN inbox_message m ON m.id = f.message_id
  WHERE f.id = ANY(%(ids)s::uuid[])
  ORDER BY f.endpoint_id, m.environment_id, m.sender_index, m.id
)
UPDATE delivery_delivery d SET due_at = %(wall)s
FROM finished CROSS JOIN LATERAL (
  SELECT w.id FROM (
    SELECT id FROM inbox_message
    WHERE environment_id = finished.environment_id AND (sender_index, id) > (finished.sender_index, finished.id)
      AND (sender_index, id) <= (finished.sender_index, %(last)s)
    ORDER BY sender_index, id LIMIT %(look)s
  ) AS later CROSS JOIN LATERAL (
    SELECT id, endpoint_id, state, reason FROM delivery_delivery WHERE message_id = later.id OFFSET 0
  ) AS w
  WHERE w.endpoint_id = finished.endpoint_id AND w.state = 'pending' AND w.reason = 'order' LIMIT 1
) AS following
WHERE d.id = following.id AND d.reason = 'order'
"""


Rows = Sequence[dict[str, Any]]
Admitted = tuple[list[dict[str, Any]], list[Outcome]]


def in_order(store: Store, rows: Rows, policies: Mapping[UUID, Policy], wall: datetime) -> Admitted:
    """Keep back what must wait for an earlier text of its sender, where the endpoint wants that."""
    asked = [row for row in rows if policies[row["endpoint_id"]].order_wait_s is not None]
    if not asked:
        return list(rows), []
    waits = [timedelta(seconds=policies[row["endpoint_id"]].order_wait_s or 0) for row in asked]
    values = {"ids": [row["id"] for row in asked], "waits": waits, "wall": wall, "look": LOOK}
    # Ids are made by the real clock, and not before a text arrives. What waits arrived at most its wait ago, and waits
    # for what came at most as long before it; a sandbox's clock that was moved ahead brings both nearer to now.
    values["sinces"] = [earliest(wall - 2 * wait) for wait in waits]
    late = {found["id"] for found in store.execute(EARLIER, values)}
    return [row for row in rows if row["id"] not in late], [
        waiting(row, wall) for row in asked if row["id"] in late
    ]


def waiting(row: dict[str, Any], wall: datetime) -> Outcome:
    pause = ORDER_LOOK_S[row["reason"] == Reason.ORDER]
    return back(row, wall + row["clock_offset"] + timedelta(seconds=pause), Reason.ORDER)


def wake(store: Store, finished: Sequence[Outcome], wall: datetime) -> bool:
    """Let those look at once that waited for these; answers whether there may be any."""
    ids = [one.settled.delivery for one in finished if one.done and one.done.job.context.policy.order_wait_s]
    if ids:
        store.execute(WAKE, {"ids": ids, "wall": wall, "look": LOOK, "last": LAST})
    return bool(ids)


def at_their_rate(store: Store, rows: Rows, policies: Mapping[UUID, Policy], wall: datetime) -> Admitted:
    """Give each delivery its turn where its endpoint takes so many a second; one that had to wait has had it."""
    limited: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if policies[row["endpoint_id"]].rate is not None and row["reason"] != Reason.RATE:
            limited[row["endpoint_id"]].append(row)
    later: dict[UUID, Outcome] = {}
    for endpoint, wanted in limited.items():
        gap = timedelta(seconds=1 / (policies[endpoint].rate or 1))
        values = {"endpoint": endpoint, "wall": wall, "takes": gap * len(wanted)}
        turn: datetime = store.execute(PACE, values)[0]["first"]
        for place, row in enumerate(wanted):
            at = turn + gap * place
            if at - wall > NEAR:
                later[row["id"]] = back(row, at + row["clock_offset"], Reason.RATE)
    return [row for row in rows if row["id"] not in later], list(later.values())
