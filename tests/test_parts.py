"""Parts of longer texts: joined in the database whatever their order, and delivered partial when some never come."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from accounts.models import Environment
from delivery.models import Delivery
from inbox.models import Message, RepeatKey
from inbox.models import Part as StoredPart
from ingest.joining import Joiner
from numbers import services as numbers
from numbers.alphabets import Alphabet
from numbers.carriers.base import InboundSms
from numbers.carriers.base import Part as Piece
from numbers.models import Channel
from tests.cast import House
from tests.live import LiveDoor, until

NUMBER, SENDER = "+33639980001", "+33639980417"
LONG = "Bonjour, votre code de rendez-vous est confirmé. " * 5


@pytest.fixture
def channel(door: LiveDoor, acme: House) -> Channel:
    channel, environment = acme.sandbox.channel, acme.sandbox.environment.pk
    # The cast makes the route last.
    door.in_force(
        lambda known: environment in known.environments and known.environments[environment].routes.compiled
    )
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    return channel


def part(
    data: bytes,
    number: int,
    total: int,
    *,
    alphabet: Alphabet = "latin1",
    reference: str = "42",
    sender: str = SENDER,
    id: str | None = None,
) -> InboundSms:
    piece = Piece(reference, total, number, data, alphabet)
    return InboundSms(id, sender, NUMBER, data.decode("latin-1"), part=piece)


def pieces(text: str, count: int, sender: str = SENDER, reference: str = "42") -> list[InboundSms]:
    octets = text.encode("utf-16-be")
    size = -(-len(octets) // count)
    cut = [octets[at : at + size] for at in range(0, len(octets), size)]
    made = partial(part, alphabet="ucs2", sender=sender, reference=reference)
    return [made(data, number, count) for number, data in enumerate(cut, 1)]


def contents() -> list[str]:
    return sorted(message.content or "" for message in Message.objects.all())


def joined(count: int = 1) -> None:
    until(lambda: Message.objects.count() >= count and not StoredPart.objects.exists())


def test_parts_in_any_order_make_one_text(door: LiveDoor, channel: Channel, acme: House) -> None:
    coming = pieces(LONG, 5)
    random.Random(7).shuffle(coming)
    for one in coming:
        door.take(channel, one)
    joined()
    message = Message.objects.get()
    assert (message.content, message.sender_id, message.segments) == (LONG, SENDER, 5)
    assert (message.partial, message.environment) == (False, acme.sandbox.environment)
    assert Delivery.objects.get().message == message
    door.heard(1)


@pytest.mark.parametrize(
    ("first", "second", "alphabet", "text"),
    [
        (b"\xd8\x3d", b"\xde\x00", "ucs2", "😀"),
        (b"ab\x1b", b"\x65cd", "gsm7", "ab€cd"),
        ("é".encode()[:1], "é".encode()[1:], "utf8", "é"),
    ],
)
def test_a_character_may_straddle_two_parts(
    door: LiveDoor, channel: Channel, first: bytes, second: bytes, alphabet: Alphabet, text: str
) -> None:
    door.take(channel, part(second, 2, 2, alphabet=alphabet), part(first, 1, 2, alphabet=alphabet))
    joined()
    assert contents() == [text]


def test_parts_of_one_text_may_be_in_two_alphabets(door: LiveDoor, channel: Channel) -> None:
    door.take(channel, part(b"caf\x05 ", 1, 2, alphabet="gsm7"))
    door.take(channel, part("crème".encode("utf-16-be"), 2, 2, alphabet="ucs2"))
    joined()
    assert contents() == ["café crème"]


def test_a_part_taken_for_ascii_is_of_the_alphabet_of_the_others(door: LiveDoor, channel: Channel) -> None:
    """An SMSC says IA5 and means the default alphabet; only the escape of one part tells."""
    door.take(channel, part(b"10 \x1b", 1, 2, alphabet="gsm7"), part(b"\x65 a day", 2, 2, alphabet="ascii"))
    joined()
    assert contents() == ["10 € a day"]


def test_equal_references_of_two_senders_do_not_mix(door: LiveDoor, channel: Channel) -> None:
    ours, theirs = pieces("ours " * 60, 3), pieces("theirs " * 60, 3, sender="+33639980418")
    for pair in zip(ours, reversed(theirs), strict=True):
        door.take(channel, *pair)
    joined(2)
    assert contents() == ["ours " * 60, "theirs " * 60]


def test_repeated_parts_count_once_before_and_after_joining(door: LiveDoor, channel: Channel) -> None:
    first, second = (part(data, n, 2, id=f"id-{n}") for n, data in enumerate((b"one ", b"two"), 1))
    door.take(channel, first, first)
    door.take(channel, first)
    door.take(channel, second)
    joined()
    door.take(channel, second, first)
    assert not StoredPart.objects.exists()
    assert contents() == ["one two"]


def test_a_reference_that_comes_round_again_begins_another_text(door: LiveDoor, channel: Channel) -> None:
    door.take(channel, part(b"lost ", 1, 2))  # its second part never comes
    for text in pieces("the next one", 2):
        door.take(channel, text)
    until(lambda: contents() == ["the next one"])
    assert StoredPart.objects.count() == 1


def test_what_came_is_delivered_when_the_rest_does_not(
    door: LiveDoor, channel: Channel, acme: House, settings: LazySettings
) -> None:
    door.take(channel, part(b"code ", 1, 3), part(b"third", 3, 3))
    assert StoredPart.objects.count() == 2
    move_clock(door, acme.sandbox.environment, timedelta(seconds=settings.PARTS_WAIT_S + 1))
    joined()
    message = Message.objects.get()
    assert (message.content, message.partial, message.segments) == ("code third", True, 3)
    assert Delivery.objects.count() == 1


def move_clock(door: LiveDoor, environment: Environment, by: timedelta) -> None:
    Environment.objects.filter(pk=environment.pk).update(clock_offset=by)
    door.in_force(lambda known: known.environments[environment.pk].clock_offset == by)


def test_texts_are_delivered_partial_under_steady_traffic(
    door: LiveDoor, channel: Channel, acme: House, settings: LazySettings
) -> None:
    door.take(channel, part(b"code alone", 1, 2, reference="lonely"))
    StoredPart.objects.update(expires_at=acme.sandbox.assignment.starts_at)
    for n in range(10_000):  # more than anybody sends between two sweeps
        door.take(channel, part(b"first", 1, 2, reference=str(n)))
        if contents():
            break
    assert contents() == ["code alone"]


def test_a_part_that_comes_while_a_partial_is_made_makes_no_second_text(
    door: LiveDoor, channel: Channel, acme: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two processes, one has read two expired parts when the third arrives through the other."""
    door.take(channel, part(b"one ", 1, 3), part(b"two ", 2, 3))
    slow, real = LiveDoor(), Joiner.joined
    slow.start()
    reading, may_go_on = threading.Event(), threading.Event()

    def held_up(joiner: Joiner, found: list[Any]) -> Any:
        if joiner is slow.intake.joiner:
            reading.set()
            assert may_go_on.wait(20)
        return real(joiner, found)

    monkeypatch.setattr(Joiner, "joined", held_up)
    monkeypatch.setattr(door.intake.joiner, "next_sweep", float("inf"))
    try:
        StoredPart.objects.update(expires_at=acme.sandbox.assignment.starts_at)
        assert reading.wait(20)
        door.take(channel, part(b"three", 3, 3))
        until(lambda: contents() == ["one two three"])
        may_go_on.set()
        until(lambda: slow.intake.joiner.next_look_back > 0 and not StoredPart.objects.exists())
        slow.take(channel, *pieces("another", 2))
        joined(2)
        assert contents() == ["another", "one two three"]
    finally:
        may_go_on.set()
        slow.stop()


def test_one_text_that_cannot_be_joined_harms_no_other(door: LiveDoor, channel: Channel, acme: House) -> None:
    door.take(channel, part(b"broken ", 1, 2, sender="+33639980418"))
    StoredPart.objects.update(alphabet="klingon")
    door.take(channel, part(b"text", 2, 2, sender="+33639980418"), *pieces("fine", 2))
    until(lambda: contents() == ["fine"])
    until(lambda: list(StoredPart.objects.values_list("tries", flat=True)) == [1, 1])
    door.take(channel, *pieces("fine too", 2, reference="43"))
    until(lambda: contents() == ["fine", "fine too"])
    assert door.intake.ready()


def test_a_part_repeated_without_an_id_is_known_for_as_long_as_parts_wait(
    door: LiveDoor, channel: Channel, settings: LazySettings
) -> None:
    began = datetime.now(UTC)
    first, second = part(b"one ", 1, 2), part(b"two", 2, 2)
    for seconds in (0, settings.SAME_CONTENT_S + 1, 60):
        door.take(channel, first, at=began + timedelta(seconds=seconds))
    door.take(channel, second, at=began + timedelta(seconds=61))
    joined()
    door.take(channel, second, at=began + timedelta(seconds=120))
    assert (contents(), StoredPart.objects.count()) == (["one two"], 0)


def test_parts_that_share_one_id_are_all_kept(door: LiveDoor, channel: Channel) -> None:
    door.take(channel, part(b"one ", 1, 2, id="same"), part(b"two", 2, 2, id="same"))
    joined()
    assert contents() == ["one two"]


def test_octets_are_not_joined_across_a_part_that_is_missing(
    door: LiveDoor, channel: Channel, acme: House, settings: LazySettings
) -> None:
    door.take(channel, part(b"ab\x1b", 1, 3, alphabet="gsm7"), part(b"ecd", 3, 3, alphabet="gsm7"))
    move_clock(door, acme.sandbox.environment, timedelta(seconds=settings.PARTS_WAIT_S + 1))
    joined()
    assert contents() == ["abecd"]


@pytest.mark.parametrize(("number", "total"), [(0, 2), (3, 2), (1, 0), (1, 256)])
def test_a_place_that_makes_no_sense_is_a_whole_text(
    door: LiveDoor, channel: Channel, number: int, total: int
) -> None:
    door.take(channel, part(b"whole", number, total))
    assert contents() == ["whole"]


def test_parts_left_behind_by_a_process_that_died_are_joined(
    door: LiveDoor, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.intake.joiner, "hear", lambda groups: None)
    for one in pieces("nobody rang", 2):
        door.take(channel, one)
    door.intake.joiner.next_look_back = 0
    joined()
    assert contents() == ["nobody rang"]


def test_two_processes_that_join_at_once_make_one_text(acme: House, transactional_db: None) -> None:
    doors = [LiveDoor(), LiveDoor()]
    channel = acme.sandbox.channel
    for door in doors:
        door.start()
        door.in_force(lambda known: (channel.pk, NUMBER) in known.holders)
    try:
        before = set(Message.objects.values_list("pk", flat=True))
        for round in range(8):
            for at, one in enumerate(pieces(f"round {round} " * 20, 4, reference=str(round))):
                doors[at % 2].take(channel, one)
        until(lambda: Message.objects.count() == len(before) + 8 and not StoredPart.objects.exists())
        fresh = Message.objects.exclude(pk__in=before)
        assert sorted(message.content or "" for message in fresh) == [f"round {n} " * 20 for n in range(8)]
    finally:
        for door in doors:
            door.stop()


def test_stored_parts_are_sealed(door: LiveDoor, channel: Channel) -> None:
    door.take(channel, part(b"secret words", 1, 2))
    row = StoredPart.objects.values().get()
    stored = b"".join(bytes(value) for value in row.values() if isinstance(value, bytes | memoryview))
    assert b"secret" not in stored
    assert SENDER.encode() not in stored


def test_parts_for_a_number_that_nobody_holds_are_not_kept(
    door: LiveDoor, channel: Channel, acme: House
) -> None:
    numbers.release_number(acme.sandbox.assignment, SYSTEM)
    door.in_force(lambda known: known.holders[channel.pk, NUMBER][0].until is not None)
    door.take(channel, part(b"x", 1, 2))
    assert not StoredPart.objects.exists()
    assert not RepeatKey.objects.exists()
