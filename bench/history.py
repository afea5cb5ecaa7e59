"""Fills the tables as two months of a busy cell would have: messages, deliveries, attempts, keys of repeats.

    python -m bench.history <places | slice | settle | tidy> [its arguments]

Each step is a process of its own, so that a supervisor goes on meanwhile. Every row follows from its index alone, so
that the tables are filled side by side. All indexes are in place while they fill, as they would be in a running cell.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg

from bench.stack import Failed, Running
from bench.texts import NUMBERS
from smsgateway.embedded import OWNER, SUPERUSER

DAYS = 60
REPEATS_KNOWN_DAYS = 13  # by then the purge has taken what is older
SLICE = 250_000
SAMPLE = 20_000
KEY_BYTES = 200  # of a key of a repeat with its two indexes; the oldest rows, which are the sample, have none
RESERVE = 3 * 2**30  # bytes for what is measured, and to leave free
FILLED_WITHIN_S = 3600
MOST_WAL = 4 * 2**30
TABLES = ("inbox_message", "delivery_delivery", "delivery_attempt", "inbox_repeatkey")
BIG_TENTHS = 4  # of the messages are the bench tenant's
SENDERS = 99_991
QUIET_UNTIL = 200  # of the oldest messages, the bench tenant's are to a number that got none since

# Where texts go: the bench tenant's numbers with an endpoint each, its quiet number, then everybody else's. Those of a
# number with a route of its own (bench.seed.lead) were taken by it; the quiet number's have a tag that no others have.
SELDOM = "seldom"
PLACES = f"""
DROP TABLE IF EXISTS bench_place;
CREATE UNLOGGED TABLE bench_place AS
WITH held AS (
  SELECT a.environment_id, a.channel_id, a.number_id, n.number AS number_used, k.id AS data_key,
         row_number() OVER (PARTITION BY a.environment_id ORDER BY n.number) AS nth
  FROM numbers_assignment a
  JOIN numbers_number n ON n.id = a.number_id
  JOIN accounts_environment v ON v.id = a.environment_id
  JOIN accounts_datakey k ON k.tenant_id = v.tenant_id
), ends AS (
  SELECT id, environment_id, count(*) OVER (PARTITION BY environment_id) AS of_them,
         row_number() OVER (PARTITION BY environment_id ORDER BY id) AS nth
  FROM delivery_endpoint WHERE description = ''
), special AS (
  SELECT environment_id, max(id::text) FILTER (WHERE description = 'waits')::uuid AS waits,
         max(id::text) FILTER (WHERE description = 'disabled')::uuid AS disabled
  FROM delivery_endpoint GROUP BY environment_id
)
SELECT row_number() OVER (ORDER BY (s.disabled IS NULL), h.number_used) - 1 AS n, h.*, e.id AS endpoint_id,
       coalesce(s.waits, e.id) AS waits, s.disabled, r.id AS route_id, coalesce(r.name, '') AS route_name,
       CASE WHEN s.disabled IS NOT NULL AND h.nth > {NUMBERS} THEN '{SELDOM}'
            ELSE coalesce(r.routing_tag, '') END AS tag
FROM held h
JOIN ends e ON e.environment_id = h.environment_id AND e.nth = (h.nth - 1) % e.of_them + 1
JOIN special s ON s.environment_id = h.environment_id
LEFT JOIN routing_route r ON r.environment_id = h.environment_id AND r.routing_tag = 'tag-' || (h.nth - 1);
CREATE UNIQUE INDEX ON bench_place (n);
ANALYZE bench_place;
"""

# A moment for each index, and from it UUIDv7s that grow with it; `ms` are milliseconds since 1970.
TEXT = f"""
WITH numbered AS (
  SELECT i, i %% 10 < {BIG_TENTHS} AS big, (i / 10) %% 100 AS lot,
         %(end)s::bigint - (%(total)s - i) * {DAYS * 86_400_000} / %(total)s AS ms
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS i
), text AS (
  SELECT numbered.*, p.*, to_timestamp(ms / 1000.0) AS at,
         CASE WHEN lot = 0 THEN 'failed' WHEN lot = 1 THEN 'pending'
              WHEN lot = 2 AND p.disabled IS NOT NULL THEN 'held' ELSE 'delivered' END AS state
  FROM numbered JOIN bench_place p ON p.n = CASE
    WHEN big AND i < {QUIET_UNTIL} THEN {NUMBERS}
    WHEN big THEN (i / 10) %% {NUMBERS}
    ELSE {NUMBERS} + 1 + (hashint8(i)::bigint & 2147483647) %% (SELECT count(*) - {NUMBERS} - 1 FROM bench_place) END
)
"""


def id_of(kind: int) -> str:
    return f"(lpad(to_hex(ms), 12, '0') || '700{kind}8' || lpad(to_hex(i), 15, '0'))::uuid"


def sealed(length: int) -> str:
    """A value like one of accounts.encryption: version and data key, then nonce, ciphertext and tag, which here are
    bytes that open with no key."""
    random = f"decode(repeat(md5(i::text), {-(-length // 16)}), 'hex')"
    return f"'\\x01'::bytea || uuid_send(data_key) || substr({random}, 1, {length})"


# One explanation for all of an environment's texts.
PASSED = (
    '[{"routeId": "rte_06b1qv4e1dkn7bc2mfh3a0tj5o", "name": "Number 0", "failed": '
    '{"field": "numberUsed", "operator": "equals", "value": "+33937000000"}}]'
)
WHY = "md5('why' || environment_id)::uuid"
EXPLAIN = f"""
INSERT INTO inbox_explanation (id, environment_id, told) SELECT DISTINCT {WHY}, environment_id, '{PASSED}'::jsonb
FROM bench_place ON CONFLICT DO NOTHING
"""
FILL = {
    "inbox_message": f"""{TEXT}
INSERT INTO inbox_message (id, environment_id, channel_id, number_id, number_used, content, sender, sender_index,
  sender_type, sender_country, received_at, carrier_message_id, encoding, segments, state, route_id, route_name,
  route_version, routing_tag, why_id, simulated, partial)
SELECT {id_of(1)}, environment_id, channel_id, number_id, number_used, {sealed(69)}, {sealed(40)},
  decode(md5((i %% {SENDERS})::text), 'hex'), 'number', 'FR', at, 'SM' || md5(i::text), 'GSM-7', 1, 'received',
  route_id, route_name, CASE WHEN route_id IS NOT NULL THEN 1 END, tag, {WHY}, false, false
FROM text
""",
    "delivery_delivery": f"""{TEXT}
INSERT INTO delivery_delivery (id, environment_id, endpoint_id, message_id, event_type, state, due_at, attempts_made,
  error_code, reason, replays, created_at, finished_at)
SELECT {id_of(2)}, environment_id,
  CASE state WHEN 'held' THEN disabled WHEN 'pending' THEN waits ELSE endpoint_id END, {id_of(1)}, 'message.received',
  state, CASE state WHEN 'pending' THEN to_timestamp(%(end)s / 1000.0) + interval '1 day' * (1 + i %% 7) END,
  1, CASE state WHEN 'pending' THEN 5105 WHEN 'failed' THEN 5110 END,
  CASE state WHEN 'pending' THEN 'ladder' WHEN 'failed' THEN 'stopped' ELSE '' END, 0, at,
  CASE WHEN state IN ('delivered', 'failed') THEN at + interval '5 ms' END
FROM text
""",
    "delivery_attempt": f"""{TEXT}
INSERT INTO delivery_attempt (id, delivery_id, environment_id, number, started_at, status, error_code, address, dns_us,
  connect_us, tls_us, first_byte_us, total_us, response)
SELECT {id_of(3)}, {id_of(2)}, environment_id, 1, at, CASE state WHEN 'pending' THEN 503 WHEN 'failed' THEN 400 ELSE 200
  END, CASE state WHEN 'pending' THEN 5105 WHEN 'failed' THEN 5110 END, '127.0.0.1', 40, 120, 0, 900, 1000, {sealed(30)}
FROM text
""",
    "inbox_repeatkey": f"""{TEXT}
INSERT INTO inbox_repeatkey (digest, message_id, seen_at, repeats_until)
SELECT decode(md5('repeat' || i), 'hex'), {id_of(1)}, at, '9999-12-31' FROM text
WHERE ms > %(end)s - {REPEATS_KNOWN_DAYS * 86_400_000}
""",
}
TOGETHER = (("delivery_delivery",), ("delivery_attempt", "inbox_repeatkey"), ("inbox_message",))
SIZE = f"SELECT {' + '.join(f'''pg_total_relation_size('{table}')''' for table in TABLES)}"


@dataclass(frozen=True)
class History:
    """Which rows there are to be: `total` texts in the sixty days before `end`, milliseconds since 1970."""

    total: int
    end: int

    def slice(self, first: int, count: int) -> dict[str, int]:
        return {**vars(self), "first": first, "last": min(first + count, self.total) - 1}


# ---- by whom it is asked for


@dataclass
class Filling:
    """A history on its way into a running product's database."""

    running: Running
    history: History

    def step(self, *arguments: str) -> None:
        url = self.running.environment["DATABASE_OWNER_URL"].replace(OWNER, SUPERUSER, 1)
        self.running.call("history", "-m", "bench.history", *arguments, DATABASE_URL=url)

    def slice(self, first: int, count: int) -> None:
        numbers = (first, count, *vars(self.history).values())
        self.step("slice", *map(str, numbers))

    def size(self) -> int:
        with psycopg.connect(self.running.environment["DATABASE_URL"]) as connection:
            row = connection.execute(SIZE).fetchone()
        assert row is not None
        return int(row[0])

    def sample(self) -> int:
        """The oldest rows alone; answers how many bytes of disk the whole needs. Their part in it is done then."""
        self.step("places")
        before = self.size()
        self.slice(0, SAMPLE)
        a_row = (self.size() - before) / min(SAMPLE, self.history.total)
        return int((a_row + KEY_BYTES * REPEATS_KNOWN_DAYS / DAYS) * self.history.total) + MOST_WAL + RESERVE

    def rest(self) -> Iterator[tuple[int, float]]:
        """The other rows; yields how many there are so far and the seconds since the beginning. Raises Failed."""
        began = time.monotonic()
        for first in range(SAMPLE, self.history.total, SLICE):
            self.slice(first, SLICE)
            took = time.monotonic() - began
            yield min(first + SLICE, self.history.total), took
            if took > FILLED_WITHIN_S:
                raise Failed(f"the tables are not filled within {FILLED_WITHIN_S} s")

    def settle(self) -> None:
        """What autovacuum and the checkpointer would have done in two months."""
        for table in TABLES:
            self.step("settle", table)
        self.step("tidy")


def refuse_if_short(needed: int, free: int) -> None:
    """Raises Failed where the disk has not so much room, with both figures."""
    if free < needed:
        raise Failed(
            f"not enough room on the disk: {needed / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free. "
            "Free some, point TMPDIR to a larger disk, or ask for fewer with --messages."
        )


# ---- the steps


def connect() -> psycopg.Connection[tuple[object, ...]]:
    options = "-c jit=off -c work_mem=64MB -c maintenance_work_mem=512MB -c synchronous_commit=off"
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, options=options)


def places() -> None:
    with connect() as connection:
        connection.execute(f"ALTER SYSTEM SET max_wal_size = '{MOST_WAL // 2**20}MB'")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute(PLACES)
        connection.execute(EXPLAIN)


def fill(tables: tuple[str, ...], values: dict[str, int], troubles: list[BaseException]) -> None:
    try:
        with connect() as connection:
            for table in tables:
                connection.execute(FILL[table], values)
    except BaseException as error:  # noqa: BLE001  the thread that waits raises it
        troubles.append(error)


def slice_of(first: int, count: int, *history: int) -> None:
    values = History(*history).slice(first, count)
    troubles: list[BaseException] = []
    threads = [threading.Thread(target=fill, args=(tables, values, troubles)) for tables in TOGETHER]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]


def settle(table: str) -> None:
    with connect() as connection:
        connection.execute(f"VACUUM (ANALYZE) {table}")


def tidy() -> None:
    with connect() as connection:
        connection.execute("DROP TABLE bench_place")
        connection.execute("ALTER SYSTEM RESET max_wal_size")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CHECKPOINT")


def main() -> None:
    step, *rest = sys.argv[1:]
    if step == "places":
        places()
    elif step == "slice":
        slice_of(*map(int, rest))
    elif step == "settle":
        settle(*rest)
    else:
        tidy()


if __name__ == "__main__":
    main()
