"""How long an environment keeps what texts say, and what became of them: the operator's days, or the tenant's own.

Content is what a text says, who sent it, its media and what endpoints answered to it. Attempts go with the events, and
with what was sent of these. Who erases is below: delivery.retention.
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

POINTERS = {"content_kept_days": "/contentDays", "attempts_kept_days": "/attemptsDays"}


class Days(NamedTuple):
    """Whole days."""

    content: int
    attempts: int


def most() -> Days:
    """The longest that a tenant may choose."""
    return Days(settings.CONTENT_KEPT_DAYS_MOST, settings.ATTEMPTS_KEPT_DAYS_MOST)


def kept(environment: Environment) -> Days:
    """What counts for an environment. A choice of before the operator allowed less counts no longer."""
    defaults = Days(settings.CONTENT_KEPT_DAYS, settings.ATTEMPTS_KEPT_DAYS)
    chosen = environment.content_kept_days, environment.attempts_kept_days
    return Days(
        *(min(own or default, top) for own, default, top in zip(chosen, defaults, most(), strict=True))
    )


@transaction.atomic
def choose(environment: Environment, actor: Actor, **days: int | None) -> Environment:
    """Keep things for so many days from now on; None is as the operator says. Raises Invalid.

    Takes content_kept_days and attempts_kept_days. What is older is erased by the next run.
    """
    check(days)
    row = Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
    before = {name: getattr(row, name) for name in days}
    for name, value in days.items():
        setattr(row, name, value)
    if before != days:
        row.save(update_fields=list(days))
        audit.record(actor, "retention.updated", row.pk, environment=row, before=before, after=dict(days))
    return row


def check(days: dict[str, int | None]) -> None:
    tops = dict(zip(POINTERS, most(), strict=True))
    errors = [
        (POINTERS[name], "invalid_value", _("Must be from 1 to %(most)d days.") % {"most": tops[name]})
        for name, value in days.items()
        if value is not None and not 1 <= value <= tops[name]
    ]
    if errors:
        raise Invalid(errors)
