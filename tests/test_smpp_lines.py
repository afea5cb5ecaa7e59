"""The receiver against an SMSC that is not ours: texts of every kind, and a line that stays up or says why not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from accounts.database import dsn
from delivery.models import Delivery
from inbox.models import Message
from ingest.models import Line, StrayText
from numbers import services as numbers
from numbers.carriers.base import Part
from numbers.models import Channel
from tests.cast import House
from tests.live import until
from tests.live_smpp import ROOT, LiveLines, Smsc, open_channel, stands
from tests.smpp_pdus import deliver_sm
from tests.smpp_pdus import pdu as made

OK, BUSY, NEVER = 0x00, 0x64, 0x65
NUMBER = "+33639980001"


@pytest.fixture
def channel(lines: LiveLines, smsc: Smsc, acme: House) -> Channel:
    """Acme's sandbox number on a bound channel."""
    return bound(smsc, acme)


def bound(smsc: Smsc, acme: House, **credentials: str) -> Channel:
    channel = open_channel(acme.sandbox.environment, smsc, **credentials)
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=channel)
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    stands(channel, "bound")
    return channel


def contents() -> list[str | None]:
    return [message.content for message in Message.objects.order_by("pk")]


def test_a_text_is_stored_before_it_is_answered(smsc: Smsc, channel: Channel, acme: House) -> None:
    smsc.send("1", short_message="Votre code : 482913")
    assert smsc.status("1") == OK
    message = Message.objects.get()
    assert (message.content, message.sender_id) == ("Votre code : 482913", "+33639980417")
    assert (message.channel, message.environment) == (channel, acme.sandbox.environment)
    assert Delivery.objects.get().endpoint == acme.sandbox.endpoint


@pytest.mark.parametrize(
    ("pdu", "content"),
    [
        ({"short_message": "50 € [ok]"}, "50 € [ok]"),  # the library's own GSM 03.38, as data_coding 1
        ({"short_message": "Bonjour 😀"}, "Bonjour 😀"),  # its own UCS-2
        ({"short_message": {"hex": "636166e9"}, "data_coding": 3}, "café"),
        ({"short_message": {"hex": "1b65"}, "data_coding": 0}, "€"),
        ({"short_message": "", "message_payload": {"message": "a long one " * 40}}, "a long one " * 40),
    ],
)
def test_a_text_of_each_alphabet(smsc: Smsc, channel: Channel, pdu: dict[str, Any], content: str) -> None:
    smsc.send("1", **pdu)
    assert smsc.status("1") == OK
    assert contents() == [content]


def test_a_data_sm_is_taken_too(smsc: Smsc, channel: Channel) -> None:
    smsc.send("1", "data_sm", message_payload={"message": "Hello"})
    assert smsc.wait("answer")["command"] == "data_sm_resp"
    assert contents() == ["Hello"]


def test_parts_reach_the_intake_as_parts(smsc: Smsc, lines: LiveLines, channel: Channel) -> None:
    def send(id: str, header: str, text: str, coding: int = 0) -> None:
        message = {"udh": {"hex": header}, "message": {"hex": text}}
        smsc.send(id, short_message=message, esm_class=0x40, data_coding=coding)

    send("2 of 2", "0500032A0202", b"world".hex())
    send("1 of 2", "0500032A0201", b"Hello ".hex())
    send("sixteen bits", "06080412340201", b"Hello ".hex())
    send("ports first", "0B05040B84000000032A0201", b"Hello ".hex())
    send("surrogate", "0500032B0201", "d83d", 8)
    send("escape", "0500032C0201", "1b")
    place: dict[str, Any] = {"sar_msg_ref_num": 0x1234, "sar_total_segments": 2, "sar_segment_seqnum": 2}
    smsc.send("sar", short_message={"hex": b"world".hex()}, data_coding=0, **place)
    assert {smsc.wait("answer")["status"] for _ in range(7)} == {OK}
    assert [sms.part for sms in lines.taken] == [
        Part("8:42", 2, 2, b"world", "gsm7"),
        Part("8:42", 2, 1, b"Hello ", "gsm7"),
        Part("16:4660", 2, 1, b"Hello ", "gsm7"),
        Part("8:42", 2, 1, b"Hello ", "gsm7"),
        Part("8:43", 2, 1, b"\xd8\x3d", "ucs2"),
        Part("8:44", 2, 1, b"\x1b", "gsm7"),
        Part("sar:4660", 2, 2, b"world", "gsm7"),
    ]


def test_a_delivery_receipt_is_acknowledged_and_dropped(smsc: Smsc, channel: Channel) -> None:
    smsc.send("1", short_message="id:1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:", esm_class=4)
    assert smsc.status("1") == OK
    assert not Message.objects.exists()
    assert not StrayText.objects.exists()


def test_what_cannot_be_read_is_kept_and_refused_for_ever(smsc: Smsc, channel: Channel) -> None:
    smsc.send("1", source_addr="", short_message="Hello")
    assert smsc.status("1") == NEVER
    stray = StrayText.objects.get()
    assert (stray.kind, stray.channel) == ("unreadable", channel)
    assert stray.raw is not None
    assert b"Hello" in stray.raw


def test_a_number_that_is_not_on_the_channel_goes_to_the_operator(smsc: Smsc, channel: Channel) -> None:
    for id in ("1", "and again"):
        smsc.send(id, destination_addr="33639980099", short_message="Hello")
        assert smsc.status(id) == OK
    assert StrayText.objects.get().kind == "unrouted"
    assert not Message.objects.exists()


def test_a_repeat_with_the_networks_own_id_is_one_message(smsc: Smsc, channel: Channel) -> None:
    for id in ("1", "and again"):
        smsc.send(id, short_message="Hello", receipted_message_id="a1b2c3")
        assert smsc.status(id) == OK
    assert Message.objects.get().carrier_message_id == "a1b2c3"


def test_five_hundred_at_once_are_all_taken(smsc: Smsc, channel: Channel) -> None:
    for index in range(500):
        smsc.send(str(index), short_message=f"text {index}")
    until(lambda: smsc.count("answer") == 500)
    assert {smsc.wait("answer")["status"] for _ in range(500)} == {OK}
    assert set(contents()) == {f"text {index}" for index in range(500)}


def test_senders_with_the_same_reference_are_told_apart(
    smsc: Smsc, lines: LiveLines, channel: Channel
) -> None:
    for sender in ("33639980417", "33639980418"):
        message = {"udh": {"hex": "0500032A0201"}, "message": {"hex": b"Hello".hex()}}
        smsc.send(sender, source_addr=sender, short_message=message, esm_class=0x40, data_coding=0)
    assert {smsc.wait("answer")["status"] for _ in range(2)} == {OK}
    assert {(sms.sender, sms.part and sms.part.reference) for sms in lines.taken} == {
        ("+33639980417", "8:42"),
        ("+33639980418", "8:42"),
    }


def test_while_the_database_fails_the_network_is_asked_to_come_again(
    smsc: Smsc, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("numbers.carriers.smpp.deadline_s", 0.5)
    with psycopg.connect(dsn()) as other:
        other.execute("LOCK TABLE inbox_message IN ACCESS EXCLUSIVE MODE")
        smsc.send("1", short_message="Hello", receipted_message_id="x1")
        assert smsc.status("1") == BUSY
    smsc.send("again", short_message="Hello", receipted_message_id="x1")
    assert smsc.status("again") == OK
    assert contents() == ["Hello"]


def test_a_line_is_kept_alive_from_both_sides(lines: LiveLines, smsc: Smsc, acme: House) -> None:
    bound(smsc, acme, enquireLinkS="1")
    smsc.wait("enquire")
    smsc.tell("enquire")
    smsc.wait("alive")
    smsc.wait("enquire")


def test_a_line_whose_enquiry_is_not_answered_is_dropped(lines: LiveLines, smsc: Smsc, acme: House) -> None:
    channel = bound(smsc, acme, enquireLinkS="1")
    smsc.tell("set", mute=True)
    smsc.wait("closed")
    stands(channel, "waiting", "silent")


def test_a_dropped_line_binds_again_and_texts_come_anew(smsc: Smsc, channel: Channel) -> None:
    smsc.wait("bind", good=True)
    smsc.tell("drop")
    smsc.send("1", short_message="Hello")
    smsc.wait("bind", good=True)
    assert smsc.status("1") == OK
    stands(channel, "bound")
    assert contents() == ["Hello"]


def test_a_session_ended_by_the_network_is_answered_and_begun_again(smsc: Smsc, channel: Channel) -> None:
    smsc.wait("bind", good=True)
    smsc.tell("unbind")
    smsc.wait("unbound")
    smsc.wait("bind", good=True)
    stands(channel, "bound")


def test_a_wrong_password_stops_the_line_until_it_is_changed(
    lines: LiveLines, smsc: Smsc, acme: House
) -> None:
    channel = open_channel(acme.sandbox.environment, smsc, password="wrong")
    stands(channel, "refused", "wrongPassword")
    assert smsc.count("bind") == 3
    good = channel.credentials() | {"password": "secret"}
    numbers.update_channel(channel, SYSTEM, credentials=good)
    stands(channel, "bound")


@pytest.mark.parametrize("kind", ["receiver", "transceiver"])
def test_a_bind_says_what_the_channel_is_set_to(lines: LiveLines, smsc: Smsc, acme: House, kind: str) -> None:
    bound(smsc, acme, bind=kind, systemType="VMS", addressRange="^3363998")
    assert smsc.wait("bind") == {
        "event": "bind",
        "kind": kind,
        "good": True,
        "systemId": "acme",
        "systemType": "VMS",
        "range": "^3363998",
    }


def test_a_channel_holds_as_many_sessions_as_it_says(lines: LiveLines, smsc: Smsc, acme: House) -> None:
    channel = open_channel(acme.sandbox.environment, smsc, sessions="3")
    until(lambda: Line.objects.filter(channel=channel, state="bound").count() == 3)
    numbers.update_channel(channel, SYSTEM, credentials=channel.credentials() | {"sessions": "1"})
    until(lambda: list(Line.objects.filter(channel=channel).values_list("session", flat=True)) == [1])
    assert [smsc.wait("unbind") for _ in range(3)]
    stands(channel, "bound")


def test_a_deleted_channel_is_unbound(lines: LiveLines, smsc: Smsc, acme: House) -> None:
    channel = open_channel(acme.sandbox.environment, smsc)
    stands(channel, "bound")
    numbers.delete_channel(channel, SYSTEM)
    smsc.wait("unbind")
    until(lambda: not Line.objects.exists())


def test_what_is_no_smpp_ends_the_session(smsc: Smsc, channel: Channel) -> None:
    smsc.tell("raw", hex=b"GET / HTTP/1.1\r\n\r\n".hex())
    smsc.wait("closed")
    stands(channel, "waiting", "nonsense")


def test_an_unknown_command_is_told_so(smsc: Smsc, channel: Channel) -> None:
    smsc.tell("raw", hex=made(0x0111, 77).hex())
    assert smsc.wait("nack") == {"event": "nack", "status": 3, "sequence": 77}


def test_a_malformed_text_is_kept_and_told_what_is_wrong(smsc: Smsc, channel: Channel) -> None:
    smsc.tell("raw", hex=made(5, 78, deliver_sm() + b"\x04\x24").hex())
    assert smsc.wait("response", sequence=78)["status"] == 0xC0
    assert StrayText.objects.get().kind == "unreadable"
    smsc.send("1", short_message="Hello")
    assert smsc.status("1") == OK


def test_more_than_a_window_of_texts_is_told_to_slow_down(
    smsc: Smsc, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.smpp.session.WINDOW", 10)
    with psycopg.connect(dsn()) as other:
        other.execute("LOCK TABLE inbox_message IN ACCESS EXCLUSIVE MODE")
        for index in range(15):
            smsc.send(str(index), short_message=f"text {index}")
        assert {smsc.status(str(index)) for index in range(10, 15)} == {0x58}
    assert {smsc.status(str(index)) for index in range(10)} == {OK}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, and a certificate for smsc.example."""
    folder = tmp_path_factory.mktemp("certificates")
    script = ROOT / "deploy" / "certificates.py"
    subprocess.run([sys.executable, script, folder, "smsc.example"], check=True)
    return folder


@pytest.fixture
def secure(certificates: Path) -> Iterator[Smsc]:
    """An SMSC that speaks TLS only."""
    running = Smsc(key=str(certificates / "proxy.key"), cert=str(certificates / "proxy.crt"))
    yield running
    running.stop()


def test_tls_with_an_authority_of_its_own(
    lines: LiveLines, secure: Smsc, acme: House, certificates: Path
) -> None:
    authority = (certificates / "ca.crt").read_text()
    bound(secure, acme, tls="required", tlsName="smsc.example", caCertificate=" ".join(authority.split("\n")))
    secure.send("1", short_message="Hello")
    assert secure.status("1") == OK


@pytest.mark.parametrize("trusted", [{"tlsName": "smsc.example"}, {"caCertificate": "ca.crt"}])
def test_a_certificate_of_another_name_or_authority_is_not_trusted(
    lines: LiveLines, secure: Smsc, acme: House, certificates: Path, trusted: dict[str, str]
) -> None:
    if "caCertificate" in trusted:
        trusted = {"caCertificate": (certificates / "ca.crt").read_text()}
    channel = open_channel(acme.sandbox.environment, secure, tls="required", **trusted)
    stands(channel, "waiting", "tlsFailed")
    assert secure.count("bind") == 0


def test_a_channel_for_tls_sends_no_password_in_the_clear(lines: LiveLines, smsc: Smsc, acme: House) -> None:
    channel = open_channel(acme.sandbox.environment, smsc, tls="required")
    until(lambda: Line.objects.filter(channel=channel, state="waiting").exists())
    assert smsc.count("bind") == 0


@pytest.mark.parametrize(
    ("host", "reason"), [("10.0.0.1", "forbiddenAddress"), ("nowhere.invalid", "unresolved")]
)
def test_an_address_is_looked_up_and_judged(
    lines: LiveLines, acme: House, smsc: Smsc, host: str, reason: str
) -> None:
    channel = open_channel(acme.sandbox.environment, smsc, host=host)
    stands(channel, "refused" if reason == "forbiddenAddress" else "waiting", reason)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_tenants_line_may_not_lead_to_this_machine(
    lines: LiveLines, smsc: Smsc, acme: House, settings: LazySettings, host: str
) -> None:
    settings.DELIVERY_ALLOW_NETWORKS = ()
    theirs = open_channel(acme.live.environment, smsc, host=host)
    stands(theirs, "refused", "forbiddenAddress")
    assert smsc.count("bind") == 0


def test_the_operators_own_lines_may_lead_inside(
    lines: LiveLines, smsc: Smsc, acme: House, settings: LazySettings
) -> None:
    settings.DELIVERY_ALLOW_NETWORKS = ()
    ours = Channel(carrier="smpp", token="operator", created_at=acme.live.environment.created_at)
    credentials = {"host": "localhost", "port": str(smsc.port), "systemId": "pool", "password": "secret"}
    ours.seal_credentials(credentials)
    ours.save()
    stands(ours, "bound")


def test_a_port_where_nobody_listens_is_tried_again(lines: LiveLines, acme: House, smsc: Smsc) -> None:
    channel = open_channel(acme.sandbox.environment, smsc, port="1")
    stands(channel, "waiting", "unreachable")
