"""Reading in the order of acceptance: whatever commits late is read once, and nothing is left out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts import ids, keyring
from accounts.clock import clock
from inbox import feed
from inbox.feed import Position
from ingest.link import WRITE_TIMEOUT_S
from numbers.carriers import CARRIERS
from tests import cast
from tests.cast import House
from tests.live_wait import COLUMNS, committing_late

MANY = f"""
INSERT INTO inbox_message (id, {COLUMNS})
SELECT md5(number::text || id::text)::uuid, {COLUMNS} FROM inbox_message, generate_series(1, %s) AS number WHERE id = %s
"""


@pytest.fixture
def acme(transactional_db: None) -> House:
    return cast.build("Acme Santé", "+33937000001", "+33639980001")


def everything(house: House, start: Position, limit: int = 100) -> tuple[list[Any], Position]:
    page = feed.read(house.live.environment.pk, start, limit)
    return page.ids, page.end


def test_what_commits_late_is_read_once(acme: House) -> None:
    with committing_late(acme.live.message) as (link, late):
        early = cast.store_message(acme.live.assignment).pk
        assert late < early
        read, position = everything(acme, Position())
        assert read == [acme.live.message.pk, early]
        assert everything(acme, position)[0] == []
        link.commit()
        after = cast.store_message(acme.live.assignment).pk
        read, further = everything(acme, position)
        assert read == [late, after]
        assert everything(acme, further)[0] == []
        assert everything(acme, position)[0] == [
            late,
            after,
        ]  # who asks again, not having heard, gets it again


def test_a_position_survives_being_written(acme: House, borealis: House) -> None:
    environment = acme.live.environment
    key = keyring.of(acme.tenant.pk)
    with committing_late(acme.live.message) as (link, late):
        cast.store_message(acme.live.assignment)
        position = everything(acme, Position())[1]
        text = feed.written(position, environment.pk, key)
        link.commit()
    restored = feed.position_of(text, environment)
    assert restored is not None
    assert everything(acme, restored)[0] == [late]
    assert text.startswith(ids.public("message", position.after) + ".")
    for stranger in (acme.sandbox.environment, borealis.live.environment):
        assert feed.position_of(text, stranger) is None
    for wrong in ("", ".", text[:-8], text + "A", text.replace(".", ".é"), "msg_1", "ep_" + text[4:]):
        assert feed.position_of(wrong, environment) is None


def test_pages_follow_each_other_while_others_write(acme: House) -> None:
    first = [acme.live.message.pk, *(cast.store_message(acme.live.assignment).pk for _ in range(4))]
    with committing_late(acme.live.message) as (link, late):
        second = [cast.store_message(acme.live.assignment).pk for _ in range(3)]
        read, position = [], Position()
        for turn in range(6):
            page = feed.read(acme.live.environment.pk, position, 2)
            read += page.ids
            position = page.end
            if turn == 3:
                link.commit()
        assert sorted(read) == sorted([*first, late, *second])


def test_each_text_of_a_page_has_its_own_position(acme: House) -> None:
    for _ in range(3):
        cast.store_message(acme.live.assignment)
    page = feed.read(acme.live.environment.pk, Position(), 100)
    assert everything(acme, page.behind(2))[0] == page.ids[2:]
    assert everything(acme, page.behind(0))[0] == page.ids


def test_among_late_ones_one_begins_again(acme: House) -> None:
    with committing_late(acme.live.message) as (one, _), committing_late(acme.live.message) as (other, _):
        cast.store_message(acme.live.assignment)
        position = everything(acme, Position())[1]
        one.commit()
        other.commit()
    page = feed.read(acme.live.environment.pk, position, 100)
    assert len(page.late) == 2
    assert page.behind(1) == position
    assert everything(acme, page.behind(2))[0] == []


def test_behind_everything_only_what_commits_from_now_on(acme: House) -> None:
    with committing_late(acme.live.message) as (link, late):
        position = feed.newest(acme.live.environment.pk)
        assert everything(acme, position)[0] == []
        link.commit()
        assert everything(acme, position)[0] == [late]
    assert feed.newest(acme.sandbox.environment.pk).after == acme.sandbox.message.pk


def test_a_position_of_long_ago_needs_no_snapshot() -> None:
    now, old = clock(), ids.earliest(clock() - timedelta(minutes=1))
    seen = feed.Snapshot(7, (5,))
    assert Position(old, seen, now).settled() == Position(old)
    new = Position(ids.uuid7(), seen, now)
    assert new.settled() == new
    assert old < new.floor < new.after


def test_no_id_is_older_than_that_when_it_commits() -> None:
    slowest = max(getattr(carrier, "deadline_s", 0) for carrier in CARRIERS.values())
    assert timedelta(seconds=2 * slowest + WRITE_TIMEOUT_S) < feed.SETTLED


def test_it_reads_along_an_index(acme: House, borealis: House) -> None:
    environment = acme.live.environment.pk
    with connection.cursor() as cursor:
        for house, count in ((acme, 500), (borealis, 20_000)):
            cursor.execute(MANY, [count, house.live.message.pk])
        cursor.execute("ANALYZE inbox_message")
        page = feed.read(environment, Position(), 20)
        recent = page.end._replace(seen=feed.Snapshot(3, (4, 5)), read_at=clock() + timedelta(days=1))
        for position in (Position(), page.end, recent):
            cursor.execute(f"EXPLAIN {feed.NEWS}", feed.asked({environment: position}, 100))
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "Seq Scan" not in plan, plan
            assert plan.count("message_newest") == 2, plan
