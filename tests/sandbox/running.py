"""Scenarios as their users run them: through the API, with the door, a worker and a receiver that are real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from standardwebhooks.webhooks import Webhook

from accounts.audit import SYSTEM
from accounts.models import Environment
from delivery import services
from delivery.engine import Engine
from tests.cast import Api
from tests.live import LiveDoor, Receiver, until
from tests.sandbox.simulating import Simulator


@dataclass
class Stage:
    simulator: Simulator
    door: LiveDoor
    engine: Engine
    receiver: Receiver
    webhook: Webhook

    @property
    def api(self) -> Api:
        return self.simulator.api

    @property
    def environment(self) -> Environment:
        return self.simulator.house.sandbox.environment

    def over(self, begun: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The runs once they are over; the clock is put ahead wherever all that go on wait for it."""
        left = {run["id"]: run for run in begun}

        def look() -> bool:
            self.work()
            open_ones = [id for id, run in left.items() if run["state"] == "running"]
            for id in open_ones:
                left[id] = self.api.get(f"sandbox/runs/{id}").json()
            due = [left[id]["dueAt"] for id in open_ones if left[id]["state"] == "running"]
            if due and all(due):
                self.advance(min(due))
            return not due

        until(look, 60)
        return list(left.values())

    def advance(self, to: str) -> None:
        answer = self.api.post("sandbox/clock", {"to": to})
        assert answer.status_code in (200, 422), answer.content  # 422: it came meanwhile

    def work(self) -> None:
        """What a worker does each second, and whenever the door rings."""
        self.simulator.work()
        with self.door.bells:
            batches, self.door.rung = self.door.rung, []
        self.engine.ring(batches)
        self.engine.sweep()

    def delivered(self) -> dict[str, dict[str, Any]]:
        """What came to the receiver, by message; each signature is good, and each text came once."""
        events = [self.webhook.verify(one.body, one.headers) for one in self.receiver.requests]
        told = {event["data"]["id"]: event["data"] for event in events}
        assert len(told) == len(events)
        return told


def staged(simulator: Simulator, door: LiveDoor, engine: Engine, receiver: Receiver) -> Stage:
    """All texts of Acme's sandbox go to the receiver."""
    side = simulator.house.sandbox
    door.forget_routes(side.environment)
    new = services.create_endpoint(side.environment, SYSTEM, url=receiver.url, is_default=True)
    door.in_force(lambda known: known.environments[side.environment.pk].default_endpoint == new.endpoint.pk)
    return Stage(simulator, door, engine, receiver, Webhook(new.secret))
