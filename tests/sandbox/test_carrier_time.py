"""Carriers date their texts by the real clock: a sandbox whose clock was moved shows all times by its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Environment
from ingest.models import StrayText
from numbers.carriers.base import InboundSms, Part
from tests.cast import House
from tests.live import LiveDoor, until
from tests.sandbox.simulating import Simulator

AHEAD = timedelta(days=30)
NEARLY = timedelta(seconds=60)


@pytest.fixture
def moved(acme: House, simulator: Simulator, door: LiveDoor) -> Simulator:
    """Acme's sandbox a month ahead, as the door knows."""
    id = acme.sandbox.environment.pk
    Environment.objects.filter(pk=id).update(clock_offset=AHEAD)
    door.in_force(lambda known: known.environments[id].clock_offset == AHEAD)
    return simulator


def test_a_text_that_a_carrier_dates_now_is_from_now(acme: House, moved: Simulator, door: LiveDoor) -> None:
    now = datetime.now(UTC)
    door.take(acme.sandbox.channel, InboundSms("id-1", "Bank", moved.number, "Now", sent_at=now))
    [message] = moved.messages()
    assert message.sent_at == now + AHEAD
    assert abs(message.received_at - message.sent_at) < NEARLY
    assert StrayText.objects.count() == 0


def test_the_parts_of_a_text_are_dated_alike(acme: House, moved: Simulator, door: LiveDoor) -> None:
    now = datetime.now(UTC)
    for number in (1, 2):
        part = Part("7", 2, number, b"half", "latin1")
        door.take(
            acme.sandbox.channel,
            InboundSms(f"id-{number}", "Bank", moved.number, "half", sent_at=now, part=part),
        )
    until(moved.messages)
    assert [message.sent_at for message in moved.messages()] == [now + AHEAD]


def test_what_is_simulated_says_the_time_that_was_asked_for(moved: Simulator) -> None:
    told = datetime.now(UTC).replace(microsecond=0) + AHEAD - timedelta(days=2)
    moved.send("Two days ago", carrier="telnyx", sentAt=told.isoformat())
    moved.send("Now", carrier="telnyx")
    first, second = moved.messages()
    assert first.sent_at == told
    assert second.sent_at is not None
    assert abs(second.received_at - second.sent_at) < NEARLY


def test_a_stamp_beyond_belief_is_so_by_the_real_clock(acme: House, moved: Simulator, door: LiveDoor) -> None:
    """As in live: a text of eight days ago is nobody's, and one of the sandbox's own future is too."""
    now = datetime.now(UTC)
    for id, sent_at in (("old", now - timedelta(days=8)), ("ahead", now + AHEAD)):
        door.take(acme.sandbox.channel, InboundSms(id, "Bank", moved.number, id, sent_at=sent_at))
    assert moved.messages() == []
    assert StrayText.objects.count() == 2
