"""Retention of what the door remembers: gone when its time is over, kept until then."""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import LazySettings
from django.contrib.sessions.models import Session

from accounts.clock import clock
from accounts.ids import uuid7
from accounts.models import LoginFailure
from inbox.models import RepeatKey
from ingest.models import StrayText
from operations.tasks import purge
from tests.cast import House


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
    gone = purge()
    assert {name: count for name, count in gone.items() if count} == {
        "repeatKeys": 2,
        "strayTexts": 3,
        "loginFailures": 4,
    }
    assert (RepeatKey.objects.count(), StrayText.objects.count(), LoginFailure.objects.count()) == (2, 1, 1)
    assert set(purge()) == set(gone)
    assert not any(purge().values())


def test_sessions_that_ran_out_leave_no_address_behind(acme: House) -> None:
    now, owner = clock(), acme.users["owner"]
    for number, hours in enumerate((1, 11, 13)):
        at = now - timedelta(hours=hours)
        UserSession.objects.create(user=owner, session_key=f"k{number}", ip="192.0.2.1", last_seen_at=at)
        Session.objects.create(session_key=f"k{number}", expire_date=at + timedelta(hours=12))
    done = purge()
    assert (done["sessions"], done["listedSessions"]) == (1, 1)
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {"k0", "k1"}
