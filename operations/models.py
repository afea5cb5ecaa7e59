"""What the API keeps of its own requests."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.models import Environment
from accounts.personal import PersonalData


class LoggedRequest(models.Model):
    """One request of a program, as its developers look it up: never its body, its query or the ids in its path."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(
        Environment, models.CASCADE, related_name="requests", db_constraint=False, db_index=False
    )
    at = models.DateTimeField()
    request_id = models.CharField(max_length=40)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=120)  # the template: "/v1/messages/{message_id}"
    status = models.PositiveSmallIntegerField()
    error_code = models.PositiveSmallIntegerField(null=True)  # of accounts.problems
    duration_us = models.PositiveIntegerField()
    actor_kind = models.CharField(max_length=8)  # whose it was, as in the audit trail
    actor_id = models.UUIDField()
    address = models.GenericIPAddressField(null=True)

    personal_data: ClassVar = PersonalData("account", ("address",), ("address",))

    class Meta:
        verbose_name = _("API request")
        indexes: ClassVar = [
            models.Index(fields=["environment", "-id"], name="request_newest"),
            models.Index(
                fields=["environment", "-id"], condition=models.Q(status__gte=400), name="request_refused"
            ),
            models.Index(fields=["environment", "request_id"], name="request_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class KeptAnswer(models.Model):
    """What a request with an `Idempotency-Key` was answered, so that its repetition is answered alike.

    claimed ──answered 2xx──▶ kept ──24 h──▶ gone
       └──anything else, or its process died──▶ as if it had never been
    """

    digest = models.BinaryField(primary_key=True, max_length=16)  # keyed, of program, path and key
    environment = models.ForeignKey(
        Environment, models.CASCADE, related_name="kept_answers", db_constraint=False, db_index=False
    )
    asked = models.BinaryField(max_length=16)  # keyed digest of the body
    claim = models.UUIDField()
    claimed_until = models.DateTimeField()  # by the wall clock: it is about a process
    expires_at = models.DateTimeField(db_index=True)  # by the environment's
    status = models.PositiveSmallIntegerField(null=True)
    sealed_answer = models.BinaryField(null=True)  # it may show a secret

    personal_data: ClassVar = PersonalData("content")  # gone within a day

    class Meta:
        verbose_name = _("kept answer")

    def __str__(self) -> str:
        return str(self.claim)
