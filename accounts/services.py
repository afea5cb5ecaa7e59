"""Changes to who exists: tenants with their two environments, keys, people, and log-in throttling."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import authenticate
from django.db import transaction

from accounts import audit, encryption, keyring
from accounts.audit import Actor
from accounts.clock import clock
from accounts.models import ApiKey, Environment, LoginFailure, Membership, Tenant, User

THROTTLE_WINDOW = timedelta(minutes=15)
FAILURES_PER_PERSON_AND_SOURCE = 8
FAILURES_PER_SOURCE = 60
FAILURES_PER_PERSON = 200  # only a distributed guess gets here; one bad source never locks a person out
KEY_USE_GRAIN = timedelta(minutes=1)


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
def add_member(tenant: Tenant, user: User, role: str, actor: Actor) -> Membership:
    membership = Membership.objects.create(tenant=tenant, user=user, role=role)
    audit.record(
        actor, "member.added", membership.pk, tenant=tenant, after={"role": role, "user": str(user.pk)}
    )
    return membership


@transaction.atomic
def set_language(user: User, language: str, actor: Actor) -> None:
    """The language of the pages and e-mails that `user` reads."""
    if user.language != language:
        audit.record(
            actor, "user.updated", user.pk, before={"language": user.language}, after={"language": language}
        )
        user.language = language
        user.save(update_fields=["language"])


def key_digest(text: str) -> bytes:
    # 256 random bits need no slow hash; a plain digest cannot be guessed backwards.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


@transaction.atomic
def create_key(environment: Environment, name: str, actor: Actor) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown this once and kept nowhere."""
    text = f"sk_{'live' if environment.is_live else 'test'}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        environment=environment,
        name=name,
        digest=key_digest(text),
        hint=text[:12],
        created_at=clock(environment),
    )
    audit.record(
        actor, "key.created", key.pk, environment=environment, after={"name": name, "hint": key.hint}
    )
    return key, text


def key_of(text: str) -> ApiKey | None:
    """The live key that `text` is, with its environment and tenant; None when unknown or revoked."""
    key = (
        ApiKey.objects.select_related("environment__tenant")
        .filter(digest=key_digest(text), revoked_at=None)
        .first()
    )
    if key is not None:
        note_use(key)
    return key


def valid_keys(ids: Collection[UUID]) -> set[UUID]:
    """Those of the keys that were not revoked."""
    return set(ApiKey.objects.filter(pk__in=ids, revoked_at=None).values_list("pk", flat=True))


def note_use(key: ApiKey) -> None:
    # Once a minute is enough to answer "is this key still used?", and spares a write a request.
    now = clock(key.environment)
    if key.last_used_at is None or now - key.last_used_at > KEY_USE_GRAIN:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


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
