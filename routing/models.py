"""The ordered rules of an environment."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.models import Environment
from accounts.personal import NO_PERSONAL_DATA
from delivery.models import Endpoint


class Route(models.Model):
    """Conditions → endpoints, routingTag, action. The first route whose conditions all hold takes the message."""

    class Action(models.TextChoices):
        DELIVER = "deliver", _("Deliver")
        DROP = "drop", _("Drop")
        QUARANTINE = "quarantine", _("Quarantine")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="routes")
    name = models.CharField(_("name"), max_length=80)
    position = models.IntegerField()  # 1 is asked first; no gaps
    conditions = models.JSONField(
        default=list
    )  # [{"field", "operator", "value"}]; routing/match.py reads them
    action = models.CharField(_("action"), max_length=10, choices=Action.choices, default=Action.DELIVER)
    endpoints = models.ManyToManyField(Endpoint, related_name="routes", blank=True)
    routing_tag = models.CharField(_("routing tag"), max_length=80, blank=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("route")
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "position"],
                name="route_position_once",
                deferrable=models.Deferrable.DEFERRED,
            )
        ]

    def __str__(self) -> str:
        return self.name
