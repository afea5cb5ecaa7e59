"""When tries are announced to come is when they come."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from delivery.engine import Engine
from delivery.models import Attempt, Endpoint
from tests.cast import Api, House
from tests.live import Receiver
from tests.test_delivery_health import Lane, answering


@pytest.mark.parametrize(
    "retry",
    [
        None,
        {"delaysSeconds": [30, 600, 86_400]},
        {"firstSeconds": 10, "factor": 4, "longestSeconds": 3600, "tries": 6},
    ],
    ids=["usual", "ladder", "growing"],
)
def test_tries_come_as_the_plan_says(acme: House, receiver: Receiver, engine: Engine, retry: Any) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    policy = {"retry": retry} if retry else {}
    made = Api(acme.sandbox.key).post("endpoints", {"kind": "webhook", "url": receiver.url, "policy": policy})
    lane.endpoint = Endpoint.objects.latest("pk")
    plan: list[int] = made.json()["triesAfterSeconds"]
    (delivery,) = lane.ring(lane.born())
    for number, (before, after) in enumerate(pairwise(plan), 1):
        pause = after - before
        lane.pass_by(pause - 2)
        lane.sweep()
        assert len(receiver.requests) == number, f"try {number + 1} came early"
        lane.pass_by(0.1 * pause + 2)
        lane.sweep()
        assert len(receiver.requests) == number + 1, f"try {number + 1} came late"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, delivery.attempts_made) == ("failed", "triesUsed", len(plan))
    times = Attempt.objects.filter(delivery=delivery).order_by("number").values_list("started_at", flat=True)
    for planned, at in zip(plan, times, strict=True):
        assert planned <= (at - times[0]).total_seconds() <= 1.1 * planned + 5
    assert [request.headers["smsgateway-attempt"] for request in receiver.requests] == [
        str(number) for number in range(1, len(plan) + 1)
    ]
