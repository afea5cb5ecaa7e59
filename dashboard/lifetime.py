"""How long a session lives: so many hours at most, and so many minutes unused; and when it was last seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from accounts import people, sessions
from accounts.audit import asking
from accounts.clock import clock
from accounts.models import User
from accounts.proxies import plain

BEGAN, USED = "began", "used"  # what a session holds: Unix seconds
NOTED_EACH = timedelta(minutes=1)
RENEWAL = "X-Renewal"  # what pages send that renew themselves while nobody sits before them


class Lifetime:
    """Ends a session that is over before anything looks at who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            look_at(request, request.user)
        return self.get_response(request)


def look_at(request: HttpRequest, user: User) -> None:
    now, session = clock(), request.session
    began, used = (datetime.fromtimestamp(session.get(name, now.timestamp()), UTC) for name in (BEGAN, USED))
    over = now - began >= timedelta(hours=settings.SESSION_HOURS)
    if over or now - used >= timedelta(minutes=settings.SESSION_IDLE_MINUTES):
        people.record(user, "user.sessionExpired", asking("user", user.pk, request.META))
        logout(request)
    elif USED not in session or (now - used >= NOTED_EACH and RENEWAL not in request.headers):
        note(request, now)


def note(request: HttpRequest, now: datetime) -> None:
    session = request.session
    session.setdefault(BEGAN, now.timestamp())
    session[USED] = now.timestamp()
    address = plain(request.META["REMOTE_ADDR"])
    sessions.seen(session.session_key or "", now, address, request.headers.get("User-Agent", ""))
