"""What waits for its endpoint: parked while its circuit is open, held while it is disabled; let go once it takes again.

    pending ──(circuit opens: Park)──→ pending, reason `circuit` ──┐
       ▲   └──(disabled: Hold)───────→ held ───────────────────────┤ (deleted: Cancel)
       └─────────────(a slice of turns at a time: drain)───────────┘

A backlog may be of millions, so each statement takes a slice of one: others are swept and recorded in between, and a
page answers at once. Nobody must remember how far one came. What was not parked or held in time is so when it becomes
due (engine.send); what was not let go is found (DRAINABLE); the turns given away are noted beside the circuit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from accounts.ids import FIRST, LAST
from delivery import failover
from delivery.claiming import endpoints_with
from delivery.policy import Policy
from delivery.store import Execute, Store

SLICE = 2000  # deliveries a statement: a tenth of a second or two, of the three that one may take
LEAST = 100  # what a slice counts for at least: very many endpoints with little are not to make a long turn either
AHEAD = timedelta(seconds=15)  # turns are given as they come near: who fails again has few to be parked again

PolicyOf = Callable[[UUID], Policy]

# The partial index `delivery_backlog` is of just these. Statistics may be of a time when nothing waited: endpoint and
# id are compared and sorted as one, so that no other index will do, and a slice is locked, then known by ids alone.
WAITING = "(d.state = 'held' OR (d.state = 'pending' AND d.reason = 'circuit'))"
OF_ENDPOINT = f"""{WAITING}
AND d.environment_id = %(environment)s AND (d.endpoint_id, d.id) > (%(endpoint)s, %(first)s)
AND (d.endpoint_id, d.id) <= (%(endpoint)s, %(last)s)
"""
ENDS = {"first": FIRST, "last": LAST}

# What waited for its next try waits for the circuit instead, or at once goes to the endpoint that stands in. Answers
# the last of a full slice.
PARK = """
WITH slice AS (
  SELECT d.id FROM delivery_delivery d
  WHERE d.state = 'pending' AND (d.endpoint_id, d.id) > (%(endpoint)s, %(after)s)
    AND (d.endpoint_id, d.id) <= (%(endpoint)s, %(last)s)
    AND EXISTS (SELECT FROM delivery_health h WHERE h.endpoint_id = %(endpoint)s AND h.opened_at IS NOT NULL)
  ORDER BY d.endpoint_id, d.id LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED
), parked AS (
  UPDATE delivery_delivery d
  SET reason = 'circuit', due_at = CASE
        WHEN %(stand_in)s THEN %(now)s
        WHEN %(within)s::interval IS NOT NULL
        THEN (SELECT m.received_at + %(within)s FROM inbox_message m WHERE m.id = d.message_id)
      END
  FROM slice WHERE d.id = slice.id AND (d.reason <> 'circuit' OR %(stand_in)s)
)
SELECT id FROM slice ORDER BY id OFFSET %(limit)s - 1
"""
HOLD = """
WITH slice AS (
  SELECT d.id FROM delivery_delivery d
  WHERE d.state = 'pending' AND (d.endpoint_id, d.id) > (%(endpoint)s, %(first)s)
    AND (d.endpoint_id, d.id) <= (%(endpoint)s, %(last)s)
    AND EXISTS (SELECT FROM delivery_endpoint e WHERE e.id = %(endpoint)s AND e.disabled_at IS NOT NULL)
  ORDER BY d.endpoint_id, d.id LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED
), held AS (
  UPDATE delivery_delivery d SET state = 'held', due_at = NULL, reason = ''
  FROM slice WHERE d.id = slice.id RETURNING d.id
)
SELECT count(*) AS count FROM held
"""
# What is there in another endpoint's stead goes home first (failover.go_home).
CANCEL = """
WITH slice AS (
  SELECT d.id FROM delivery_delivery d WHERE d.endpoint_id = %(endpoint)s AND d.state IN ('held', 'pending')
    AND NOT EXISTS (SELECT FROM delivery_endpoint h WHERE h.id = d.diverted_from AND h.deleted_at IS NULL)
    AND EXISTS (SELECT FROM delivery_endpoint e WHERE e.id = %(endpoint)s AND e.deleted_at IS NOT NULL)
  LIMIT %(limit)s FOR UPDATE OF d SKIP LOCKED
), cancelled AS (
  UPDATE delivery_delivery d SET state = 'cancelled', due_at = NULL, finished_at = %(wall)s + v.clock_offset
  FROM slice, accounts_environment v WHERE d.id = slice.id AND v.id = d.environment_id RETURNING d.id
)
SELECT count(*) AS count FROM cancelled
"""
# Of an endpoint that recovers: a probe that failed waits by the ladder, and must not go on doing so. Not so very many
# do; should they, the rest keeps to the ladder.
REJOIN = """
UPDATE delivery_delivery d SET reason = 'circuit', due_at = NULL
FROM (
  SELECT id, reason FROM delivery_delivery
  WHERE state = 'pending' AND due_at IS NOT NULL
    AND environment_id = %(environment)s AND (endpoint_id, due_at) >= (%(endpoint)s, timestamptz '-infinity')
    AND (endpoint_id, due_at) <= (%(endpoint)s, timestamptz 'infinity')
  ORDER BY endpoint_id, due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) AS soon
WHERE d.id = soon.id AND soon.reason IN ('ladder', 'slow')
"""

# ---- letting go: each slice's turns begin where the last one's end. One worker at a time gives them.

KNOWN = "INSERT INTO delivery_health (endpoint_id) VALUES (%(endpoint)s) ON CONFLICT (endpoint_id) DO NOTHING"
TAKES = """
e.disabled_at IS NULL AND e.deleted_at IS NULL AND h.opened_at IS NULL
AND (h.drained_until IS NULL OR h.drained_until <= %(wall)s + v.clock_offset + %(ahead)s)
"""
TURN = f"""
SELECT greatest(h.drained_until, %(wall)s + v.clock_offset) AS start, %(wall)s + v.clock_offset AS now
FROM delivery_health h JOIN delivery_endpoint e ON e.id = h.endpoint_id
JOIN accounts_environment v ON v.id = e.environment_id
WHERE h.endpoint_id = %(endpoint)s AND {TAKES} FOR UPDATE OF h SKIP LOCKED
"""  # noqa: S608  conditions of our own
DRAIN = f"""
WITH slice AS (
  SELECT d.id FROM delivery_delivery d
  WHERE {OF_ENDPOINT}
  ORDER BY d.endpoint_id {{order}}, d.id {{order}} LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), turn AS (
  SELECT id, %(start)s + (row_number() OVER (ORDER BY id {{order}}) - 1) * %(gap)s AS at FROM slice
), drained AS (
  UPDATE delivery_delivery d
  SET state = 'pending', due_at = turn.at,
      reason = CASE WHEN turn.at > %(now)s + interval '1 second' THEN 'drain' ELSE '' END
  FROM turn WHERE d.id = turn.id RETURNING d.id
)
UPDATE delivery_health h SET drained_until = %(start)s + done.count * %(gap)s
FROM (SELECT count(*) FROM drained) AS done
WHERE h.endpoint_id = %(endpoint)s AND done.count > 0
RETURNING done.count, h.drained_until - %(now)s <= %(ahead)s AS near
"""  # noqa: S608

# ---- what nobody would go on with: whoever did died, or a worker that had not heard yet put it there

DRAINABLE = f"""{endpoints_with(WAITING)}
SELECT lane.environment_id AS environment, lane.endpoint_id AS endpoint
FROM lane JOIN delivery_endpoint e ON e.id = lane.endpoint_id JOIN accounts_environment v ON v.id = lane.environment_id
LEFT JOIN delivery_health h ON h.endpoint_id = lane.endpoint_id WHERE {TAKES}
"""  # noqa: S608
# What comes for a queue waits there all the same.
HOLDABLE = """
SELECT e.id AS endpoint FROM delivery_endpoint e
WHERE e.disabled_at IS NOT NULL AND e.deleted_at IS NULL AND e.kind <> 'polling'
  AND EXISTS (SELECT FROM delivery_delivery d WHERE d.endpoint_id = e.id AND d.state = 'pending')
"""
CANCELLABLE = """
SELECT e.id AS endpoint FROM delivery_endpoint e
WHERE e.deleted_at IS NOT NULL AND e.kind <> 'polling'
  AND (EXISTS (SELECT FROM delivery_delivery d WHERE d.endpoint_id = e.id AND d.state = 'pending')
    OR EXISTS (SELECT FROM delivery_delivery d WHERE d.endpoint_id = e.id AND d.state = 'held'))
"""


class Step(NamedTuple):
    """What came of a slice: how many deliveries it was about, and the job that goes on, if one does at once."""

    deliveries: int
    rest: Job | None


class Job(Protocol):
    """A backlog to be gone through, one slice a call."""

    def go(self, store: Store, policy_of: PolicyOf, wall: datetime) -> Step: ...


@dataclass(frozen=True, slots=True)
class Park:
    """Take what is pending for an endpoint out of the workers' way; `now` is of its environment's clock."""

    endpoint: UUID
    now: datetime
    within: timedelta | None  # after that a text is worthless, and looked at once more
    stand_in: bool  # another endpoint gets it
    after: UUID = FIRST

    def go(self, store: Store, policy_of: PolicyOf, wall: datetime) -> Step:
        return Step(SLICE, self.slice(store))

    def slice(self, store: Store) -> Park | None:
        """Park a slice; answers the job that goes on behind it."""
        values = {
            "endpoint": self.endpoint,
            "now": self.now,
            "within": self.within,
            "stand_in": self.stand_in,
        }
        last = store.execute(PARK, values | {"after": self.after, "last": LAST, "limit": SLICE})
        return replace(self, after=last[0]["id"]) if last else None


@dataclass(frozen=True, slots=True)
class Hold:
    """Hold what is pending for a disabled endpoint."""

    endpoint: UUID

    def go(self, store: Store, policy_of: PolicyOf, wall: datetime) -> Step:
        count = hold(store.execute, self.endpoint)
        return Step(count, self if count == SLICE else None)


@dataclass(frozen=True, slots=True)
class Cancel:
    """Send home what waits for a deleted endpoint in another one's stead, and cancel the rest."""

    endpoint: UUID

    def go(self, store: Store, policy_of: PolicyOf, wall: datetime) -> Step:
        home, cancelled = cancel(store.execute, self.endpoint, wall)
        return Step(home + cancelled, self if SLICE in (home, cancelled) else None)


@dataclass(frozen=True, slots=True)
class Drain:
    """Give what waited for an endpoint its turns, as they come near."""

    environment: UUID
    endpoint: UUID

    def go(self, store: Store, policy_of: PolicyOf, wall: datetime) -> Step:
        policy = policy_of(self.endpoint)
        store.execute(KNOWN, {"endpoint": self.endpoint})
        with store.transaction():
            count, near = drain(store.execute, self.environment, self.endpoint, policy, wall)
        return Step(count, self if near and count == SLICE else None)


def hold(execute: Execute, endpoint: UUID) -> int:
    """Hold a slice of what is pending for an endpoint, if that is disabled; answers how many."""
    count: int = execute(HOLD, {"endpoint": endpoint, "limit": SLICE, **ENDS})[0]["count"]
    return count


def cancel(execute: Execute, endpoint: UUID, wall: datetime) -> tuple[int, int]:
    """Of what waits for an endpoint, if that is deleted, send a slice home and cancel one; answers how many each."""
    home = failover.go_home(execute, endpoint, SLICE, wall)
    values = {"endpoint": endpoint, "wall": wall, "limit": SLICE}
    return home, execute(CANCEL, values)[0]["count"]


def rejoin(store: Store, environment: UUID, endpoint: UUID) -> None:
    """Put what waited by the ladder to what waited for the circuit that has just closed."""
    store.execute(REJOIN, {"environment": environment, "endpoint": endpoint, "limit": SLICE})


def drain(
    execute: Execute, environment: UUID, endpoint: UUID, policy: Policy, wall: datetime
) -> tuple[int, bool]:
    """Within the caller's transaction give a slice its turns; answers how many, and whether their end is near.

    The endpoint must have a row of its health. None are given where it takes nothing, where its turns reach far ahead,
    or while another worker gives them.
    """
    values: dict[str, Any] = {"environment": environment, "endpoint": endpoint, "ahead": AHEAD}
    turn = execute(TURN, values | {"wall": wall})
    if not turn:
        return 0, False
    statement = DRAIN.format(order="DESC" if policy.newest_first else "ASC")
    gap = timedelta(seconds=1 / policy.drain_rate)
    done = execute(statement, values | turn[0] | ENDS | {"gap": gap, "limit": SLICE})
    return (done[0]["count"], done[0]["near"]) if done else (0, False)


class Parking:
    """The jobs that a worker goes on with in its sweep; who makes one may be another of its threads."""

    def __init__(self) -> None:
        self.jobs: dict[Job, None] = {}  # in order, and each once
        self.lock = threading.Lock()

    def add(self, job: Job) -> None:
        with self.lock:
            self.jobs[job] = None

    def take(self) -> Job:
        with self.lock:
            job = next(iter(self.jobs))
            del self.jobs[job]
            return job

    def work(self, store: Store, policy_of: PolicyOf, wall: datetime) -> None:
        """About one slice. A job that meets an error is dropped: whoever searches next finds what is left of it."""
        left = SLICE
        while left > 0 and self.jobs:
            step = self.take().go(store, policy_of, wall)
            if step.rest is not None:
                self.add(step.rest)
            left -= max(step.deliveries, LEAST)

    def search(self, store: Store, wall: datetime) -> None:
        """Find what waits and nobody would wake, and what is not held or cancelled yet."""
        for row in store.execute(DRAINABLE, {"wall": wall, "ahead": AHEAD}):
            self.add(Drain(**row))
        for row in store.execute(HOLDABLE, {}):
            self.add(Hold(**row))
        for row in store.execute(CANCELLABLE, {}):
            self.add(Cancel(**row))
