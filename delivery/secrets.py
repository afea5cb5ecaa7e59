"""The secrets that sign for an endpoint: made, replaced with an overlap in which both sign, withdrawn."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import audit, keyring
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, Invalid
from accounts.ids import public
from delivery import events, signing
from delivery.models import SECRET, Endpoint, EndpointSecret

OVERLAP_S = 86_400
LONGEST_OVERLAP_S = 7 * 86_400
MOST = 5  # live at once: each makes every request's header longer


def new_secret(scheme: str) -> str:
    """A fresh secret of a scheme: `whsec_…` for v1, `whsk_…` for v1a."""
    return signing.new_key_pair() if scheme == Endpoint.Scheme.ED25519 else signing.new_secret()


def add_secret(endpoint: Endpoint, secret: str) -> EndpointSecret:
    row = EndpointSecret(endpoint=endpoint, created_at=clock(endpoint.environment))
    row.sealed_secret = keyring.of(endpoint.environment.tenant_id).seal(secret.encode(), SECRET, row.pk)
    row.save(force_insert=True)
    return row


def live(endpoint: Endpoint) -> QuerySet[EndpointSecret]:
    """Those that sign now, the newest first."""
    now = clock(endpoint.environment)
    return endpoint.secrets.filter(Q(expires_at=None) | Q(expires_at__gt=now)).order_by("-created_at", "-pk")


def shown(secret: str) -> str:
    """What a receiver needs: the secret itself, or the public half of a key pair."""
    return signing.public_key(secret) if secret.startswith(signing.PRIVATE) else secret


@transaction.atomic
def rotate(endpoint: Endpoint, actor: Actor, *, overlap_s: int = OVERLAP_S) -> tuple[EndpointSecret, str]:
    """A new secret; the ones before go on signing beside it for `overlap_s`. Answers it in the clear, this once.

    Raises Invalid for an overlap of more than seven days, Conflict where five sign already
    or nothing is sent.
    """
    if not 0 <= overlap_s <= LONGEST_OVERLAP_S:
        text = _("Must be a whole number from %(low)d to %(high)d.") % {"low": 0, "high": LONGEST_OVERLAP_S}
        raise Invalid([("/overlapSeconds", "invalid", text)])
    if endpoint.kind == Endpoint.Kind.POLLING:
        raise Conflict(
            "nothing_signed", _("Nothing is sent to a polling endpoint, so that nothing is signed.")
        )
    Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    if overlap_s and live(endpoint).count() >= MOST:
        raise Conflict("too_many_secrets", _("Five secrets sign already: withdraw one first."))
    until = clock(endpoint.environment) + timedelta(seconds=overlap_s)
    expire(endpoint, until)
    secret = new_secret(endpoint.signs_with)
    row = add_secret(endpoint, secret)
    changed(endpoint, actor, "endpoint.secretRotated", overlapSeconds=overlap_s)
    told = {"secretId": public("secret", row.pk), "overlapSeconds": overlap_s}
    events.of_endpoint(endpoint.environment, "endpoint.secretRotated", endpoint.pk, **told)
    return row, secret


def expire(endpoint: Endpoint, until: datetime) -> None:
    """No secret of before signs for longer than `until`; none signs for longer than it did."""
    endpoint.secrets.filter(Q(expires_at=None) | Q(expires_at__gt=until)).update(expires_at=until)


@transaction.atomic
def withdraw(secret: EndpointSecret, actor: Actor) -> None:
    """Let a secret sign no more, at once. Raises Conflict for the last one."""
    endpoint = Endpoint.objects.select_for_update().get(pk=secret.endpoint_id)
    if not live(endpoint).exclude(pk=secret.pk).exists():
        raise Conflict("last_secret", _("Nothing would sign any more: make a new secret first."))
    now = clock(endpoint.environment)
    live(endpoint).filter(pk=secret.pk).update(expires_at=now)
    changed(endpoint, actor, "endpoint.secretWithdrawn")


def changed(endpoint: Endpoint, actor: Actor, action: str, **after: object) -> None:
    Endpoint.objects.filter(pk=endpoint.pk).update(version=F("version") + 1)
    audit.record(actor, action, endpoint.pk, environment=endpoint.environment, after=after)
