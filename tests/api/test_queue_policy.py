"""What can be said of a polling endpoint, and what it refuses because nothing is sent to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Api, House

FITS: dict[str, Any] = {"retry": {"tries": 3}, "deliverWithinSeconds": 600}
STRANGE: list[tuple[dict[str, Any], str]] = [
    ({"policy": {"deadlineSeconds": 5}}, "#/policy/deadlineSeconds"),
    ({"policy": {"onFailure": {"4xx": "stop"}}}, "#/policy/onFailure"),
    ({"policy": {"maxInFlight": 2}}, "#/policy/maxInFlight"),
    ({"policy": {"ratePerSecond": 2}}, "#/policy/ratePerSecond"),
    ({"policy": {"drain": {"newestFirst": True}}}, "#/policy/drain"),
    ({"policy": {"ordered": {}}}, "#/policy/ordered"),
    ({"policy": {"retry": {"delaysSeconds": [5]}}}, "#/policy/retry/delaysSeconds"),
    ({"policy": {"retry": {"tries": 3, "factor": 2}}}, "#/policy/retry/factor"),
    ({"failoverId": "endpoint_id"}, "#/failoverId"),
]


def test_how_often_and_how_long_a_text_is_offered(api: Api) -> None:
    made = api.post("endpoints", {"kind": "polling", "policy": FITS})
    assert (made.status_code, made.json()["policy"]) == (201, FITS)
    changed = api.patch(f"endpoints/{made.json()['id']}", {"policy": {"retry": None}, "failoverId": None})
    assert (changed.status_code, changed.json()["policy"]) == (200, {})


@pytest.mark.parametrize(("body", "pointer"), STRANGE, ids=[pointer for _body, pointer in STRANGE])
def test_what_says_how_something_is_sent_is_refused(
    acme: House, api: Api, body: dict[str, Any], pointer: str
) -> None:
    given = {
        name: acme.live.ids.get(value, value) if name == "failoverId" else value
        for name, value in body.items()
    }
    answers = [api.patch(f"endpoints/{acme.live.ids['queue_id']}", given)]
    if "policy" in given:
        answers.append(api.post("endpoints", {"kind": "polling"} | given))
    for answer in answers:
        assert answer.status_code == 422
        assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [
            (pointer, "not_of_this_kind")
        ]
    taken = {name: value for name, value in given.items() if name == "policy"}
    assert api.patch(f"endpoints/{acme.live.ids['callback_id']}", taken).status_code == 200
