"""Retention of what the door remembers: gone when its time is over, kept until then."""

from __future__ import annotations

from datetime import timedelta

from django.conf import LazySettings

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import uuid7
from accounts.models import LoginFailure
from delivery import events, services
from delivery.models import Attempt, Delivery, Event
from inbox.models import RepeatKey
from ingest.models import StrayText
from operations.tasks import purge
from tests.cast import House, store_attempt


def test_what_is_past_its_time_goes_and_nothing_else(acme: House, settings: LazySettings) -> None:
    settings.CARRIER_IDS_KEPT_DAYS, settings.STRAY_TEXTS_KEPT_DAYS = 14, 3
    now, channel = clock(), acme.live.channel
    for days in (1, 13, 15, 400):
        at = now - timedelta(days=days)
        RepeatKey.objects.create(digest=uuid7().bytes, message_id=uuid7(), seen_at=at, repeats_until=at)
        StrayText.objects.create(
            kind="unrouted", channel=channel, digest=uuid7().bytes, sealed_raw=b"", received_at=at
        )
        LoginFailure.objects.create(who=b"w", source=b"s", at=at)
    LoginFailure.objects.create(who=b"w", source=b"s", at=now)
    assert purge() == {
        "repeatKeys": 2,
        "parts": 0,
        "strayTexts": 3,
        "events": 0,
        "accessTokens": 0,
        "loginFailures": 4,
    }
    assert (RepeatKey.objects.count(), StrayText.objects.count(), LoginFailure.objects.count()) == (2, 1, 1)
    assert purge() == {
        "repeatKeys": 0,
        "parts": 0,
        "strayTexts": 0,
        "events": 0,
        "accessTokens": 0,
        "loginFailures": 0,
    }


def test_events_go_with_what_was_sent_of_them_but_not_while_one_waits(
    acme: House, settings: LazySettings
) -> None:
    services.update_endpoint(acme.live.endpoint, SYSTEM, events=["endpoint.enabled"])
    for _ in range(2):
        events.of_endpoint(acme.live.environment, "endpoint.enabled", acme.live.endpoint.pk)
    sent, waits = acme.live.endpoint.deliveries.filter(state="pending").order_by("pk")
    Delivery.objects.filter(pk=sent.pk).update(state="delivered", due_at=None)
    store_attempt(sent)
    assert purge()["events"] == 0
    settings.EVENTS_KEPT_DAYS = -1  # what comes tomorrow is old
    assert purge()["events"] == 3  # and those that the cast brings
    assert list(Event.objects.values_list("pk", flat=True)) == [waits.event_id]
    assert set(acme.live.endpoint.deliveries.values_list("pk", flat=True)) == {
        acme.live.delivery.pk,
        waits.pk,
    }
    assert list(Attempt.objects.filter(environment=acme.live.environment)) == [acme.live.attempt]
