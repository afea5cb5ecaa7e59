"""What was taken from a queue is offered again when the time to acknowledge it is over by the environment's clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.models import Environment
from delivery.engine import Engine
from delivery.models import Attempt, Delivery
from tests.cast import Api, House, Side, store_delivery, store_message
from tests.live import until


def queued(side: Side) -> Delivery:
    message = store_message(side.assignment)
    return store_delivery(message, side.queue, "pending", due_at=None, attempts_made=0)


def take(side: Side) -> dict[str, Any]:
    told: dict[str, Any] = Api(side.key).get(f"endpoints/{side.ids['queue_id']}/queue").json()
    return told


def acknowledge(side: Side, taken: dict[str, Any]) -> dict[str, list[str]]:
    ids = [row["deliveryId"] for row in taken["data"]]
    body = {"lease": taken["lease"], "deliveryIds": ids}
    told: dict[str, list[str]] = (
        Api(side.key).post(f"endpoints/{side.ids['queue_id']}/queue/ack", body).json()
    )
    return told


def pass_by(side: Side, seconds: float) -> None:
    side.environment.clock_offset += timedelta(seconds=seconds)
    Environment.objects.filter(pk=side.environment.pk).update(clock_offset=side.environment.clock_offset)


def sweep(engine: Engine) -> int:
    engine.next_search = 0
    return engine.sweep()


def test_it_is_offered_again_when_the_time_is_over_and_not_before(acme: House, engine: Engine) -> None:
    side = acme.sandbox
    delivery = queued(side)
    first = take(side)
    pass_by(side, 57)
    assert sweep(engine) == 0
    assert take(side)["data"] == []
    pass_by(side, 4)
    assert sweep(engine) == 1
    until(lambda: Delivery.objects.get(pk=delivery.pk).state == "pending")
    assert Attempt.objects.get(delivery=delivery).error_code == 5117
    second = take(side)
    assert [(row["deliveryId"], row["attempt"]) for row in second["data"]] == [
        (first["data"][0]["deliveryId"], 2)
    ]
    assert acknowledge(side, first)["lost"] == [first["data"][0]["deliveryId"]]
    assert acknowledge(side, second)["lost"] == []
    assert Delivery.objects.get(pk=delivery.pk).state == "delivered"


def test_each_lapse_uses_a_try_until_none_is_left(acme: House, engine: Engine) -> None:
    side = acme.sandbox
    delivery = queued(side)
    side.queue.policy = {"retry": {"delaysSeconds": [1, 1]}}
    side.queue.save(update_fields=["policy"])
    for number in (1, 2, 3):
        assert take(side)["data"][0]["attempt"] == number
        pass_by(side, 61)
        sweep(engine)
        until(lambda: Delivery.objects.get(pk=delivery.pk).state != "sending")
    given_up = Delivery.objects.get(pk=delivery.pk)
    assert (given_up.state, given_up.reason, given_up.error_code) == ("failed", "triesUsed", 5117)


def test_a_moved_clock_ends_no_lease_of_another_environment(
    acme: House, borealis: House, engine: Engine
) -> None:
    for side in (acme.live, borealis.sandbox):
        queued(side)
        take(side)
    pass_by(acme.sandbox, 3600)
    assert sweep(engine) == 0
    assert Delivery.objects.filter(endpoint__kind="polling", state="sending").count() == 2
