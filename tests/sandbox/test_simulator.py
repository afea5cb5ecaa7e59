"""What an order comes to at the door: parts, bursts, repeats, delays, and a door that does not answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from accounts.models import AuditEntry, Environment
from inbox.models import Message, Part
from numbers import services as numbers
from numbers.models import Channel
from sandbox import tasks
from sandbox.models import SimulatedText, Simulation
from tests.cast import Api, House
from tests.live import until
from tests.sandbox.simulating import Simulator

LONG = " ".join(["Votre colis est arrivé au relais, colis 40817."] * 8)  # three parts


def move_clock(house: House, ahead: timedelta) -> None:
    Environment.objects.filter(pk=house.sandbox.environment.pk).update(clock_offset=ahead)


def test_a_text_comes_by_the_numbers_own_channel(acme: House, simulator: Simulator) -> None:
    answer = simulator.ask("Bonjour", senderId="Doctolib").json()
    [text] = answer["texts"]
    assert (text["state"], text["part"], answer["numberUsed"]) == ("accepted", None, simulator.number)
    [message] = simulator.messages()
    assert (message.content, message.sender_id) == ("Bonjour", "Doctolib")
    assert message.channel_id == acme.sandbox.channel.pk
    assert answer["messageIds"] == [text["messageId"]]  # the door answers once it is stored
    [entry] = AuditEntry.objects.filter(action="simulation.created")
    assert entry.after == {"carrier": "generic", "channel": str(message.channel_id), "texts": 1}


def test_what_texts_say_is_kept_sealed_and_no_longer_than_needed(simulator: Simulator) -> None:
    simulator.ask("Sealed until sent", delaySeconds=3600)
    waiting = Simulation.objects.get()
    assert waiting.sealed_said is not None
    assert b"Sealed" not in bytes(waiting.sealed_said)
    simulator.send("Gone")
    assert Simulation.objects.exclude(pk=waiting.pk).get().sealed_said is None


def test_a_long_text_comes_in_parts_where_its_carrier_does_not_join_them(simulator: Simulator) -> None:
    told = simulator.send(LONG, carrier="vonage")
    assert [(text["part"], text["parts"]) for text in told["texts"]] == [(1, 3), (2, 3), (3, 3)]
    until(simulator.messages)
    [message] = simulator.messages()
    assert (message.content, message.partial) == (LONG, False)
    again = simulator.api.get(f"sandbox/messages/{told['id']}?wait=1").json()
    assert {text["messageId"] for text in again["texts"]} == set(again["messageIds"])
    assert len(again["messageIds"]) == 1


def test_parts_come_in_the_order_in_which_they_are_named_late_and_twice(
    acme: House, simulator: Simulator
) -> None:
    parts = [{"number": 3}, {"number": 1}, {"number": 1}, {"number": 2, "delaySeconds": 600}]
    order = simulator.ask(LONG, carrier="vonage", parts=parts).json()

    def two_are_there() -> bool:
        simulator.work()
        return Part.objects.count() == 2

    until(two_are_there)
    states = [text["state"] for text in simulator.api.get(f"sandbox/messages/{order['id']}").json()["texts"]]
    assert states == ["accepted", "accepted", "accepted", "waiting"]
    move_clock(acme, timedelta(seconds=600))
    simulator.settled(order["id"])
    until(simulator.messages)
    [message] = simulator.messages()
    assert (message.content, message.partial) == (LONG, False)


def test_a_part_that_is_not_named_is_lost(simulator: Simulator, settings: LazySettings) -> None:
    settings.PARTS_WAIT_S = 1
    simulator.send(LONG, carrier="vonage", parts=[{"number": 2}, {"number": 1}])
    until(simulator.messages)
    [message] = simulator.messages()
    assert message.partial
    assert message.content is not None
    assert LONG.startswith(message.content[:300])


def test_a_burst_keeps_its_order_and_its_rate(simulator: Simulator) -> None:
    order = simulator.ask("Burst", count=5, ratePerSecond=10).json()
    due = [datetime.fromisoformat(text["dueAt"]) for text in order["texts"]]
    assert [(at - due[0]).total_seconds() for at in due] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4], abs=0.002)
    told = simulator.settled(order["id"])
    sent = [text["carrierMessageId"] for text in told["texts"]]
    assert [message.carrier_message_id for message in simulator.messages()] == sent
    assert len(set(sent)) == 5


def test_what_comes_again_with_its_id_counts_once(simulator: Simulator) -> None:
    told = simulator.send("Once", repeats=2)
    assert [text["state"] for text in told["texts"]] == ["accepted"] * 3
    assert len({text["messageId"] for text in told["texts"]}) == 1
    [message] = simulator.messages()
    simulator.ask("Once", carrierMessageId=message.carrier_message_id)
    assert simulator.messages() == [message]


def test_a_delay_is_by_the_sandboxs_clock(acme: House, simulator: Simulator) -> None:
    order = simulator.ask("Later", delaySeconds=3600).json()
    simulator.work()
    assert simulator.messages() == []
    move_clock(acme, timedelta(hours=1))
    simulator.settled(order["id"])
    assert [message.content for message in simulator.messages()] == ["Later"]


def test_the_carriers_clock_may_be_wrong(simulator: Simulator) -> None:
    simulator.send("Ahead", carrier="vonage", skewSeconds=7200)
    [message] = simulator.messages()
    assert message.sent_at is not None
    assert 7190 < (message.sent_at - message.received_at).total_seconds() < 7201


def test_a_carrier_comes_again_until_the_door_answers(simulator: Simulator, settings: LazySettings) -> None:
    there, settings.INTERNAL_INGEST_URL = settings.INTERNAL_INGEST_URL, "http://127.0.0.1:9"
    order = simulator.ask("Patience").json()
    [text] = order["texts"]
    assert (text["state"], text["tries"], text["answer"]) == ("waiting", 1, None)
    settings.INTERNAL_INGEST_URL = there
    simulator.settled(order["id"])
    assert [message.content for message in simulator.messages()] == ["Patience"]


def test_a_carrier_that_is_never_answered_gives_up(
    acme: House, simulator: Simulator, settings: LazySettings
) -> None:
    settings.INTERNAL_INGEST_URL = "http://127.0.0.1:9"
    id = simulator.ask("In vain").json()["id"]
    for tries in range(2, 7):
        move_clock(acme, timedelta(minutes=tries))
        simulator.work()
    [text] = simulator.api.get(f"sandbox/messages/{id}").json()["texts"]
    assert (text["state"], text["tries"]) == ("unanswered", 6)


def test_a_channel_whose_secret_changes_meanwhile_gets_nothing_more(
    acme: House, simulator: Simulator
) -> None:
    id = simulator.ask("Too late", carrier="telnyx", delaySeconds=60).json()["id"]
    other = {"publicKey": "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="}
    numbers.update_channel(Channel.objects.get(simulated=True), SYSTEM, credentials=other)
    move_clock(acme, timedelta(minutes=1))
    [text] = simulator.settled(id)["texts"]
    assert (text["state"], text["answer"], simulator.messages()) == ("refused", None, [])


def test_who_sends_holds_a_lease_that_ends_with_him(simulator: Simulator, settings: LazySettings) -> None:
    id = simulator.ask("Leased", delaySeconds=0.2).json()["id"]
    now = Simulation.objects.get().created_at
    Simulation.objects.update(leased_until=now + timedelta(seconds=60))
    tasks.send()
    assert SimulatedText.objects.get().state == "waiting"
    Simulation.objects.update(leased_until=now - timedelta(seconds=1))
    simulator.settled(id)
    assert len(simulator.messages()) == 1


def test_a_number_of_the_operators_channel_uses_one_of_the_simulators(
    acme: House, simulator: Simulator
) -> None:
    pool = numbers.create_channel(None, SYSTEM, carrier="twilio", credentials={"authToken": "operators-own"})
    number = acme.sandbox.assignment.number
    acme.sandbox.assignment.number.channel = pool
    number.save(update_fields=["channel"])
    acme.sandbox.environment.assignments.update(channel=pool)
    told = simulator.send("By Twilio")
    [message] = simulator.messages()
    assert (told["carrier"], message.channel_id == pool.pk) == ("twilio", False)


def test_another_sandboxs_number_is_unknown(simulator: Simulator, borealis: House) -> None:
    theirs = borealis.sandbox.assignment.number.number
    unknown = 422, "#/numberUsed", "unknown_number"
    for number in (theirs, "+33639989999", "+33937000001", "nonsense"):
        assert simulator.refused(numberUsed=number) == unknown
    assert Message.objects.filter(environment=borealis.sandbox.environment).count() == 1  # the cast's own


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"parts": [{"number": 1}]}, "#/parts", "carrier_joins_parts"),
    ({"parts": [{"number": 1}], "carrier": "vonage"}, "#/parts", "one_part"),
    ({"parts": [{"number": 4}], "carrier": "vonage", "content": LONG}, "#/parts/0/number", "out_of_range"),
    ({"parts": [], "carrier": "vonage", "content": LONG}, "#/parts", "out_of_range"),
    ({"count": 1000, "repeats": 1}, "#/count", "too_many"),
    ({"count": 2, "carrierMessageId": "x"}, "#/carrierMessageId", "contradicts"),
    ({"sentAt": "2026-11-26T06:30:00Z", "skewSeconds": 5}, "#/skewSeconds", "contradicts"),
    ({"sentAt": "0001-01-01T00:00:00Z"}, "#/sentAt", "out_of_range"),
    ({"senderId": "   "}, "#/senderId", "required"),
    ({"delaySeconds": "1"}, "#/delaySeconds", "invalid_type"),
    ({"delaySeconds": -1}, "#/delaySeconds", "min_value"),
    ({"ratePerSecond": 1e9}, "#/ratePerSecond", "max_value"),
]


def test_a_wrong_order_names_its_field_and_sends_nothing(simulator: Simulator) -> None:
    for fields, pointer, code in WRONG:
        assert simulator.refused(**fields) == (422, pointer, code), fields
    assert Simulation.objects.count() == 0


def test_live_has_no_simulator(acme: House, simulator: Simulator) -> None:
    before = Message.objects.count()
    live = Simulator(Api(acme.live.key), acme)
    for number in (simulator.number, acme.live.assignment.number.number):
        answer = live.ask(numberUsed=number)
        assert (answer.status_code, answer.json()["code"]) == (403, "sandbox_only")
    refused = AuditEntry.objects.filter(action="wall.refused", environment=acme.live.environment)
    assert [entry.after for entry in refused] == [{"code": "sandbox_only"}] * 2
    assert (Message.objects.count(), Simulation.objects.count()) == (before, 0)


def test_simulations_that_are_over_are_forgotten_after_a_day(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.send("Old")
    kept = simulator.ask("Waits", delaySeconds=3600).json()["id"]
    assert tasks.forget() == 0
    monkeypatch.setattr(tasks, "KEPT", timedelta(seconds=-1))
    assert tasks.forget() == 1
    assert simulator.api.get(f"sandbox/messages/{kept}").status_code == 200
