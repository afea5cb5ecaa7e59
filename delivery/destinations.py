"""The destinations that an environment allows its endpoints: listed, changed, and asked for."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, Invalid
from accounts.models import Environment
from delivery.allowlist import Allowlist, pattern_of
from delivery.models import Destination

MOST = 100


def allowlist_of(environment: UUID) -> Allowlist | None:
    """What an environment allows; None where it allows every public address."""
    rows = Destination.objects.filter(environment=environment)
    return Allowlist.of(rows.values_list("pattern", flat=True))


@transaction.atomic
def allow(environment: Environment, actor: Actor, pattern: str) -> Destination:
    """Allow one more destination; with the first, all others are forbidden. Raises Invalid and Conflict."""
    try:
        normal = pattern_of(pattern)
    except ValueError:
        text = _(
            "Write a host (api.example.com), all hosts below it (*.example.com) or a network (192.0.2.0/24)."
        )
        raise Invalid([("/pattern", "invalid", text)]) from None
    Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
    if environment.destinations.filter(pattern=normal).exists():
        raise Conflict("destination_exists", _("This destination is in the list already."), "/pattern")
    if environment.destinations.count() >= MOST:
        raise Conflict("too_many_destinations", _("The list is full: remove a destination first."))
    row = Destination.objects.create(environment=environment, pattern=normal, created_at=clock(environment))
    changed(environment, actor, "destination.created", row)
    return row


@transaction.atomic
def forbid(destination: Destination, actor: Actor) -> None:
    """Take a destination off the list; without the last one, every public address is allowed again."""
    Destination.objects.filter(pk=destination.pk).delete()
    changed(destination.environment, actor, "destination.deleted", destination)


def changed(environment: Environment, actor: Actor, action: str, row: Destination) -> None:
    # Workers know by its version that they have an endpoint's destinations of before.
    environment.endpoints.update(version=F("version") + 1)
    after = {"pattern": row.pattern}
    audit.record(actor, action, row.pk, environment=environment, after=after)
