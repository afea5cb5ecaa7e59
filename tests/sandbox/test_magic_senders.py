"""Each sender that makes us misbehave, through the door and to a server of the customer's."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.audit import SYSTEM
from accounts.models import AuditEntry, Environment
from delivery import services
from delivery.engine import Engine
from delivery.models import Delivery, Endpoint
from numbers.carriers.base import InboundSms
from numbers.phone import is_fictional
from operations.tasks import look_at_quotas
from sandbox import magic
from tests.cast import Api, House
from tests.dashboard.browse import Person, text
from tests.live import LiveDoor, Receiver, Request, until
from tests.sandbox.simulating import Simulator

DOCS = Path(__file__).parents[2] / "docs" / "sandbox.md"


@pytest.fixture
def endpoint(acme: House, door: LiveDoor, receiver: Receiver) -> Endpoint:
    """Where all texts go that no route takes."""
    sandbox = acme.sandbox.environment
    made = services.create_endpoint(sandbox, SYSTEM, url=receiver.url, is_default=True).endpoint
    door.in_force(lambda known: known.environments[sandbox.pk].default_endpoint == made.pk)
    return made


def work(door: LiveDoor, engine: Engine) -> None:
    """What a worker does when the door rings and each second."""
    with door.bells:
        batches, door.rung = door.rung, []
    engine.ring(batches)
    engine.sweep()


def sent(door: LiveDoor, engine: Engine, receiver: Receiver, count: int) -> list[Request]:
    """What the customer's server got of texts, once that is so many and nothing more is on its way."""

    def all_there() -> bool:
        work(door, engine)
        return len(texts(receiver)) >= count and not open_deliveries()

    until(all_there)
    work(door, engine)
    return texts(receiver)


def texts(receiver: Receiver) -> list[Request]:
    return [one for one in receiver.requests if one.headers["webhook-id"].startswith("msg_")]


def open_deliveries() -> bool:
    return Delivery.objects.filter(state__in=["pending", "sending"], endpoint__url__contains="127.0.0.1:").exclude(
        endpoint__url__contains=":9/"
    ).exists()


def test_delayed(
    acme: House, simulator: Simulator, door: LiveDoor, engine: Engine, endpoint: Endpoint, receiver: Receiver
) -> None:
    order = simulator.ask("Late", senderId=magic.DELAYED.number).json()
    simulator.work()
    assert simulator.messages() == []
    simulator.api.post("sandbox/clock", {"advanceBy": "PT20S"})
    simulator.work()
    assert simulator.messages() == []
    simulator.api.post("sandbox/clock", {"advanceBy": "PT10S"})
    simulator.settled(order["id"])
    [request] = sent(door, engine, receiver, 1)
    assert request.data["content"] == "Late"


def test_brought_twice_by_the_carrier_and_sent_once(
    simulator: Simulator, door: LiveDoor, engine: Engine, endpoint: Endpoint, receiver: Receiver
) -> None:
    told = simulator.send("Once", senderId=magic.REPEATED.number)
    assert [one["state"] for one in told["texts"]] == ["accepted", "accepted"]
    assert len({one["carrierMessageId"] for one in told["texts"]}) == 1
    assert len(sent(door, engine, receiver, 1)) == len(simulator.messages()) == 1


def test_sent_twice_under_one_webhook_id(
    simulator: Simulator, door: LiveDoor, engine: Engine, endpoint: Endpoint, receiver: Receiver
) -> None:
    simulator.send("Twice", senderId="0033 6 39 98 90 03")  # however it is written
    first, second = sent(door, engine, receiver, 2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert {one.headers["smsgateway-attempt"] for one in (first, second)} == {"1"}
    [message] = simulator.messages()
    assert simulator.api.get("messages?limit=1").json()["data"][0]["status"] == "delivered"
    assert list(message.deliveries.values_list("state", flat=True)) == ["delivered", "delivered"]


def test_sent_twice_is_twice_in_a_queue(acme: House, simulator: Simulator, door: LiveDoor) -> None:
    sandbox, queue = acme.sandbox.environment, acme.sandbox.queue
    services.update_endpoint(queue, SYSTEM, is_default=True)
    door.in_force(lambda known: known.environments[sandbox.pk].default_endpoint == queue.pk)
    simulator.send("Twice", senderId=magic.SENT_TWICE.number)
    taken = simulator.api.get(f"endpoints/{acme.sandbox.ids['queue_id']}/queue").json()["data"]
    assert len({one["deliveryId"] for one in taken}) == 2
    assert len({one["payload"]["data"]["id"] for one in taken}) == 1


def test_the_first_answer_is_not_heard(
    simulator: Simulator, door: LiveDoor, engine: Engine, endpoint: Endpoint, receiver: Receiver
) -> None:
    order = simulator.ask("Unheard", senderId=magic.UNHEARD.number).json()
    [one] = order["texts"]
    assert (one["state"], one["answer"], one["tries"]) == ("waiting", None, 1)
    assert len(simulator.messages()) == 1  # though the door took it
    simulator.api.post("sandbox/clock", {"advanceBy": "PT1S"})
    [one] = simulator.settled(order["id"])["texts"]
    assert (one["state"], one["tries"]) == ("accepted", 2)
    assert len(sent(door, engine, receiver, 1)) == len(simulator.messages()) == 1


def test_quarantined_until_it_is_released(
    acme: House, simulator: Simulator, door: LiveDoor, engine: Engine, endpoint: Endpoint, receiver: Receiver
) -> None:
    told = simulator.send("Held", senderId=magic.QUARANTINED.number)
    [id] = told["messageIds"]
    shown = simulator.api.get(f"messages/{id}").json()
    assert (shown["status"], shown["routeName"]) == ("quarantined", "Simulated quarantine")
    simulator.send("Free")
    assert [one.data["content"] for one in sent(door, engine, receiver, 1)] == ["Free"]
    answer = simulator.api.post(f"sandbox/messages/{told['id']}/release")
    assert (answer.status_code, answer.json()["messageIds"]) == (200, [id])
    assert [one.data["content"] for one in sent(door, engine, receiver, 2)] == ["Free", "Held"]
    assert simulator.api.get(f"messages/{id}").json()["status"] == "delivered"
    simulator.api.post(f"sandbox/messages/{told['id']}/release")  # which finds nothing more
    assert len(sent(door, engine, receiver, 2)) == 2
    entries = AuditEntry.objects.filter(action="simulation.released").order_by("pk")
    assert [entry.after for entry in entries] == [{"messages": 1}, {"messages": 0}]


def test_a_released_text_goes_where_routes_say(acme: House, simulator: Simulator) -> None:
    told = simulator.send("Votre code est 020005", senderId=magic.QUARANTINED.number)
    simulator.api.post(f"sandbox/messages/{told['id']}/release")
    shown = simulator.api.get(f"messages/{told['messageIds'][0]}?expand=deliveries").json()
    assert (shown["routeId"], shown["routingTag"]) == (acme.sandbox.ids["route_id"], "codes")
    assert [one["endpointId"] for one in shown["deliveries"]] == [acme.sandbox.ids["endpoint_id"]]


def test_the_route_that_quarantines_is_made_once_and_asked_first(acme: House, simulator: Simulator) -> None:
    before = acme.sandbox.environment.routes.count()
    for _ in range(2):
        simulator.send("Votre code est 020005", senderId=magic.QUARANTINED.number)
    routes = list(acme.sandbox.environment.routes.order_by("position"))
    assert (len(routes), routes[0].action) == (before + 1, "quarantine")
    assert {message.state for message in simulator.messages()} == {"quarantined"}


def test_over_its_quota_the_api_is_slower_and_the_text_arrives(
    acme: House, simulator: Simulator, door: LiveDoor, engine: Engine, endpoint: Endpoint, receiver: Receiver
) -> None:
    def reads(api: Api) -> str:
        policy: str = api.get("messages?limit=1")["RateLimit-Policy"]
        return policy.split("q=")[1].split(";")[0]

    services.update_endpoint(endpoint, SYSTEM, events=["quota.exceeded"])
    usual = int(reads(simulator.api))
    simulator.send("Arrives", senderId=magic.OVER_QUOTA.number)
    assert int(reads(simulator.api)) == usual // 10
    assert int(reads(Api(acme.live.key))) == usual
    assert [one.data["content"] for one in sent(door, engine, receiver, 1)] == ["Arrives"]
    until(lambda: work(door, engine) or len(receiver.requests) == 2)
    [told] = [one.data for one in receiver.requests if one.headers["webhook-id"].startswith("evt_")]
    assert told == {"messagesAMonth": 2, "received": 2, "simulated": True}
    assert look_at_quotas() == 1
    assert int(reads(simulator.api)) == usual


def test_such_a_sender_is_like_any_other_at_the_door(
    acme: House, door: LiveDoor, engine: Engine, endpoint: Endpoint, receiver: Receiver
) -> None:
    """Only the simulator knows them: what comes by another way, as all of live does, is taken as it is."""
    number = acme.sandbox.assignment.number.number
    for place, one in enumerate(magic.TABLE):
        sms = InboundSms(recipient=number, sender=one.number, content="Plain", carrier_id=f"plain-{place}")
        door.take(acme.sandbox.channel, sms)
    assert len(sent(door, engine, receiver, len(magic.TABLE))) == len(magic.TABLE)
    level = Environment.objects.get(pk=acme.sandbox.environment.pk).quota_level
    assert level == Environment.QuotaLevel.WITHIN


def test_they_are_numbers_of_fiction_in_the_docs_and_on_the_page(acme: House, simulator: Simulator) -> None:
    docs = DOCS.read_text(encoding="utf-8")
    page = text(Person(acme.users["developer"], acme.sandbox).get("simulator/"))
    for number, effect in magic.TABLE:
        assert is_fictional(number)
        assert f"`{number}`" in docs
        assert number in page
        assert str(effect) in page


def test_only_sandboxes_release(acme: House) -> None:
    path = f"sandbox/messages/{acme.sandbox.ids['simulation_id']}/release"
    answer = Api(acme.live.key).post(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "sandbox_only")
