"""Sessions of people at their browsers: which there are, and ending them. django-allauth keeps the list."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import transaction

from accounts import people
from accounts.audit import Actor
from accounts.models import User


def of(user: User) -> list[UserSession]:
    """The sessions that still open something, the one used last first."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda row: row.last_seen_at, reverse=True)


def handle(row: UserSession) -> str:
    """What a page may call a session by: its key would open it."""
    return hashlib.sha256(row.session_key.encode()).hexdigest()[:32]


def seen(key: str, at: datetime, address: str | None, browser: str) -> None:
    values = {"last_seen_at": at, "user_agent": browser[:200]}
    UserSession.objects.filter(session_key=key).update(**values | ({"ip": address} if address else {}))


def renamed(before: str, after: str) -> None:
    """The same session goes on under another key."""
    UserSession.objects.filter(session_key=before).update(session_key=after)


@transaction.atomic
def end(rows: Iterable[UserSession], actor: Actor) -> int:
    """End these sessions, from their next request on; answers how many there were."""
    count = 0
    for row in rows:
        import_module(settings.SESSION_ENGINE).SessionStore().delete(row.session_key)
        row.delete()
        people.record(row.user, "user.sessionEnded", actor)
        count += 1
    return count


def end_all(user: User, actor: Actor, *, but: str | None = None) -> int:
    """End the sessions of `user`, but for the one with the key `but`."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=but or "").select_related("user")
    return end(rows, actor)
