"""Runs by the API: what is sent where, how a run ends that does not come to what it should, and whose it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import public
from accounts.models import AuditEntry
from delivery.engine import Engine
from delivery.models import Delivery
from numbers import services as numbers
from sandbox import sending, tasks
from sandbox.models import ScenarioRun, Simulation
from sandbox.scenarios import SCENARIOS
from tests.cast import Api, House
from tests.live import LiveDoor, Receiver, until
from tests.sandbox.running import staged
from tests.sandbox.simulating import Simulator

PATH = "sandbox/scenarios/code-fr/runs"


def run(simulator: Simulator, name: str = "code-fr", **fields: str) -> dict[str, Any]:
    answer = simulator.api.post(f"sandbox/scenarios/{name}/runs", fields)
    assert answer.status_code == 202, answer.content
    told: dict[str, Any] = answer.json()
    return told


def over(simulator: Simulator, id: str) -> dict[str, Any]:
    told: dict[str, Any] = {}

    def look() -> bool:
        simulator.work()
        told.update(simulator.api.get(f"sandbox/runs/{id}").json())
        return bool(told["state"] != "running")

    until(look)
    return told


def unmet(told: dict[str, Any]) -> dict[str, Any]:
    return {one["about"]: one["seen"] for one in told["expectations"] if not one["passed"]}


@pytest.fixture
def simulator(simulator: Simulator, door: LiveDoor) -> Simulator:
    """Without a route: what comes is there, and goes nowhere."""
    door.forget_routes(simulator.house.sandbox.environment)
    return simulator


def test_a_run_comes_in_by_the_door(simulator: Simulator) -> None:
    told = over(simulator, run(simulator)["id"])
    assert (told["state"], told["scenario"], told["numberUsed"]) == ("passed", "code-fr", simulator.number)
    [message] = simulator.messages()
    assert told["messageIds"] == [public("message", message.pk)]
    assert (message.content, message.sender_id) == (SCENARIOS["code-fr"].texts[0].content, "Doctolib")
    seen = {one["about"]: one["seen"] for one in told["expectations"]}
    assert (seen["code"], seen["delivered"]) == ("482913", "noEndpoint")
    [entry] = AuditEntry.objects.filter(action="run.created")
    assert entry.after == {"scenario": "code-fr"}


def test_who_runs_it_may_name_number_and_sender(acme: House, door: LiveDoor, simulator: Simulator) -> None:
    side = acme.sandbox
    numbers.assign_number(side.environment, SYSTEM, number="+33639980009", channel=side.channel)
    door.in_force(lambda known: known.holders.get((side.channel.pk, "+33639980009")))
    begun = run(simulator, numberUsed="+33 6 39 98 00 09", senderId="0033639980555")
    told = over(simulator, begun["id"])
    [message] = simulator.messages()
    assert (message.number_used, message.sender_id) == ("+33639980009", "+33639980555")
    sender = next(one for one in told["expectations"] if one["about"] == "sender")
    assert (sender["expected"], sender["passed"]) == ("senderId", True)
    assert "+33639980555" not in str(ScenarioRun.objects.values().get())


def test_several_are_run_at_once(simulator: Simulator) -> None:
    asked = {"scenarios": ["stop", "arret", "stop"]}
    begun = simulator.api.post("sandbox/runs", asked).json()["data"]
    assert [one["scenario"] for one in begun] == ["stop", "arret"]
    assert {over(simulator, one["id"])["state"] for one in begun} == {"passed"}
    listed = simulator.api.get("sandbox/runs?scenario=arret").json()["data"]
    assert [one["id"] for one in listed] == [begun[1]["id"]]


def test_a_run_that_waits_for_the_clock_says_so(simulator: Simulator) -> None:
    begun = run(simulator, "hour-twice")
    until(lambda: len(simulator.messages()) == 1)
    told = simulator.api.get(f"sandbox/runs/{begun['id']}").json()
    assert (told["state"], told["dueAt"] > told["createdAt"]) == ("running", True)
    simulator.api.post("sandbox/clock", {"to": told["dueAt"]})
    assert over(simulator, begun["id"])["state"] == "passed"


def out_of_patience(simulator: Simulator, id: str) -> dict[str, Any]:
    """The run, once half a minute has changed nothing."""
    ScenarioRun.objects.filter(patient_until__gt=clock()).update(patient_until=clock())
    told: dict[str, Any] = simulator.api.get(f"sandbox/runs/{id}").json()
    return told


def test_what_does_not_come_in_time_fails_it(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The door refuses the request: nothing will come, and nothing is due."""
    monkeypatch.setattr(sending, "asked", lambda *_: 400)
    begun = run(simulator)
    assert begun["state"] == "running"
    told = out_of_patience(simulator, begun["id"])
    assert (told["state"], unmet(told)["messages"]) == ("failed", "0")
    assert told["finishedAt"] is not None


def test_what_an_endpoint_does_not_take_fails_it(
    simulator: Simulator, door: LiveDoor, engine: Engine, receiver: Receiver
) -> None:
    receiver.behave = lambda request: (500, {"webhook-delivery": "abort-message"}, b"")
    stage, begun = staged(simulator, door, engine, receiver), run(simulator)

    def given_up() -> bool:
        stage.work()
        return Delivery.objects.filter(message__in=simulator.messages(), state="failed").exists()

    until(given_up)
    assert stage.api.get(f"sandbox/runs/{begun['id']}").json()["state"] == "running"  # it may be sent again
    told = out_of_patience(simulator, begun["id"])
    assert (told["state"], unmet(told)) == ("failed", {"delivered": "failed"})


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    (PATH, {"numberUsed": "+33639989999"}, "#/numberUsed", "unknown_number"),
    (PATH, {"numberUsed": "9" * 30}, "#/numberUsed", "unknown_number"),
    (PATH, {"senderId": " x\u0000"}, "#/senderId", "invalid_value"),
    (PATH, {"scenarios": ["stop"]}, "#/scenarios", "unknown_field"),
    ("sandbox/runs", {"scenarios": ["stop", "no-such"]}, "#/scenarios/1", "unknown_scenario"),
    ("sandbox/runs", {"scenarios": []}, "#/scenarios", "min_length"),
]


def test_what_is_wrong_is_named_and_nothing_is_sent(simulator: Simulator) -> None:
    for path, body, pointer, code in WRONG:
        answer = simulator.api.post(path, body)
        assert answer.status_code == 422, (path, body)
        assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)], body
    assert simulator.api.post("sandbox/scenarios/no-such/runs", {}).status_code == 404
    assert (ScenarioRun.objects.count(), Simulation.objects.count()) == (0, 0)


def test_without_a_number_one_is_asked_for(acme: House) -> None:
    side = acme.sandbox
    side.environment.assignments.update(ends_at=side.assignment.starts_at)
    [error] = Api(side.key).post(PATH, {}).json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/numberUsed", "required")


def test_a_channel_that_cannot_be_simulated_has_another_stand_in(acme: House, simulator: Simulator) -> None:
    sandbox = acme.sandbox.environment
    theirs = numbers.create_channel(sandbox, SYSTEM, carrier="telnyx", credentials=TELNYX)
    numbers.update_assignment(sandbox.assignments.get(ends_at=None), SYSTEM, channel=theirs)
    assert over(simulator, run(simulator)["id"])["state"] == "passed"
    assert Simulation.objects.get().channel.carrier == "sandbox"


TELNYX = {"publicKey": "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="}


def test_another_sandbox_sees_no_run(simulator: Simulator, borealis: House) -> None:
    id = run(simulator)["id"]
    theirs = Api(borealis.sandbox.key)
    assert theirs.get(f"sandbox/runs/{id}").status_code == 404
    assert id not in str(theirs.get("sandbox/runs").json())


@pytest.mark.parametrize("path", ["sandbox/runs/{run_id}", "sandbox/runs"])
def test_whoever_reads_a_run_looks_at_it_once(acme: House, path: str) -> None:
    acme.sandbox.environment.scenario_runs.update(state=ScenarioRun.State.RUNNING, finished_at=None)
    with CaptureQueriesContext(connection) as seen:
        answer = Api(acme.sandbox.key).get(path.format(**acme.sandbox.ids))
    assert answer.status_code == 200
    assert sum(one["sql"].startswith('UPDATE "sandbox_scenariorun"') for one in seen.captured_queries) == 1


def test_live_has_no_scenarios(acme: House) -> None:
    live, before = Api(acme.live.key), ScenarioRun.objects.count()
    for answer in (live.get("sandbox/scenarios"), live.post(PATH, {}), live.post("sandbox/runs", {})):
        assert (answer.status_code, answer.json()["code"]) == (403, "sandbox_only")
    refused = AuditEntry.objects.filter(action="wall.refused", environment=acme.live.environment)
    assert (refused.count(), ScenarioRun.objects.count()) == (3, before)


def test_the_library_is_listed_in_pages(acme: House) -> None:
    api, names, cursor = Api(acme.sandbox.key), [], ""
    while True:
        page = api.get(f"sandbox/scenarios?limit=30{cursor}").json()
        names += [one["name"] for one in page["data"]]
        if not page["hasMore"]:
            break
        cursor = f"&cursor={page['nextCursor']}"
    assert names == list(SCENARIOS)
    one = api.get("sandbox/scenarios/parts-late").json()
    assert one["texts"][0]["parts"][2] == {"number": 2, "delaySeconds": 60}
    assert acme.sandbox.assignment.number.number in one["copies"]["curl"]


def test_a_reset_and_a_day_forget_runs(
    acme: House, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(simulator)
    assert tasks.forget() == 0
    monkeypatch.setattr(tasks, "KEPT", timedelta(seconds=-1))
    assert tasks.forget() == 1
    assert (ScenarioRun.objects.count(), Simulation.objects.count()) == (0, 0)
    run(simulator)
    simulator.api.post(f"sandboxes/{acme.sandbox.ids['env_id']}/reset")
    assert not ScenarioRun.objects.exists()
