"""What the front door authenticated but could not place. These rows are the operator's, under the cell's own key."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import keyring
from accounts.ids import uuid7
from accounts.personal import PersonalData
from numbers.models import Channel

RAW = "ingest_straytext.raw"


class StrayText(models.Model):
    """What an authenticated carrier brought and no tenant gets.

    unreadable  a request that holds no text
    unrouted    a text to a number that nobody ever held here
    held        a text to a number of the pool at a time when nobody held it on this channel, or stamped with a time
                that cannot be believed: somebody's words, but not for whoever has the number now. Its content is
                not kept.
    """

    class Kind(models.TextChoices):
        UNREADABLE = "unreadable", _("Unreadable")
        UNROUTED = "unrouted", _("Unrouted")
        HELD = "held", _("Held without content")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="stray_texts")
    digest = models.BinaryField(unique=True, max_length=16)  # a carrier's repeats of one text are one row
    sealed_raw = models.BinaryField(db_column="raw", null=True)  # the request's bytes; none where held
    number = models.CharField(max_length=16, blank=True)  # of the pool, where held
    stamped_at = models.DateTimeField(null=True)  # when it was sent, says the carrier
    received_at = models.DateTimeField(db_index=True)

    operator_owned: ClassVar = True
    personal_data: ClassVar = PersonalData("content", ("sealed_raw",), ())

    class Meta:
        verbose_name = _("stray text")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind="held", sealed_raw=None, number__gt="")
                | (~models.Q(kind="held") & models.Q(sealed_raw__isnull=False)),
                name="stray_held_without_content",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.received_at}"

    @property
    def raw(self) -> bytes | None:
        """The request as it came; None where its content is not kept. Raises Unsealable."""
        if self.sealed_raw is None:
            return None
        value = bytes(self.sealed_raw)
        return keyring.naming(value).open(value, RAW, self.pk)
