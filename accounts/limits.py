"""How much an environment may ask of the API and is expected to receive: the operator's numbers, or some of its own.

Who counts is above: operations.rates and operations.quotas. A quota of texts never costs one: at four fifths it warns,
past it the API answers a tenth as often until the month is over.
"""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.errors import Invalid
from accounts.models import Environment

WINDOW_S = 10
SLOWED = 10
FIELDS = ("reads_allowed", "writes_allowed", "messages_allowed")
MOST = 2_147_483_647


class Limits(NamedTuple):
    """Requests of one key in WINDOW_S, and texts in a month of the environment's (None: any number)."""

    reads: int
    writes: int
    messages: int | None


def of(environment: Environment) -> Limits:
    """What counts now."""
    slower = SLOWED if environment.quota_level == Environment.QuotaLevel.EXCEEDED else 1
    return Limits(
        max(1, (environment.reads_allowed or settings.API_READS) // slower),
        max(1, (environment.writes_allowed or settings.API_WRITES) // slower),
        environment.messages_allowed or settings.MESSAGES_A_MONTH or None,
    )


@transaction.atomic
def choose(environment: Environment, actor: Actor, **allowed: int | None) -> Environment:
    """Let an environment have limits of its own (FIELDS); None is as the operator says. Raises Invalid."""
    check(allowed)
    row = Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
    before = {name: getattr(row, name) for name in allowed}
    for name, value in allowed.items():
        setattr(row, name, value)
    if before != allowed:
        row.save(update_fields=list(allowed))
        audit.record(actor, "limits.updated", row.pk, environment=row, before=before, after=dict(allowed))
    return row


def check(allowed: dict[str, int | None]) -> None:
    errors = [
        (f"/{name}", "invalid_value", _("Must be from 1 to %(most)d.") % {"most": MOST})
        for name, value in allowed.items()
        if value is not None and not 1 <= value <= MOST
    ]
    if errors:
        raise Invalid(errors)
