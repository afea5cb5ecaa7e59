"""The number pool, who holds each number and since when, and the channels through which texts arrive."""

from __future__ import annotations

import json
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import keyring
from accounts.ids import uuid7
from accounts.models import Environment
from accounts.personal import NO_PERSONAL_DATA


class Channel(models.Model):
    """One configured way in: a carrier kind, its credentials and its ingest URL.

    It belongs to one environment, or to the operator (environment null: the pool's own carriers, which serve
    numbers of many tenants). Deleted ones stay as rows: messages remember them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(
        Environment, models.PROTECT, null=True, blank=True, related_name="channels"
    )
    carrier = models.CharField(_("carrier"), max_length=30)
    name = models.CharField(_("name"), max_length=80, blank=True)
    token = models.CharField(max_length=43, unique=True)  # the last part of the ingest URL
    sealed_credentials = models.BinaryField()
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    personal_data: ClassVar = NO_PERSONAL_DATA
    CREDENTIALS = "numbers_channel.credentials"

    class Meta:
        verbose_name = _("channel")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return self.name or self.carrier

    @property
    def path(self) -> str:
        """The path part of its ingest URL."""
        return f"/in/{self.carrier}/{self.token}"

    def credentials(self) -> dict[str, str]:
        """The carrier's credentials in the clear; raises Unsealable."""
        value: dict[str, str] = json.loads(
            keyring.open_text(self.sealed_credentials, self.CREDENTIALS, self.pk)
        )
        return value

    def seal_credentials(self, credentials: dict[str, str]) -> None:
        key = keyring.of(self.environment.tenant_id if self.environment else None)
        self.sealed_credentials = key.seal(json.dumps(credentials).encode(), self.CREDENTIALS, self.pk)


class Number(models.Model):
    """An E.164 number or short code of the pool. Who holds it is its open Assignment; it outlives every holder."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("number"), max_length=16, unique=True)
    country = models.CharField(max_length=2, blank=True)
    fictional = models.BooleanField(default=False)  # of a range reserved for fiction: sandboxes only
    created_at = models.DateTimeField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("number")

    def __str__(self) -> str:
        return self.number


class Assignment(models.Model):
    """One environment holds one number, on one channel, from one instant to another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.ForeignKey(Number, models.PROTECT, related_name="assignments")
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="assignments")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="assignments")
    label = models.CharField(_("label"), max_length=80, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number"], condition=models.Q(ends_at=None), name="number_has_one_holder"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number_id} since {self.starts_at}"
