"""The page of the scenarios, without script."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.ids import public
from sandbox.models import ScenarioRun
from sandbox.scenarios import SCENARIOS
from tests.cast import House
from tests.dashboard.browse import Person, text
from tests.live import LiveDoor, until
from tests.sandbox.simulating import Simulator


@pytest.fixture
def person(acme: House, simulator: Simulator, door: LiveDoor) -> Person:
    door.forget_routes(acme.sandbox.environment)
    return Person(acme.users["developer"], acme.sandbox)


def fields(simulator: Simulator, scenario: str, **more: str) -> dict[str, Any]:
    return {"number_used": simulator.number, "sender_id": "", "scenario": scenario} | more


def test_one_is_run_and_tells_what_came(person: Person, simulator: Simulator) -> None:
    assert "1 scenario runs." in text(person.post("scenarios/", **fields(simulator, "code-leading-zero")))
    until(simulator.messages)
    page = text(person.get("scenarios/"))
    [message] = simulator.messages()
    assert "5 of 5 expectations met" in page
    assert f"messages/{public('message', message.pk)}/" in page
    assert page.count("Passed") == 2  # how many, and which


def test_all_are_run(person: Person, simulator: Simulator) -> None:
    page = text(person.post("scenarios/", **fields(simulator, "all", sender_id="+33639980555")))
    assert f"{len(SCENARIOS)} scenarios run." in page
    assert ScenarioRun.objects.count() == len(SCENARIOS)
    assert "Waits for a time that has not come:" in page
    assert "clock/" in page


def test_each_can_be_taken_along(person: Person, simulator: Simulator) -> None:
    page = text(person.get("scenarios/"))
    for name, scenario in SCENARIOS.items():
        assert f"/sandbox/scenarios/{name}/runs" in page
        assert f"def test_{name.replace('-', '_')}(" in page
        assert f'value="{name}"' in page, scenario.title


@pytest.mark.parametrize("wrong", [{"scenario": "no-such"}, {"number_used": "+33639989999"}])
def test_what_is_wrong_is_told(person: Person, simulator: Simulator, wrong: dict[str, str]) -> None:
    response = person.post("scenarios/", **fields(simulator, "stop") | wrong)
    assert response.status_code == 422
    assert not ScenarioRun.objects.exists()


def test_who_may_not_configure_looks_only(acme: House, simulator: Simulator) -> None:
    viewer = Person(acme.users["viewer"], acme.sandbox)
    page = text(viewer.get("scenarios/"))
    assert "code-leading-zero" in page
    assert 'name="scenario"' not in page
    assert viewer.post("scenarios/", **fields(simulator, "stop")).status_code == 403


def test_live_has_no_such_page(acme: House) -> None:
    live = Person(acme.users["owner"], acme.live)
    assert (live.get("scenarios/").status_code, live.post("scenarios/").status_code) == (404, 404)
    assert "scenarios" not in text(live.get(""))


def test_a_sandbox_without_numbers_is_told_how_to_get_one(acme: House) -> None:
    acme.sandbox.environment.assignments.update(ends_at=acme.sandbox.assignment.starts_at)
    page = text(Person(acme.users["owner"], acme.sandbox).get("scenarios/"))
    assert "No number to write to yet" in page
    assert "numbers/request/" in page
