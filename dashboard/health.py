"""How an endpoint fares, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.templatetags.pages import ago, exact
from delivery.failover import stand_in_of
from delivery.models import Endpoint, Health


@dataclass(frozen=True, slots=True)
class Condition:
    """`state` is a key of dashboard.words.HEALTH."""

    state: str
    words: Any


def condition(endpoint: Endpoint, now: datetime) -> Condition:
    """How `endpoint` fares at `now`, of its environment's clock."""
    if endpoint.disabled_at is not None:
        because, texts = endpoint.get_disabled_because_display(), meanwhile(endpoint)
        if not texts:
            texts = _("What comes for it is held.")
        return Condition("disabled", f"{because} {texts}")
    health = Health.objects.filter(pk=endpoint.pk).exclude(failing_since=None).first()
    if health is None or health.failing_since is None:
        return Condition("healthy", _("What was last sent there arrived, or nothing has failed yet."))
    return failing(endpoint, health, health.failing_since, now)


def meanwhile(endpoint: Endpoint) -> str:
    """Who gets its texts now, where somebody does."""
    stand_in = stand_in_of(endpoint)
    return _("Texts go to %(endpoint)s meanwhile.") % {"endpoint": stand_in} if stand_in else ""


def failing(endpoint: Endpoint, health: Health, since: datetime, now: datetime) -> Condition:
    text = ngettext(
        "Failing since %(since)s, %(count)d try in a row.",
        "Failing since %(since)s, %(count)d tries in a row.",
        health.failures,
    )
    words = text % {"since": exact(since), "count": health.failures}
    if health.opened_at is None:
        return Condition("failing", words)
    return Condition("open", f"{words} {left_alone(health, now)} {meanwhile(endpoint)}".strip())


def left_alone(health: Health, now: datetime) -> str:
    if health.probe_at is None or health.probe_at <= now:
        return _("It is left alone; the next text is sent as a probe.")
    when = ago((now - health.probe_at).total_seconds()) or exact(health.probe_at)
    return _("It is left alone but for a probe, %(when)s.") % {"when": when}
