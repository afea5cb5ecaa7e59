"""What a receiver makes of the n-th request: a pure value, always the same for the same seed."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.errors import Invalid
from sandbox.behaviour import Behaviour, behaviour_of


def statuses(behaviour: Behaviour, count: int = 200) -> list[int]:
    return [behaviour.answer(number, 0).status for number in range(1, count + 1)]


def test_the_same_seed_fails_the_same_requests() -> None:
    seven = behaviour_of({"failRate": 30, "seed": 7})
    assert statuses(seven) == statuses(seven)
    assert statuses(seven) != statuses(behaviour_of({"failRate": 30, "seed": 8}))
    assert statuses(seven)[:10] == [200, 503, 503, 503, 200, 503, 200, 200, 503, 200]
    assert 40 <= statuses(seven).count(503) <= 80


@pytest.mark.parametrize(("rate", "failing"), [(0, 0), (100, 200)])
def test_at_its_ends_chance_is_none(rate: int, failing: int) -> None:
    assert statuses(behaviour_of({"failRate": rate})).count(503) == failing


def test_the_first_tries_of_each_event_fail() -> None:
    behaviour = behaviour_of({"failFirst": 2, "status": 500})
    assert [behaviour.answer(9, repeat).status for repeat in range(4)] == [500, 500, 200, 200]


@pytest.mark.parametrize(
    ("asked", "status", "headers"),
    [
        ({}, 200, {}),
        ({"status": 201}, 201, {}),
        ({"status": 503, "redirect": 307}, 307, {"Location": "/"}),
        ({"status": 503, "gone": True}, 410, {}),
        ({"retryAfter": 0}, 503, {"Retry-After": "0"}),
        ({"retryAfter": 5, "status": 429}, 429, {"Retry-After": "5"}),
        ({"abort": True}, 503, {"webhook-delivery": "abort-message"}),
        ({"delayMs": 5}, 200, {}),
        ({"delayMs": 5, "failFirst": 1}, 200, {}),
    ],
)
def test_the_most_definite_of_several_counts(asked: Any, status: int, headers: dict[str, str]) -> None:
    answer = behaviour_of(asked).answer(1, 0)
    assert (answer.status, answer.headers) == (status, headers)


def test_a_query_changes_what_was_said_and_says_what_is_wrong() -> None:
    saved = behaviour_of({"status": 503, "failFirst": 3})
    asked = saved.with_query("failFirst=1&drip=1&seed=7&to=%2B33639980001&body=a%20b")
    assert asked.told() == {"status": 503, "failFirst": 1, "drip": True, "seed": 7, "body": "a b"}
    with pytest.raises(Invalid) as refused:
        saved.with_query("status=abc&disconnect=&drip=maybe&seed=99999999999")
    assert [error.pointer for error in refused.value.errors] == ["/status", "/disconnect", "/drip", "/seed"]


@pytest.mark.parametrize(("given", "length"), [({"bodyBytes": 10, "body": "abc"}, 10), ({"bodyBytes": 0}, 0)])
def test_a_body_is_as_long_as_asked_for(given: Any, length: int) -> None:
    assert len(behaviour_of(given).answer(1, 0).body) == length
