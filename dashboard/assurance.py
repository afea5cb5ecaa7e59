"""How sure we are who asks: what this session has proved, and when. The one place where pages ask for more.

django-allauth notes each proof in the session: a password, a second factor, a passkey, which is both.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.account.internal.flows.reauthentication import suspend_request
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts import factors
from accounts.clock import clock
from accounts.models import User

RECENT = timedelta(minutes=15)
VOUCHED = "sso"  # the method of who came in by an organisation's provider


def passed_second_factor(request: HttpRequest) -> bool:
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def identity_of(request: HttpRequest) -> UUID | None:
    """By which identity an organisation's provider vouched for this session (accounts.sso_entry says what it opens).

    None where it came of a password or a passkey.
    """
    records = get_authentication_records(request, request.user)
    found = next((record["identity"] for record in records if record["method"] == VOUCHED), None)
    return UUID(found) if found else None


def recently_proved(request: HttpRequest) -> bool:
    """Whether the person proved within a quarter of an hour who they are, at the log-in or since."""
    times = [record["at"] for record in get_authentication_records(request, request.user)]
    return bool(times) and clock().timestamp() - max(times) < RECENT.total_seconds()


def note_proof(request: HttpRequest, user: User, method: str, **more: object) -> None:
    record_authentication(request, user, method, reauthenticated=True, **more)


def ask_for_second_factor(request: HttpRequest, user: User, target: str = "") -> HttpResponse:
    """To where the person proves their second factor, or sets one up, and from there to `target`, or here."""
    name = "account_reauthenticate" if factors.has_second(user) else "profile.protect"
    here = request.get_full_path() if request.method in {"GET", "HEAD"} else reverse("overview")
    return redirect(f"{reverse(name)}?{urlencode({'next': target or here})}")


def ask_again(request: HttpRequest) -> HttpResponse:
    """To where the person proves anew who they are; then what they asked for goes on."""
    answer: HttpResponse = suspend_request(request, reverse("account_reauthenticate"))
    return answer
