"""How many texts came in this month, of those expected: a quota warns, then slows the API, and costs no text."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts import limits
from accounts.clock import clock
from accounts.ids import earliest
from accounts.models import Environment
from delivery import events
from inbox.models import Message

Level = Environment.QuotaLevel
NEAR_PERCENT = 80
EVENTS = {Level.NEAR: "quota.warned", Level.EXCEEDED: "quota.exceeded"}


def look() -> int:
    """Settle the level of each environment that has a quota, or had one; answers how many changed."""
    rows = Environment.objects.all()
    if not settings.MESSAGES_A_MONTH:
        rows = rows.filter(Q(messages_allowed__isnull=False) | Q(quota_level__gt=Level.WITHIN))
    return sum(settle(environment) for environment in rows.iterator())


def settle(environment: Environment) -> bool:
    """Whether its level changed. One that rises is told as an event, in the same transaction."""
    allowed, before = limits.of(environment).messages, environment.quota_level
    received = received_in_month(environment, allowed) if allowed else 0
    level = level_of(received, allowed)
    if level == before:
        return False
    with transaction.atomic():
        mine = Environment.objects.filter(pk=environment.pk, quota_level=before).update(quota_level=level)
        if mine and level > before:
            events.tell(environment, EVENTS[level], messagesAMonth=allowed, received=received)
    return bool(mine)


def level_of(received: int, allowed: int | None) -> Level:
    if not allowed or received * 100 < allowed * NEAR_PERCENT:
        return Level.WITHIN
    return Level.EXCEEDED if received >= allowed else Level.NEAR


def received_in_month(environment: Environment, most: int) -> int:
    """Texts since the environment's month began, counted up to `most`."""
    month = month_of(clock(environment))
    # Ids are made by our own clock, which a sandbox's only ever gets further ahead of.
    rows = Message.objects.filter(environment=environment, pk__gte=earliest(month - environment.clock_offset))
    if environment.clock_offset:
        rows = rows.filter(received_at__gte=month)
    return rows[:most].count()


def month_of(at: datetime) -> datetime:
    """When the month of that time began, in UTC."""
    return at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
