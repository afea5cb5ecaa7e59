"""Carriers that are asked: their texts arrive once, in spite of outages on either side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.conf import LazySettings
from ovh import Client

from accounts.audit import SYSTEM
from delivery.models import Delivery
from inbox.models import Message
from ingest import polling
from ingest.link import Link
from ingest.models import StrayText
from ingest.polling import pause_s
from numbers import services as numbers
from numbers.carriers import ovh
from numbers.models import Assignment, Channel
from tests.carrier_apis import FakeOvh, ovh_api
from tests.cast import House
from tests.live import polling_of, until

NUMBER = "+33639980001"
OTHER = "+33639980003"


@pytest.fixture
def fake(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeOvh]:
    with ovh_api() as made:
        settings.OVH_API_URL = made.receiver.url + "/1.0"
        settings.OVH_POLL_S = 0.05
        monkeypatch.setattr(polling, "TICK_S", 0.01)
        monkeypatch.setattr(polling, "MOST_PAUSE_S", 0.1)
        made.texts["0033639980001"] = {}
        yield made


@pytest.fixture
def channel(transactional_db: None, acme: House, fake: FakeOvh) -> Channel:
    """Acme's sandbox number at OVHcloud, held for a month."""
    made = numbers.create_channel(
        acme.sandbox.environment, SYSTEM, carrier="ovh", credentials=fake.credentials
    )
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=made)
    Assignment.objects.filter(channel=made).update(starts_at=datetime.now(UTC) - timedelta(days=30))
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    return made


def contents() -> list[str | None]:
    return [message.content for message in Message.objects.order_by("pk")]


def test_texts_arrive_once_oldest_first_and_stay_at_the_carrier(channel: Channel, fake: FakeOvh) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    fake.receive(NUMBER, 7, "first code 😀", at)
    fake.receive(NUMBER, 8, "second", sender="33639980418")
    with polling_of():
        until(lambda: len(contents()) == 2)
        asked = len(fake.asked("/incoming"))
        fake.receive(NUMBER, 9, "third")
        until(lambda: len(contents()) == 3 and len(fake.asked("/incoming")) > asked + 3)
    assert contents() == ["first code 😀", "second", "third"]
    first, second, _third = Message.objects.order_by("pk")
    assert (first.carrier_message_id, first.sent_at, first.number_used) == ("7", at, NUMBER)
    assert second.sender_id == "+33639980418"
    assert Delivery.objects.count() == 1  # of the one that a route takes
    assert [fake.asked(f"/{id}") for id in (7, 8, 9)] == [
        [f"/1.0/sms/sms-ab12345-1/virtualNumbers/0033639980001/incoming/{id}"] for id in (7, 8, 9)
    ]
    assert set(fake.texts["0033639980001"]) == {7, 8, 9}


def test_after_a_restart_only_what_is_new_is_asked_for(channel: Channel, fake: FakeOvh) -> None:
    fake.receive(NUMBER, 7, "before", datetime.now(UTC) - timedelta(days=3))
    with polling_of():
        until(lambda: len(contents()) == 1)
    fake.receive(NUMBER, 6, "while nobody asked", datetime.now(UTC) - timedelta(days=2))
    with polling_of():
        until(lambda: len(contents()) == 2)
    assert len(fake.asked("/7")) == 1


def test_what_came_before_the_number_was_held_is_not_its_holders(channel: Channel, fake: FakeOvh) -> None:
    now = datetime.now(UTC)
    Assignment.objects.filter(channel=channel).update(starts_at=now - timedelta(minutes=10))
    fake.receive(NUMBER, 1, "for somebody else", now - timedelta(minutes=11))
    fake.receive(NUMBER, 2, "for Acme", now - timedelta(minutes=9))
    with polling_of():
        until(lambda: contents() == ["for Acme"] and len(fake.asked("/incoming")) > 2)
    assert contents() == ["for Acme"]
    assert fake.asked("/1") == []


def test_texts_are_not_older_than_a_repeat_is_known(
    channel: Channel, fake: FakeOvh, settings: LazySettings
) -> None:
    settings.CARRIER_IDS_KEPT_DAYS = 1
    fake.receive(NUMBER, 1, "too old", datetime.now(UTC) - timedelta(hours=13))
    fake.receive(NUMBER, 2, "recent", datetime.now(UTC) - timedelta(hours=11))
    with polling_of():
        until(lambda: len(fake.asked("/incoming")) > 2)
    assert contents() == ["recent"]


def test_wrong_credentials_are_said_in_a_word_and_mended_ones_tried_at_once(
    channel: Channel, fake: FakeOvh, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(polling, "MOST_PAUSE_S", 3600)
    monkeypatch.setattr(polling, "pause_s", lambda every_s, failures: 3600)
    fake.receive(NUMBER, 7, "patient")
    numbers.update_channel(channel, SYSTEM, credentials={**fake.credentials, "consumerKey": "wr0ng"})
    with polling_of():
        until(lambda: any(record.__dict__.get("reason") == "wrongCredentials" for record in caplog.records))
        assert contents() == []
        numbers.update_channel(channel, SYSTEM, credentials=fake.credentials)
        until(lambda: contents() == ["patient"])
    assert not any("wr0ng" in str(record.__dict__) for record in caplog.records)


def test_an_outage_of_the_carrier_is_waited_for(channel: Channel, fake: FakeOvh) -> None:
    fake.receive(NUMBER, 7, "late")
    fake.failing = 4
    with polling_of():
        until(lambda: contents() == ["late"])
    assert fake.failing == 0


def test_an_outage_of_our_database_loses_nothing(
    channel: Channel, fake: FakeOvh, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(self: Link, sql: str, parameters: dict[str, object]) -> None:
        raise psycopg.OperationalError("the server closed the connection")

    monkeypatch.setattr(polling, "DEADLINE_S", 0.1)
    fake.receive(NUMBER, 7, "kept")
    with monkeypatch.context() as outage, polling_of():
        outage.setattr(Link, "execute", away)
        until(lambda: len(fake.asked("/7")) > 2)  # asked for again, since nothing was promised
        assert contents() == []
        outage.undo()
        until(lambda: contents() == ["kept"])


def test_one_number_that_the_account_has_not_stops_no_other(
    channel: Channel, fake: FakeOvh, acme: House
) -> None:
    numbers.assign_number(acme.sandbox.environment, SYSTEM, number=OTHER, channel=channel)
    older = Assignment.objects.get(number__number=OTHER)
    Assignment.objects.filter(pk=acme.sandbox.assignment.pk).update(channel=channel)
    assert older.pk > acme.sandbox.assignment.pk
    del fake.texts["0033639980001"]
    fake.receive(OTHER, 7, "for the other")
    Assignment.objects.filter(channel=channel).update(starts_at=datetime.now(UTC) - timedelta(days=1))
    with polling_of():
        until(lambda: contents() == ["for the other"])


@pytest.mark.parametrize("broken", [{"message": "a\0b"}, {"message": None}, {"sender": ""}, {"id": "seven"}])
def test_a_text_that_cannot_be_read_is_the_operators_and_stops_no_other(
    channel: Channel, fake: FakeOvh, broken: dict[str, object]
) -> None:
    fake.receive(NUMBER, 7, "broken")
    fake.texts["0033639980001"][7] |= broken
    fake.receive(NUMBER, 8, "fine")
    with polling_of():
        until(lambda: contents() == ["fine"] and len(fake.asked("/7")) > 1)
    stray = StrayText.objects.get()
    assert (stray.kind, stray.channel_id) == ("unreadable", channel.pk)


def test_many_texts_come_in_several_looks(
    channel: Channel, fake: FakeOvh, monkeypatch: pytest.MonkeyPatch, settings: LazySettings
) -> None:
    monkeypatch.setattr(polling, "MOST", 3)
    settings.OVH_POLL_S = 3600  # but what is known to be there is fetched at once
    for id in range(10):
        fake.receive(NUMBER, id, f"text {id}")
    with polling_of():
        until(lambda: len(contents()) == 10)
    assert contents() == [f"text {id}" for id in range(10)]


def test_a_closed_channel_is_asked_no_more(channel: Channel, fake: FakeOvh, acme: House) -> None:
    with polling_of() as poller:
        until(lambda: fake.asked("/incoming"))
        numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=acme.sandbox.channel)
        numbers.delete_channel(channel, SYSTEM)
        until(lambda: not poller.turns)


def test_their_clock_counts(channel: Channel, fake: FakeOvh) -> None:
    fake.ahead_s = 3600
    fake.receive(NUMBER, 7, "from the future")
    with polling_of():
        until(lambda: contents() == ["from the future"])


def test_the_stand_in_and_we_agree_with_the_vendors_own_client(fake: FakeOvh) -> None:
    given = fake.credentials
    client = Client(
        endpoint="ovh-eu",
        application_key=given["applicationKey"],
        application_secret=given["applicationSecret"],
        consumer_key=given["consumerKey"],
    )
    client._endpoint = fake.receiver.url + "/1.0"
    fake.receive(NUMBER, 7, "first")
    path = "/sms/sms-ab12345-1/virtualNumbers/0033639980001/incoming"
    assert client.get(path, **{"creationDatetime.from": "2026-01-01T00:00:00+00:00"}) == [7]
    assert client.get(f"{path}/7")["message"] == "first"
    for request in fake.receiver.requests[1:]:  # after the time
        url = fake.receiver.url + request.path
        signed_at = request.headers["x-ovh-timestamp"]
        assert ovh.signature(given, "GET", url, signed_at) == request.headers["x-ovh-signature"]
    client._application_secret = "wr0ng"
    with pytest.raises(Exception, match="credential"):
        client.get(path)


def test_pauses_grow_to_an_hour() -> None:
    pauses = [pause_s(60, failures) for failures in range(1, 12)]
    assert 54 <= pauses[0] <= 66
    assert all(3240 <= pause <= 3960 for pause in pauses[6:])
