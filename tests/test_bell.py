"""The doorbell with a real broker: what it rings, and when it stays silent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from celery import current_app
from django.conf import settings

from accounts.ids import uuid7
from ingest import bell
from ingest.bell import Bell
from tests.live import until


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete("deliveries")
        yield client
        client.delete("deliveries")


@pytest.fixture
def unrung() -> list[int]:
    return []


@pytest.fixture
def ringing(unrung: list[int]) -> Iterator[Bell]:
    rings = Bell(current_app, unrung.append)
    rings.start()
    yield rings
    rings.stop()
    if rings.producer is not None:
        rings.producer.connection.release()


def test_a_ring_names_the_lease_and_the_deliveries(broker: redis.Redis, ringing: Bell) -> None:
    lease, delivery = uuid7(), uuid7()
    ringing.ring(lease, [delivery])
    until(lambda: broker.llen("deliveries") == 1)
    (ring,) = broker.lrange("deliveries", 0, -1)
    assert b"delivery.tasks.ring" in ring


def test_it_stays_silent_while_nobody_listens(
    broker: redis.Redis, ringing: Bell, unrung: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(bell, "MOST_UNHEARD", 3)
    for sent in range(1, 5):
        ringing.ring(uuid7(), [uuid7()])
        until(lambda sent=sent: broker.llen("deliveries") == sent)  # type: ignore[misc]
    ringing.ring(uuid7(), [uuid7()])
    until(lambda: unrung == [1])
    assert broker.llen("deliveries") == 4
    broker.delete("deliveries")
    ringing.ring(uuid7(), [uuid7()])
    until(lambda: broker.llen("deliveries") == 1)
