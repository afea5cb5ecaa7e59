"""Each table that hangs on an environment has its walls: what is new is in, or fails here."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import uuid7
from accounts.models import KeyAddress
from delivery.models import Destination, Health, Place
from ingest.models import StrayText
from operations import repetition
from sandbox import receivers
from sandbox.models import ReceivedRequest, Receiver, Simulation
from tests import cast
from tests.cast import House, Side
from tests.sandbox import bound
from tests.sandbox.bound import Reference
from tests.sandbox.test_walls_in_database import parts_of

#: Tables that hang on no environment, and why nothing of a sandbox can come to live by them.
FREE = {
    "accounts_tenant": "has the environments",
    "accounts_environment": "is one",
    "accounts_datakey": "the tenant's",
    "accounts_user": "a person, of all organisations that invite them",
    "accounts_membership": "the tenant's",
    "accounts_invitation": "the tenant's",
    "accounts_loginfailure": "about people",
    "accounts_identityprovider": "the tenant's",
    "accounts_identity": "a person's at the tenant's provider",
    "numbers_number": "the pool; who holds one is looked at by kind",
    "accounts_user_groups": "of Django, unused",
    "accounts_user_user_permissions": "of Django, unused",
    "inbox_repeatkey": "by what a repeat is known: a keyed digest over the channel",
    "ingest_runningintake": "about processes",
}
#: Held by what is looked at once a statement, or once a row (sandbox.migrations.0003_walls, 0006_more_walls).
LOOKED_AT = {
    "routing_route_endpoints.route_id",
    "routing_route_endpoints.endpoint_id",
    "inbox_message.channel_id",
    "inbox_message.why_id",
    "inbox_part.channel_id",
    "delivery_delivery.endpoint_id",
    "delivery_delivery.message_id",
    "delivery_delivery.event_id",
    "delivery_attempt.delivery_id",
    "sandbox_receivedrequest.receiver_id",
    "sandbox_receivedrequest.endpoint_id",
    "sandbox_simulation.channel_id",
}
TRIGGERS = """
SELECT c.relname, t.tgname, encode(t.tgargs, 'escape'),
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (t.tgattr))
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname LIKE 'wall%'
"""


@pytest.fixture
def fixed(db: None) -> dict[str, set[str]]:
    """By table, the columns that never change."""
    return {
        name: set(columns)
        for name, trigger, _args, columns in bound.fetched(TRIGGERS)
        if trigger == "wall_fixed"
    }


@pytest.fixture
def within(db: None) -> set[str]:
    """The references that are compared when a row comes or changes."""
    found = set()
    for name, _trigger, args, _columns in bound.fetched(TRIGGERS):
        found |= {f"{name}.{column}" for column in args.split(r"\000")[:-1:2]}
    return found


def test_each_table_hangs_on_an_environment_or_says_why_not() -> None:
    names = {bound.table(model) for model in bound.models()}
    assert names - bound.homes() - bound.children().keys() == FREE.keys()


def test_of_which_environment_a_row_is_never_changes(fixed: dict[str, set[str]]) -> None:
    assert [name for name in sorted(bound.homes()) if "environment_id" not in fixed.get(name, ())] == []


def test_whose_a_row_is_never_changes(fixed: dict[str, set[str]]) -> None:
    loose = [
        f"{name}.{one.column}"
        for name, one in bound.children().items()
        if one.column not in fixed.get(name, ())
    ]
    assert set(loose) - LOOKED_AT == set()


def test_each_reference_stays_within(fixed: dict[str, set[str]], within: set[str]) -> None:
    inside = {bound.children()[name] for name in bound.children()}
    loose = {f"{one.table}.{one.column}" for one in bound.references() if one not in inside}
    assert loose - within - LOOKED_AT == set()


def test_the_lists_name_nothing_that_is_gone() -> None:
    known = {f"{one.table}.{one.column}" for one in bound.references()}
    assert LOOKED_AT - known == set()


# ---- and that they hold, as the processes' own role


def filled(side: Side) -> Side:
    """With a row in each table that a test's cast leaves empty."""
    environment, now = side.environment, clock(side.environment)
    cast.store_message(side.assignment, "no code", explanation=[{"route": "none"}])
    parts_of(side)
    KeyAddress.objects.get_or_create(
        key=environment.keys.earliest("pk"), address="127.0.0.1", defaults={"first_used_at": now}
    )
    Health.objects.get_or_create(endpoint=side.endpoint)
    Place.objects.create(endpoint=side.endpoint, worker=uuid7(), places=1, until=now)
    repetition.begin(environment, uuid7(), "/", "key", "{}")
    Destination.objects.create(environment=environment, pattern="*.example.com", created_at=now)
    return side


@pytest.fixture
def sides(acme: House, borealis: House) -> list[Side]:
    return [filled(one) for one in (acme.live, acme.sandbox, borealis.live, borealis.sandbox)]


@pytest.fixture
def as_app(sides: list[Side]) -> Iterator[None]:
    bound.standing()
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE smsgateway_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def one_of(name: str, side: Side) -> Any:
    """The identity of a row of that environment; None where it has none."""
    rows = f"SELECT {bound.identity(name)} FROM ({bound.rows_of(name)}) r WHERE home = '{side.environment.pk}' LIMIT 1"
    return next((id for (id,) in bound.fetched(rows)), None)


def refused(name: str, column: str, value: Any, row: Any) -> bool:
    sql = f"UPDATE {name} SET {column} = %s WHERE {bound.identity(name)} = %s"
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [value, row])
            return False
    except DatabaseError:
        return True


def test_no_row_moves_into_another_environment(sides: list[Side], as_app: None) -> None:
    tried, open_doors = set(), []
    for own, other in permutations(sides, 2):
        for name in sorted(bound.homes()):
            if (row := one_of(name, own)) is not None:
                tried.add(name)
                if not refused(name, "environment_id", other.environment.pk, row):
                    open_doors.append((name, own.environment.kind, other.environment.kind))
    assert open_doors == []
    assert bound.homes() - tried == {"numbers_numberdocument", "numbers_purchase", "sandbox_receivedrequest"}


def reaches(one: Reference, own: Side, other: Side) -> bool | None:
    """Whether a row of one's own may name another's; None where there is nothing to try it with."""
    row, target = one_of(one.table, own), one_of(one.target, other)
    if row is None or target is None:
        return None
    return not refused(one.table, one.column, target, row)


def test_no_row_comes_to_name_another_environments(sides: list[Side], as_app: None) -> None:
    asked = bound.references()
    open_doors = [
        f"{one.table}.{one.column}"
        for own, other in permutations(sides, 2)
        for one in asked
        if reaches(one, own, other)
    ]
    assert open_doors == []
    assert bound.crossings() == []


# ---- what only sandboxes have


def test_live_has_nothing_that_only_sandboxes_have(acme: House) -> None:
    live, now = acme.live, clock(acme.live.environment)
    made = Receiver.objects.get(environment=acme.sandbox.environment)
    shared = {
        "number": 9,
        "received_at": now,
        "sealed_request": b"",
        "repeat": 0,
        "signature": "valid",
        "ending": "whole",
    }
    simulated = {
        "channel": live.channel,
        "number_used": "+33639980001",
        "skew": clock() - clock(),
        "created_at": now,
    }
    for model, values in (
        (Receiver, {"token": "t" * 20, "created_at": now}),
        (Simulation, simulated),
        (ReceivedRequest, {"receiver": made} | shared),
    ):
        with pytest.raises(DatabaseError, match="would cross"), transaction.atomic():
            model.objects.create(environment=live.environment, **values)


def test_a_sandbox_has_no_request_or_simulation_by_anothers(acme: House, borealis: House) -> None:
    own, other = acme.sandbox, borealis.sandbox
    now = clock(own.environment)
    shared: dict[str, Any] = {
        "number": 9, "received_at": now, "sealed_request": b"", "repeat": 0, "signature": "valid", "ending": "whole",
    }  # fmt: skip
    foreign = receivers.create(other.environment, SYSTEM, name="Theirs")
    mine = receivers.create(own.environment, SYSTEM, name="Mine")
    simulated = {"number_used": "+33639980001", "skew": now - now, "created_at": now}
    for model, values in (
        (ReceivedRequest, {"receiver": foreign} | shared),
        (ReceivedRequest, {"receiver": mine, "endpoint": other.endpoint} | shared),
        (Simulation, {"channel": other.channel} | simulated),
    ):
        with pytest.raises(DatabaseError, match="would cross"), transaction.atomic():
            model.objects.create(environment=own.environment, **values)
    kept = ReceivedRequest.objects.create(environment=own.environment, receiver=mine, **shared)
    assert refused("sandbox_receivedrequest", "endpoint_id", other.endpoint.pk, kept.pk)
    assert refused("sandbox_receivedrequest", "environment_id", other.environment.pk, kept.pk)
    assert StrayText.objects.count() == 0
