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
    """A validly signed request that could not be read, or a text to a number not bound to its channel."""

    class Kind(models.TextChoices):
        UNREADABLE = "unreadable", _("Unreadable")
        UNROUTED = "unrouted", _("Unrouted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="stray_texts")
    digest = models.BinaryField(unique=True, max_length=16)  # a carrier's repeats of one text are one row
    sealed_raw = models.BinaryField(db_column="raw")  # the request's bytes
    received_at = models.DateTimeField(db_index=True)

    operator_owned: ClassVar = True
    personal_data: ClassVar = PersonalData("content", ("sealed_raw",), ())

    class Meta:
        verbose_name = _("stray text")

    def __str__(self) -> str:
        return f"{self.kind} at {self.received_at}"

    @property
    def raw(self) -> bytes:
        value = bytes(self.sealed_raw)
        return keyring.naming(value).open(value, RAW, self.pk)
