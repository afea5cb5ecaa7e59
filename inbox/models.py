"""What arrived: messages, parts that wait for the rest of theirs, and by what a repeat is known."""

from __future__ import annotations

import json
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import keyring
from accounts.ids import uuid7
from accounts.models import Environment
from accounts.personal import NO_PERSONAL_DATA, PersonalData
from inbox.codes import Code, extract
from numbers.models import Channel, Number

CONTENT = "inbox_message.content"
SENDER = "inbox_message.sender"
MEDIA = "inbox_message.media"
PART_DATA = "inbox_part.data"
PART_SENDER = "inbox_part.sender"


class Message(models.Model):
    """One inbound SMS, whole, immutable but for its state. Only the front door writes rows (ingest/batch.py).

    received ──┬─ deliveries: queued → delivered | failed   (derived from them, see with_status)
               └─ none: received (waits for polling) | dropped | quarantined | blocked | expired

    When its content was kept for as long as its environment says, it is erased: ids, times, route and status remain.

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
    sealed_content = models.BinaryField(db_column="content", null=True)  # null once erased
    sealed_sender = models.BinaryField(db_column="sender", null=True)
    sender_index = models.BinaryField(max_length=16, null=True)  # blind index: equal senders, nothing more
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
    why = models.ForeignKey(
        "Explanation", models.PROTECT, related_name="+", null=True, db_constraint=False, db_index=False
    )
    simulated = models.BooleanField(default=False)
    sealed_media = models.BinaryField(db_column="media", null=True)  # links, listed and never fetched
    partial = models.BooleanField(default=False)  # some of its parts did not come in time
    content_erased_at = models.DateTimeField(null=True)  # see inbox.erasure
    legal_hold = models.BooleanField(
        default=False, db_default=False
    )  # while it is set nothing of it is erased

    personal_data: ClassVar = PersonalData(
        "content",
        ("sealed_content", "sealed_sender", "sender_index", "sealed_media"),
        ("content", "sender_id", "received_at", "media"),
    )

    class Meta:
        verbose_name = _("message")
        indexes: ClassVar = [
            models.Index(fields=["environment", "-id"], name="message_newest"),
            # What lists are narrowed by. Equal values lie together, so that an insert finds its page in memory.
            models.Index(fields=["environment", "number_used", "-id"], name="message_of_number"),
            models.Index(fields=["environment", "sender_index", "id"], name="message_of_sender"),
            models.Index(
                fields=["environment", "route_id", "-id"],
                condition=models.Q(route_id__isnull=False),
                name="message_of_route",
            ),
            models.Index(
                fields=["environment", "routing_tag", "-id"],
                condition=~models.Q(routing_tag=""),
                name="message_of_tag",
            ),
            models.Index(
                fields=["environment", "state", "-id"],
                condition=~models.Q(state="received"),
                name="message_kept_back",
            ),
            models.Index(
                fields=["environment", "received_at"],
                condition=models.Q(content_erased_at=None, legal_hold=False),
                name="message_erasable",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def content(self) -> str | None:
        """What the text says, None once erased; raises Unsealable."""
        return (
            None if self.sealed_content is None else keyring.open_text(self.sealed_content, CONTENT, self.pk)
        )

    @property
    def sender_id(self) -> str | None:
        """Who sent it: E.164, short code or alphanumeric, None once erased; raises Unsealable."""
        return None if self.sealed_sender is None else keyring.open_text(self.sealed_sender, SENDER, self.pk)

    @property
    def code(self) -> Code | None:
        """The one-time code that a text of a sandbox tells; of live texts none is looked for. Raises Unsealable."""
        content = self.content if self.simulated else None
        return None if content is None else extract(content)

    @property
    def explanation(self) -> list[dict[str, Any]]:
        """Why each earlier route did not take it (routing.match.Decision)."""
        return self.why.told if self.why else []

    @property
    def media(self) -> list[str]:
        """Links to what came with it, at the carrier; raises Unsealable."""
        if self.sealed_media is None:
            return []
        links: list[str] = json.loads(keyring.open_text(self.sealed_media, MEDIA, self.pk))
        return links


class Explanation(models.Model):
    """Why earlier routes did not take a text, the same for many texts (ingest/explanations.py); never changed."""

    id = models.UUIDField(primary_key=True, editable=False)  # a digest of the rest
    environment = models.ForeignKey(
        Environment, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    told = models.JSONField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("explanation")

    def __str__(self) -> str:
        return str(self.pk)


class Part(models.Model):
    """One piece of a longer text, kept until the others are here or their time is up (ingest/joining.py).

    Its octets stay undecoded: a character may straddle two pieces. Pieces of one text share `group`, a blind index
    over number, sender, the carrier's reference and how many there are.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    group = models.BinaryField(max_length=16, db_index=True)
    total = models.SmallIntegerField()
    number = models.SmallIntegerField()  # from 1
    environment = models.ForeignKey(
        Environment, models.PROTECT, related_name="parts", db_constraint=False, db_index=False
    )
    channel = models.ForeignKey(
        Channel, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    holding = models.ForeignKey(Number, models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    number_used = models.CharField(max_length=16)
    alphabet = models.CharField(max_length=8)
    sealed_data = models.BinaryField(db_column="data")
    sealed_sender = models.BinaryField(db_column="sender")
    carrier_message_id = models.CharField(max_length=255, blank=True)
    encoding = models.CharField(max_length=12, blank=True)
    received_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)
    tries = models.SmallIntegerField(default=0)  # that it could not be joined or opened

    personal_data: ClassVar = PersonalData("content", ("sealed_data", "sealed_sender", "group"), ())

    class Meta:
        verbose_name = _("part of a message")

    def __str__(self) -> str:
        return f"{self.number} of {self.total}"


class RepeatKey(models.Model):
    """By what a repeat of a text is known, so that it gives no second message, until `repeats_until`.

    That is the carrier's own id on a channel; a text without one is known by channel, number, sender and content for a
    short while, and until its next repeat where the carrier may not have heard our answer (ingest/doubts.py). A table
    of its own, so that it can be kept for longer or shorter than messages are.
    """

    digest = models.BinaryField(primary_key=True, max_length=16)
    message_id = models.UUIDField()
    seen_at = models.DateTimeField(db_index=True)
    repeats_until = models.DateTimeField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    def __str__(self) -> str:
        return str(UUID(bytes=bytes(self.digest)))
