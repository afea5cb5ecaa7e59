"""How failing is found and mended: issues and replays. They belong to delivery.models, which has them too."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.ids import uuid7
from accounts.models import Environment
from accounts.personal import NO_PERSONAL_DATA


class Issue(models.Model):
    """One way in which one endpoint fails, from its first failed try until it is mended.

    open ──(a person saw it)──→ acknowledged ──┐
      │  ▲                                     ├─(the endpoint recovers, or a person says so)──→ resolved
      │  └──────────(it fails so again)────────│────────────────────────────────────────────────────┘
      └────────────────────────────────────────┘
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        RESOLVED = "resolved", _("Resolved")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="issues", db_index=False)
    endpoint = models.ForeignKey("delivery.Endpoint", models.PROTECT, related_name="issues", db_index=False)
    error_code = models.SmallIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    count = models.IntegerField()  # failed tries since it was first seen
    first_seen = models.DateTimeField()
    opened_at = models.DateTimeField()  # the last time that it was not open before
    last_seen = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # when issue.opened was last sent for it
    resolved_at = models.DateTimeField(null=True)
    last_delivery = models.UUIDField()  # whose try failed so last; it may be gone by now

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("issue")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "error_code"], name="issue_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["environment", "-id"], name="issue_newest"),
            models.Index(fields=["endpoint"], condition=~models.Q(state="resolved"), name="issue_unresolved"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Replay(models.Model):
    """Many deliveries to be sent again: counted first, then made due slice by slice, at a rate that endpoints bear.

    planned → running → done
        │        ├────→ failed: its endpoint takes nothing any more, or it broke
        └────────┴────→ cancelled
    """

    class Kind(models.TextChoices):
        RECOVER = "recover", _("All that failed at an endpoint")
        MISSING = "missing", _("What an endpoint never got")
        MATCHING = "matching", _("Deliveries that match a filter")

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("replay", "Planned")
        RUNNING = "running", pgettext_lazy("replay", "Running")
        DONE = "done", pgettext_lazy("replay", "Done")
        FAILED = "failed", pgettext_lazy("replay", "Failed")
        CANCELLED = "cancelled", pgettext_lazy("replay", "Cancelled")

    class Why(models.TextChoices):
        """Why a delivery that was planned was not sent again; the first, second and last also end a job."""

        DISABLED = "endpointDisabled", _("Its endpoint is disabled.")
        DELETED = "endpointDeleted", _("Its endpoint was deleted.")
        CHANGED = "changed", _("Meanwhile it arrived, somebody else sent it again, or its text was erased.")
        CANCELLED = "cancelled", _("The replay was cancelled before its turn.")
        BROKEN = "broken", _("The replay broke off by an error of ours.")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="replays", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    filter = models.JSONField()  # see delivery.selection
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    because = models.CharField(
        max_length=20, choices=Why.choices, blank=True, default="", db_default=""
    )  # why failed
    planned = models.IntegerField()  # how many it would touch, when it was planned
    planned_exact = models.BooleanField(
        default=True, db_default=True
    )  # or there are more, and nobody counted them
    queued = models.IntegerField(default=0)  # how many it made due so far
    left_disabled = models.IntegerField(
        default=0, db_default=0
    )  # how many not: their endpoint was disabled by then
    left_deleted = models.IntegerField(default=0, db_default=0)  # or deleted
    reached = models.UUIDField(null=True)  # the delivery, or message, up to which it is through
    next_turn = models.DateTimeField(null=True)  # operator's clock: when the next one may become due
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("replay")
        indexes: ClassVar = [
            models.Index(fields=["environment", "-id"], name="replay_newest"),
            models.Index(fields=["id"], condition=models.Q(state="running"), name="replay_running"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
