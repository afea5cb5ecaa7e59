"""Three tables: what came, where it must go, each try."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models


class Message(models.Model):
    objects: ClassVar[models.Manager[Message]] = models.Manager()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    carrier_id = models.CharField(max_length=64, unique=True)
    sender = models.CharField(max_length=32)
    recipient = models.CharField(max_length=32, db_index=True)
    content = models.TextField()
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "baseline"

    def __str__(self) -> str:
        return str(self.pk)


class Delivery(models.Model):
    objects: ClassVar[models.Manager[Delivery]] = models.Manager()

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    url = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default="pending", db_index=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "baseline"

    def __str__(self) -> str:
        return str(self.pk)


class Attempt(models.Model):
    objects: ClassVar[models.Manager[Attempt]] = models.Manager()

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    status = models.IntegerField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "baseline"

    def __str__(self) -> str:
        return str(self.pk)
