"""Deliveries on their way: begun as the door leaves them, and looked at once they were tried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.audit import SYSTEM
from accounts.ids import public, uuid7
from delivery import secrets, services
from delivery.engine import Engine
from delivery.models import Attempt, Delivery, Endpoint
from delivery.services import NewEndpoint
from tests import cast
from tests.cast import Api, House
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


def judged(
    api: Api, engine: Engine, house: House, new: NewEndpoint, url: str
) -> tuple[bool, str, int | None]:
    """Whether the receiver at `url` does right by the check, and what becomes of a real text and of a forged one."""
    services.update_endpoint(new.endpoint, SYSTEM, url=url)
    report = api.post(f"endpoints/{public('endpoint', new.endpoint.pk)}/check").json()
    taken = tried(engine, house, new.endpoint)
    secrets.rotate(new.endpoint, SYSTEM, overlap_s=0)  # which the receiver has not heard of
    return report["right"], taken.state, tried(engine, house, new.endpoint).error_code
