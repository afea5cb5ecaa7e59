"""Twilio sends a text once: what did not arrive is asked for, by the poller and by an operator's command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from twilio.rest import Client

from accounts.audit import SYSTEM
from accounts.ids import public
from delivery.models import Delivery
from inbox.models import Message
from ingest import polling
from ingest.models import StrayText
from numbers import services as numbers
from numbers.calling import call
from numbers.carriers import twilio
from numbers.carriers.base import Enquiry
from numbers.models import Assignment, Channel
from tests.carrier_apis import ACCOUNT, FakeTwilio, twilio_api
from tests.carrier_requests import a_twilio_request, twilio_fields
from tests.cast import House
from tests.live import LiveDoor, polling_of, until

NUMBER = "+33639980001"
CREDENTIALS = {"authToken": "12345", "accountSid": ACCOUNT}


@pytest.fixture
def fake(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTwilio]:
    with twilio_api() as made:
        settings.TWILIO_API_URL = made.receiver.url
        settings.TWILIO_RECONCILE_S = 0.05
        monkeypatch.setattr(polling, "TICK_S", 0.01)
        monkeypatch.setattr(polling, "MOST_PAUSE_S", 0.1)
        yield made


@pytest.fixture
def channel(transactional_db: None, acme: House, fake: FakeTwilio) -> Channel:
    """Acme's sandbox number at Twilio, held for a month."""
    made = numbers.create_channel(acme.sandbox.environment, SYSTEM, carrier="twilio", credentials=CREDENTIALS)
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=made)
    Assignment.objects.filter(channel=made).update(starts_at=datetime.now(UTC) - timedelta(days=30))
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    return made


def contents() -> set[str | None]:
    return {message.content for message in Message.objects.all()}


def reconcile(channel: Channel, *more: str) -> str:
    out = StringIO()
    call_command("reconcile", "--channel", public("channel", channel.pk), *more, stdout=out)
    return out.getvalue()


def test_what_did_not_arrive_is_brought_and_what_did_is_not_stored_twice(
    channel: Channel, fake: FakeTwilio, door: LiveDoor
) -> None:
    door.in_force(lambda known: (channel.pk, NUMBER) in known.holders)
    for n in range(5):
        fake.receive(NUMBER, f"SM{n}", f"text {n}")
    fields = twilio_fields(MessageSid="SM3", From="+33639980417", To=NUMBER, Body="text 3")
    request = a_twilio_request(fields, "12345", f"http://127.0.0.1:8001{channel.path}")
    assert door.post(channel.path, request.body, dict(request.headers)).status_code == 200
    with polling_of():
        until(lambda: len(contents()) == 5)
        # A webhook that comes after all is a repeat.
        fields = twilio_fields(MessageSid="SM4", From="+33639980417", To=NUMBER, Body="text 4")
        late = a_twilio_request(fields, "12345", f"http://127.0.0.1:8001{channel.path}")
        assert door.post(channel.path, late.body, dict(late.headers)).status_code == 200
    assert contents() == {f"text {n}" for n in range(5)}
    assert Message.objects.count() == 5


def test_only_texts_to_us_that_are_here_and_recent(channel: Channel, fake: FakeTwilio) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
    fake.receive(NUMBER, "SM1", "sent by us", direction="outbound-api")
    fake.receive(NUMBER, "SM2", "on its way", status="receiving")
    fake.receive(NUMBER, "SM3", "before it was ours", datetime.now(UTC) - timedelta(days=31))
    fake.receive("+33639980009", "SM4", "for another number")
    fake.receive(NUMBER, "SM5", "picture", at, num_media="1", num_segments="2")
    fake.receive(NUMBER, "SM6", "a\0b")
    assert reconcile(channel) == "2 texts brought\n"
    message = Message.objects.get()
    assert (message.content, message.sent_at, message.segments) == ("picture", at, 2)
    assert message.carrier_message_id == "SM5"
    assert StrayText.objects.get().kind == "unreadable"
    assert reconcile(channel, "--since", (at - timedelta(days=6)).isoformat()) == "1 texts brought\n"
    assert Message.objects.count() == StrayText.objects.count() == 1


def test_links_to_pictures_come_with_the_text(fake: FakeTwilio) -> None:

    fake.receive(NUMBER, "SM5", "picture", num_media="1")
    now = datetime.now(UTC)
    enquiry = Enquiry(call, fake.receiver.url, CREDENTIALS, NUMBER, now - timedelta(hours=1), (), lambda: now)
    [found] = twilio.fetch(enquiry)
    assert found.sms is not None
    base = f"{fake.receiver.url}/2010-04-01/Accounts/{ACCOUNT}/Messages/SM5/Media"
    assert found.sms.media == (f"{base}/ME1",)


def test_the_next_page_is_asked_for_at_twilio_and_nowhere_else(channel: Channel, fake: FakeTwilio) -> None:
    fake.receive(NUMBER, "SM1", "first")
    for elsewhere in ("//evil.example/2010-04-01/Accounts/", "/2010-04-01/Accounts/AC1/Messages.json", "x"):
        fake.next_page = elsewhere
        with pytest.raises(CommandError, match="malformedAnswer"):
            reconcile(channel)
    assert contents() == {"first"}  # what had come by then


def test_a_channel_without_an_account_is_not_asked(channel: Channel, fake: FakeTwilio) -> None:
    numbers.update_channel(channel, SYSTEM, credentials={"authToken": "12345"})
    with polling_of() as poller:
        until(lambda: channel.token in poller.intake.configuration.channels)
        assert poller.due() == []
    with pytest.raises(CommandError, match="cannot be asked"):
        reconcile(channel)
    assert fake.receiver.requests == []


def test_the_command_says_what_is_wrong(channel: Channel, fake: FakeTwilio, acme: House) -> None:
    fake.token = "another"
    with pytest.raises(CommandError, match="wrongCredentials"):
        reconcile(channel)
    long_ago = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    for since, problem in (
        (long_ago, "stored twice"),
        ("yesterday", "look like"),
        ("2026-11-24T08:00:00", "zone"),
    ):
        with pytest.raises(CommandError, match=problem):
            reconcile(channel, "--since", since)
    with pytest.raises(CommandError, match="id of a channel"):
        call_command("reconcile", "--channel", "1")
    with pytest.raises(CommandError, match="no such channel"):
        call_command("reconcile", "--channel", public("channel", acme.sandbox.environment.pk))


def test_the_stand_in_is_one_to_the_vendors_own_client(fake: FakeTwilio) -> None:
    for n in range(5):
        fake.receive(NUMBER, f"SM{n}", f"text {n}")
    client = Client(ACCOUNT, "12345")
    client.api.base_url = fake.receiver.url
    yesterday = datetime.now(UTC) - timedelta(days=1)
    listed = client.messages.list(to=NUMBER, date_sent_after=yesterday)
    assert [(message.sid, message.body) for message in listed] == [
        (f"SM{n}", f"text {n}") for n in range(4, -1, -1)
    ]
    assert all(message.direction == "inbound" for message in listed)
    theirs = fake.receiver.requests[0].path
    assert "DateSent%3E=" in theirs
    assert "To=%2B33639980001" in theirs
