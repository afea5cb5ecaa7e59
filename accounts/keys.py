"""API keys: made, shown once, found again by their text, replaced with an overlap, revoked at once.

`sk_live_` or `sk_test_`, twelve characters by which people know it, and 256 random bits of which only a digest is
kept. It is found by that digest alone, in one statement that leaves out what ended: a text that never was one, that has
a true beginning, or whose key was revoked or expired is the same to the database, and the same to whoever presents it.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import audit, granting
from accounts.audit import Actor
from accounts.clock import clock, stamp
from accounts.errors import Conflict, Invalid
from accounts.ids import public
from accounts.models import ApiKey, Environment, KeyAddress
from accounts.roles import USUAL_SCOPES

TEXT = re.compile(r"sk_(?:live|test)_[\w-]{43,60}", re.ASCII)
PREFIX = 20
USE_GRAIN = timedelta(minutes=1)
MOST_ADDRESSES = 100
MOST_MET = 10_000


def digest_of(text: str) -> bytes:
    # 256 random bits need no slow hash; a plain digest cannot be guessed backwards.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


@transaction.atomic
def create(
    environment: Environment,
    actor: Actor,
    *,
    name: str,
    held: Collection[str],
    scopes: Sequence[str] = USUAL_SCOPES,
    expires_at: datetime | None = None,
    allowed_networks: Sequence[str] = (),
) -> tuple[ApiKey, str]:
    """A new key and its text, which is shown this once and kept nowhere. Raises Invalid.

    `held`: what the maker may do, who can hand on no more.
    """
    not_past(environment, expires_at)
    given = {
        "scopes": granting.scopes_of(environment, held, scopes),
        "allowed_networks": granting.networks_of(allowed_networks),
        "expires_at": expires_at,
    }
    key, text = store(environment, name=name, **given)
    audit.record(
        actor, "key.created", key.pk, environment=environment, after={"name": name, **described(given)}
    )
    return key, text


def store(environment: Environment, **columns: Any) -> tuple[ApiKey, str]:
    kind = "live" if environment.is_live else "test"
    text = f"sk_{kind}_{secrets.token_urlsafe(9)}{secrets.token_urlsafe(32)}"
    columns |= {"prefix": text[:PREFIX], "digest": digest_of(text), "created_at": clock(environment)}
    return ApiKey.objects.create(environment=environment, **columns), text


def described(columns: dict[str, Any]) -> dict[str, Any]:
    """Changed columns as the audit trail keeps them."""
    names = {"allowed_networks": "allowedNetworks", "expires_at": "expiresAt"}
    values = {name: stamp(one) if isinstance(one, datetime) else one for name, one in columns.items()}
    return {names.get(name, name): value for name, value in values.items()}


def not_past(environment: Environment, expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= clock(environment):
        raise Invalid([("/expiresAt", "in_the_past", _("This time is over."))])


def usable(environment: Environment) -> QuerySet[ApiKey]:
    """The keys that open something now."""
    now = clock(environment)
    return environment.keys.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


@transaction.atomic
def change(key: ApiKey, actor: Actor, held: Collection[str], **columns: Any) -> ApiKey:
    """Change `name`, `expires_at` or `allowed_networks`. Raises Invalid; Conflict for a key that ended; Forbidden."""
    key = locked(key)
    granting.must_cover(held, key.scopes)
    if "expires_at" in columns:
        not_past(key.environment, columns["expires_at"])
    if "allowed_networks" in columns:
        columns["allowed_networks"] = granting.networks_of(columns["allowed_networks"])
    before = {name: getattr(key, name) for name in columns}
    for name, value in columns.items():
        setattr(key, name, value)
    key.save(update_fields=list(columns))
    audit.record(
        actor,
        "key.updated",
        key.pk,
        environment=key.environment,
        before=described(before),
        after=described(columns),
    )
    return key


@transaction.atomic
def rotate(
    key: ApiKey, actor: Actor, held: Collection[str], *, overlap_s: int = granting.OVERLAP_S
) -> tuple[ApiKey, str]:
    """A key like `key` and its text; the old one opens for `overlap_s` more.

    Raises Invalid for an overlap of more than seven days, Conflict for a key that ended or has a successor, Forbidden.
    """
    overlap = granting.overlap_of(overlap_s)
    key = locked(key)
    granting.must_cover(held, key.scopes)
    if key.replaced_by_id is not None:
        raise Conflict("already_replaced", _("This key has a successor already."))
    columns = {name: getattr(key, name) for name in ("name", "scopes", "allowed_networks", "expires_at")}
    successor, text = store(key.environment, **columns)
    ends = clock(key.environment) + overlap
    key.replaced_by, key.expires_at = successor, min(ends, key.expires_at or ends)
    key.save(update_fields=["replaced_by", "expires_at"])
    after = {"successor": public("key", successor.pk), "expiresAt": stamp(key.expires_at)}
    audit.record(actor, "key.rotated", key.pk, environment=key.environment, after=after)
    return successor, text


def locked(key: ApiKey) -> ApiKey:
    """The row as it is now, nobody else's to change until the transaction ends. Raises Conflict for one that ended."""
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("environment__tenant").get(pk=key.pk)
    if not usable(key.environment).filter(pk=key.pk).exists():
        raise Conflict("key_ended", _("This key is revoked or has expired."))
    return key


@transaction.atomic
def revoke(key: ApiKey, actor: Actor) -> None:
    """From now on the key opens nothing, whoever revokes it. A second time changes nothing."""
    now = clock(key.environment)
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        audit.record(actor, "key.revoked", key.pk, environment=key.environment)


def find(text: str, address: str) -> ApiKey | None:
    """The key that `text` is, with its environment and tenant; None for a caller whom it does not let in."""
    if not TEXT.fullmatch(text):
        return None
    lasts = Q(expires_at=None) | Q(expires_at__gt=clock() + F("environment__clock_offset"))
    rows = ApiKey.objects.select_related("environment__tenant")
    key = next(iter(rows.filter(lasts, digest=digest_of(text), revoked_at=None)), None)
    if key is not None and not granting.admits(key.allowed_networks, address):
        note_refusal(key, address)
        return None
    return key


def note_refusal(key: ApiKey, address: str) -> None:
    """Remember that somebody had the key's text at an address that it does not admit."""
    now = clock(key.environment)
    stale = Q(refused_at=None) | Q(refused_at__lt=now - USE_GRAIN)
    with transaction.atomic():
        if ApiKey.objects.filter(stale, pk=key.pk).update(refused_at=now):
            actor = Actor("key", key.pk, address=address)
            audit.record(actor, "key.refused", key.pk, environment=key.environment)


def note_use(key: ApiKey, address: str) -> None:
    """Remember that the key was used, once a minute at most, and tell the trail of an address that is new.

    Called when the answer is on its way, and mostly without a word to the database.
    """
    now, came_from = clock(key.environment), granting.parsed(address)
    if key.last_used_at is None or now - key.last_used_at > USE_GRAIN:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    if came_from is not None and (key.pk, came_from) not in met:
        note_address(key, str(came_from), now)
        if len(met) >= MOST_MET:
            met.clear()
        met.add((key.pk, came_from))


#: Keys and addresses of which this process knows that they are noted.
met: set[tuple[UUID, IPv4Address | IPv6Address]] = set()


@transaction.atomic
def note_address(key: ApiKey, address: str, now: datetime) -> None:
    """One entry for each address that a key comes from; the latest hundred are kept."""
    _row, new = KeyAddress.objects.get_or_create(key=key, address=address, defaults={"first_used_at": now})
    if not new:
        return
    actor = Actor("key", key.pk, address=address)
    audit.record(actor, "key.usedFromNewAddress", key.pk, environment=key.environment)
    newest = KeyAddress.objects.filter(key=key).order_by("-first_used_at", "-pk").values_list("pk", flat=True)
    KeyAddress.objects.filter(pk__in=list(newest[MOST_ADDRESSES:])).delete()
