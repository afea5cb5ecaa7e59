"""Whose a text is, is decided by who held the number when it was sent; what nobody held is held for the operator."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.audit import SYSTEM
from delivery.models import Delivery
from inbox.models import Message
from ingest.configuration import Configuration, Holder
from ingest.models import StrayText
from numbers import services as numbers
from numbers.carriers.base import InboundSms
from numbers.models import Assignment, Channel
from tests.cast import House
from tests.live import LiveDoor

NUMBER = "+33639980001"
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture
def pool(acme: House, borealis: House, transactional_db: None) -> Channel:
    """A channel of the operator, on which Acme held NUMBER from ten days ago to three, and Borealis since two."""
    channel = numbers.create_channel(None, SYSTEM, carrier="sandbox", credentials={"secret": "s" * 24})
    mine = acme.sandbox.assignment
    Assignment.objects.filter(pk=mine.pk).update(
        channel=channel, starts_at=NOW - 10 * DAY, ends_at=NOW - 3 * DAY
    )
    Assignment.objects.create(
        number=mine.number,
        environment=borealis.sandbox.environment,
        channel=channel,
        starts_at=NOW - 2 * DAY,
    )
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    return channel


@pytest.fixture
def recycled(pool: Channel, door: LiveDoor) -> Channel:
    door.in_force(lambda known: len(known.holders.get((pool.pk, NUMBER), ())) == 2)
    return pool


def send(door: LiveDoor, channel: Channel, sent_at: datetime | None, at: datetime | None = None) -> None:
    id = f"id-{sent_at}"
    door.take(channel, InboundSms(id, "+33639980417", NUMBER, "Your bank's code", sent_at), at=at or NOW)


def test_a_text_from_before_the_move_is_the_former_holders(
    door: LiveDoor, recycled: Channel, acme: House, borealis: House
) -> None:
    send(door, recycled, NOW - 3 * DAY - timedelta(seconds=1))
    message = Message.objects.get()
    assert message.environment == acme.sandbox.environment
    assert Delivery.objects.get().environment == acme.sandbox.environment
    send(door, recycled, NOW - DAY)
    assert Message.objects.filter(environment=borealis.sandbox.environment).count() == 1


@pytest.mark.parametrize(
    "age", [2.5 * DAY, 2 * DAY + timedelta(seconds=1), 6 * DAY + timedelta(days=2), -2 * DAY]
)
def test_a_text_of_no_holders_time_is_held_without_its_content(
    door: LiveDoor, recycled: Channel, age: timedelta
) -> None:
    """Between the two holders, just before the second, older than any carrier tries, and from the future."""
    send(door, recycled, NOW - age)
    assert not Message.objects.exists()
    stray = StrayText.objects.get()
    assert (stray.kind, stray.number, stray.stamped_at) == ("held", NUMBER, NOW - age)
    assert (stray.raw, stray.sealed_raw) == (None, None)


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(minutes=3), timedelta(hours=14)])
def test_a_stamp_ahead_of_now_is_taken_for_now_where_one_holder_is_possible(
    door: LiveDoor, recycled: Channel, borealis: House, ahead: timedelta
) -> None:
    send(door, recycled, NOW + ahead)
    assert Message.objects.get().environment == borealis.sandbox.environment


def test_without_a_stamp_the_time_of_arrival_decides(
    door: LiveDoor, recycled: Channel, borealis: House
) -> None:
    send(door, recycled, None)
    assert Message.objects.get().environment == borealis.sandbox.environment


def test_clocks_differ_and_the_first_holder_has_nobody_before(
    door: LiveDoor, acme: House, transactional_db: None
) -> None:
    """A carrier's clock that is some seconds late must not hold back the text that a newcomer tries first."""
    channel, since = acme.sandbox.channel, acme.sandbox.assignment.starts_at
    door.in_force(lambda known: (channel.pk, NUMBER) in known.holders)
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    for early, count in ((timedelta(minutes=4), 1), (timedelta(minutes=6), 1)):
        send(door, channel, since - early, at=since)
        assert Message.objects.count() == count
    assert StrayText.objects.get().kind == "held"


def test_a_change_at_one_holder_forgets_no_other(
    door: LiveDoor, recycled: Channel, acme: House, borealis: House
) -> None:
    """Only the environment that changed is loaded again; the number has a history with two."""
    numbers.create_channel(
        borealis.sandbox.environment, SYSTEM, carrier="sandbox", name="new", credentials={"secret": "n" * 24}
    )
    door.in_force(
        lambda known: (
            sum(c.environment == borealis.sandbox.environment.pk for c in known.channels.values()) == 2
        )
    )
    holders = door.intake.configuration.holders[recycled.pk, NUMBER]
    assert [holder.environment for holder in holders] == [
        borealis.sandbox.environment.pk,
        acme.sandbox.environment.pk,
    ]


def test_a_tenants_own_channel_serves_no_former_holder_of_another_tenant(
    door: LiveDoor, recycled: Channel, acme: House, borealis: House
) -> None:
    """Such rows the database refuses; the door does not count on that."""
    known, shared, at = door.intake.configuration, door.view(recycled), NOW - 5 * DAY
    own = shared._replace(environment=borealis.sandbox.environment.pk)
    former = known.holder(shared, NUMBER, at)
    assert former is not None
    assert former.environment == acme.sandbox.environment.pk
    assert known.holder(own, NUMBER, at) is None


def test_a_clock_that_is_fast_tells_nothing_about_a_number_that_moved_today(
    door: LiveDoor, recycled: Channel, acme: House, borealis: House
) -> None:
    """Stamped ahead, the text may be from any moment of the last day, and so the former holder's."""
    moved = NOW - timedelta(hours=1)
    Assignment.objects.filter(environment=acme.sandbox.environment).update(ends_at=moved)
    Assignment.objects.filter(environment=borealis.sandbox.environment, channel=recycled).update(
        starts_at=moved
    )
    door.in_force(lambda known: {holder.since for holder in known.holders[recycled.pk, NUMBER]} >= {moved})
    send(door, recycled, NOW + timedelta(hours=2))
    assert not Message.objects.exists()
    assert StrayText.objects.get().kind == "held"


def test_no_skew_where_another_held_the_number_on_another_channel(
    door: LiveDoor, acme: House, borealis: House, transactional_db: None
) -> None:
    """Acme's number moved to Borealis' own channel; what was sent just before is not Borealis'."""
    number, theirs = acme.sandbox.assignment.number, borealis.sandbox.channel
    Assignment.objects.filter(number=number).update(ends_at=NOW - timedelta(minutes=1))
    Assignment.objects.create(
        number=number,
        environment=borealis.sandbox.environment,
        channel=theirs,
        starts_at=NOW - timedelta(seconds=30),
    )
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    door.in_force(lambda known: (theirs.pk, NUMBER) in known.holders)
    send(door, theirs, NOW - timedelta(minutes=3))
    assert not Message.objects.exists()
    assert StrayText.objects.get().kind == "held"


def test_what_this_process_has_not_heard_of_yet_is_looked_up(
    door: LiveDoor, acme: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number that was assigned a moment ago loses no text to a door whose memory is older than that."""
    view, known = door.view(acme.sandbox.channel), door.intake.configuration
    door.in_force(lambda known: (view.id, NUMBER) in known.holders)
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    asked, heard = door.intake.strays.is_held, threading.Event()

    async def then_the_notice_comes(*args: Any) -> bool:
        held = await asked(*args)
        heard.set()
        return held

    def holder(*args: Any) -> Holder | None:
        return Configuration.holder(known, *args) if heard.is_set() else None

    monkeypatch.setattr(known, "holder", holder)
    monkeypatch.setattr(door.intake.strays, "is_held", then_the_notice_comes)
    door.take(acme.sandbox.channel, InboundSms("a", "+33639980417", NUMBER, "first"))
    assert Message.objects.get().content == "first"
    assert not StrayText.objects.exists()


def test_a_text_of_nobodys_takes_no_other_text_of_its_request_along(
    door: LiveDoor, recycled: Channel
) -> None:
    texts = [
        InboundSms("a", "+33639980417", "+33639989999", "to a number unknown"),
        InboundSms("b", "+33639980417", NUMBER, "words that are held", NOW - 2.5 * DAY),
        InboundSms("c", "+33639980417", NUMBER, "words that are delivered", NOW - DAY),
    ]
    door.take(recycled, *texts, at=NOW)
    kept = {stray.kind: stray.raw or b"" for stray in StrayText.objects.all()}
    assert set(kept) == {"unrouted", "held"}
    assert b"to a number unknown" in kept["unrouted"]
    assert not any(b"words" in raw for raw in kept.values())
