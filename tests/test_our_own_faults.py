"""The database goes away while texts are on the wire: each arrives, is recorded, and has used the one try it made."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from accounts.clock import clock
from delivery.engine import Engine
from delivery.models import Attempt, Delivery
from tests.cast import House
from tests.deliveries import begun, endpoint_at, settled
from tests.live import Receiver, Request, until

Answer = tuple[int, dict[str, str], bytes]


def cut(pids: list[int]) -> None:
    """End sessions of the database as a restart would."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [pids])


def sessions(engine: Engine) -> list[int]:
    return [store.connection.info.backend_pid for store in engine.stores if store.connection is not None]


def cutting(engine: Engine, status: int) -> Callable[[Request], Answer]:
    """A receiver that cuts off the worker from its database before it answers."""

    def behave(request: Request) -> Answer:
        cut(sessions(engine))
        connection.close()  # of this thread
        return status, {}, b""

    return behave


@pytest.mark.parametrize(("status", "state"), [(200, "delivered"), (500, "pending")])
def test_a_lost_connection_costs_no_try_and_no_record(
    acme: House, receiver: Receiver, engine: Engine, status: int, state: str
) -> None:
    endpoint = endpoint_at(acme, receiver.url)
    settled(begun(engine, acme, endpoint)[0])  # so that there are connections to be cut
    receiver.behave = cutting(engine, status)
    deliveries = begun(engine, acme, endpoint, 5)
    for delivery in map(settled, deliveries):
        assert (delivery.state, delivery.attempts_made) == (state, 1)
    assert len(receiver.requests) == 6
    assert Attempt.objects.filter(delivery__in=deliveries).count() == 5


def test_a_doorbell_that_finds_no_database_costs_no_try(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_at(acme, receiver.url)
    settled(begun(engine, acme, endpoint)[0])
    cut(sessions(engine))
    with pytest.raises(psycopg.Error):
        begun(engine, acme, endpoint)
    rung = Delivery.objects.filter(endpoint=endpoint, state="sending")
    rung.update(leased_until=clock())  # as it is forty seconds later
    assert engine.sweep() == 1
    until(lambda: endpoint.deliveries.filter(state="delivered").count() == 2)
    assert {one.attempts_made for one in endpoint.deliveries.all()} == {1}
    assert len(receiver.requests) == 2
