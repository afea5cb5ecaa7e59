"""No tenant and no endpoint can hold the workers: what a sweep takes is shared fairly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.audit import SYSTEM
from accounts.database import dsn
from accounts.ids import uuid7
from delivery import services
from delivery.claiming import Claimer, fair
from delivery.models import Delivery, Endpoint
from delivery.store import Store
from tests import cast
from tests.cast import URL, House, Side

LEASED = timedelta(seconds=40)


@given(st.dictionaries(st.integers(), st.integers(1, 1000), max_size=30), st.integers(0, 500))
def test_shares_are_max_min_fair(wanted: dict[int, int], limit: int) -> None:
    shares = fair(wanted, limit)
    assert sum(shares.values()) == min(limit, sum(wanted.values()))
    assert all(shares[key] <= want for key, want in wanted.items())
    short = [shares[key] for key, want in wanted.items() if shares[key] < want]
    assert not short or max(short) - min(short) <= 1
    assert not short or max(shares.values()) <= min(short) + 1


@pytest.fixture
def store(transactional_db: None) -> Iterator[Store]:
    store = Store(dsn())
    yield store
    store.drop()


def due(side: Side, endpoint: Endpoint, count: int, **columns: Any) -> None:
    values = {"due_at": datetime.now(UTC) - timedelta(minutes=1)} | columns
    for _ in range(count):
        cast.store_delivery(side.message, endpoint, Delivery.State.PENDING, **values)


def claimed(store: Store, limit: int, saturated: tuple[Endpoint, ...] = ()) -> Counter[Endpoint]:
    """How many of each endpoint one sweep takes."""
    now = datetime.now(UTC)
    ids = Claimer().claim(
        store,
        now=now,
        lease=uuid7(),
        leased_until=now + LEASED,
        limit=limit,
        saturated=[one.pk for one in saturated],
    )
    return Counter(one.endpoint for one in Delivery.objects.filter(pk__in=ids, state="sending"))


def test_a_backlog_of_one_tenant_leaves_room_for_another(acme: House, borealis: House, store: Store) -> None:
    due(acme.live, acme.live.endpoint, 60)
    due(borealis.live, borealis.live.endpoint, 3)
    assert claimed(store, 20) == {acme.live.endpoint: 17, borealis.live.endpoint: 3}
    assert claimed(store, 20) == {acme.live.endpoint: 20}


def test_a_tenants_many_endpoints_are_one_share(acme: House, borealis: House, store: Store) -> None:
    many = [
        services.create_endpoint(acme.live.environment, SYSTEM, url=f"{URL}/{n}").endpoint for n in range(5)
    ]
    for endpoint in many:
        due(acme.live, endpoint, 10)
    due(borealis.live, borealis.live.endpoint, 30)
    shares = claimed(store, 20)
    assert shares[borealis.live.endpoint] == 10
    assert [shares[endpoint] for endpoint in many] == [2] * 5


def test_what_is_not_due_or_has_enough_to_do_is_left(acme: House, borealis: House, store: Store) -> None:
    due(acme.live, acme.live.endpoint, 2)
    due(borealis.live, borealis.live.endpoint, 2, due_at=datetime.now(UTC) + timedelta(minutes=1))
    assert claimed(store, 10, (acme.live.endpoint,)) == {}
    assert claimed(store, 10) == {acme.live.endpoint: 2}
    assert claimed(store, 10) == {}


def test_the_clock_of_a_sandbox_counts_for_its_own(acme: House, store: Store) -> None:
    side = acme.sandbox
    side.environment.clock_offset = timedelta(hours=2)
    side.environment.save(update_fields=["clock_offset"])
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    due(side, side.endpoint, 1, due_at=in_an_hour)
    due(acme.live, acme.live.endpoint, 1, due_at=in_an_hour)
    assert claimed(store, 10) == {side.endpoint: 1}


def test_two_workers_never_take_the_same(acme: House, store: Store) -> None:
    due(acme.live, acme.live.endpoint, 10)
    other = Store(dsn())
    with store.transaction():
        first = claimed_ids(store)
        second = claimed_ids(other)
    other.drop()
    assert (len(first), len(second)) == (6, 4)
    assert not first & second


def claimed_ids(store: Store) -> set[Any]:
    now = datetime.now(UTC)
    return set(
        Claimer().claim(store, now=now, lease=uuid7(), leased_until=now + LEASED, limit=6, saturated=[])
    )


def test_what_one_look_found_is_shared_out_before_the_next(
    acme: House, borealis: House, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many endpoints have something waiting, a backlog is not looked for again with each handful."""
    looks, claimer, now = [], Claimer(), datetime.now(UTC)
    real = store.execute

    def counting(sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        looks.append(sql.startswith("\nWITH RECURSIVE lane"))
        return real(sql, values)

    monkeypatch.setattr(store, "execute", counting)

    def take(at: datetime) -> int:
        values = {"now": at, "lease": uuid7(), "leased_until": at + LEASED, "saturated": []}
        return len(claimer.claim(store, limit=6, **values))  # type: ignore[arg-type]

    due(acme.live, acme.live.endpoint, 20)
    assert [take(now) for _ in range(3)] == [6, 6, 6]
    assert sum(looks) == 1
    due(borealis.live, borealis.live.endpoint, 3)
    assert take(now) == 2  # the rest of what it knew of
    assert take(now) == 3
    assert sum(looks) == 2
    due(acme.live, acme.live.endpoint, 20)
    due(borealis.live, borealis.live.endpoint, 2)
    assert take(now) == 6
    due(borealis.live, borealis.live.endpoint, 3)
    assert take(now + timedelta(seconds=1)) == 6
    assert sum(looks) == 4
