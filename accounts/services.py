"""Changes to who exists: tenants with their first two environments, people, and log-in throttling."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.db import transaction

from accounts import audit, encryption, keyring
from accounts.audit import Actor
from accounts.clock import clock
from accounts.models import Environment, LoginFailure, Tenant, User

THROTTLE_WINDOW = timedelta(minutes=15)
FAILURES_PER_PERSON_AND_SOURCE = 8
FAILURES_PER_SOURCE = 60
FAILURES_PER_PERSON = 200  # only a distributed guess gets here; one bad source never locks a person out


@transaction.atomic
def create_tenant(name: str, actor: Actor) -> Tenant:
    """A tenant with its own data key, a live environment and a sandbox."""
    now = clock()
    tenant = Tenant.objects.create(name=name, created_at=now)
    keyring.create(tenant)
    for kind, label in ((Environment.Kind.LIVE, "Live"), (Environment.Kind.SANDBOX, "Sandbox")):
        Environment.objects.create(tenant=tenant, kind=kind, name=label, created_at=now)
    audit.record(actor, "tenant.created", tenant.pk, tenant=tenant, after={"name": name})
    return tenant


@transaction.atomic
def set_language(user: User, language: str, actor: Actor) -> None:
    """The language of the pages and e-mails that `user` reads."""
    if user.language != language:
        audit.record(
            actor, "user.updated", user.pk, before={"language": user.language}, after={"language": language}
        )
        user.language = language
        user.save(update_fields=["language"])


def fingerprint(text: str) -> bytes:
    return encryption.fingerprint(text.lower())


def log_in(email: str, password: str, source: str) -> User | timedelta | None:
    """The person, None for a wrong pair, or how long to wait when too many tries failed."""
    now = clock()
    wait = throttled(fingerprint(email), fingerprint(source), now)
    if wait:
        return wait
    user = authenticate(username=email.strip().lower(), password=password)
    if isinstance(user, User):
        LoginFailure.objects.filter(who=fingerprint(email), source=fingerprint(source)).delete()
        return user
    LoginFailure.objects.create(who=fingerprint(email), source=fingerprint(source), at=now)
    return None


def throttled(who: bytes, source: bytes, now: datetime) -> timedelta | None:
    """How long this source must wait before it may try this person again; None when it may."""
    recent = LoginFailure.objects.filter(at__gt=now - THROTTLE_WINDOW).order_by("-at")
    for failures, limit in (
        (recent.filter(who=who, source=source), FAILURES_PER_PERSON_AND_SOURCE),
        (recent.filter(source=source), FAILURES_PER_SOURCE),
        (recent.filter(who=who), FAILURES_PER_PERSON),
    ):
        oldest = failures.values_list("at", flat=True)[limit - 1 : limit].first()
        if oldest is not None:
            return oldest + THROTTLE_WINDOW - now
    return None
