"""Every carrier through the real door: stored once however often it comes, and lost nowhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from accounts.audit import SYSTEM
from delivery.models import Delivery
from inbox.models import Message
from ingest import documents
from ingest.models import StrayText
from numbers import services as numbers
from numbers.carriers.base import Reply
from numbers.models import Assignment, Channel
from tests.carrier_battery import RECIPIENT, Case, Sms, every_case
from tests.cast import House
from tests.live import WITHIN_S, LiveDoor


@pytest.fixture
def channel(case: Case, door: LiveDoor, acme: House, monkeypatch: pytest.MonkeyPatch) -> Channel:
    """Acme's sandbox number on a channel of the case's carrier, whose documents can be had."""
    monkeypatch.setattr(documents, "fetch", lambda url, total_s: Reply(200, case.fetched[url]))
    environment = acme.sandbox.environment
    Assignment.objects.filter(environment=environment).update(
        starts_at=datetime.now(UTC) - timedelta(hours=1)
    )
    made = numbers.create_channel(environment, SYSTEM, carrier=case.name, credentials=dict(case.credentials))
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=made)
    door.in_force(lambda known: (made.pk, RECIPIENT) in known.holders)
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    return made


def send(door: LiveDoor, channel: Channel, case: Case, body: bytes, **headers: str) -> tuple[int, bytes]:
    """Post it as the carrier would just now."""
    url = settings.PUBLIC_INGEST_URL + channel.path
    body = case.enclosed(body, datetime.now(UTC))
    signed = case.sign(url, body, case.credentials, datetime.now(UTC))
    headers = {"content-type": case.content_type, **signed, **headers}
    if case.in_query:
        answer = door.http.get(f"{door.url}{channel.path}?{body.decode()}", headers=headers, timeout=WITHIN_S)
    else:
        answer = door.post(channel.path, body, headers)
    return answer.status_code, answer.content


@every_case
def test_a_repeat_is_stored_once_and_acknowledged_as_the_carrier_likes(
    case: Case, channel: Channel, door: LiveDoor
) -> None:
    body = case.body(Sms(text="Votre code : 482913", at=datetime.now(UTC)))
    acknowledged = (case.carrier.accepted.status, case.carrier.accepted.body)
    assert [send(door, channel, case, body) for _ in range(3)] == [acknowledged] * 3
    message = Message.objects.get()
    assert (message.content, message.number_used) == ("Votre code : 482913", RECIPIENT)
    assert Delivery.objects.count() == 1


@every_case
def test_an_unknown_number_is_kept_for_the_operator(case: Case, channel: Channel, door: LiveDoor) -> None:
    body = case.body(Sms(recipient="+33639989999", at=datetime.now(UTC)))
    assert send(door, channel, case, body)[0] == 200
    assert not Message.objects.exists()
    assert StrayText.objects.get().kind == "unrouted"


@every_case
def test_strangers_and_probes_leave_nothing(case: Case, channel: Channel, door: LiveDoor) -> None:
    body = case.body(Sms())
    for header in case.needs:
        assert send(door, channel, case, body, **{header: "x"})[0] in case.refused
    if case.probe:
        assert send(door, channel, case, b"")[0] == 200
    assert not Message.objects.exists()
    assert not StrayText.objects.exists()
