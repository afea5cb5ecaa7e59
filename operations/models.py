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
    key_id = models.UUIDField(null=True)  # whose request it was
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
