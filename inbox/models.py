"""What arrived: messages and the carriers' ids by which a repeat is known."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import keyring
from accounts.ids import uuid7
from accounts.models import Environment
from accounts.personal import NO_PERSONAL_DATA, PersonalData
from numbers.models import Channel, Number

CONTENT = "inbox_message.content"
SENDER = "inbox_message.sender"


class Message(models.Model):
    """One inbound SMS, whole, immutable but for its state. Only the front door writes rows (ingest/batch.py).

    received ──┬─ deliveries: queued → delivered | failed   (derived from them, see with_status)
               └─ none: received (waits for polling) | dropped | quarantined | blocked | expired

    Keys of the hot path carry no database constraint: the door takes them from a snapshot, the rows they name are
    never deleted, and three look-ups with row locks a message cost a fifth of the commit.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        QUEUED = "queued", _("Queued")  # derived
        DELIVERED = "delivered", _("Delivered")  # derived
        FAILED = "failed", _("Failed")  # derived
        DROPPED = "dropped", _("Dropped")
        QUARANTINED = "quarantined", _("Quarantined")
        BLOCKED = "blocked", _("Blocked")
        EXPIRED = "expired", _("Expired")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(
        Environment, models.PROTECT, related_name="messages", db_constraint=False, db_index=False
    )
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    number = models.ForeignKey(Number, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    number_used = models.CharField(max_length=16)
    sealed_content = models.BinaryField(db_column="content")
    sealed_sender = models.BinaryField(db_column="sender")
    sender_index = models.BinaryField(max_length=16)  # blind index: equal senders of a tenant, nothing more
    sender_type = models.CharField(max_length=12)
    sender_country = models.CharField(max_length=2, blank=True)
    received_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)  # what the carrier says
    carrier_message_id = models.CharField(max_length=255, blank=True)
    encoding = models.CharField(max_length=12, blank=True)
    segments = models.SmallIntegerField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    route_id = models.UUIDField(null=True)  # a plain column: the message outlives its route
    route_name = models.CharField(max_length=80, blank=True)
    route_version = models.IntegerField(null=True)
    routing_tag = models.CharField(max_length=80, blank=True)
    explanation = models.JSONField(default=list)  # why each earlier route did not take it
    simulated = models.BooleanField(default=False)

    personal_data: ClassVar = PersonalData(
        "content",
        ("sealed_content", "sealed_sender", "sender_index"),
        ("content", "sender_id", "received_at"),
    )

    class Meta:
        verbose_name = _("message")
        indexes: ClassVar = [
            models.Index(fields=["environment", "-id"], name="message_newest"),
            models.Index(fields=["environment", "sender_index"], name="message_sender"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def content(self) -> str:
        """What the text says; raises Unsealable."""
        return keyring.open_text(self.sealed_content, CONTENT, self.pk)

    @property
    def sender_id(self) -> str:
        """Who sent it: E.164, short code or alphanumeric; raises Unsealable."""
        return keyring.open_text(self.sealed_sender, SENDER, self.pk)


class CarrierId(models.Model):
    """A carrier's message id seen on a channel, so that its repeats give no second message.

    Its own table, so that ids can be remembered for longer or shorter than messages are kept.
    """

    digest = models.BinaryField(primary_key=True, max_length=16)  # of channel and carrier id
    message_id = models.UUIDField()
    seen_at = models.DateTimeField(db_index=True)

    personal_data: ClassVar = NO_PERSONAL_DATA

    def __str__(self) -> str:
        return str(UUID(bytes=bytes(self.digest)))
