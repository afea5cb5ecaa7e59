"""Numbers for the workers of a pipeline: each has its own, for a while."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.models import AuditEntry
from numbers import pool
from numbers.phone import is_fictional
from sandbox import leases
from sandbox.lease import NumberLease
from tests.cast import Api, House
from tests.sandbox.simulating import Simulator


@pytest.fixture
def acme(acme: House) -> House:
    """The house, without the cast's own lease."""
    acme.sandbox.environment.number_leases.all().delete()
    return acme


@pytest.fixture
def sandbox(acme: House) -> Api:
    return Api(acme.sandbox.key)


def taken(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("sandbox/leases", fields)
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_each_taker_gets_a_number_of_fiction_to_itself(sandbox: Api, acme: House) -> None:
    first, second = taken(sandbox), taken(sandbox)
    assert first.keys() == {"id", "number", "numberId", "expiresAt"}
    numbers = {first["number"], second["number"]}
    assert len(numbers) == 2
    assert acme.sandbox.assignment.number.number not in numbers  # somebody set that one up
    assert all(is_fictional(number) and number.startswith("+336") for number in numbers)
    held = {row["number"]: row["id"] for row in sandbox.get("numbers").json()["data"]}
    assert held[first["number"]] == first["numberId"]
    told = sandbox.get("sandbox/leases").json()["data"]
    assert told == [second, first]
    assert sandbox.get(f"sandbox/leases?number=%2B{first['number'][1:]}").json()["data"] == [first]


def test_ten_minutes_unless_chosen(sandbox: Api) -> None:
    for fields, seconds in (({}, 600), ({"ttl": 86_400}, 86_400)):
        left = datetime.fromisoformat(taken(sandbox, **fields)["expiresAt"]) - clock()
        assert abs(left.total_seconds() - seconds) < 60


@pytest.mark.parametrize("ttl", [0, 86_401, "60", None, 1.5])
def test_another_time_is_refused(sandbox: Api, ttl: object) -> None:
    answer = sandbox.post("sandbox/leases", {"ttl": ttl})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/ttl"]


def test_what_was_released_goes_to_the_next_and_what_rested_longest_first(sandbox: Api) -> None:
    one, two = taken(sandbox), taken(sandbox)
    for lease in (two, one):
        assert sandbox.delete(f"sandbox/leases/{lease['id']}").status_code == 204
        assert sandbox.delete(f"sandbox/leases/{lease['id']}").status_code == 404
    assert sandbox.get("sandbox/leases").json()["data"] == []
    assert [taken(sandbox)["number"] for _ in range(2)] == [two["number"], one["number"]]


def test_a_lease_ends_by_itself_in_real_time(sandbox: Api) -> None:
    one = taken(sandbox, ttl=60)
    sandbox.post("sandbox/clock", {"advanceBy": "P1D"})
    assert sandbox.get("sandbox/leases").json()["data"] == [one]
    with time_machine.travel(clock() + timedelta(seconds=61)):
        assert sandbox.get("sandbox/leases").json()["data"] == []
        assert taken(sandbox)["number"] == one["number"]


def test_a_number_that_was_given_back_is_not_leased(sandbox: Api) -> None:
    one = taken(sandbox)
    sandbox.delete(f"numbers/{one['numberId']}")
    sandbox.delete(f"sandbox/leases/{one['id']}")
    again = taken(sandbox)
    assert again["numberId"] in {row["id"] for row in sandbox.get("numbers").json()["data"]}


def test_both_ways_of_none_left(sandbox: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "MOST", 1)
    taken(sandbox)
    full = sandbox.post("sandbox/leases", {})
    monkeypatch.setattr(leases, "MOST", 5)
    monkeypatch.setattr(pool, "SANDBOX_RANGES", ())
    none = sandbox.post("sandbox/leases", {})
    for answer in (full, none):
        assert (answer.status_code, answer.json()["code"]) == (409, "no_number_left")


def test_it_is_on_the_audit_log(sandbox: Api, acme: House) -> None:
    one = taken(sandbox)
    sandbox.delete(f"sandbox/leases/{one['id']}")
    entries = AuditEntry.objects.filter(action__startswith="number_lease.").order_by("pk")
    assert list(entries.values_list("action", "environment")) == [
        ("number_lease.taken", acme.sandbox.environment.pk),
        ("number_lease.released", acme.sandbox.environment.pk),
    ]
    assert entries[0].after == {"number": one["number"], "expiresAt": one["expiresAt"]}


def test_live_has_none(acme: House, api: Api) -> None:
    for answer in (api.post("sandbox/leases", {}), api.get("sandbox/leases")):
        assert (answer.status_code, answer.json()["code"]) == (403, "sandbox_only")
    assert AuditEntry.objects.filter(action="wall.refused").count() == 2


def test_the_database_keeps_leases_where_they_are(acme: House, borealis: House) -> None:
    lease = leases.take(acme.sandbox.environment, SYSTEM)
    for column, value in (
        ("environment_id", borealis.sandbox.environment.pk),
        ("number_id", acme.live.assignment.number_id),
    ):
        with pytest.raises(DatabaseError, match="would cross"), transaction.atomic():
            NumberLease.objects.filter(pk=lease.pk).update(**{column: value})
    with pytest.raises(DatabaseError, match="would cross"), transaction.atomic():
        NumberLease.objects.create(
            environment=acme.live.environment, number=acme.sandbox.assignment.number, expires_at=clock()
        )


def test_a_reset_ends_all(sandbox: Api, acme: House) -> None:
    taken(sandbox)
    sandbox.post(f"sandboxes/{acme.sandbox.ids['env_id']}/reset")
    assert not acme.sandbox.environment.number_leases.exists()
    assert taken(sandbox)["number"]


@pytest.mark.django_db(transaction=True)
def test_takers_at_the_same_time_get_different_numbers(acme: House, borealis: House) -> None:
    """Of one sandbox, whose numbers rest, and of two, which share the ranges."""
    for _ in range(3):
        leases.release(leases.take(acme.sandbox.environment, SYSTEM), SYSTEM)

    def take(house: House) -> str:
        try:
            return leases.take(house.sandbox.environment, SYSTEM).number.number
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(take, [acme, borealis] * 8))
    assert len(set(got)) == 16


def test_a_text_to_it_comes_like_any_other(simulator: Simulator, acme: House) -> None:
    """By the sandbox's routes, whatever they say of no number in particular."""
    number = taken(simulator.api)["number"]
    simulator.send("482913 is your code", numberUsed=number)
    (message,) = simulator.messages()
    assert (message.number_used, message.route_name) == (number, "Codes")
