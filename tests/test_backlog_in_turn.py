"""What piled up arrives little by little, in the chosen order, and what just came does not wait behind it."""

from __future__ import annotations

import pytest

from delivery.engine import Engine
from tests.cast import House
from tests.live import Receiver, until
from tests.test_delivery_health import Lane, answering

GAP_S = 10
PILED_UP = [f"text {number}" for number in range(10)]


def recovered(acme: House, receiver: Receiver, engine: Engine, *, newest_first: bool) -> Lane:
    """An endpoint with a backlog whose probe, the oldest text, has just arrived."""
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver, drain={"ratePerSecond": 1 / GAP_S, "newestFirst": newest_first})
    lane.ring(*(lane.born(content) for content in PILED_UP))
    until(lambda: lane.health.opened_at is not None)
    until(lambda: not lane.endpoint.deliveries.filter(state="pending", reason="ladder").exists())
    answering(receiver, 200)
    lane.pass_by(31)
    lane.sweep()
    until(lambda: lane.health.failing_since is None)
    receiver.requests.clear()
    return lane


def contents(receiver: Receiver) -> list[str]:
    return [request.data["content"] for request in receiver.requests]


@pytest.mark.parametrize("newest_first", [False, True])
def test_one_after_another_in_the_chosen_order(
    acme: House, receiver: Receiver, engine: Engine, newest_first: bool
) -> None:
    lane = recovered(acme, receiver, engine, newest_first=newest_first)
    lane.sweep()
    for count in range(1, len(PILED_UP)):
        assert len(receiver.requests) == count
        lane.sweep()  # nothing comes before its turn
        assert len(receiver.requests) == count
        lane.pass_by(GAP_S)
        lane.sweep()
    rest = PILED_UP[1:]  # the oldest was the probe
    assert contents(receiver) == (rest[::-1] if newest_first else rest)


def test_a_new_text_does_not_wait_behind_them(acme: House, receiver: Receiver, engine: Engine) -> None:
    lane = recovered(acme, receiver, engine, newest_first=False)
    lane.sweep()
    (new,) = lane.ring(lane.born("new"))
    assert new.state == "delivered"
    assert contents(receiver) == ["text 1", "new"]
