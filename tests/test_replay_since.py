"""Sending again what failed, or what is missing, since a time: nothing older, each once, and told to the end."""

from __future__ import annotations

from typing import Any

from accounts.clock import clock, stamp
from accounts.ids import public
from delivery import replays
from delivery.engine import Engine
from delivery.models import Delivery
from operations.tasks import run_replays
from tests.cast import Api, House
from tests.live import Receiver, receiving, until
from tests.test_delivery_health import Lane, answering


def failed(lane: Lane, receiver: Receiver, *contents: str) -> list[Delivery]:
    answering(receiver, 500)
    return lane.ring(*(lane.born(content) for content in contents))


def job(lane: Lane, kind: str, since: str | None, **filter: Any) -> str:
    """A planned replay of the lane's endpoint."""
    filter = {"since": since, "endpointId": public("endpoint", lane.endpoint.pk)} | filter
    answer = Api(lane.house.sandbox.key).post("replays", {"kind": kind, "filter": filter})
    id: str = answer.json()["id"]
    return id


def run(lane: Lane, id: str) -> None:
    assert Api(lane.house.sandbox.key).post(f"replays/{id}/run").status_code == 202
    run_replays()


def told(lane: Lane, id: str) -> dict[str, Any]:
    report: dict[str, Any] = Api(lane.house.sandbox.key).get(f"replays/{id}").json()
    return report


def contents(receiver: Receiver) -> list[str]:
    return [request.data["content"] for request in receiver.requests]


def arrive(lane: Lane, receiver: Receiver, count: int) -> None:
    until(lambda: lane.engine.sweep() >= 0 and len(receiver.requests) == count)


def test_what_failed_since_then_and_nothing_older(acme: House, receiver: Receiver, engine: Engine) -> None:
    lane = Lane(acme, engine, receiver, retry={"delaysSeconds": []})
    failed(lane, receiver, "older")
    lane.pass_by(3600)
    since = stamp(clock(lane.environment))
    lane.pass_by(3600)
    failed(lane, receiver, "one", "two")
    receiver.requests.clear()
    answering(receiver, 200)
    run(lane, job(lane, "recover", since))
    arrive(lane, receiver, 2)
    assert sorted(contents(receiver)) == ["one", "two"]
    assert {request.headers["smsgateway-replay"] for request in receiver.requests} == {"1"}


def test_what_an_endpoint_that_came_later_never_got_since_then(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    lane = Lane(acme, engine, receiver)
    lane.ring(lane.born("older"))
    lane.pass_by(3600)
    since = stamp(clock(lane.environment))
    lane.pass_by(3600)
    lane.ring(lane.born("one"), lane.born("two"))
    first = {request.headers["webhook-id"] for request in receiver.requests[1:]}
    with receiving() as late:
        newcomer = Lane(acme, engine, late)
        newcomer.environment = lane.environment
        run(newcomer, job(newcomer, "missing", since, everything=True))
        until(lambda: engine.sweep() >= 0 and len(late.requests) == 2)
        assert sorted(contents(late)) == ["one", "two"]
        assert {request.headers["webhook-id"] for request in late.requests} == first
        again = job(newcomer, "missing", since, everything=True)
        assert told(newcomer, again)["planned"] == 0


def test_from_the_plan_to_the_report_with_a_stop_on_the_way(
    acme: House, receiver: Receiver, engine: Engine, monkeypatch: Any
) -> None:
    monkeypatch.setattr(replays, "SLICE", 2)
    lane = Lane(acme, engine, receiver, retry={"delaysSeconds": []}, drain={"ratePerSecond": 0.1})
    failed(lane, receiver, *(f"text {number}" for number in range(6)))
    receiver.requests.clear()
    answering(receiver, 200)
    id = job(lane, "recover", "2026-01-01T00:00:00Z")
    assert (told(lane, id)["state"], told(lane, id)["planned"], told(lane, id)["queued"]) == ("planned", 6, 0)
    lane.sweep()
    assert receiver.requests == []  # a plan sends nothing
    run(lane, id)
    assert (told(lane, id)["state"], told(lane, id)["queued"]) == (
        "running",
        2,
    )  # the next turns lie far ahead
    lane.sweep()
    assert contents(receiver) == ["text 0"]
    assert told(lane, id)["outcomes"] == {"delivered": 1, "pending": 1}
    assert Api(acme.sandbox.key).delete(f"replays/{id}").json()["state"] == "cancelled"
    run_replays()
    lane.pass_by(3600)
    lane.sweep()
    assert contents(receiver) == ["text 0", "text 1"]
    assert told(lane, id)["outcomes"] == {"delivered": 2}
    assert lane.endpoint.deliveries.filter(state="failed").count() == 4
    rest = job(lane, "recover", "2026-01-01T00:00:00Z")
    assert told(lane, rest)["planned"] == 4
