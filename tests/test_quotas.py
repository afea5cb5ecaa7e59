"""A quota of texts warns, then slows the API, and never costs a text."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from accounts import limits
from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.models import AuditEntry, Environment
from operations import quotas
from operations.tasks import look_at_quotas
from tests.cast import House, Side, store_message

Level = Environment.QuotaLevel


def receive(side: Side, count: int) -> None:
    for _ in range(count):
        store_message(side.assignment)


def level(side: Side) -> int:
    side.environment.refresh_from_db()
    return side.environment.quota_level


def told(side: Side) -> list[tuple[str, int, int]]:
    rows = side.environment.events.filter(type__startswith="quota.").order_by("pk")
    return [(row.type, row.payload["messagesAMonth"], row.payload["received"]) for row in rows]


def shown(house: House, side: Side) -> str:
    browser = Client()
    browser.force_login(house.users["viewer"])
    return browser.get(reverse("environment", kwargs={"env_id": side.ids["env_id"]})).content.decode()


def test_it_warns_at_four_fifths_and_tells_when_it_is_passed(acme: House) -> None:
    side = acme.live  # which has one text
    limits.choose(side.environment, SYSTEM, messages_allowed=5)
    assert (look_at_quotas(), level(side), told(side)) == (0, Level.WITHIN, [])
    assert "quota" not in shown(acme, side)
    receive(side, 3)
    assert (look_at_quotas(), level(side)) == (1, Level.NEAR)
    assert "Near this month’s quota" in shown(acme, side)
    receive(side, 4)
    assert (look_at_quotas(), level(side)) == (1, Level.EXCEEDED)
    assert "Past this month’s quota" in shown(acme, side)
    assert look_at_quotas() == 0
    assert told(side) == [("quota.warned", 5, 4), ("quota.exceeded", 5, 5)]
    assert (level(acme.sandbox), told(acme.sandbox)) == (Level.WITHIN, [])


def test_a_new_month_begins_anew(acme: House, monkeypatch: pytest.MonkeyPatch) -> None:
    limits.choose(acme.live.environment, SYSTEM, messages_allowed=1)
    look_at_quotas()
    assert level(acme.live) == Level.EXCEEDED
    later = clock() + timedelta(days=32)
    monkeypatch.setattr(quotas, "clock", lambda environment: later)
    assert (look_at_quotas(), level(acme.live)) == (1, Level.WITHIN)
    assert len(told(acme.live)) == 1


def test_the_month_is_the_environments_own(acme: House) -> None:
    side = acme.sandbox
    limits.choose(side.environment, SYSTEM, messages_allowed=2)
    Environment.objects.filter(pk=side.environment.pk).update(clock_offset=timedelta(days=62))
    side.environment.refresh_from_db()
    receive(side, 1)
    assert look_at_quotas() == 0
    receive(side, 1)
    assert (look_at_quotas(), level(side)) == (1, Level.EXCEEDED)


def test_who_has_no_quota_any_more_is_within_it(acme: House) -> None:
    limits.choose(acme.live.environment, SYSTEM, messages_allowed=1)
    look_at_quotas()
    limits.choose(acme.live.environment, SYSTEM, messages_allowed=None)
    assert (look_at_quotas(), level(acme.live)) == (1, Level.WITHIN)


def test_the_operators_quota_counts_for_all(acme: House, settings: LazySettings) -> None:
    settings.MESSAGES_A_MONTH = 1
    limits.choose(acme.sandbox.environment, SYSTEM, messages_allowed=100)
    assert look_at_quotas() == 1
    assert (level(acme.live), level(acme.sandbox)) == (Level.EXCEEDED, Level.WITHIN)


def test_a_change_of_limits_is_on_the_trail(acme: House) -> None:
    for value in (7, 7, None):
        limits.choose(acme.live.environment, SYSTEM, messages_allowed=value)
    entries = AuditEntry.objects.filter(action="limits.updated").order_by("pk")
    assert [(entry.before, entry.after) for entry in entries] == [
        ({"messages_allowed": None}, {"messages_allowed": 7}),
        ({"messages_allowed": 7}, {"messages_allowed": None}),
    ]
