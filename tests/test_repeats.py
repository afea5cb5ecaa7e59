"""What comes twice counts once: by the carrier's id for good, by content for a short while, longer after a break."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from accounts.database import dsn
from accounts.ids import uuid7
from delivery.models import Delivery
from inbox.models import Message, RepeatKey
from ingest.batch import TryAgain
from ingest.doubts import Doubts
from ingest.link import Link
from ingest.models import RunningIntake
from numbers import services as numbers
from numbers.carriers.base import InboundSms
from numbers.models import Assignment, Channel
from tests.cast import CARRIER_SECRET, House
from tests.live import LiveDoor, until

NUMBER = "+33639980001"
Later = Callable[[float], datetime]
pytestmark = pytest.mark.django_db(transaction=True)


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


def text(content: str = "the code is 1", id: str | None = None, sender: str = "+33639980417") -> InboundSms:
    return InboundSms(id, sender, NUMBER, content)


@pytest.fixture
def later() -> Later:
    """So many seconds after the test began."""
    began = datetime.now(UTC)
    return lambda seconds: began + timedelta(seconds=seconds)


def count() -> int:
    assert Delivery.objects.count() == Message.objects.count()  # each has the one of the route for codes
    return Message.objects.count()


def test_the_carriers_id_is_known_for_good(door: LiveDoor, channel: Channel, later: Later) -> None:
    assert door.take(channel, text(id="a"), at=later(0)) == []
    door.take(channel, text("other words, same id", id="a"), at=later(5 * 86_400))
    assert count() == 1


def test_without_an_id_the_same_content_counts_once_within_the_window(
    door: LiveDoor, channel: Channel, later: Later, settings: LazySettings
) -> None:
    door.take(channel, text(), at=later(0))
    door.take(channel, text(), at=later(settings.SAME_CONTENT_S - 1))
    assert count() == 1
    door.take(channel, text("the code is 2"), at=later(0))
    door.take(channel, text(sender="+33639980418"), at=later(0))
    assert count() == 3


def test_people_do_write_the_same_thing_twice(
    door: LiveDoor, channel: Channel, later: Later, settings: LazySettings
) -> None:
    for n in range(3):
        door.take(channel, text(), at=later(n * (settings.SAME_CONTENT_S + 1)))
    assert count() == 3
    assert RepeatKey.objects.count() == 1


def test_a_write_of_unknown_outcome_is_no_repeat_of_itself(
    door: LiveDoor, channel: Channel, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute, tries = Link.execute, 0

    async def outcome_unknown(link: Link, sql: str, parameters: dict[str, Any]) -> Any:
        nonlocal tries
        done = await execute(link, sql, parameters)
        if "INSERT INTO inbox_message" not in sql:
            return done
        tries += 1
        if tries == 1:
            raise TimeoutError
        return done

    monkeypatch.setattr(Link, "execute", outcome_unknown)
    door.take(channel, text(), at=later(0))
    assert (tries, count()) == (2, 1)
    assert len(door.heard(1)) == 1


def test_twice_in_one_request_counts_once(door: LiveDoor, channel: Channel, later: Later) -> None:
    door.take(channel, text(), text(), text("the code is 2"), text(), at=later(0))
    assert count() == 2


def doubt(door: LiveDoor, keys: list[bytes]) -> None:
    door.intake.tasks[0].get_loop().call_soon_threadsafe(door.intake.doubt, keys)
    until(lambda: all(in_doubt(key) for key in keys))


def in_doubt(key: bytes) -> bool:
    row = RepeatKey.objects.get(digest=key)
    return row.repeats_until > row.seen_at + timedelta(hours=1)


def test_what_was_not_heard_to_be_kept_comes_again_once(
    door: LiveDoor, channel: Channel, later: Later, settings: LazySettings
) -> None:
    """A connection ended before the answer: hours later the same comes again. After that, people repeat themselves."""
    keys = door.take(channel, text(), at=later(0))
    doubt(door, keys)
    door.take(channel, text(), at=later(3600))
    assert (count(), in_doubt(keys[0])) == (1, False)
    door.take(channel, text(), at=later(3600 + settings.SAME_CONTENT_S - 1))
    assert count() == 1
    door.take(channel, text(), at=later(7200))
    assert count() == 2


def test_a_doubt_ends_after_its_time(
    door: LiveDoor, channel: Channel, later: Later, settings: LazySettings
) -> None:
    doubt(door, door.take(channel, text(), at=later(0)))
    door.take(channel, text(), at=later(settings.REDELIVERY_S + 1))
    assert count() == 2


def crash(door: LiveDoor) -> None:
    """Leave behind what a process leaves that was killed: its row, and no lock."""
    asyncio.run_coroutine_threadsafe(die(door.intake.doubts), door.intake.tasks[0].get_loop()).result(20)


async def die(doubts: Doubts) -> None:
    doubts.link.drop()
    doubts.id = uuid7()  # what goes on is another process


def test_the_last_texts_of_a_process_that_was_killed_are_in_doubt(
    door: LiveDoor, channel: Channel, later: Later
) -> None:
    [long_before] = door.take(channel, text("long before"), at=later(-200))
    door.take(channel, text("with an id", id="a"), at=later(0))
    [just_before] = door.take(channel, text("just before"), at=later(-5))
    dead = RunningIntake.objects.get().pk
    crash(door)
    asyncio.run(one_beat())
    assert (in_doubt(long_before), in_doubt(just_before)) == (False, True)
    assert not RunningIntake.objects.filter(pk=dead).exists()


async def one_beat() -> None:
    doubts = Doubts(dsn())
    assert await doubts.work()
    await doubts.stop()


def test_a_process_that_lives_is_not_buried(door: LiveDoor, channel: Channel, later: Later) -> None:
    [key] = door.take(channel, text(), at=later(0))
    asyncio.run(one_beat())
    assert not in_doubt(key)
    assert RunningIntake.objects.count() == 1


def test_a_process_that_ends_in_order_leaves_no_doubt(acme: House) -> None:
    first = LiveDoor()
    first.start()
    assert RunningIntake.objects.count() == 1
    first.stop()
    assert not RunningIntake.objects.exists()


def test_a_repeat_is_known_though_its_number_moved_meanwhile(
    door: LiveDoor, later: Later, acme: House, borealis: House
) -> None:
    """A text without id and stamp, sent again after the number went to another tenant, is not that tenant's."""
    channel = numbers.create_channel(None, SYSTEM, carrier="generic", credentials={"secret": CARRIER_SECRET})
    Assignment.objects.filter(pk=acme.sandbox.assignment.pk).update(channel=channel)
    door.in_force(lambda known: (channel.pk, NUMBER) in known.holders)
    doubt(door, door.take(channel, text(), at=later(0)))
    numbers.release_number(acme.sandbox.assignment, SYSTEM)
    numbers.assign_number(borealis.sandbox.environment, SYSTEM, number=NUMBER, channel=channel)
    theirs = borealis.sandbox.environment.pk
    door.in_force(lambda known: known.holders[channel.pk, NUMBER][0].environment == theirs)
    door.take(channel, text(), at=later(3600))
    assert not Message.objects.filter(environment=theirs, number_used=NUMBER).exists()


def test_pictures_without_words_are_told_apart(door: LiveDoor, channel: Channel, later: Later) -> None:
    one, other = (replace(text("code"), media=(f"https://example.com/{n}.jpg",)) for n in "ab")
    door.take(channel, one, other, one, at=later(0))
    assert count() == 2


def test_a_text_that_may_have_been_stored_after_all_is_in_doubt(
    door: LiveDoor, channel: Channel, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubted: list[bytes] = []
    monkeypatch.setattr(door.intake, "doubt", doubted.extend)

    async def too_late(*_args: object) -> None:
        raise TryAgain

    monkeypatch.setattr(door.intake.batch, "store", too_late)
    with pytest.raises(TryAgain):
        door.take(channel, text(), at=later(0))
    assert len(doubted) == 1


def test_content_keys_tell_nothing(
    door: LiveDoor, channel: Channel, later: Later, acme: House, borealis: House
) -> None:
    """Equal texts on two channels have different keys, so that nobody can compare them."""
    theirs = borealis.sandbox.channel
    door.in_force(lambda known: (theirs.pk, "+33639980002") in known.holders)
    first = door.take(channel, text(), at=later(0))
    second = door.take(theirs, InboundSms(None, "+33639980417", "+33639980002", text().content), at=later(0))
    assert first != second
