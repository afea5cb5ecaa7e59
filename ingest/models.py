"""What was authenticated but could not be placed, which is the operator's under the cell's own key; and the SMPP
lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import keyring
from accounts.ids import uuid7
from accounts.personal import NO_PERSONAL_DATA, PersonalData
from numbers.models import Channel

RAW = "ingest_straytext.raw"


class RunningIntake(models.Model):
    """A process that takes texts in. It removes its row when it ends in order; one that was killed leaves it behind."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seen_at = models.DateTimeField()

    operator_owned: ClassVar = True
    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("running intake")

    def __str__(self) -> str:
        return str(self.id)


class StrayText(models.Model):
    """What an authenticated carrier brought and no tenant gets.

    unreadable  a request that holds no text
    unrouted    a text to a number that nobody ever held here
    held        a text to a number of the pool at a time when nobody held it on this channel, or stamped with a time
                that cannot be believed: somebody's words, but not for whoever has the number now. Its content is
                not kept.
    """

    class Kind(models.TextChoices):
        UNREADABLE = "unreadable", _("Unreadable")
        UNROUTED = "unrouted", _("Unrouted")
        HELD = "held", _("Held without content")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="stray_texts")
    digest = models.BinaryField(unique=True, max_length=16)  # a carrier's repeats of one text are one row
    sealed_raw = models.BinaryField(db_column="raw", null=True)  # the request's bytes; none where held
    number = models.CharField(max_length=16, blank=True)  # of the pool, where held
    stamped_at = models.DateTimeField(null=True)  # when it was sent, says the carrier
    received_at = models.DateTimeField(db_index=True)

    operator_owned: ClassVar = True
    personal_data: ClassVar = PersonalData("content", ("sealed_raw",), ())

    class Meta:
        verbose_name = _("stray text")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind="held", sealed_raw=None, number__gt="")
                | (~models.Q(kind="held") & models.Q(sealed_raw__isnull=False)),
                name="stray_held_without_content",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.received_at}"

    @property
    def raw(self) -> bytes | None:
        """The request as it came; None where its content is not kept. Raises Unsealable."""
        if self.sealed_raw is None:
            return None
        value = bytes(self.sealed_raw)
        return keyring.naming(value).open(value, RAW, self.pk)


class Line(models.Model):
    """How one SMPP session of a channel stands. The process that holds it writes each change of state.

    connecting → bound ⇄ waiting (to try again)
         └──→ refused (a person must change something)      any → stopped (the process ended in order)
    """

    class State(models.TextChoices):
        CONNECTING = "connecting", _("Connecting")
        BOUND = "bound", _("Bound")
        WAITING = "waiting", _("Trying again")
        REFUSED = "refused", _("Refused")
        STOPPED = "stopped", _("Stopped")

    class Reason(models.TextChoices):
        """Why it is not bound."""

        UNRESOLVED = "unresolved", _("The host name has no address.")
        FORBIDDEN_ADDRESS = "forbiddenAddress", _("The host’s address is private or reserved.")
        UNREACHABLE = "unreachable", _("The SMSC takes no connection.")
        TLS_FAILED = "tlsFailed", _("The SMSC’s certificate cannot be trusted, or it speaks no TLS.")
        SILENT = "silent", _("The SMSC does not answer.")
        LOST = "lost", _("The SMSC closed the connection.")
        UNBOUND = "unbound", _("The SMSC ended the session.")
        BIND_FAILED = "bindFailed", _("The SMSC did not take the bind.")
        WRONG_PASSWORD = "wrongPassword", _("The SMSC does not take the password.")
        WRONG_SYSTEM_ID = "wrongSystemId", _("The SMSC does not know the system_id.")
        ALREADY_BOUND = "alreadyBound", _("The SMSC says that this system_id is bound already.")
        NONSENSE = "nonsense", _("What came from the SMSC is no SMPP.")
        UNSEALABLE = "unsealable", _("The stored credentials do not open.")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="lines")
    session = models.PositiveSmallIntegerField()  # from 1
    state = models.CharField(max_length=10, choices=State.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    since = models.DateTimeField()  # when it came into this state

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("line")
        ordering: ClassVar = ["session"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "session"], name="line_is_one_a_session")
        ]

    def __str__(self) -> str:
        return f"{self.session}: {self.state}"


#: From the best: what a channel's sessions come to is the best of them, for then texts come in.
RANK = ("bound", "connecting", "waiting", "refused", "stopped")


def best(lines: Iterable[Line]) -> Line | None:
    """The session that tells how a channel stands; None where there is none."""
    return min(lines, key=lambda line: RANK.index(line.state), default=None)
