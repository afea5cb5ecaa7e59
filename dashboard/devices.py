"""The mark of a browser in which somebody signed in before, so that others' guesses there do not slow them down.

A signed cookie: random text that throttling counts by, and keyed digests of the people who signed in. It opens nothing.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.throttle import Source, fingerprint

COOKIE = "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"
SALT = "dashboard.devices"
YEAR_S = 365 * 24 * 3600
MOST = 5  # people who share a browser


def source_of(request: HttpRequest, email: str) -> Source:
    """From where somebody tries to sign in as `email`."""
    mark, people = read(request)
    known = fingerprint(email.strip()).hex() in people
    return Source(request.META["REMOTE_ADDR"], mark if known else "")


def remember(request: HttpRequest, response: HttpResponse, email: str) -> None:
    mark, people = read(request)
    one = fingerprint(email).hex()
    kept = [one, *(other for other in people if other != one)][:MOST]
    value = signing.dumps([mark or secrets.token_urlsafe(16), kept], salt=SALT)
    response.set_cookie(
        COOKIE, value, max_age=YEAR_S, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


def read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        mark, people = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=YEAR_S)
    except signing.BadSignature:
        return "", []
    return mark, people
