"""A backlog of old texts is taken away in small transactions, along indexes, while new texts are delivered."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import clock
from delivery import retention
from delivery.engine import Engine
from inbox import erasure
from inbox.erasure import BEGINNING
from tests.cast import House
from tests.deliveries import endpoint_at, tried
from tests.live import delivering, receiving

COUNT, FEW = 50_000, 1_000
# Ids are of the time, and spread as ours do; nothing that is sealed is opened.
FILL = """
WITH made AS (
  SELECT n, (lpad(to_hex((extract(epoch FROM now() - interval '100 days') * 1000)::bigint + n), 12, '0')
             || '7000' || '8' || substr(md5(n::text), 1, 15))::uuid AS id,
         now() - interval '100 days' + n * interval '1 ms' AS at
  FROM generate_series(%(first)s, %(last)s) AS n
), texts AS (
  INSERT INTO inbox_message (id, environment_id, channel_id, number_id, number_used, content, sender, sender_index,
                             sender_type, sender_country, received_at, carrier_message_id, encoding, state, route_name,
                             routing_tag, simulated, partial)
  SELECT id, %(environment)s, %(channel)s, %(number)s, '+33937000001', 'sealed', 'sealed', 'sixteen bytes ...', 'e164',
         'FR', at, '', 'gsm7', 'received', '', '', false, false FROM made
), sent AS (
  INSERT INTO delivery_delivery (id, environment_id, endpoint_id, message_id, event_type, state, attempts_made, replays,
                                 created_at, finished_at)
  SELECT id, %(environment)s, %(endpoint)s, id, 'message.received', 'delivered', 1, 0, at, at FROM made
), told AS (
  INSERT INTO delivery_event (id, environment_id, type, payload, created_at)
  SELECT id, %(environment)s, 'endpoint.enabled', '{}', at FROM made
)
INSERT INTO delivery_attempt (id, delivery_id, environment_id, number, started_at, status, address, total_us, response)
SELECT id, id, %(environment)s, 1, at, 200, '', 1000, 'sealed' FROM made
"""


@pytest.fixture
def backlog(transactional_db: None, acme: House, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(retention, "PAUSE_A_SECOND", 0.0)
    monkeypatch.setattr(
        retention, "BATCH", 1000
    )  # fewer and larger than at work, for the sake of the test's time
    side = acme.live
    rows = {"environment": side.environment, "channel": side.channel, "endpoint": side.endpoint}
    values = {name: row.pk for name, row in rows.items()} | {"number": side.assignment.number_id}
    with connection.cursor() as cursor:
        for first, last in ((1, FEW), (FEW + 1, COUNT)):  # as tests/test_finding_scale.py does, and why
            cursor.execute(FILL, values | {"first": first, "last": last})
            cursor.execute("ANALYZE inbox_message, delivery_delivery, delivery_attempt, delivery_event")
    return acme


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


@pytest.fixture
def others() -> Iterator[ThreadPoolExecutor]:
    """Somebody else, with a connection of their own."""
    with ThreadPoolExecutor(1) as pool:
        yield pool
        pool.submit(lambda: connection.close()).result()


LOCKS = """
SELECT DISTINCT mode FROM pg_locks WHERE locktype = 'relation' AND pid = %s AND relation = ANY(ARRAY[
  'inbox_message'::regclass, 'delivery_delivery'::regclass, 'delivery_attempt'::regclass])
"""


def test_new_texts_are_delivered_while_a_backlog_is_erased(
    backlog: House, engine: Engine, others: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    modes: set[str] = set()
    arrived: list[str] = []
    erase = erasure.erase

    def look(pid: int) -> None:
        """What others see of a batch whose transaction is open, and whether they get on."""
        with connection.cursor() as cursor:
            cursor.execute(LOCKS, [pid])
            modes.update(mode for (mode,) in cursor.fetchall())
        arrived.append(tried(engine, backlog, endpoint).state)

    def watched(ids: Any, at: Any) -> int:
        gone = erase(ids, at)
        if len(sizes) % 10 == 0:
            others.submit(look, connection.connection.info.backend_pid).result(30)
        sizes.append(gone)
        return gone

    with receiving() as receiver:
        endpoint = endpoint_at(backlog, receiver.url)
        monkeypatch.setattr(erasure, "erase", watched)
        gone = retention.run(clock() + timedelta(minutes=10))
    assert gone == dict.fromkeys(("texts", "attempts", "events"), COUNT)
    assert (max(sizes), len(sizes)) == (retention.BATCH, COUNT // retention.BATCH + 1)
    assert arrived == ["delivered"] * 6
    assert modes == {"AccessShareLock", "RowShareLock", "RowExclusiveLock"}  # with which rows come and go


INDEXES = {"texts": "message_erasable", "attempts": "attempt_oldest", "events": "event_oldest"}


def test_batches_are_found_by_walks_along_indexes(backlog: House) -> None:
    environment, before = backlog.live.environment, clock() - timedelta(days=90)
    for name, index in INDEXES.items():
        kind, place = retention.KINDS[name], BEGINNING
        with CaptureQueriesContext(connection) as statements:
            assert retention.with_old(kind, {environment.pk: before}) == {environment.pk}
        assert_walks(plan_of(statements[0]["sql"]), index)
        for _ in range(2):
            with CaptureQueriesContext(connection) as statements:
                done = kind.take(environment, before, place)
            walk = next(one["sql"] for one in statements if one["sql"].startswith("SELECT"))
            assert_walks(plan_of(walk), index)
            assert done.gone == retention.BATCH
            assert done.place is not None
            place = done.place


def plan_of(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statement)
        return "\n".join(line for (line,) in cursor.fetchall())


def assert_walks(plan: str, index: str) -> None:
    assert "Seq Scan" not in plan, plan
    assert index in plan, plan
