"""From an SMSC that is not ours to the customer's webhook, through the real process, which is killed where it hurts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from accounts.audit import SYSTEM
from accounts.database import dsn
from delivery import services as delivery
from delivery.models import Delivery
from inbox.models import Message
from numbers import services as numbers
from numbers.models import Channel
from routing import services as routing
from tests.cast import House
from tests.live import Receiver, delivering, hexed, receiving, until
from tests.live_smpp import Process, Smsc, open_channel, stands

OK = 0
WAITS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def channel(transactional_db: None, acme: House, smsc: Smsc) -> Channel:
    """Acme's sandbox number on a channel to the SMSC, which nobody holds yet."""
    made = open_channel(acme.sandbox.environment, smsc)
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=made)
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    return made


@pytest.fixture
def customer(channel: Channel, acme: House) -> Iterator[Receiver]:
    """Where all that comes for the number goes."""
    with receiving() as receiver:
        new = delivery.create_endpoint(acme.sandbox.environment, SYSTEM, url=receiver.url + "/sms")
        routing.update_route(acme.sandbox.route, SYSTEM, conditions=[], endpoints=[new.endpoint])
        yield receiver


@pytest.fixture
def process(customer: Receiver, channel: Channel) -> Iterator[Process]:
    """The real process, bound."""
    running = Process()
    stands(channel, "bound")
    yield running
    running.kill()


def octets(data: bytes, coding: int, header: str = "", **fields: Any) -> dict[str, Any]:
    message: dict[str, Any] = {"hex": data.hex()}
    if not header:
        return {"short_message": message, "data_coding": coding, **fields}
    message = {"udh": {"hex": header}, "message": message}
    return {"short_message": message, "esm_class": 0x40, "data_coding": coding, **fields}


def segment(data: bytes, number: int) -> dict[str, Any]:
    place: dict[str, Any] = {"sar_msg_ref_num": 7, "sar_total_segments": 2, "sar_segment_seqnum": number}
    return octets(data, 0, **place)


OTHER = {"source_addr": "33639980418"}
TEXTS: dict[str, list[dict[str, Any]]] = {
    "a plain one": [{"short_message": "a plain one"}],
    "50 € [ok] @_$": [{"short_message": "50 € [ok] @_$"}],
    "emoji 👨‍👩‍👧‍👦 مرحبا": [{"short_message": "emoji 👨‍👩‍👧‍👦 مرحبا"}],
    "café crème": [octets("café crème".encode("latin-1"), 3)],
    "in reverse": [octets(b"reverse", 0, "050003010202"), octets(b"in ", 0, "050003010201")],
    "sixteen bits": [octets(b"sixteen ", 0, "06080412340201"), octets(b"bits", 0, "06080412340202")],
    "ports first": [
        octets(b"ports ", 0, "0B05040B8400000003020201"),
        octets(b"first", 0, "0B05040B8400000003020202"),
    ],
    "by parameters": [segment(b"by ", 1), segment(b"parameters", 2)],
    "payload " * 60: [{"short_message": "", "message_payload": {"message": "payload " * 60}}],
    "😀": [octets(b"\xd8\x3d", 8, "050003030201"), octets(b"\xde\x00", 8, "050003030202")],
    "12 €": [octets(b"12 \x1b", 0, "050003040201"), octets(b"e", 0, "050003040202")],
    "one of one": [octets(b"one of one", 0, "050003050101")],
    "part 3 of 2": [octets(b"part 3 of 2", 0, "050003060203")],
    "mine is mine": [octets(b"mine ", 0, "050003090201"), octets(b"is mine", 0, "050003090202")],
    "hers is hers": [
        octets(b"hers ", 0, "050003090201", **OTHER),
        octets(b"is hers", 0, "050003090202", **OTHER),
    ],
    "one id for both": [
        octets(b"one id ", 0, "0500030B0201", receipted_message_id="same"),
        octets(b"for both", 0, "0500030B0202", receipted_message_id="same"),
    ],
    "".join(f"{n:02}," for n in range(1, 12)): [
        octets(b"%02d," % n, 0, f"0500030A0B{n:02X}") for n in (11, 2, 10, 1, 3, 9, 4, 8, 5, 7, 6)
    ],
}


def interleaved() -> Iterator[dict[str, Any]]:
    """First parts first, so that no text's parts follow each other."""
    for turn in range(max(map(len, TEXTS.values()))):
        yield from (parts[turn] for parts in TEXTS.values() if turn < len(parts))


def test_every_text_arrives_exact_and_once(process: Process, smsc: Smsc, customer: Receiver) -> None:
    smsc.send("receipt", short_message="id:1 stat:DELIVRD err:000", esm_class=4)
    for index, pdu in enumerate(interleaved()):
        smsc.send(str(index), **pdu)
    sent = sum(map(len, TEXTS.values())) + 1
    assert {smsc.wait("answer")["status"] for _ in range(sent)} == {OK}
    until(lambda: Message.objects.count() == len(TEXTS))
    with delivering() as engine:
        for row in Delivery.objects.exclude(lease=None):
            assert row.lease is not None
            engine.ring(hexed(row.lease, [row.pk]))
        requests = customer.got(len(TEXTS))
    assert Counter(request.data["content"] for request in requests) == Counter(TEXTS.keys())
    senders = {request.data["content"]: request.data["senderId"] for request in requests}
    assert (senders["mine is mine"], senders["hers is hers"]) == ("+33639980417", "+33639980418")


def test_killed_between_commit_and_answer_a_text_is_one_message(
    process: Process, smsc: Smsc, channel: Channel
) -> None:
    smsc.tell("set", deaf=True)  # no answer reaches it
    smsc.send("1", short_message="Hello")
    until(Message.objects.exists)
    process.kill()
    smsc.tell("drop")
    again = Process()
    try:
        assert smsc.status("1") == OK
    finally:
        again.kill()
    assert Message.objects.get().content == "Hello"


@pytest.mark.parametrize("committed_after_all", [False, True])
def test_killed_before_the_commit_no_text_is_lost(
    process: Process, smsc: Smsc, channel: Channel, committed_after_all: bool
) -> None:
    with psycopg.connect(dsn()) as other:
        other.execute("LOCK TABLE inbox_message IN ACCESS EXCLUSIVE MODE")
        smsc.send("1", short_message="Hello")
        until(lambda: waiting_backends())
        process.kill()
        if not committed_after_all:  # else PostgreSQL finishes what a dead process asked for
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY(%s)",
                    [waiting_backends()],
                )
            until(lambda: not waiting_backends())
    until(lambda: Message.objects.exists() == committed_after_all)
    again = Process()
    try:
        assert smsc.status("1") == OK
    finally:
        again.kill()
    assert Message.objects.get().content == "Hello"


def waiting_backends() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        return [pid for (pid,) in cursor.fetchall()]


def test_told_to_stop_it_answers_unbinds_and_loses_nothing(
    process: Process, smsc: Smsc, channel: Channel
) -> None:
    for index in range(300):
        smsc.send(str(index), short_message=f"text {index}")
    smsc.wait("answer")
    assert process.end() == 0
    smsc.wait("unbind")
    stands(channel, "stopped")
    again = Process()
    try:
        until(lambda: smsc.count("answer") == 299)
    finally:
        again.kill()
    assert Counter(m.content for m in Message.objects.all()) == Counter(f"text {n}" for n in range(300))


def test_connections_lost_under_load_neither_lose_nor_double(
    process: Process, smsc: Smsc, channel: Channel
) -> None:
    smsc.wait("bind")
    for turn in range(3):
        for index in range(200):
            smsc.send(f"{turn} {index}", short_message=f"text {turn} {index}")
        smsc.wait("answer")
        smsc.tell("drop")
        smsc.wait("bind")
    until(lambda: smsc.count("answer") >= 600 - 3)
    wanted = Counter(f"text {turn} {index}" for turn in range(3) for index in range(200))
    assert Counter(m.content for m in Message.objects.all()) == wanted
