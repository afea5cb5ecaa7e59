"""However much waits for one tenant or endpoint, what is due for another goes out with the next sweep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from accounts.audit import SYSTEM
from accounts.ids import uuid7
from delivery import services
from delivery.engine import Engine
from delivery.models import Delivery, Endpoint
from tests.cast import House, Side
from tests.live import Receiver, receiving, until

BACKLOG = 400


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def endpoint_of(side: Side, receiver: Receiver) -> Endpoint:
    return services.create_endpoint(side.environment, SYSTEM, url=receiver.url).endpoint


def due(side: Side, endpoint: Endpoint, count: int, *, minutes_ago: int) -> None:
    """Deliveries whose next try has been due for so long."""
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    rows = {"environment": side.environment, "endpoint": endpoint, "message": side.message, "due_at": at}
    Delivery.objects.bulk_create(
        Delivery(id=uuid7(), state="pending", created_at=at, **rows) for _ in range(count)
    )


def test_a_backlog_of_one_tenant_delays_no_other(
    acme: House, borealis: House, receiver: Receiver, other: Receiver, engine: Engine
) -> None:
    due(acme.live, endpoint_of(acme.live, receiver), BACKLOG, minutes_ago=60)
    due(borealis.live, endpoint_of(borealis.live, other), 3, minutes_ago=0)
    taken = engine.sweep()
    assert 3 < taken < BACKLOG  # there was not room for all
    assert len(other.got(3)) == 3
    until(
        lambda: Delivery.objects.filter(environment=borealis.live.environment, state="delivered").count() == 3
    )
    assert Delivery.objects.filter(endpoint__url=receiver.url, state="pending").count() >= BACKLOG - taken


def test_a_backlog_of_one_endpoint_delays_no_other_of_its_tenant(
    acme: House, receiver: Receiver, other: Receiver, engine: Engine
) -> None:
    due(acme.live, endpoint_of(acme.live, receiver), BACKLOG, minutes_ago=60)
    due(acme.live, endpoint_of(acme.live, other), 3, minutes_ago=0)
    assert engine.sweep() < BACKLOG
    assert len(other.got(3)) == 3
