"""One run of a scenario: what it sent, and how far what had to come of it has come."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.models import Environment
from accounts.personal import PersonalData


class ScenarioRun(models.Model):
    """A run is judged by whoever looks at it, until it is over (sandbox.runs); it is kept for a day.

    running ──┬─▶ passed   all that was expected came
              └─▶ failed   something else came, or something did not come in time
    """

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.CASCADE, related_name="scenario_runs")
    scenario = models.CharField(max_length=60)
    number_used = models.CharField(max_length=16)
    sender_index = models.BinaryField(max_length=16, null=True)  # who wrote instead of the scenario's senders
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    # As of the last look:
    expectations: Any = models.JSONField(default=list)  # sandbox.judging.Verdict, as dictionaries
    messages: Any = models.JSONField(default=list)  # UUIDs, the oldest first
    due_at = models.DateTimeField(null=True)  # when, by the sandbox's clock, what it waits for is due
    patient_until = models.DateTimeField(null=True)  # by the wall clock; null while something is due later

    personal_data: ClassVar = PersonalData("content", ("sender_index",), ())

    class Meta:
        verbose_name = _("scenario run")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["environment", "scenario", "-id"], name="scenario_run_newest"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def message_ids(self) -> list[UUID]:
        return [UUID(id) for id in self.messages]

    @property
    def goes_on(self) -> bool:
        """Whether more was to be expected at the last look before anybody moves the clock."""
        return self.state == self.State.RUNNING and self.due_at is None
