"""The preview of a policy says when each try would come, in the reader's zone and by the environment's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import time_machine

from accounts.models import Environment
from tests.cast import House
from tests.dashboard.browse import Person, text
from tests.dashboard.test_policy import PAGE, USUAL

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LADDER = USUAL | {"shape": "ladder", "delays": "1 min, 2 h, 1 d", "preview": "1"}


def preview(person: Person) -> str:
    with time_machine.travel(MONDAY, tick=False):
        return text(person.post(PAGE, **LADDER)).partition("if saved like this")[2]


def test_each_try_has_its_time(acme: House, owner: Person) -> None:
    acme.users["owner"].time_zone = "America/Cayenne"
    acme.users["owner"].save(update_fields=["time_zone"])
    table = preview(owner)
    times = ("Mon 23 Nov. 06:30", "Mon 23 Nov. 06:31", "Mon 23 Nov. 08:31", "Tue 24 Nov. 08:31")
    assert [table.count(f">{at}<") for at in times] == [1, 1, 1, 1]


def test_a_sandbox_goes_by_its_own_clock(acme: House) -> None:
    acme.users["owner"].time_zone = "UTC"
    acme.users["owner"].save(update_fields=["time_zone"])
    environments = Environment.objects.filter(pk=acme.sandbox.environment.pk)
    environments.update(clock_offset=timedelta(days=7))
    assert ">Mon 30 Nov. 09:31<" in preview(Person(acme.users["owner"], acme.sandbox))
