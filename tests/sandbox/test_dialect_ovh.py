"""OVHcloud by the simulator: asked as the real one is, and silent to whoever lacks its channel's secrets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from ovh import Client
from ovh.exceptions import InvalidCredential, ResourceNotFoundError

from accounts.audit import SYSTEM
from accounts.models import Environment
from ingest.polling import SIMULATED, Poller
from numbers import services as numbers
from numbers.models import Assignment, Channel
from sandbox import magic, sending
from sandbox.models import SimulatedText, Simulation
from sandbox.simulator import simulated_channel
from tests.cast import House
from tests.live import until
from tests.sandbox.receiving import LiveReceivers
from tests.sandbox.simulating import Simulator

INCOMING = "/sms/sms-simulator-1/virtualNumbers/{number}/incoming"


@pytest.fixture
def unasked(
    simulator: Simulator, live_receivers: LiveReceivers, monkeypatch: pytest.MonkeyPatch
) -> Simulator:
    """Nobody asks for the texts but the test; workers wait for nobody."""
    monkeypatch.setattr(sending, "FETCHED_WITHIN_S", 0)
    return simulator


def client(house: House, live: LiveReceivers, **credentials: str) -> Client:
    """The vendor's own, for the simulator's channel of a house's sandbox."""
    channel = simulated_channel(house.sandbox.environment, SYSTEM, "ovh")
    given = channel.credentials() | credentials
    made = Client(
        endpoint="ovh-eu",
        application_key=given["applicationKey"],
        application_secret=given["applicationSecret"],
        consumer_key=given["consumerKey"],
    )
    made._endpoint = f"http://127.0.0.1:{live.port}{SIMULATED}/ovh/{channel.token}"
    return made


def incoming(simulator: Simulator) -> str:
    return INCOMING.format(number=simulator.number.replace("+", "00"))


def ask(simulator: Simulator, content: str = "Votre code est 020005", **fields: Any) -> list[Any]:
    answer = simulator.ask(content, carrier="ovh", **fields)
    assert answer.status_code == 202, answer.content
    texts: list[Any] = answer.json()["texts"]
    return texts


def test_texts_are_fetched_at_once_and_in_their_order(simulator: Simulator, poller: Poller) -> None:
    told = simulator.send("Bonjour 😀", carrier="ovh", count=5, senderId="ACME")
    sent = [text["carrierMessageId"] for text in told["texts"]]
    assert {(text["state"], text["answer"]) for text in told["texts"]} == {("accepted", 200)}
    assert [message.carrier_message_id for message in simulator.messages()] == sent
    assert {(one.content, one.sender_id) for one in simulator.messages()} == {("Bonjour 😀", "ACME")}
    assert {one.channel_id for one in simulator.messages()} == {Channel.objects.get(simulated=True).pk}


def test_it_is_asked_for_nothing_unless_a_text_was_sent(
    acme: House, simulator: Simulator, poller: Poller, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = numbers.assign_number(
        acme.sandbox.environment, SYSTEM, number="+33639980003", channel=acme.sandbox.channel
    )
    asked: list[str] = []
    call = poller.call

    def noted(method: str, url: str, headers: Any, body: bytes) -> Any:
        asked.append(url)
        return call(method, url, headers, body)

    monkeypatch.setattr(poller, "call", noted)
    simulator.send("One", carrier="ovh")
    path = incoming(simulator)
    assert [url.partition("?")[0].rpartition("/ovh/")[2].partition("/")[2] for url in asked] == [
        "auth/time",
        path.removeprefix("/"),
        f"{path.removeprefix('/')}/{simulator.messages()[0].carrier_message_id}",
    ]
    simulator.send("Two", carrier="ovh", numberUsed=other.number.number)
    assert len(asked) == 6
    assert [one.number_used for one in simulator.messages()] == [simulator.number, "+33639980003"]


def test_the_vendors_own_client_reads_it(unasked: Simulator, live_receivers: LiveReceivers) -> None:
    [text] = ask(unasked, "Où ? 😀")
    assert (text["state"], text["answer"], text["tries"]) == ("waiting", None, 1)
    vendor, path = client(unasked.house, live_receivers), incoming(unasked)
    id = int(text["carrierMessageId"])
    assert vendor.get(path) == [id]
    found = vendor.get(f"{path}/{id}")
    created_at = datetime.fromisoformat(found.pop("creationDatetime"))
    assert abs(created_at - datetime.now(UTC)) < timedelta(seconds=30)
    assert found == {"id": id, "message": "Où ? 😀", "sender": "+33639980417", "credits": 0, "tag": ""}
    later = (created_at + timedelta(minutes=5)).isoformat()
    assert vendor.get(path, **{"creationDatetime.from": later}) == []
    with pytest.raises(ResourceNotFoundError):
        vendor.get(f"{path}/{id + 1}")
    with pytest.raises(ResourceNotFoundError):
        vendor.get(path.replace("simulator-1", "simulator-2"))


def test_who_signs_wrong_gets_nothing(
    borealis: House, unasked: Simulator, live_receivers: LiveReceivers
) -> None:
    [text] = ask(unasked, "For Acme alone")
    theirs = simulated_channel(borealis.sandbox.environment, SYSTEM, "ovh").credentials()
    for wrong in (
        {"applicationSecret": "wr0ng"},
        {"consumerKey": "wr0ng"},
        {"applicationKey": "wr0ng"},
        theirs,
    ):
        vendor = client(unasked.house, live_receivers, **wrong)
        for path in (incoming(unasked), f"{incoming(unasked)}/{text['carrierMessageId']}"):
            with pytest.raises(InvalidCredential):
                vendor.get(path)
    vendor = client(unasked.house, live_receivers)
    vendor._time_delta = -3600  # an old signature that somebody kept
    with pytest.raises(InvalidCredential):
        vendor.get(incoming(unasked))
    bare = requests.get(vendor._endpoint + incoming(unasked), timeout=5)
    assert (bare.status_code, b"Acme" in bare.content) == (403, False)


def test_another_sandbox_has_none_of_its_texts(
    borealis: House, unasked: Simulator, live_receivers: LiveReceivers
) -> None:
    [text] = ask(unasked, "For Acme alone")
    theirs = client(borealis, live_receivers)
    assert theirs.get(incoming(unasked)) == []
    with pytest.raises(ResourceNotFoundError):
        theirs.get(f"{incoming(unasked)}/{text['carrierMessageId']}")


def test_what_is_not_there_is_not_found(unasked: Simulator, live_receivers: LiveReceivers) -> None:
    here = f"http://127.0.0.1:{live_receivers.port}{SIMULATED}"
    own = unasked.house.sandbox.channel.token  # a channel of Acme's own, of another carrier
    for path in ("", "/", "/ovh", "/ovh/x/auth/time", f"/ovh/{own}/auth/time", f"/generic/{own}/auth/time"):
        assert requests.get(here + path, timeout=5).status_code == 404, path
    channel = simulated_channel(unasked.house.sandbox.environment, SYSTEM, "ovh")
    assert requests.get(f"{here}/ovh/{channel.token}/auth/time", timeout=5).status_code == 200
    assert requests.post(f"{here}/ovh/{channel.token}/auth/time", timeout=5).status_code == 404


def test_a_text_lies_there_from_its_time_until_it_came(
    unasked: Simulator, live_receivers: LiveReceivers, acme: House
) -> None:
    vendor, path = client(acme, live_receivers), incoming(unasked)
    [text] = ask(unasked, "Later", delaySeconds=3600)
    assert vendor.get(path) == []
    Environment.objects.filter(pk=acme.sandbox.environment.pk).update(clock_offset=timedelta(hours=1))
    assert vendor.get(path) == [int(text["carrierMessageId"])]
    SimulatedText.objects.update(state=SimulatedText.State.ACCEPTED)
    assert vendor.get(path) == []


def test_texts_that_nobody_fetches_are_unanswered(unasked: Simulator, acme: House) -> None:
    ask(unasked, "In vain")
    id = Simulation.objects.get().pk
    for tries in range(2, 7):
        ahead = timedelta(minutes=tries)
        Environment.objects.filter(pk=acme.sandbox.environment.pk).update(clock_offset=ahead)
        unasked.work()
    text = SimulatedText.objects.get(simulation=id)
    assert (text.state, text.tries, text.answer) == ("unanswered", 6, None)
    assert Simulation.objects.get().sealed_said is None


def test_what_was_sent_while_nobody_asked_is_fetched_then(
    unasked: Simulator, live_receivers: LiveReceivers, request: pytest.FixtureRequest
) -> None:
    ask(unasked, "Patient")
    request.getfixturevalue("poller")
    id = unasked.ask("Prompt", carrier="ovh").json()["id"]
    unasked.settled(id)
    until(lambda: len(unasked.messages()) == 2)
    assert [one.content for one in unasked.messages()] == ["Patient", "Prompt"]


def test_what_comes_again_counts_once(simulator: Simulator, poller: Poller) -> None:
    told = simulator.send("Once", carrier="ovh", repeats=2)
    assert [text["state"] for text in told["texts"]] == ["accepted"] * 3
    [message] = simulator.messages()
    [again] = ask(simulator, "Once", carrierMessageId=message.carrier_message_id)
    assert again["state"] == "accepted"
    assert simulator.messages() == [message]


def test_a_text_of_days_ago_comes_however_lately_it_was_asked(
    acme: House, simulator: Simulator, poller: Poller
) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=5)
    Assignment.objects.filter(pk=acme.sandbox.assignment.pk).update(starts_at=at)
    simulator.send("Now", carrier="ovh")
    simulator.send("Then", carrier="ovh", sentAt=at.isoformat())
    assert [message.content for message in simulator.messages()] == ["Now", "Then"]
    assert simulator.messages()[1].sent_at == at


def test_what_it_could_not_have_brought_is_refused(simulator: Simulator) -> None:
    for id in ("x", "007", "1.5", "-1", str(2**63), "٣"):
        refused = 422, "#/carrierMessageId", "invalid_value"
        assert simulator.refused(carrier="ovh", carrierMessageId=id) == refused, id
    unheard = simulator.refused(carrier="ovh", senderId=magic.UNHEARD.number)
    assert unheard == (422, "#/senderId", "carrier_is_asked")
    assert not Simulation.objects.exists()


def test_the_other_magic_senders_do_what_they_do(simulator: Simulator, poller: Poller) -> None:
    for sender in (magic.REPEATED, magic.SENT_TWICE):
        simulator.send(sender.number, carrier="ovh", senderId=sender.number)
    assert [one.content for one in simulator.messages()] == [
        magic.REPEATED.number,
        magic.SENT_TWICE.number,
    ]


def test_a_number_of_the_pool_at_ovh_is_simulated_so(
    acme: House, simulator: Simulator, poller: Poller
) -> None:
    given = {"applicationKey": "key", "applicationSecret": "secret", "consumerKey": "consumer"}
    pool = numbers.create_channel(
        None, SYSTEM, carrier="ovh", credentials=given | {"serviceName": "sms-ab12345-1"}
    )
    number = acme.sandbox.assignment.number
    number.channel = pool
    number.save(update_fields=["channel"])
    acme.sandbox.environment.assignments.update(channel=pool)
    assert simulator.send("By OVHcloud")["carrier"] == "ovh"
    [message] = simulator.messages()
    assert message.channel_id != pool.pk
