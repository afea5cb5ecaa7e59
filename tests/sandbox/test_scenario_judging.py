"""What came beside what was expected: a run says of each expectation whether it holds, and no more than it knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.judging import Came, Seen, expectations, judge
from sandbox.scenarios import SCENARIOS, Scenario

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


def came(scenario: Scenario, text: int = 0, number: int = 0, **fields: Any) -> Came:
    """A message as that text of the scenario should become."""
    told = scenario.texts[text]
    right = Came(f"id-{number}", told.arriving, told.sender, told.partial, AT, "delivered")
    return right._replace(**fields)


def verdicts(scenario: Scenario, *seen: list[Came], final: bool = True) -> dict[tuple[int, str], bool | None]:
    found = [Seen([one.carrier_id for one in row], row) for row in seen]
    return {(one.text, one.about): one.passed for one in judge(scenario, found, final=final)}


def failing(scenario: Scenario, *seen: list[Came]) -> set[str]:
    return {about for (_text, about), passed in verdicts(scenario, *seen).items() if not passed}


CODE, LOST, BURST = SCENARIOS["code-fr"], SCENARIOS["parts-lost"], SCENARIOS["burst"]
BOUND, ORDER = SCENARIOS["code-for-website"], SCENARIOS["out-of-order"]


def test_what_is_as_expected_passes() -> None:
    assert failing(CODE, [came(CODE)]) == set()
    assert failing(LOST, [came(LOST)]) == set()
    assert failing(BOUND, [came(BOUND)]) == set()


@pytest.mark.parametrize(
    ("scenario", "wrong", "about"),
    [
        (CODE, {"content": "482914 est votre code"}, {"content", "code"}),
        (CODE, {"content": None}, {"content", "code"}),
        (CODE, {"sender": None}, {"sender"}),
        (CODE, {"outcome": "failed"}, {"delivered"}),
        (CODE, {"outcome": "pending"}, {"delivered"}),
        (LOST, {"partial": False}, {"partial"}),
        (LOST, {"content": LOST.texts[0].content}, {"content"}),
        (BOUND, {"content": "747723 is your ExampleCo authentication code."}, {"content", "host"}),
    ],
)
def test_what_is_wrong_is_named(scenario: Scenario, wrong: dict[str, Any], about: set[str]) -> None:
    assert failing(scenario, [came(scenario, **wrong)]) == about


@pytest.mark.parametrize("outcome", ["noEndpoint", "queued"])
def test_a_text_is_there_where_no_endpoint_is_or_in_a_queue(outcome: str) -> None:
    assert failing(CODE, [came(CODE, outcome=outcome)]) == set()


def test_a_repeat_that_became_a_text_of_its_own_is_one_too_many() -> None:
    repeat = SCENARIOS["repeat"]
    assert failing(repeat, [came(repeat), came(repeat)]) == {"messages"}


def test_a_burst_keeps_its_order() -> None:
    sent = [came(BURST, number=number) for number in range(20)]
    assert failing(BURST, sent) == set()
    ids = [one.carrier_id for one in sent]
    turned = judge(BURST, [Seen(ids, [sent[1], sent[0], *sent[2:]])], final=True)
    assert {one.about for one in turned if not one.passed} == {"order"}


def test_what_carriers_say_of_the_time_is_compared() -> None:
    first, second = came(ORDER, 0, sent_at=AT), came(ORDER, 1, sent_at=AT - timedelta(seconds=118))
    assert failing(ORDER, [first], [second]) == set()
    assert failing(ORDER, [first], [second._replace(sent_at=AT)]) == {"sentAfter"}
    assert failing(ORDER, [first], [second._replace(sent_at=None)]) == {"sentAfter"}


def test_what_may_still_come_is_not_judged() -> None:
    assert set(verdicts(CODE, [], final=False).values()) == {None}
    assert set(verdicts(CODE, [], final=True).values()) == {False}
    waiting = verdicts(CODE, [came(CODE, outcome="pending")], final=False)
    assert (waiting[1, "content"], waiting[1, "delivered"]) == (True, None)


def test_a_scenario_tells_what_it_expects_before_it_runs() -> None:
    told = {one.about: (one.expected, one.passed) for one in expectations(CODE)}
    assert told == {
        "messages": ("1", None),
        "content": (CODE.texts[0].content, None),
        "sender": ("Doctolib", None),
        "code": ("482913", None),
        "delivered": ("delivered", None),
    }
    silent = replace(CODE, texts=(replace(CODE.texts[0], code=None),))
    assert {one.about: one.expected for one in expectations(silent)}["code"] == "none"
