"""The ordered rules of an environment, and what they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import public, uuid7
from accounts.models import Environment
from accounts.personal import NO_PERSONAL_DATA
from delivery.models import Endpoint
from inbox.models import Message
from routing.match import CompiledRoute, compile_route


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

    def compiled(self) -> CompiledRoute:
        """Ready to be asked. Raises InvalidCondition where it was saved by an older version's rules."""
        present = tuple(endpoint.pk for endpoint in self.endpoints.all() if endpoint.deleted_at is None)
        return compile_route(
            id=self.pk,
            public_id=public("route", self.pk),
            name=self.name,
            version=self.version,
            conditions=self.conditions,
            action=self.action,
            endpoint_ids=present,
            routing_tag=self.routing_tag,
        )


#: By its action, in what state the route that takes a text leaves it.
STATES: Mapping[str, str] = {
    Route.Action.DELIVER.value: Message.State.RECEIVED.value,
    Route.Action.DROP.value: Message.State.DROPPED.value,
    Route.Action.QUARANTINE.value: Message.State.QUARANTINED.value,
}


class RouteVersion(models.Model):
    """All routes of an environment, in their order, as a change left them. Never changed; the oldest are let go.

    `routes` is as routing.documents writes them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(
        Environment, models.PROTECT, related_name="route_versions", db_index=False
    )
    number = models.IntegerField()  # 1, 2, 3 …
    routes = models.JSONField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("version of the routes")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "number"], name="route_version_once")
        ]

    def __str__(self) -> str:
        return str(self.number)
