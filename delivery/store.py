"""The delivery engine's statements, each one round trip for a whole batch and atomic by itself.

Every one is conditional on the lease: whoever lost it can change nothing, so a late or doubled hand is harmless.
A lease exists in state `sending` only. Saying the state again beside it would let the planner walk the small partial
index of leased rows for each row of a batch, which took seven times the CPU while that index was full of dead entries.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from accounts.columns import Columns
from delivery.events import FAN_OUT, TOLD, Told

log = logging.getLogger("smsgateway.worker")


#: Runs one statement and answers its rows: a Store's method, or accounts.database.execute in a request.
Execute = Callable[[str, dict[str, Any]], list[dict[str, Any]]]


class Rung(NamedTuple):
    """A delivery and the lease under which somebody may send it."""

    id: UUID
    lease: UUID


RUNG = Columns(Rung)

READ = f"""
SELECT d.id, d.lease, d.endpoint_id, d.environment_id, d.attempts_made, d.replays, d.put_off, d.error_code, d.reason,
       d.leased_until, d.due_at, d.event_id, d.event_type, d.diverted_from, n.payload, n.created_at AS told_at,
       e.version AS endpoint_version, v.clock_offset, d.message_id, m.content, m.sender, m.received_at,
       m.sent_at, m.number_used, m.routing_tag, m.sender_type, m.sender_country, m.encoding, m.segments,
       m.media, m.partial, v.kind = 'sandbox' AS simulated
FROM unnest({RUNG.parameters}) AS rung(id, lease)
JOIN delivery_delivery d ON d.id = rung.id AND d.lease = rung.lease
JOIN delivery_endpoint e ON e.id = d.endpoint_id
JOIN accounts_environment v ON v.id = d.environment_id
LEFT JOIN inbox_message m ON m.id = d.message_id
LEFT JOIN delivery_event n ON n.id = d.event_id
"""  # noqa: S608  names of columns only


class Settled(NamedTuple):
    """What becomes of a delivery after a try, or without one."""

    delivery: UUID
    lease: UUID
    state: str
    due_at: datetime | None
    finished_at: datetime | None
    error_code: int | None
    reason: str  # retry.Reason, or nothing
    tries: int  # 1 when a try was made, 0 when our side could not make one


class Tried(NamedTuple):
    """One attempt as it is stored."""

    id: UUID
    delivery_id: UUID
    environment_id: UUID
    number: int
    started_at: datetime
    status: int | None
    error_code: int | None
    address: str
    dns_us: int | None
    connect_us: int | None
    tls_us: int | None
    first_byte_us: int | None
    total_us: int
    response: bytes | None


SETTLED, TRIED = Columns(Settled, "s_"), Columns(Tried, "t_")

# An attempt happened whoever holds the lease by now, so it is kept in any case; the same one only once.
TRY = f"""
tried AS (
  INSERT INTO delivery_attempt ({TRIED.names})
  SELECT * FROM unnest({TRIED.parameters}) ON CONFLICT (id) DO NOTHING
)
"""  # noqa: S608  names of columns only
SETTLE = f"""
UPDATE delivery_delivery d
SET state = s.state, due_at = s.due_at, finished_at = s.finished_at, lease = NULL, leased_until = NULL,
    error_code = s.error_code, reason = s.reason, attempts_made = d.attempts_made + s.tries,
    put_off = d.put_off + (s.reason = 'ours')::int
FROM unnest({SETTLED.parameters}) AS s({SETTLED.names})
WHERE d.id = s.delivery AND d.lease = s.lease
"""  # noqa: S608  names of columns only
RECORD = f"WITH {TRY} {SETTLE}"
# Where a batch has something to tell; one that has not costs what it did.
RECORD_AND_TELL = f"""
WITH {TRY}, settled AS ({SETTLE} RETURNING d.id), told AS (
  INSERT INTO delivery_event (id, environment_id, type, payload, created_at)
  SELECT e.id, e.environment_id, e.type, e.payload::jsonb, e.created_at
  FROM unnest({TOLD.parameters}) AS e({TOLD.names}) JOIN settled ON settled.id = e.delivery
  RETURNING id, environment_id, type, created_at
) {FAN_OUT}
"""  # noqa: S608  names of columns only

# What becomes of deliveries to an endpoint that is not to get any, by how the endpoint is at this very moment:
# the lock makes whoever enables it wait, or us wait for them, so that none is held which nobody will release.
LOCK_ENDPOINTS = "SELECT FROM delivery_endpoint WHERE id = ANY(%(endpoints)s::uuid[]) ORDER BY id FOR SHARE"
STOP = """
UPDATE delivery_delivery d
SET lease = NULL, leased_until = NULL,
    state = CASE WHEN e.deleted_at IS NOT NULL THEN 'cancelled' WHEN e.disabled_at IS NOT NULL THEN 'held'
                 ELSE 'pending' END,
    due_at = CASE WHEN e.deleted_at IS NULL AND e.disabled_at IS NULL THEN %(wall)s + v.clock_offset END,
    finished_at = CASE WHEN e.deleted_at IS NOT NULL THEN %(wall)s + v.clock_offset END
FROM unnest(%(ids)s::uuid[], %(leases)s::uuid[]) AS s(id, lease), delivery_endpoint e, accounts_environment v
WHERE d.id = s.id AND d.lease = s.lease AND e.id = d.endpoint_id AND v.id = d.environment_id
"""


class Store:
    """One connection of one thread; made when needed, dropped at the first doubt, never kept through an error."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.connection: psycopg.Connection[dict[str, Any]] | None = None

    def execute(self, sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        """Run one statement; raises psycopg.Error after dropping the connection."""
        with self.connected() as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        try:
            if self.connection is None or self.connection.closed:
                self.connection = psycopg.connect(
                    self.dsn, autocommit=True, prepare_threshold=1, row_factory=dict_row
                )
            yield self.connection
        except psycopg.Error:
            self.drop()
            raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.connected() as connection, connection.transaction():
            yield

    def drop(self) -> None:
        if self.connection is not None:
            self.connection.pgconn.finish()
            self.connection = None

    def read(self, ids: list[UUID], leases: list[UUID]) -> list[dict[str, Any]]:
        """The deliveries of `ids` that still belong to the lease given with each, with all that sending needs."""
        return self.execute(READ, dict(RUNG.values(list(map(Rung, ids, leases)))))

    def record(self, settled: Sequence[Settled], tried: Sequence[Tried]) -> None:
        self.execute(RECORD, {**SETTLED.values(settled), **TRIED.values(tried)})

    def record_and_tell(
        self, settled: Sequence[Settled], tried: Sequence[Tried], told: Sequence[Told]
    ) -> None:
        """The same with the events that some of them are."""
        values = {**SETTLED.values(settled), **TRIED.values(tried)}
        self.execute(RECORD_AND_TELL, {**values, **TOLD.values(told)})

    def stop(self, rows: Sequence[dict[str, Any]], wall: datetime) -> None:
        """Settle deliveries, as `read` answers them, whose endpoint was seen disabled or deleted."""
        values = {name + "s": [row[name] for row in rows] for name in ("id", "lease")}
        with self.transaction():
            self.execute(LOCK_ENDPOINTS, {"endpoints": [row["endpoint_id"] for row in rows]})
            self.execute(STOP, values | {"wall": wall})
