"""Deliveries on their way: begun as the door leaves them, and looked at once they were tried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.audit import SYSTEM
from accounts.ids import uuid7
from delivery import services
from delivery.engine import Engine
from delivery.models import Attempt, Delivery, Endpoint
from tests import cast
from tests.cast import House
from tests.live import hexed, until


def endpoint_at(house: House, url: str, **fields: Any) -> Endpoint:
    return services.create_endpoint(house.live.environment, SYSTEM, url=url, **fields).endpoint


def begun(engine: Engine, house: House, endpoint: Endpoint, count: int = 1) -> list[Delivery]:
    """Deliveries that the engine was rung for, all at once."""
    lease, leased_until = uuid7(), datetime.now(UTC) + timedelta(seconds=30)
    made = [
        cast.store_delivery(
            cast.store_message(house.live.assignment, "Votre code est 020005"),
            endpoint,
            Delivery.State.SENDING,
            lease=lease,
            leased_until=leased_until,
            attempts_made=0,
        )
        for _ in range(count)
    ]
    engine.ring(hexed(lease, [one.pk for one in made]))
    return made


def settled(delivery: Delivery) -> Delivery:
    """The delivery, once its lease was given back."""
    until(lambda: Delivery.objects.get(pk=delivery.pk).lease is None)
    return Delivery.objects.get(pk=delivery.pk)


def tried(engine: Engine, house: House, endpoint: Endpoint) -> Delivery:
    (delivery,) = begun(engine, house, endpoint)
    return settled(delivery)


def heard(delivery: Delivery) -> str:
    """What the only attempt of a delivery keeps of the answer."""
    return Attempt.objects.get(delivery=delivery).response
