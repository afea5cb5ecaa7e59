"""What the simulator was asked to send, and how the door answered each request."""

from __future__ import annotations

import json
from typing import ClassVar, NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import keyring
from accounts.ids import uuid7
from accounts.models import Environment
from accounts.personal import NO_PERSONAL_DATA, PersonalData
from numbers.models import Channel
from sandbox.scenario_run import ScenarioRun

SAID = "sandbox_simulation.said"


class Said(NamedTuple):
    """What is kept sealed: who writes, and what."""

    sender: str
    content: str


class Simulation(models.Model):
    """Texts that the simulator sends through the door as one job; what they say is erased once all are sent.

    `next_due_at` is by the sandbox's clock and null once all are sent. Whoever sends works under a lease, so that the
    texts go one after the other.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.CASCADE, related_name="simulations")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    run = models.ForeignKey(ScenarioRun, models.CASCADE, null=True, related_name="simulations")
    number_used = models.CharField(max_length=16)
    sealed_said = models.BinaryField(null=True)  # null once all are sent
    sent_at = models.DateTimeField(
        null=True
    )  # what the carrier is to say; null: when it posts, give or take skew
    skew = models.DurationField()
    created_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)  # by the wall clock

    personal_data: ClassVar = PersonalData("content", ("sealed_said",), ("number_used", "created_at"))

    class Meta:
        verbose_name = _("simulation")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["environment", "next_due_at"],
                condition=models.Q(next_due_at__isnull=False),
                name="simulation_due",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def seal(self, said: Said) -> None:
        key = keyring.of(self.environment.tenant_id)
        self.sealed_said = key.seal(json.dumps(said).encode(), SAID, self.pk)

    def said(self) -> Said | None:
        """None once erased; raises Unsealable."""
        if self.sealed_said is None:
            return None
        return Said(*json.loads(keyring.open_text(self.sealed_said, SAID, self.pk)))


class SimulatedText(models.Model):
    """One request to the door, or one text down a line, in the order of `position`.

    waiting ──┬─▶ accepted     the door answered 2xx
              ├─▶ refused      it answered that it wants no such request
              └─▶ unanswered   it did not answer, or asked for it again, until its carrier gave up
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        UNANSWERED = "unanswered", _("Unanswered")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    simulation = models.ForeignKey(Simulation, models.CASCADE, related_name="texts")
    position = models.PositiveIntegerField()
    due_at = models.DateTimeField()  # by the sandbox's clock
    carrier_message_id = models.CharField(max_length=255)
    part = models.PositiveSmallIntegerField(null=True)  # from 1; null: the text is whole
    parts = models.PositiveSmallIntegerField(null=True)
    reference = models.PositiveSmallIntegerField(null=True)  # what the parts of one text share
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    answer = models.PositiveSmallIntegerField(null=True)  # the last one's HTTP status, or what comes to that

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("simulated text")
        ordering: ClassVar = ["simulation", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["simulation", "position"], name="simulated_text_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
