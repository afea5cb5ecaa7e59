"""The number pool, who holds each number and since when, and the channels through which texts arrive."""

from __future__ import annotations

import json
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import keyring
from accounts.encryption import DataKey
from accounts.ids import uuid7
from accounts.models import Environment, User
from accounts.personal import NO_PERSONAL_DATA, PersonalData
from numbers.plan import Capability, Category


class Channel(models.Model):
    """One configured way in: a carrier kind, its credentials and its ingest URL.

    It belongs to one environment, or to the operator (environment null: the pool's own carriers, which serve
    numbers of many tenants). Deleted ones stay as rows: messages remember them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(
        Environment, models.PROTECT, null=True, blank=True, related_name="channels"
    )
    carrier = models.CharField(_("carrier"), max_length=30)
    name = models.CharField(_("name"), max_length=80, blank=True)
    token = models.CharField(max_length=43, unique=True)  # the last part of the ingest URL
    sealed_credentials = models.BinaryField()
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)
    # The simulator's own, of which a sandbox has one a carrier: it brings texts to every number of its sandbox.
    simulated = models.BooleanField(default=False, db_default=False)
    # Of a simulated one, where its credentials hold the public half only: what the simulator signs with. Shown nowhere.
    sealed_private_key = models.BinaryField(null=True)

    personal_data: ClassVar = NO_PERSONAL_DATA
    CREDENTIALS = "numbers_channel.credentials"
    PRIVATE_KEY = "numbers_channel.private_key"

    class Meta:
        verbose_name = _("channel")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(simulated=False) | models.Q(environment__isnull=False),
                name="channel_simulated_for_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(simulated=True) | models.Q(sealed_private_key=None),
                name="channel_private_key_simulated",
            ),
            models.UniqueConstraint(
                fields=["environment", "carrier"],
                condition=models.Q(simulated=True, deleted_at=None),
                name="channel_simulated_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.carrier

    @property
    def path(self) -> str:
        """The path part of its ingest URL."""
        return f"/in/{self.carrier}/{self.token}"

    def credentials(self) -> dict[str, str]:
        """The carrier's credentials in the clear; raises Unsealable."""
        value: dict[str, str] = json.loads(
            keyring.open_text(self.sealed_credentials, self.CREDENTIALS, self.pk)
        )
        return value

    def seal_credentials(self, credentials: dict[str, str]) -> None:
        key = self.data_key()
        self.sealed_credentials = key.seal(json.dumps(credentials).encode(), self.CREDENTIALS, self.pk)

    def private_key(self) -> str | None:
        """What the simulator signs with, in PEM form, where no credential does; raises Unsealable."""
        if self.sealed_private_key is None:
            return None
        return keyring.open_text(self.sealed_private_key, self.PRIVATE_KEY, self.pk)

    def seal_private_key(self, pem: str) -> None:
        self.sealed_private_key = self.data_key().seal(pem.encode(), self.PRIVATE_KEY, self.pk)

    def data_key(self) -> DataKey:
        return keyring.of(self.environment.tenant_id if self.environment else None)


def sms_only() -> list[str]:
    return [Capability.SMS.value]


class Number(models.Model):
    """An E.164 number or short code. Who holds it is its open Assignment; it outlives every holder.

    A number of the pool names the operator's channel that brings its texts; one without was brought by a tenant.

        available ──assigned──▶ held ──released──▶ aging ──(time)──▶ available
                                 ▲───same holder────┘
        available or aging ──withdrawn──▶ withdrawn ──restored──▶ as before
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("number"), max_length=16, unique=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    fictional = models.BooleanField(default=False)  # of a range reserved for fiction: sandboxes only
    created_at = models.DateTimeField()
    category = models.CharField(
        _("category"), max_length=20, choices=Category.choices, default=Category.OTHER
    )
    region = models.CharField(_("region"), max_length=40, blank=True)  # a slug: "ile-de-france"
    capabilities = ArrayField(
        models.CharField(max_length=10, choices=Capability.choices),
        verbose_name=_("capabilities"),
        default=sms_only,
    )
    monthly_price = models.PositiveIntegerField(_("monthly price"), null=True)  # in the currency's minor unit
    currency = models.CharField(_("currency"), max_length=3, blank=True)  # ISO 4217
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, blank=True, related_name="pool_numbers")
    channel_ref = models.CharField(max_length=80, blank=True)  # the carrier's own id of the number
    aging_until = models.DateTimeField(
        _("aging until"), null=True
    )  # until then only its last holder may have it
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)  # nobody may have it

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("number")
        indexes: ClassVar = [
            models.Index(
                fields=["country", "category"],
                condition=models.Q(withdrawn_at=None, channel__isnull=False),
                name="number_of_the_pool",
            )
        ]

    def __str__(self) -> str:
        return self.number


class Assignment(models.Model):
    """One environment holds one number, on one channel, from one instant to another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.ForeignKey(Number, models.PROTECT, related_name="assignments")
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="assignments")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="assignments")
    label = models.CharField(_("label"), max_length=80, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number"], condition=models.Q(ends_at=None), name="number_has_one_holder"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number_id} since {self.starts_at}"

    @property
    def own_channel_id(self) -> UUID | None:
        """Its channel where that is the tenant's; the operator's is none of the tenant's business."""
        return None if self.number.channel_id else self.channel_id


class NumberRequest(models.Model):
    """A tenant asks for a number of the pool, or to bring one of its own; an operator decides.

    requested ──▶ approved   an assignment was made
         ├──────▶ refused    the note says why
         └──────▶ cancelled  by the tenant
    """

    class Kind(models.TextChoices):
        POOL = "pool", _("from the pool")
        BRING = "bring", _("brought along")

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="number_requests")
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.REQUESTED)
    purpose = models.CharField(_("purpose"), max_length=1000, blank=True)
    monthly_volume = models.PositiveIntegerField(_("texts a month"), null=True)
    country = models.CharField(
        _("country"), max_length=2, blank=True
    )  # of a number of the pool: what is wanted
    category = models.CharField(_("category"), max_length=20, choices=Category.choices, blank=True)
    region = models.CharField(_("region"), max_length=40, blank=True)
    wanted = models.ForeignKey(Number, models.PROTECT, null=True, related_name="requests")  # this very one
    number = models.CharField(_("number"), max_length=16, blank=True)  # the one that is brought along …
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, related_name="number_requests"
    )  # … on this
    label = models.CharField(_("label"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("created at"))
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+"
    )  # null: nobody, a sandbox's
    note = models.CharField(_("note"), max_length=1000, blank=True)  # of whoever decided, to the tenant
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="requests")

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("number request")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment", "number"],
                condition=models.Q(status="requested") & ~models.Q(number=""),
                name="number_brought_once",
            ),
            models.UniqueConstraint(
                fields=["environment", "wanted"],
                condition=models.Q(status="requested", wanted__isnull=False),
                name="number_wanted_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.status} since {self.created_at}"

    @property
    def number_id(self) -> UUID | None:
        """The number that the tenant got."""
        return self.assignment.number_id if self.assignment else None

    @property
    def asked_number(self) -> str:
        """The number that the tenant got or, before, the one that it named; empty where it named none."""
        if self.assignment:
            return self.assignment.number.number
        return self.wanted.number if self.wanted else self.number


class NumberDocument(models.Model):
    """A file that a tenant adds to a request, such as the proof that a number is its own; sealed with its key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="number_documents")
    request = models.ForeignKey(NumberRequest, models.PROTECT, related_name="documents")
    name = models.CharField(_("name"), max_length=120, blank=True)
    content_type = models.CharField(_("content type"), max_length=40)
    size = models.PositiveIntegerField(_("size"))  # bytes
    sealed_content = models.BinaryField(null=True)  # null once erased
    created_at = models.DateTimeField(_("created at"))

    personal_data: ClassVar = PersonalData(
        "evidence", ("name", "sealed_content"), ("name", "content_type", "created_at")
    )
    CONTENT = "numbers_numberdocument.content"

    class Meta:
        verbose_name = _("document of a number request")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return str(self.pk)

    def content(self) -> bytes | None:
        """The file in the clear, None once erased; raises Unsealable."""
        if self.sealed_content is None:
            return None
        sealed = bytes(self.sealed_content)
        return keyring.naming(sealed).open(sealed, self.CONTENT, self.pk)


class Purchase(models.Model):
    """A number that is being bought at a channel's carrier; written before the order, so that nobody pays twice.

        ordering ──▶ bought ──▶ kept      held, asked for, or in the pool
            └──────▶ declined            the carrier said no

    Whoever buys works under a lease. When that is over or given up, the next try to buy the same number goes on from
    here: it asks first whether the account has the number by now.
    """

    class State(models.TextChoices):
        ORDERING = "ordering", _("Ordering")  # perhaps bought: nobody knows before the carrier was asked
        BOUGHT = "bought", _("Bought")
        KEPT = "kept", _("Kept")
        DECLINED = "declined", _("Declined")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.PROTECT, null=True, related_name="purchases")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="purchases")
    number = models.CharField(_("number"), max_length=16)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ORDERING)
    channel_ref = models.CharField(max_length=80, blank=True)  # the carrier's own id of the number
    created_at = models.DateTimeField(_("created at"))
    leased_until = models.DateTimeField(null=True)

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("purchase")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["channel", "number"],
                condition=models.Q(state__in=["ordering", "bought"]),
                name="number_bought_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"
