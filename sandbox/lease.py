"""Numbers that somebody has to themselves for a while."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.models import Environment
from accounts.personal import NO_PERSONAL_DATA
from numbers.models import Number


class NumberLease(models.Model):
    """One number of a sandbox is one taker's until `expires_at`, by the wall clock: pipelines live in real time.

    The last lease of a number stays when it is over, so that the number that has rested longest goes next.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.CASCADE, related_name="number_leases")
    number = models.ForeignKey(Number, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("number lease")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "number"], name="number_leased_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
