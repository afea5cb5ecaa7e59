"""An issue that a person closed opens again when its endpoint fails so again; one that is known stays known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.audit import SYSTEM
from accounts.ids import public
from delivery import services
from delivery.engine import Engine
from tests.cast import Api, House
from tests.dashboard.browse import Person, text
from tests.live import Receiver, receiving, until
from tests.test_delivery_health import Lane, answering


@pytest.fixture
def listener() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


def issue_of(lane: Lane, code: int = 5105) -> dict[str, Any]:
    """The endpoint's issue with that code as a customer's code sees it."""
    about = public("endpoint", lane.endpoint.pk)
    rows = Api(lane.house.sandbox.key).get(f"issues?endpointId={about}").json()["data"]
    (row,) = (row for row in rows if row["errorCode"] == code)
    told: dict[str, Any] = row
    return told


def fails(lane: Lane, receiver: Receiver, status: int, count: int = 1) -> None:
    """So many tries fail with that status, and are counted."""
    before = sum(lane.endpoint.issues.values_list("count", flat=True))
    answering(receiver, status)
    lane.fail(count)
    until(lambda: sum(lane.endpoint.issues.values_list("count", flat=True)) == before + count)


def say(lane: Lane, state: str) -> dict[str, Any]:
    answer = Api(lane.house.sandbox.key).patch(f"issues/{issue_of(lane)['id']}", {"state": state})
    told: dict[str, Any] = answer.json()
    return told


def test_it_counts_and_tells_since_when(acme: House, receiver: Receiver, engine: Engine) -> None:
    lane = Lane(acme, engine, receiver)
    fails(lane, receiver, 500, 2)
    first = issue_of(lane)
    lane.pass_by(3600)
    fails(lane, receiver, 503)
    later = issue_of(lane)
    assert (first["count"], later["count"]) == (2, 3)  # 500 and 503 are one way of failing
    assert first["firstSeenAt"] == later["firstSeenAt"] == later["openedAt"]
    assert later["lastSeenAt"] > first["lastSeenAt"]
    fails(lane, receiver, 404)
    assert issue_of(lane)["count"] == 3
    assert issue_of(lane, 5110)["count"] == 1
    page = text(Person(acme.users["owner"], acme.sandbox).get("issues/"))
    assert later["cause"] in page
    assert issue_of(lane, 5110)["cause"] in page


def test_one_that_a_person_resolved_opens_again(
    acme: House, receiver: Receiver, listener: Receiver, engine: Engine
) -> None:
    lane = Lane(acme, engine, receiver)
    services.create_endpoint(lane.environment, SYSTEM, url=listener.url, events=["issue.opened"])
    fails(lane, receiver, 500)
    opened = issue_of(lane)
    assert say(lane, "resolved")["resolvedAt"] is not None
    lane.pass_by(2 * 3600)
    fails(lane, receiver, 500)
    again = issue_of(lane)
    assert (again["id"], again["state"], again["resolvedAt"]) == (opened["id"], "open", None)
    assert again["openedAt"] > opened["openedAt"]
    assert again["firstSeenAt"] == opened["firstSeenAt"]
    until(lambda: engine.sweep() >= 0 and len(listener.requests) == 2)
    told = [json.loads(request.body)["data"]["issueId"] for request in listener.requests]
    assert told == [opened["id"]] * 2


def test_one_that_somebody_deals_with_stays_so_until_it_is_over(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    lane = Lane(acme, engine, receiver)
    fails(lane, receiver, 500)
    say(lane, "acknowledged")
    fails(lane, receiver, 500)
    assert (issue_of(lane)["state"], issue_of(lane)["count"]) == ("acknowledged", 2)
    answering(receiver, 200)
    lane.sweep()
    lane.ring(lane.born())
    until(lambda: issue_of(lane)["state"] == "resolved")
