"""An endpoint's `maxInFlight` over all workers: each leases places of it, together never more than there are.

A place is asked for when something is to be sent there and none is left, and what is held is settled anew each second:
kept where it is used, shared where several want it, given up where it is not. So an endpoint without a cap costs
nothing, and one with a cap a few statements a second however much it gets. Who died holds its places for LEASE.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import psycopg

from accounts.ids import uuid7
from delivery.policy import DEADLINES_S, Policy
from delivery.store import Store

log = logging.getLogger("smsgateway.worker")

LEASE = timedelta(seconds=45)
START_WITHIN_S = LEASE.total_seconds() - DEADLINES_S[1]  # so that no request outlives the lease of its place
RENEW_EVERY_S = 1.0
TURN_S = 10  # where there are fewer places than workers that want one, for how long one has them

# One worker after another settles what it holds of an endpoint: a statement of its own, since the next has to see
# what was committed before it.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(id::text, 0)) FROM unnest(%(endpoints)s::uuid[]) AS id"
OTHERS = """
SELECT endpoint_id, worker, places FROM delivery_place
WHERE endpoint_id = ANY(%(endpoints)s::uuid[]) AND worker <> %(worker)s AND until > %(wall)s
"""
KEEP = """
INSERT INTO delivery_place (id, endpoint_id, worker, places, until)
SELECT s.id, s.endpoint, %(worker)s, s.places, %(until)s
FROM unnest(%(ids)s::uuid[], %(endpoints)s::uuid[], %(places)s::int[]) AS s(id, endpoint, places)
ON CONFLICT (endpoint_id, worker) DO UPDATE SET places = excluded.places, until = excluded.until
"""
GIVE_UP = """
DELETE FROM delivery_place
WHERE (worker = %(worker)s AND endpoint_id = ANY(%(endpoints)s::uuid[])) OR until <= %(wall)s
"""


class Use(NamedTuple):
    """What a worker does with a capped endpoint: requests on the wire, and how many there could be."""

    cap: int
    running: int
    wants: int

    def with_more(self, cap: int, count: int) -> Use:
        return Use(cap, self.running, self.wants + count)


NOTHING = Use(0, 0, 0)


class Held(NamedTuple):
    """How many requests may be on the wire, and until when (time.monotonic()) one may begin."""

    places: int
    until: float
    full: bool = False  # no more are to be had before the next look


class Grant(NamedTuple):
    """Places that are this worker's in the database, and how many of them it goes on using."""

    places: int
    used: int


def grant(use: Use, has: int, others: Mapping[UUID, int], me: UUID, turn: int) -> Grant:
    """A worker's part of an endpoint's places beside `others`, who hold so many each. It `has` some in use.

    Of the places that cannot be shared evenly each has its turn. Who uses more than its part keeps it until it uses
    less, so that there are never more requests than places.
    """
    everybody = sorted([*others, me])
    part, left = divmod(use.cap, len(everybody))
    part += (everybody.index(me) + turn) % len(everybody) < left
    target = min(use.wants, part)
    places = max(has, min(target, use.cap - sum(others.values())))
    return Grant(places, min(places, target))


class Places:
    """What one worker holds, and uses `most` of for one endpoint. `in_use` tells how it uses it."""

    def __init__(self, in_use: Callable[[], dict[UUID, Use]], most: int) -> None:
        self.in_use, self.most = in_use, most
        self.worker = uuid7()
        self.held: dict[UUID, Held] = {}
        self.settling = threading.Lock()
        self.next_look = 0.0

    def allowed(self, endpoint: UUID) -> int:
        """How many requests the endpoint may get from here at once; any thread may ask."""
        held = self.held.get(endpoint)
        return held.places if held is not None and time.monotonic() < held.until else 0

    def ask(self, store: Store, rows: Sequence[dict[str, Any]], policies: Mapping[UUID, Policy]) -> None:
        """Places for deliveries that are about to be sent, where there are not enough yet."""
        coming = Counter(row["endpoint_id"] for row in rows if policies[row["endpoint_id"]].max_in_flight)
        if not coming:
            return
        with self.settling:
            there = self.in_use()
            uses = {
                id: there.get(id, NOTHING).with_more(policies[id].max_in_flight or 0, count)
                for id, count in coming.items()
            }
            self.settle(store, {id: use for id, use in uses.items() if self.lacks(id, use)})

    def lacks(self, endpoint: UUID, use: Use) -> bool:
        held = self.held.get(endpoint)
        if held is None or time.monotonic() >= held.until:
            return True
        return not held.full and held.places < min(use.cap, use.wants, self.most)

    def renew(self, store: Store) -> None:
        """Look each second at what is held: keep it, share it, give it up."""
        if time.monotonic() < self.next_look or not (self.held or self.in_use()):
            return
        self.next_look = time.monotonic() + RENEW_EVERY_S
        with self.settling:
            uses = self.in_use()
            idle = [id for id in self.held if id not in uses]
            self.settle(store, uses)
            self.give_up(store, [id for id in idle if not self.held[id].places])
            # The sending thread may be about to use one: it is the others' when nobody did until the next look.
            self.held |= {id: Held(0, 0.0) for id in idle if id in self.held}

    def leave(self, store: Store) -> None:
        """Nothing is on the wire any more, nor will be."""
        self.give_up(store, list(self.held))

    def settle(self, store: Store, uses: Mapping[UUID, Use]) -> None:
        if not uses:
            return
        began = time.monotonic()
        uses = {id: use._replace(wants=min(use.wants, self.most)) for id, use in uses.items()}
        try:
            grants = self.lease(store, uses)
        except psycopg.Error as error:  # what is held is held on; the next look tries again
            log.warning("places: trying again", extra={"reason": type(error).__name__})
            return
        until = began + START_WITHIN_S
        self.held |= {id: Held(one.used, until, one.used < uses[id].wants) for id, one in grants.items()}

    def lease(self, store: Store, uses: Mapping[UUID, Use]) -> dict[UUID, Grant]:
        wall, ids = datetime.now(UTC), sorted(uses)
        values = {"worker": self.worker, "endpoints": ids, "wall": wall, "until": wall + LEASE}
        others: dict[UUID, dict[UUID, int]] = defaultdict(dict)
        with store.transaction():
            store.execute(LOCK, values)
            for row in store.execute(OTHERS, values):
                others[row["endpoint_id"]][row["worker"]] = row["places"]
            turn = int(wall.timestamp() // TURN_S)
            grants = {
                id: grant(uses[id], self.has(id, uses[id]), others[id], self.worker, turn) for id in ids
            }
            places = [grants[id].places for id in ids]
            store.execute(KEEP, values | {"ids": [uuid7() for _id in ids], "places": places})
        return grants

    def has(self, endpoint: UUID, use: Use) -> int:
        """How many may be on the wire at this moment, whatever is decided now."""
        held = self.held.get(endpoint)
        if held is None or time.monotonic() > held.until + 1:  # one may have begun since `use` was counted
            return use.running
        return max(use.running, held.places)

    def give_up(self, store: Store, ids: Sequence[UUID]) -> None:
        """What is used no more; and what dead workers left behind."""
        if not ids:
            return
        try:
            values = {"worker": self.worker, "endpoints": list(ids), "wall": datetime.now(UTC)}
            store.execute(GIVE_UP, values)
        except psycopg.Error as error:  # others have them when their lease ends
            log.warning("places: kept to their end", extra={"reason": type(error).__name__})
        for id in ids:
            del self.held[id]
