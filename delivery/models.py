"""Where texts go, the durable job that brings them there, and every try of it."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import keyring
from accounts.ids import uuid7
from accounts.models import Environment
from accounts.personal import NO_PERSONAL_DATA, PersonalData
from delivery.mending import Issue as Issue
from delivery.mending import Replay as Replay
from inbox.models import Message

SECRET = "delivery_endpointsecret.secret"  # noqa: S105  a column's name
RESPONSE = "delivery_attempt.response"
QUEUES = "queues"  # the channel of notices that name a polling endpoint whose queue has grown
ACCESS = "delivery_endpoint.access"


class Endpoint(models.Model):
    """Where a tenant receives. A deleted one stays as a row: deliveries remember it."""

    class Kind(models.TextChoices):
        """Who calls whom, and in whose words."""

        WEBHOOK = "webhook", _("Webhook")  # we call, in our words
        CALLBACK = "callback", _("Callback")  # we call the customer's own API, in its words
        POLLING = "polling", _("Polling queue")  # the customer calls, and says when it is done

    class Payload(models.TextChoices):
        """What a webhook's body tells: all of the text, or which text it is."""

        FULL = "full", _("The whole text")
        THIN = "thin", _("Its id only: your code reads the text by API")

    class Scheme(models.TextChoices):
        """Standard Webhooks' two: a secret that both sides know; a key pair, whose public half the receiver has."""

        HMAC = "v1", _("HMAC-SHA256 (v1)")
        ED25519 = "v1a", _("Ed25519 (v1a)")

    class Because(models.TextChoices):
        """Who disabled it; blank where it is enabled."""

        PERSON = "person", _("It was disabled by hand.")
        FAILING = "failing", _("Nothing arrived there for five days.")
        GONE = "gone", _("It answered that it is gone for good (410).")
        ASKED = "asked", _("It asked for it (webhook-delivery: disable).")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="endpoints")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.WEBHOOK)
    url = models.CharField(_("URL"), max_length=2000, blank=True)  # of a polling endpoint there is none
    description = models.CharField(_("description"), max_length=200, blank=True)
    is_default = models.BooleanField(default=False)  # takes what no route took
    policy = models.JSONField(default=dict)  # see delivery.policy
    failover = models.ForeignKey("self", models.SET_NULL, null=True, related_name="stands_in_for")
    sealed_access = models.BinaryField(null=True, db_column="access")  # see delivery.access
    certificate_expires_at = models.DateTimeField(null=True)  # of the client certificate in it
    payload = models.CharField(max_length=4, choices=Payload.choices, default=Payload.FULL)
    template = models.JSONField(default=dict)  # of a callback: see delivery.template
    ack_within_s = models.IntegerField(default=60)  # of a polling endpoint: how long what was taken is leased
    signs_with = models.CharField(max_length=4, choices=Scheme.choices, default=Scheme.HMAC)
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.CharField(max_length=10, choices=Because.choices, blank=True)
    events = models.JSONField(default=list)  # types of delivery.catalog that are sent here too
    version = models.IntegerField(default=1)  # grows with every change, so that workers know a stale copy
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("endpoint")
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["environment"],
                condition=models.Q(is_default=True, deleted_at=None),
                name="endpoint_one_default",
            )
        ]
        indexes: ClassVar = [
            models.Index(  # those that we disabled, and another one may stand in for
                fields=["failover"],
                condition=models.Q(disabled_because__in=["failing", "gone", "asked"], deleted_at=None),
                name="endpoint_disabled_by_us",
            )
        ]

    def __str__(self) -> str:
        return self.description or self.url or str(self.get_kind_display())

    @property
    def access(self) -> dict[str, Any]:
        """What its owner wants sent along, secrets in the clear, as delivery.access keeps it; raises Unsealable."""
        if self.sealed_access is None:
            return {}
        access: dict[str, Any] = json.loads(keyring.open_text(self.sealed_access, ACCESS, self.pk))
        return access


class Destination(models.Model):
    """A host or network that endpoints of an environment may lie in. Where there is none, any public one will do."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="destinations")
    pattern = models.CharField(max_length=255)  # api.example.com, *.example.com or 198.51.100.0/24
    created_at = models.DateTimeField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("allowed destination")
        verbose_name_plural = _("allowed destinations")
        ordering: ClassVar = ["pattern"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "pattern"], name="destination_once")
        ]

    def __str__(self) -> str:
        return self.pattern


class EndpointSecret(models.Model):
    """A signing secret of an endpoint. Several live at once while one replaces another."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="secrets")
    sealed_secret = models.BinaryField(db_column="secret")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    personal_data: ClassVar = NO_PERSONAL_DATA

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def secret(self) -> str:
        """`whsec_…`, or `whsk_…` where the endpoint's scheme is v1a, in the clear; raises Unsealable."""
        return keyring.open_text(self.sealed_secret, SECRET, self.pk)


class Health(models.Model):
    """How an endpoint has fared since its last success; all is well where failing_since is null, or there is no row.

    closed ──(ten failures in a row)──→ open: one probe now and then, nothing else is sent
       ▲                                  │
       └──────(a probe arrives)───────────┘  and what waited is sent at a shaped rate

    Times are of the environment's clock, but for paced_until.
    """

    endpoint = models.OneToOneField(Endpoint, models.CASCADE, primary_key=True, related_name="health")
    failing_since = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0, db_default=0)
    last_error_code = models.SmallIntegerField(null=True)
    last_failure_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)
    probes = models.SmallIntegerField(default=0, db_default=0)
    warnings = models.SmallIntegerField(default=0, db_default=0)
    paced_until = models.DateTimeField(null=True)  # up to here the endpoint's rate is given away
    drained_until = models.DateTimeField(null=True)  # and up to here the turns of what waited for it

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("health of an endpoint")
        indexes: ClassVar = [
            models.Index(
                fields=["failing_since"],
                condition=models.Q(failing_since__isnull=False),
                name="health_failing",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Place(models.Model):
    """How many of an endpoint's requests at once a worker may have on the wire: its part of `maxInFlight`.

    Leased, by the wall clock; there are rows only of endpoints with such a cap, and only while something is sent there.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="places", db_constraint=False, db_index=False
    )
    worker = models.UUIDField()
    places = models.SmallIntegerField()  # 0: it waits for some
    until = models.DateTimeField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("place at an endpoint")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "worker"], name="place_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Event(models.Model):
    """Something that happened which an endpoint can ask for; written in the transaction of what it reports.

    `message.received` has no row: the message says it all. `payload` names things by their public ids and holds
    no personal data (delivery/catalog.py has the types).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.PROTECT, related_name="events", db_index=False)
    type = models.CharField(max_length=40)
    payload = models.JSONField()
    created_at = models.DateTimeField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("event")
        indexes: ClassVar = [
            models.Index(fields=["environment", "-id"], name="event_newest"),
            models.Index(fields=["environment", "type", "-id"], name="event_of_type"),
            models.Index(fields=["environment", "created_at"], name="event_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


class Delivery(models.Model):
    """One event to one endpoint: the durable job.

    born leased → sending ──→ delivered
                   ▲  └─────→ pending (due again) ──→ sending
                   │  └─────→ failed (tries used up): whole, visible, replayable → pending
                  held (the endpoint is disabled) → pending, once it is enabled and the turn comes

    For a polling endpoint it is born pending and never due: who takes it holds the lease, and acknowledges it.

    A row in `sending` belongs to whoever knows its lease until leased_until; then the sweep takes it back.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        SENDING = "sending", _("Sending")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Failed")
        HELD = "held", _("Held")
        CANCELLED = "cancelled", _("Cancelled")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(
        Environment, models.PROTECT, related_name="deliveries", db_constraint=False, db_index=False
    )
    endpoint = models.ForeignKey(
        Endpoint, models.PROTECT, related_name="deliveries", db_constraint=False, db_index=False
    )
    message = models.ForeignKey(
        Message, models.PROTECT, null=True, related_name="deliveries", db_constraint=False, db_index=False
    )
    event = models.ForeignKey(
        Event, models.PROTECT, null=True, related_name="deliveries", db_constraint=False, db_index=False
    )  # null: the message's arrival
    event_type = models.CharField(max_length=40, default="message.received")
    state = models.CharField(max_length=10, choices=State.choices)
    due_at = models.DateTimeField(null=True)  # while it is taken from a polling endpoint's queue: since when
    lease = models.UUIDField(null=True)  # fences whoever sends: only the holder of this token may record
    leased_until = models.DateTimeField(null=True)
    attempts_made = models.SmallIntegerField(default=0)  # since it was created or last replayed
    error_code = models.SmallIntegerField(null=True)  # why the last try failed
    reason = models.CharField(
        max_length=12, blank=True, db_default=""
    )  # why it waits or was given up: retry.Reason
    replays = models.SmallIntegerField(default=0)
    put_off = models.SmallIntegerField(default=0, db_default=0)  # how often for a fault of ours
    diverted_from = models.UUIDField(null=True)  # the endpoint for which this one stands in
    replay_job = models.UUIDField(null=True)  # the Replay that last made it due
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="sending", lease__isnull=False, leased_until__isnull=False)
                | (~models.Q(state="sending") & models.Q(lease=None, leased_until=None)),
                name="delivery_leased_while_sending",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["message"], name="delivery_of_message"),
            models.Index(fields=["due_at"], condition=models.Q(state="pending"), name="delivery_due"),
            models.Index(
                fields=["environment", "endpoint", "due_at"],
                condition=models.Q(state="pending", due_at__isnull=False),
                name="delivery_lane",
            ),
            models.Index(
                fields=["environment", "endpoint", "id"],  # what waits for its endpoint (delivery/parking.py)
                condition=models.Q(state="held") | models.Q(state="pending", reason="circuit"),
                name="delivery_backlog",
            ),
            models.Index(
                fields=["leased_until"], condition=models.Q(state="sending"), name="delivery_leased"
            ),
            models.Index(
                fields=["endpoint", "id"], condition=models.Q(state="pending"), name="delivery_queue"
            ),
            models.Index(
                fields=["put_off"],
                condition=models.Q(state="pending", reason="ours"),
                name="delivery_put_off",
            ),
            models.Index(fields=["environment", "-id"], name="delivery_newest"),
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
            models.Index(
                fields=["environment", "state", "-id"],
                condition=models.Q(state__in=["failed", "held", "pending"]),
                name="delivery_in_state",
            ),
            models.Index(
                fields=["endpoint", "state", "created_at"],
                condition=models.Q(state__in=["failed", "held", "pending"]),
                name="delivery_open_at",
            ),
            models.Index(
                fields=["replay_job", "state"],
                condition=models.Q(replay_job__isnull=False),
                name="delivery_replayed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Attempt(models.Model):
    """One try of a delivery, with timings and the answer. Microseconds since the try began.

    Nothing of it is ever changed; retention erases the answer with the text's content, and later deletes the row.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts", db_constraint=False)
    environment = models.ForeignKey(
        Environment, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    number = models.SmallIntegerField()
    started_at = models.DateTimeField()
    status = models.SmallIntegerField(null=True)  # of the HTTP answer
    error_code = models.SmallIntegerField(null=True)  # null: success
    address = models.CharField(max_length=45, blank=True)
    dns_us = models.IntegerField(null=True)
    connect_us = models.IntegerField(null=True)
    tls_us = models.IntegerField(null=True)
    first_byte_us = models.IntegerField(null=True)
    total_us = models.IntegerField()
    sealed_response = models.BinaryField(
        null=True, db_column="response"
    )  # the first bytes of the answer's body

    personal_data: ClassVar = PersonalData("content", ("sealed_response",), ())

    class Meta:
        verbose_name = _("attempt")
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["environment", "started_at"], name="attempt_oldest")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def response(self) -> str:
        """The answer's first bytes as text, broken characters replaced; raises Unsealable."""
        if self.sealed_response is None:
            return ""
        value = bytes(self.sealed_response)
        return keyring.naming(value).open(value, RESPONSE, self.pk).decode(errors="replace")
