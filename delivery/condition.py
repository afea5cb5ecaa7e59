"""How an endpoint fares: one of four words, each with a sentence."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from delivery.models import Health


class Condition(TextChoices):
    HEALTHY = "healthy", _("What was last sent there arrived, or nothing has failed yet.")
    FAILING = "failing", _("What was last sent there failed; it is tried on as the policy says.")
    OPEN = "open", _("Nothing but failure: it is left alone, but for a probe now and then.")
    DISABLED = "disabled", _("It is disabled: nothing is sent there.")


def condition_of(health: Health) -> Condition:
    """Of its endpoint, which may have no row yet: then a new one that nobody saved will do."""
    if health.endpoint.disabled_at is not None:
        return Condition.DISABLED
    if health.failing_since is None:
        return Condition.HEALTHY
    return Condition.FAILING if health.opened_at is None else Condition.OPEN
