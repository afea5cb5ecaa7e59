"""Texts in order cost no more where their sender has sent very many."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from accounts.database import dsn
from accounts.ids import LAST, earliest
from delivery import turns
from delivery.models import Delivery
from delivery.store import Store
from inbox.models import Message
from tests.cast import House, Side
from tests.plans import rows_read

COUNT = 20_000
EVERY = timedelta(seconds=1)
FEW = 5  # rows from which a statement starts
# Copies of a side's text and delivery, a second apart, with ids as they would have been made then.
ID = "(lpad(to_hex(%(first)s + n * 1000), 12, '0') || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid"
TEXTS = """
INSERT INTO inbox_message ({columns})
SELECT {values} FROM inbox_message, generate_series(1, %(count)s) AS n WHERE id = %(like)s
"""
DELIVERIES = """
INSERT INTO delivery_delivery (id, environment_id, endpoint_id, message_id, event_type, state, attempts_made, replays,
                               created_at, finished_at)
SELECT id, environment_id, %(endpoint)s, id, 'message.received', 'delivered', 1, 0, received_at, received_at
FROM inbox_message WHERE id <> %(like)s AND environment_id = %(environment)s
"""


@pytest.fixture
def store(transactional_db: None) -> Iterator[Store]:
    store = Store(dsn())
    yield store
    store.drop()


def fill(side: Side, wall: datetime) -> list[UUID]:
    """Many texts of one sender, all delivered; answers their ids, which are those of their deliveries too."""
    first = wall - EVERY * COUNT
    columns = [str(field.column) for field in Message._meta.concrete_fields]
    made = {"id": ID, "received_at": "%(at)s + n * interval '1 second'"}
    values = [made.get(name, name) for name in columns]
    sql = TEXTS.format(columns=", ".join(columns), values=", ".join(values))
    given: dict[str, Any] = {
        "first": int(first.timestamp() * 1000),
        "at": first,
        "count": COUNT,
        "like": side.message.pk,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        cursor.execute(DELIVERIES, given | {"endpoint": side.endpoint.pk, "environment": side.environment.pk})
        cursor.execute("ANALYZE inbox_message, delivery_delivery")
    rows = Message.objects.filter(environment=side.environment).exclude(pk=side.message.pk)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def test_a_text_looks_back_no_further_than_it_would_wait(acme: House, store: Store) -> None:
    wall = datetime.now(UTC)
    last = fill(acme.live, wall)[-1]
    values = looking(last, 60, wall)
    assert store.execute(turns.EARLIER, values) == []
    assert rows_read(store, turns.EARLIER, values)["inbox_message"] <= 120 + FEW


def test_however_long_it_would_wait_it_looks_at_so_many(acme: House, store: Store) -> None:
    wall = datetime.now(UTC)
    last = fill(acme.live, wall)[-1]
    read = rows_read(store, turns.EARLIER, looking(last, 86_400, wall))
    assert read["inbox_message"] <= turns.LOOK + FEW
    assert read["delivery_delivery"] <= turns.LOOK + FEW


def test_what_is_open_just_before_is_seen_at_once(acme: House, store: Store) -> None:
    wall = datetime.now(UTC)
    *_, before, last = fill(acme.live, wall)
    open_again(before)
    values = looking(last, 86_400, wall)
    assert store.execute(turns.EARLIER, values) == [{"id": last}]
    assert rows_read(store, turns.EARLIER, values)["inbox_message"] <= FEW


def test_a_finished_text_wakes_the_next_and_reads_no_others(acme: House, store: Store) -> None:
    wall = datetime.now(UTC)
    ids = fill(acme.live, wall)
    for id in ids[-5], ids[-3]:
        open_again(id, reason="order")
    values = {"ids": ids[-9:-6], "wall": wall, "look": turns.LOOK, "last": LAST}
    assert rows_read(store, turns.WAKE, values)["inbox_message"] <= 3 + 4 + FEW
    assert due(ids[-5]) == wall
    assert due(ids[-3]) != wall
    assert rows_read(store, turns.WAKE, values | {"ids": ids[:1]})["inbox_message"] <= turns.LOOK + FEW


def looking(id: UUID, wait_s: int, wall: datetime) -> dict[str, Any]:
    wait = timedelta(seconds=wait_s)
    return {
        "ids": [id], "waits": [wait], "sinces": [earliest(wall - 2 * wait)], "wall": wall, "look": turns.LOOK,
    }  # fmt: skip


def open_again(id: UUID, **columns: Any) -> None:
    due_at = datetime.now(UTC) + timedelta(minutes=5)
    Delivery.objects.filter(pk=id).update(state="pending", due_at=due_at, finished_at=None, **columns)


def due(id: UUID) -> datetime | None:
    return Delivery.objects.get(pk=id).due_at
