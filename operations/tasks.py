"""The clockwork that beat winds: purges in batches, so that none disturbs the path of an SMS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from accounts import clients
from accounts.clock import clock
from accounts.database import along_indexes
from accounts.models import LoginFailure
from accounts.throttle import COUNTED
from delivery import queues, replays, retention
from inbox.models import Part, RepeatKey
from ingest.models import StrayText
from operations import quotas, repetition, requests

BATCH = 5000
GOES_ON_FOR = timedelta(seconds=20)  # then the next task does: none is to hold a worker's thread for long
STATEMENT_MS = 20_000  # nor is one statement of it

P = ParamSpec("P")
T = TypeVar("T")


def clockwork(work: Callable[P, T]) -> Callable[P, T]:
    """A task that beat sends."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with along_indexes(STATEMENT_MS):
            return work(*args, **kwargs)

    task: Callable[P, T] = shared_task(name=f"{work.__module__}.{work.__name__}")(run)
    return task


@clockwork
def tidy_queues() -> dict[str, int]:
    """Settle what waits in queues in vain; answers how many of each."""
    return queues.tidy(clock() + GOES_ON_FOR)


@clockwork
def look_at_quotas() -> int:
    """Warn whoever receives more texts than expected; answers for how many that changed."""
    return quotas.look()


@clockwork
def purge() -> dict[str, int]:
    """Delete what is past its time; answers how many of each, for whoever watches the worker."""
    now = clock()
    return {
        "repeatKeys": purge_older(
            RepeatKey.objects.all(), "seen_at", now - timedelta(days=settings.CARRIER_IDS_KEPT_DAYS)
        ),
        # Joined parts are gone already; these could be neither joined nor opened.
        "parts": purge_older(
            Part.objects.all(), "received_at", now - timedelta(days=settings.STRAY_TEXTS_KEPT_DAYS)
        ),
        "strayTexts": purge_older(
            StrayText.objects.all(), "received_at", now - timedelta(days=settings.STRAY_TEXTS_KEPT_DAYS)
        ),
        "accessTokens": clients.purge(),
        "apiRequests": purge_all(requests.forgettable()),
        "keptAnswers": purge_all(repetition.forgettable()),
        "loginFailures": purge_older(LoginFailure.objects.all(), "at", now - COUNTED),
        # The rows of sessions that ran out; what is listed of them besides holds addresses of people.
        "sessions": purge_older(Session.objects.all(), "expire_date", now),
        "listedSessions": purge_older(
            UserSession.objects.all(), "last_seen_at", now - timedelta(hours=settings.SESSION_HOURS)
        ),
    }


@clockwork
def retain() -> dict[str, int]:
    """Erase what was kept long enough; answers how much of each kind."""
    return retention.run(clock() + GOES_ON_FOR)


@clockwork
def run_replays() -> int:
    """Go on with replays; answers how many deliveries were made due."""
    return replays.run_slices(clock() + GOES_ON_FOR)


def purge_older(rows: QuerySet[Any], field: str, before: datetime) -> int:
    return purge_all(rows.filter(**{f"{field}__lt": before}))


def purge_all(rows: QuerySet[Any]) -> int:
    """Delete the rows in batches; answers how many."""
    gone = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        gone += rows.filter(pk__in=ids).delete()[0]
    return gone
