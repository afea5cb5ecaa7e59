"""What comes twice counts once: by the carrier's id for good, by content for a short while, longer after a break."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.database import dsn
from delivery.models import Delivery
from inbox.models import Message, RepeatKey
from ingest.batch import Link, TryAgain
from ingest.doubts import Doubts
from numbers.carriers.base import InboundSms
from numbers.models import Channel
from tests.cast import House
from tests.live import LiveDoor, until

NUMBER = "+33639980001"
Later = Callable[[float], datetime]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def channel(door: LiveDoor, acme: House) -> Channel:
    channel, environment = acme.sandbox.channel, acme.sandbox.environment.pk
    # The cast makes the route last.
    door.in_force(lambda known: environment in known.environments and known.environments[environment].routes)
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


def test_with_no_window_each_counts_and_none_is_written_twice(
    door: LiveDoor, channel: Channel, later: Later, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second try of a write whose outcome is unknown must not find that it is a text of its own."""
    settings.SAME_CONTENT_S = 0
    execute, tries = Link.execute, 0

    async def outcome_unknown(link: Link, sql: str, parameters: dict[str, Any]) -> Any:
        nonlocal tries
        done = await execute(link, sql, parameters)
        tries += 1
        if tries == 1:
            raise TimeoutError
        return done

    monkeypatch.setattr(Link, "execute", outcome_unknown)
    door.take(channel, text(), at=later(0))
    assert (tries, count()) == (2, 1)
    door.take(channel, text(), at=later(0))
    assert count() == 2


def test_twice_in_one_request_counts_once(door: LiveDoor, channel: Channel, later: Later) -> None:
    door.take(channel, text(), text(), text("the code is 2"), text(), at=later(0))
    assert count() == 2


def test_what_was_not_heard_to_be_kept_is_known_for_longer(
    door: LiveDoor, channel: Channel, later: Later, settings: LazySettings
) -> None:
    """A connection ended before the answer: the same content hours later is the same text, sent again."""
    keys = door.take(channel, text(), at=later(0))
    assert len(keys) == 1
    door.intake.tasks[0].get_loop().call_soon_threadsafe(door.intake.doubt, keys)
    until(lambda: RepeatKey.objects.get().repeats_until == later(settings.REDELIVERY_S))
    door.take(channel, text(), at=later(3600))
    assert count() == 1
    door.take(channel, text(), at=later(settings.REDELIVERY_S + 1))
    assert count() == 2


def test_after_a_crash_the_last_texts_are_in_doubt(
    door: LiveDoor, channel: Channel, later: Later, settings: LazySettings
) -> None:
    door.take(channel, text("long before"), at=later(-200))
    door.take(channel, text("with an id", id="a"), at=later(0))
    door.take(channel, text("just before"), at=later(-20))

    async def begin() -> None:
        doubts = Doubts(dsn())
        assert await doubts.remember_last()
        doubts.link.drop()

    asyncio.run(begin())
    for content in ("long before", "just before"):
        door.take(channel, text(content), at=later(7200))
    door.take(channel, text("again", id="a"), at=later(7200))
    assert sorted(m.content for m in Message.objects.all()) == [
        "just before",
        "long before",
        "long before",
        "with an id",
    ]


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
    """Equal texts of two tenants have different keys, so that nobody can compare them."""
    theirs = borealis.sandbox.channel
    door.in_force(lambda known: (theirs.pk, "+33639980002") in known.holders)
    first = door.take(channel, text(), at=later(0))
    second = door.take(theirs, InboundSms(None, "+33639980417", "+33639980002", "OK"), at=later(0))
    assert first != second
