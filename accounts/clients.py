"""OAuth clients: programs that get access tokens of fifteen minutes for a secret which they send to nobody else.

Secrets and tokens are 256 random bits each; only their digests are kept. A secret is replaced with an overlap in which
both work. Revoking a client, or replacing a secret without overlap, ends its tokens at once.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from oauth2_provider.models import AccessToken

from accounts import audit, granting
from accounts.audit import Actor
from accounts.clock import clock, stamp
from accounts.errors import Conflict
from accounts.ids import parse
from accounts.models import Environment, OAuthClient
from accounts.roles import USUAL_SCOPES

SECRET, TOKEN = "cs_", "at_"  # how they begin, so that whoever finds one knows what it is


def new_secret() -> tuple[str, bytes]:
    """A secret and its digest."""
    text = SECRET + secrets.token_urlsafe(32)
    return text, digest_of(text)


def new_token(_request: Any) -> str:
    return TOKEN + secrets.token_urlsafe(32)


def digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


@transaction.atomic
def create(
    environment: Environment,
    actor: Actor,
    *,
    name: str,
    held: Collection[str],
    scopes: Sequence[str] = USUAL_SCOPES,
    allowed_networks: Sequence[str] = (),
) -> tuple[OAuthClient, str]:
    """A new client and its secret, which is shown this once. `held`: what the maker may do. Raises Invalid."""
    text, digest = new_secret()
    client = OAuthClient.objects.create(
        environment=environment,
        name=name,
        digest=digest,
        scopes=granting.scopes_of(environment, held, scopes),
        allowed_networks=granting.networks_of(allowed_networks),
        created_at=clock(environment),
    )
    after = {"name": name, "scopes": client.scopes, "allowedNetworks": client.allowed_networks}
    audit.record(actor, "client.created", client.pk, environment=environment, after=after)
    return client, text


@transaction.atomic
def change(client: OAuthClient, actor: Actor, held: Collection[str], **columns: Any) -> OAuthClient:
    """Change `name` or `allowed_networks`. Raises Invalid; Conflict for a client that is revoked; Forbidden."""
    client = locked(client)
    granting.must_cover(held, client.scopes)
    if "allowed_networks" in columns:
        columns["allowed_networks"] = granting.networks_of(columns["allowed_networks"])
    words = {"name": "name", "allowed_networks": "allowedNetworks"}
    before = {words[name]: getattr(client, name) for name in columns}
    for name, value in columns.items():
        setattr(client, name, value)
    client.save(update_fields=list(columns))
    after = {words[name]: value for name, value in columns.items()}
    audit.record(
        actor, "client.updated", client.pk, environment=client.environment, before=before, after=after
    )
    return client


@transaction.atomic
def rotate(
    client: OAuthClient, actor: Actor, held: Collection[str], *, overlap_s: int = granting.OVERLAP_S
) -> tuple[OAuthClient, str]:
    """A new secret of `client`; the one before works for `overlap_s` more, an even older one no more.

    Without overlap, tokens that the old one got end as well. Raises Invalid for an overlap of more than seven days,
    Conflict for a client that is revoked, Forbidden.
    """
    overlap = granting.overlap_of(overlap_s)
    client = locked(client)
    granting.must_cover(held, client.scopes)
    text, digest = new_secret()
    client.former_digest, client.digest = bytes(client.digest), digest
    client.former_ends_at = clock(client.environment) + overlap
    client.save(update_fields=["digest", "former_digest", "former_ends_at"])
    if not overlap:
        AccessToken.objects.filter(application=client).delete()
    after = {"formerEndsAt": stamp(client.former_ends_at)}
    audit.record(actor, "client.secretRotated", client.pk, environment=client.environment, after=after)
    return client, text


def locked(client: OAuthClient) -> OAuthClient:
    """The row as it is now, nobody else's to change until the transaction ends. Raises Conflict for a revoked one."""
    rows = OAuthClient.objects.select_for_update(of=("self",)).select_related("environment__tenant")
    client = rows.get(pk=client.pk)
    if client.revoked_at is not None:
        raise Conflict("client_ended", _("This client is revoked."))
    return client


@transaction.atomic
def revoke(client: OAuthClient, actor: Actor) -> None:
    """From now on neither its secrets nor its tokens open anything. A second time changes nothing."""
    now = clock(client.environment)
    if OAuthClient.objects.filter(pk=client.pk, revoked_at=None).update(revoked_at=now):
        AccessToken.objects.filter(application=client).delete()
        audit.record(actor, "client.revoked", client.pk, environment=client.environment)


def authenticate(id: str, secret: str, address: str) -> OAuthClient | None:
    """The client of that id whose secret works; None for a caller whom it does not let in.

    One look for id and secret together, which finds nothing of a client that there is not, that is revoked, or whose
    secret is another one.
    """
    pk, digest = parse("client", id), digest_of(secret)
    if pk is None:
        return None
    lasts = Q(former_ends_at__gt=clock() + F("environment__clock_offset"))
    rows = OAuthClient.objects.select_related("environment__tenant").filter(pk=pk, revoked_at=None)
    client = rows.filter(Q(digest=digest) | Q(lasts, former_digest=digest)).first()
    if client is None or not granting.admits(client.allowed_networks, address):
        return None
    return client


def find(token: str, address: str) -> tuple[OAuthClient, frozenset[str]] | None:
    """Whose access token that is, and what it may do; None for a caller whom it does not let in."""
    rows = AccessToken.objects.select_related("application__environment__tenant").filter(
        token_checksum=digest_of(token).hex(), expires__gt=clock(), application__revoked_at=None
    )
    found = rows.first()
    if found is None or not granting.admits(found.application.allowed_networks, address):
        return None
    return found.application, frozenset(found.scope.split()).intersection(found.application.scopes)


def purge() -> int:
    """Forget tokens that ended; answers how many rows went."""
    return int(AccessToken.objects.filter(expires__lte=clock()).delete()[0])
