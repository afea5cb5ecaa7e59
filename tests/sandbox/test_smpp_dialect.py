"""The simulator's SMPP: texts down a real line, an SMSC that lets nobody else in, and lines that lead to it alone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from accounts.models import Environment
from delivery.receivers import smsc
from inbox.models import Message
from ingest.models import StrayText
from ingest.smpp.pdu import Deliver
from numbers import services as numbers
from numbers.carriers.base import Part
from numbers.models import Channel
from sandbox import door, magic
from sandbox.dialects.smpp import credentials
from sandbox.simulator import seed_of, simulated_channel
from tests.cast import House
from tests.live import WITHIN_S, until
from tests.live_smpp import LiveLines, Process, stands
from tests.sandbox import bound
from tests.sandbox.receiving import LiveReceivers
from tests.sandbox.simulating import Simulator
from tests.smpp_pdus import pdu

LONG = " ".join(["Votre colis est arrivé au relais, colis 40817 : 12 € [ok]."] * 6)  # three parts
EMOJI = " ".join(["📦 Où en est mon colis ?"] * 6)  # three parts
RECEIVER, TRANSMITTER, RESPONSE = 0x01, 0x02, 0x80000000
OK, ALREADY_BOUND, WRONG_PASSWORD, WRONG_SYSTEM_ID, NEVER = 0x00, 0x05, 0x0E, 0x0F, 0x65
WAITS = ("waiting", None)


@pytest.fixture
def channel(acme: House, simulated_lines: LiveLines) -> Channel:
    """The simulator's own, whose line is held."""
    made = own(acme)
    stands(made, "bound")
    return made


def own(house: House) -> Channel:
    return simulated_channel(house.sandbox.environment, SYSTEM, "smpp")


def advance(house: House, seconds: int) -> None:
    Environment.objects.filter(pk=house.sandbox.environment.pk).update(
        clock_offset=timedelta(seconds=seconds)
    )


@pytest.fixture
def link(live_receivers: LiveReceivers) -> Iterator[socket.socket]:
    """A connection to the SMSC."""
    with closing(socket.create_connection(smsc(), WITHIN_S)) as opened:
        yield opened


def answer(link: socket.socket, command: int, body: bytes = b"") -> tuple[int, int]:
    """Command and status of what comes back."""
    link.sendall(pdu(command, 7, body))
    head = link.recv(4096)
    return int.from_bytes(head[4:8]), int.from_bytes(head[8:12])


def login(known: dict[str, str]) -> bytes:
    return f"{known['systemId']}\0{known['password']}\0".encode() + b"\0\x34\0\0\0"


def test_the_first_text_waits_until_the_line_is_held(
    acme: House, simulator: Simulator, simulated_lines: LiveLines
) -> None:
    told = simulator.send("Bonjour", carrier="smpp")
    [text], [message] = told["texts"], simulator.messages()
    assert (text["state"], text["answer"], told["carrier"]) == ("accepted", 200, "smpp")
    assert (text["messageId"] is not None, message.content) == (True, "Bonjour")
    assert message.channel_id == own(acme).pk
    stands(own(acme), "bound")


def test_parts_come_one_by_one_in_the_order_in_which_they_are_named(
    simulator: Simulator, channel: Channel, simulated_lines: LiveLines
) -> None:
    parts = [{"number": 3}, {"number": 1}, {"number": 1}, {"number": 2}]
    told = simulator.send(LONG, carrier="smpp", parts=parts)
    assert [text["answer"] for text in told["texts"]] == [200] * 4
    came = [sms.part for sms in simulated_lines.taken]
    assert all(isinstance(part, Part) for part in came)
    assert [part.number for part in came if part] == [3, 1, 1, 2]
    assert {(part.total, part.alphabet) for part in came if part} == {(3, "gsm7")}
    until(simulator.messages)
    assert [message.content for message in simulator.messages()] == [LONG]


@pytest.mark.parametrize("content", ["Où ça ? 12 € [ok] {~}^|\\", "طلب 40817", "📦", EMOJI])
def test_what_a_text_says_arrives(simulator: Simulator, channel: Channel, content: str) -> None:
    simulator.send(content, carrier="smpp")
    until(simulator.messages)
    assert [message.content for message in simulator.messages()] == [content]


def test_what_smpp_cannot_write_is_refused(simulator: Simulator, live_receivers: LiveReceivers) -> None:
    name = simulator.refused(carrier="smpp", senderId="طلب")
    id = simulator.refused(carrier="smpp", carrierMessageId="📦 7")
    assert name == (422, "#/senderId", "not_in_charset")
    assert id == (422, "#/carrierMessageId", "not_in_charset")


def test_a_repeat_counts_once_and_so_does_a_text_whose_answer_is_not_heard(
    acme: House, simulator: Simulator, channel: Channel
) -> None:
    simulator.send("Twice", carrier="smpp", senderId=magic.REPEATED.number)
    id = simulator.ask("Unheard", carrier="smpp", senderId=magic.UNHEARD.number).json()["id"]
    assert [message.content for message in simulator.messages()] == ["Twice", "Unheard"]
    advance(acme, 1)
    [text] = simulator.settled(id)["texts"]
    assert (text["state"], text["tries"]) == ("accepted", 2)
    assert len(simulator.messages()) == 2


def test_a_line_that_nobody_holds_is_like_a_door_that_is_away(
    acme: House, simulator: Simulator, live_receivers: LiveReceivers
) -> None:
    id = simulator.ask("Patience", carrier="smpp").json()["id"]
    live = LiveLines()
    live.start()
    try:
        [text] = simulator.api.get(f"sandbox/messages/{id}").json()["texts"]
        assert (text["state"], text["answer"]) == WAITS
        stands(own(acme), "bound")
        simulator.settled(id)
    finally:
        live.stop()
    assert [message.content for message in simulator.messages()] == ["Patience"]


def test_an_smsc_that_is_away_is_like_a_door_that_is_away(
    simulator: Simulator, settings: LazySettings
) -> None:
    settings.SANDBOX_RECEIVER_URL = "http://127.0.0.1:5"  # nobody listens at 9
    [text] = simulator.ask("In vain", carrier="smpp").json()["texts"]
    assert (text["state"], text["answer"]) == WAITS


def test_who_is_told_to_slow_down_comes_again(
    acme: House, simulator: Simulator, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.smpp.session.WINDOW", 0)
    order = simulator.ask("Slowly", carrier="smpp").json()
    assert [(text["state"], text["answer"]) for text in order["texts"]] == [("waiting", 429)]
    monkeypatch.undo()
    advance(acme, 1)
    [text] = simulator.settled(order["id"])["texts"]
    assert (text["state"], text["answer"]) == ("accepted", 200)


def test_who_answers_never_refuses(channel: Channel) -> None:
    nobody = Deliver(5, b"", 1, b"33639980001", 0, 0, b"Hello", {})
    with closing(door.Door(channel)) as opened:
        assert opened.ask(nobody) == 400


def test_an_answer_that_does_not_come_is_none(
    acme: House, live_receivers: LiveReceivers, link: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "ANSWER_WITHIN_S", 1.0)
    channel = own(acme)
    assert answer(link, RECEIVER, login(channel.credentials())) == (RECEIVER | RESPONSE, OK)
    with closing(door.Door(channel)) as opened:
        assert opened.ask(Deliver(5, b"ACME", 1, b"33639980001", 0, 0, b"Hello", {})) is None
        assert b"Hello" in link.recv(4096)


def test_where_the_line_is_lost_who_handed_over_hears_so_at_once(
    acme: House, live_receivers: LiveReceivers, link: socket.socket
) -> None:
    known = login(own(acme).credentials())
    assert answer(link, RECEIVER, known)[1] == OK
    with closing(socket.create_connection(smsc(), WITHIN_S)) as sender:
        assert answer(sender, TRANSMITTER, known)[1] == OK
        sender.sendall(pdu(0x05, 8, b"whatever"))
        assert link.recv(4096).endswith(b"whatever")
        link.close()
        assert sender.recv(4096) == pdu(0x80000005, 8, b"\0", 0x04)


def test_no_number_of_another_environment_gets_a_text(
    acme: House, borealis: House, simulator: Simulator, channel: Channel
) -> None:
    before = Message.objects.count()
    sides = (acme.live, borealis.live, borealis.sandbox)
    with closing(door.Door(channel)) as opened:
        for side in sides:
            number = side.assignment.number.number.removeprefix("+").encode()
            assert opened.ask(Deliver(5, b"ACME", 1, number, 0, 0, b"Your bank", {})) == 200
    assert (Message.objects.count(), StrayText.objects.count()) == (before, len(sides))
    assert bound.crossings() == []


# ---- who may bind


def test_only_the_simulators_own_channels_may_bind(
    acme: House, borealis: House, live_receivers: LiveReceivers
) -> None:
    mine, live, seed = own(acme), acme.live.environment, seed_of(acme.live.environment)
    theirs = credentials(seed_of(borealis.sandbox.environment))
    numbers.create_channel(borealis.sandbox.environment, SYSTEM, carrier="smpp", credentials=theirs)
    numbers.create_channel(live, SYSTEM, carrier="smpp", credentials=credentials(seed), simulated=True)
    known = mine.credentials()
    for given, status in (
        (known, OK),
        (known | {"password": "x"}, WRONG_PASSWORD),
        (known | {"password": "é"}, WRONG_PASSWORD),
        (known | {"systemId": "acme"}, WRONG_SYSTEM_ID),
        (theirs, WRONG_SYSTEM_ID),  # a channel, but not the simulator's
        (credentials(seed), WRONG_SYSTEM_ID),  # a channel of live
    ):
        with closing(socket.create_connection(smsc(), WITHIN_S)) as link:
            assert answer(link, RECEIVER, login(given)) == (RECEIVER | RESPONSE, status)
    numbers.delete_channel(mine, SYSTEM)
    with closing(socket.create_connection(smsc(), WITHIN_S)) as link:
        assert answer(link, TRANSMITTER, login(known))[1] == WRONG_SYSTEM_ID


def test_who_is_not_bound_hands_nothing_over(acme: House, link: socket.socket) -> None:
    known = login(own(acme).credentials())
    assert answer(link, 0x05, b"whatever") == (0x80000000, 0x03)
    assert answer(link, RECEIVER, known)[1] == OK
    assert answer(link, 0x05, b"whatever") == (0x80000000, 0x03)  # nor does a receiver
    assert answer(link, TRANSMITTER, known)[1] == ALREADY_BOUND
    assert answer(link, 0x15) == (0x80000015, OK)
    assert answer(link, 0x06) == (0x80000006, OK)
    assert link.recv(1) == b""


def test_what_is_no_smpp_is_cut_off(link: socket.socket) -> None:
    link.sendall(b"POST / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert link.recv(1) == b""


def test_an_smsc_that_ends_hangs_up_first(
    acme: House, live_receivers: LiveReceivers, link: socket.socket
) -> None:
    assert answer(link, RECEIVER, login(own(acme).credentials()))[1] == OK
    server = live_receivers.server
    asyncio.run_coroutine_threadsafe(server.stop(), live_receivers.loop).result(WITHIN_S)
    assert link.recv(1) == b""
    assert (server.smsc.open, server.smsc.lines) == ({}, {})


# ---- where lines lead


def test_a_channel_of_ones_own_that_names_the_smsc_is_refused(
    acme: House, simulated_lines: LiveLines
) -> None:
    host, port = smsc()
    known = own(acme).credentials() | {"host": host, "port": str(port)}
    made = numbers.create_channel(acme.sandbox.environment, SYSTEM, carrier="smpp", credentials=known)
    stands(made, "refused", "forbiddenAddress")


def test_a_simulated_line_leads_nowhere_else(acme: House, channel: Channel, simulator: Simulator) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as trap:
        changed = {"host": "127.0.0.1", "port": str(trap.getsockname()[1]), "password": "other"}
        numbers.update_channel(channel, SYSTEM, credentials=channel.credentials() | changed)
        stands(channel, "refused", "wrongPassword")  # says the SMSC
        trap.setblocking(False)
        with pytest.raises(BlockingIOError):
            trap.accept()
    assert simulator.refused(carrier="smpp") == (422, "#/carrier", "line_of_its_own")


def test_a_number_on_a_line_of_its_own_takes_a_simulated_one_where_smpp_is_named(
    acme: House, simulator: Simulator, channel: Channel
) -> None:
    known = {"host": "smsc.example.net", "systemId": "acme", "password": "secret"}
    made = numbers.create_channel(acme.sandbox.environment, SYSTEM, carrier="smpp", credentials=known)
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=made)
    simulator.send("By name", carrier="smpp")
    assert [message.channel_id for message in simulator.messages()] == [channel.pk]


def test_through_the_process_itself(
    acme: House,
    simulator: Simulator,
    live_receivers: LiveReceivers,
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SANDBOX_RECEIVER_URL", settings.SANDBOX_RECEIVER_URL)
    process = Process()
    try:
        stands(own(acme), "bound")
        simulator.send(LONG, carrier="smpp")
        until(simulator.messages)
        assert process.end() == 0
    finally:
        process.kill()
    assert [message.content for message in simulator.messages()] == [LONG]
