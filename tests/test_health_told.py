"""How an endpoint fares, and how long the oldest text has waited for it, is told by API, page and metrics."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.clock import clock
from accounts.ids import public
from delivery.condition import Condition
from delivery.engine import Engine
from tests.cast import Api, House, moment
from tests.dashboard.browse import Person, text
from tests.live import Receiver, until
from tests.test_delivery_health import Lane, answering
from tests.test_web_health import gauges


def shown(lane: Lane) -> dict[str, Any]:
    api = Api(lane.house.sandbox.key)
    told: dict[str, Any] = api.get(f"endpoints/{public('endpoint', lane.endpoint.pk)}").json()
    listed = {row["id"]: row["health"] for row in api.get("endpoints").json()["data"]}
    assert listed[told["id"]] == told["health"]
    return told


def page_of(lane: Lane) -> str:
    lane.house.sandbox.endpoint = lane.endpoint
    return text(Person(lane.house.users["owner"], lane.house.sandbox).get("endpoints/{endpoint_id}/"))


def test_each_state_is_told_in_a_word_and_a_sentence(acme: House, receiver: Receiver, engine: Engine) -> None:
    lane = Lane(acme, engine, receiver)
    nothing = {"failingSince": None, "failures": 0, "nextProbeAt": None, "warnings": 0}
    fine = {"state": "healthy", "detail": str(Condition.HEALTHY.label), **nothing}
    assert shown(lane)["health"] == fine
    answering(receiver, 500)
    lane.fail(3)
    until(lambda: shown(lane)["health"]["failures"] == 3)
    failing = shown(lane)["health"]
    assert (failing["state"], failing["detail"]) == ("failing", str(Condition.FAILING.label))
    assert failing["failingSince"] is not None
    assert "3 tries in a row" in page_of(lane)
    lane.fail(7)
    until(lambda: shown(lane)["health"]["state"] == "open")
    left_alone = shown(lane)["health"]
    assert moment(left_alone["nextProbeAt"]) > clock()
    assert left_alone["failingSince"] == failing["failingSince"]
    assert "It is left alone but for a probe" in page_of(lane)
    answering(receiver, 200)
    lane.pass_by(31)
    lane.sweep()
    until(lambda: shown(lane)["health"] == fine)
    assert "Healthy" in page_of(lane)
    Api(acme.sandbox.key).patch(f"endpoints/{public('endpoint', lane.endpoint.pk)}", {"disabled": True})
    assert shown(lane)["health"]["state"] == "disabled"


def test_the_age_of_the_oldest_is_a_number_everywhere(
    acme: House, receiver: Receiver, engine: Engine, client: Client
) -> None:
    lane = Lane(acme, engine, receiver)
    assert shown(lane)["oldestUndeliveredSeconds"] == 0
    answering(receiver, 500)
    lane.open()
    lane.pass_by(600)
    lane.ring(lane.born())
    assert 600 <= shown(lane)["oldestUndeliveredSeconds"] < 660
    assert shown(lane)["waiting"] == 11
    assert "10 min ago" in page_of(lane)
    assert gauges(client)["smsgateway_oldest_undelivered_seconds",] > 0
    answering(receiver, 200)
    lane.sweep()
    until(lambda: engine.sweep() >= 0 and lane.endpoint.deliveries.filter(state="delivered").count() == 11)
    assert shown(lane)["oldestUndeliveredSeconds"] == 0
    assert gauges(client)["smsgateway_oldest_undelivered_seconds",] == 0
