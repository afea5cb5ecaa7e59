"""The whole library, run at once as a user would: each scenario comes to what it says, at a real receiver."""

from __future__ import annotations

import ast
import re
from itertools import chain

import pytest

from delivery.engine import Engine
from sandbox.copies import copies, quoted
from sandbox.scenarios import SCENARIOS, Category, Scenario
from tests.live import LiveDoor, Receiver
from tests.sandbox.running import staged
from tests.sandbox.simulating import Simulator

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def expected(scenario: Scenario) -> list[tuple[str, str, bool]]:
    """(sender, text, whether parts are missing) of each message."""
    each = ([(text.sender, text.arriving, text.partial)] * text.count for text in scenario.texts)
    return list(chain.from_iterable(each))


def test_each_scenario_comes_to_what_it_says(
    simulator: Simulator,
    door: LiveDoor,
    engine: Engine,
    receiver: Receiver,
    subtests: pytest.Subtests,
) -> None:
    stage = staged(simulator, door, engine, receiver)
    answer = stage.api.post("sandbox/runs", {})
    assert answer.status_code == 202, answer.content
    over = {run["scenario"]: run for run in stage.over(answer.json()["data"])}
    told = stage.delivered()
    assert over.keys() == SCENARIOS.keys()
    for name, run in over.items():
        with subtests.test(name):
            assert [one for one in run["expectations"] if not one["passed"]] == []
            assert run["state"] == "passed"
            came = [told.pop(id) for id in run["messageIds"]]
            assert sorted((one["senderId"], one["content"], one["partial"]) for one in came) == sorted(
                expected(SCENARIOS[name])
            )
            assert {(one["numberUsed"], one["simulated"]) for one in came} == {(simulator.number, True)}
    assert told == {}


def test_the_library_is_large_and_covers_all_that_it_is_about() -> None:
    assert len(SCENARIOS) >= 36
    assert {scenario.category for scenario in SCENARIOS.values()} == set(Category)
    for name, scenario in SCENARIOS.items():
        assert NAME.fullmatch(name)
        assert len(str(scenario.description)) > len(str(scenario.title))


def test_senders_are_fiction_or_names() -> None:
    numbers = {text.sender for one in SCENARIOS.values() for text in one.texts if text.sender[0] == "+"}
    assert [number for number in numbers if not number.startswith(("+3363998", "+447700900"))] == []


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=lambda scenario: str(scenario.name))
def test_a_copy_for_pytest_says_what_arrives(scenario: Scenario) -> None:
    copy = copies(scenario, "+33639980004")
    assert f"/sandbox/scenarios/{scenario.name}/runs" in copy.curl
    strings = [one.value for one in ast.walk(ast.parse(copy.pytest)) if isinstance(one, ast.Constant)]
    first = scenario.texts[0]
    assert (first.code or first.arriving) in strings
    assert f'"{scenario.name}"' in copy.playwright


def test_what_cannot_be_seen_is_written_as_an_escape() -> None:
    text = 'a"b\\c\n\u200bé👨\u200d👩'
    assert quoted(text) == '"a\\"b\\\\c\\n\\u200bé👨\\u200d👩"'
    assert ast.literal_eval(quoted(text)) == text
