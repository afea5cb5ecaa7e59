"""Who exists: tenants, their environments, people, keys, and the trail of what they changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.personal import NO_PERSONAL_DATA, PersonalData
from accounts.roles import Role

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Tenant(models.Model):
    """A customer organisation. It lives in one cell, hence in one region."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    created_at = models.DateTimeField()
    live_approved_at = models.DateTimeField(null=True, blank=True)  # written by whoever approves live use

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("tenant")

    def __str__(self) -> str:
        return self.name


class DataKeyRow(models.Model):
    """A tenant's data key, wrapped; tenant null is the cell's own, for rows of the operator."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="data_keys")
    wrapped_by = models.CharField(max_length=40)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        db_table = "accounts_datakey"

    def __str__(self) -> str:
        return str(self.id)


class Environment(models.Model):
    """`live` or `sandbox` of a tenant; numbers, routes, endpoints, messages and keys hang on one."""

    class Kind(models.TextChoices):
        LIVE = "live", _("Live")
        SANDBOX = "sandbox", _("Sandbox")

    class QuotaLevel(models.IntegerChoices):
        """How many of the texts that are expected in a month came in (operations.quotas)."""

        WITHIN = 0, _("within")
        NEAR = 1, _("near")
        EXCEEDED = 2, _("exceeded")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.PROTECT, related_name="environments")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=80)
    clock_offset = models.DurationField(default=timedelta)  # a sandbox's clock may run ahead, never behind
    created_at = models.DateTimeField()
    content_kept_days = models.PositiveSmallIntegerField(
        null=True
    )  # see accounts.retention; null: the operator's
    attempts_kept_days = models.PositiveSmallIntegerField(null=True)
    # See accounts.limits, likewise.
    reads_allowed = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    writes_allowed = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    messages_allowed = models.PositiveIntegerField(null=True, blank=True, validators=[MinValueValidator(1)])
    quota_level = models.PositiveSmallIntegerField(
        choices=QuotaLevel.choices, default=QuotaLevel.WITHIN, db_default=QuotaLevel.WITHIN
    )

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("environment")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant"], condition=models.Q(kind="live"), name="environment_one_live_per_tenant"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="sandbox", clock_offset__gte=timedelta(0))
                | models.Q(clock_offset=timedelta(0)),
                name="environment_only_sandbox_clock_moves",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"

    @property
    def is_live(self) -> bool:
        return self.kind == self.Kind.LIVE


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in. `is_staff` marks an operator of this cell, who may use Django's admin."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(
        max_length=5, choices=[("en", _("English")), ("fr", _("French"))], default="en"
    )
    time_zone = models.CharField(max_length=40, default="Europe/Paris")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    personal_data: ClassVar = PersonalData(
        "account", ("email", "name"), ("email", "name", "language", "time_zone")
    )

    USERNAME_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    if TYPE_CHECKING:
        memberships: RelatedManager[Membership]

    class Meta:
        verbose_name = _("user")

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """One person's role in one tenant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)

    personal_data: ClassVar = PersonalData("account", (), ("role",))

    class Meta:
        verbose_name = _("membership")
        constraints: ClassVar = [models.UniqueConstraint(fields=["tenant", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.role} of {self.tenant_id}"


class ApiKey(models.Model):
    """`sk_live_…` or `sk_test_…`: only a digest of its 256 random bits is kept; the key decides the environment."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.CASCADE, related_name="keys")
    name = models.CharField(_("name"), max_length=80)
    digest = models.BinaryField(unique=True, max_length=32)
    hint = models.CharField(max_length=20)  # the first characters, so that a person can tell keys apart
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("API key")

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class LoginFailure(models.Model):
    """A failed log-in, counted to slow down whoever guesses; who and from where are kept as keyed digests only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    who = models.BinaryField(max_length=16)
    source = models.BinaryField(max_length=16)
    at = models.DateTimeField(db_index=True)

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        indexes: ClassVar = [models.Index(fields=["source", "at"]), models.Index(fields=["who", "at"])]

    def __str__(self) -> str:
        return str(self.id)


class AuditEntry(models.Model):
    """One change: who, what, before and after. Append-only: the app's database role can only insert and select."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="audit_entries")
    environment = models.ForeignKey(Environment, models.PROTECT, null=True, related_name="audit_entries")
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=8)  # user, key, operator or system
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)  # noun.verb: "endpoint.created"
    target_id = models.UUIDField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=40, blank=True)

    personal_data: ClassVar = PersonalData("evidence")

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        indexes: ClassVar = [models.Index(fields=["tenant", "-at"])]

    def __str__(self) -> str:
        return f"{self.action} at {self.at}"
