"""Who exists: tenants, their environments, people, keys, and the trail of what they changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.identities import Identity as Identity
from accounts.identities import IdentityProvider as IdentityProvider
from accounts.ids import public, uuid7
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
    """`live` or a `sandbox` of a tenant; numbers, routes, endpoints, messages and keys hang on one.

    A tenant has one live environment and may have several sandboxes. A deleted one stays as a row: the trail names it.
    """

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
    # Of sandboxes only; see sandbox.clocks and sandbox.emptying.
    clock_followed = models.DurationField(
        default=timedelta, db_default=timedelta()
    )  # up to which offset the clockwork ran
    emptying_since = models.DateTimeField(null=True)  # what it held then is being removed
    deleted_at = models.DateTimeField(null=True)

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
            models.CheckConstraint(
                condition=models.Q(kind="sandbox") | models.Q(deleted_at=None, emptying_since=None),
                name="environment_live_stays",
            ),
            models.UniqueConstraint(
                fields=["tenant", "name"],
                condition=models.Q(deleted_at=None),
                name="environment_name_once",
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


class Invitation(models.Model):
    """A link by e-mail that makes who opens it a member. Open until it is accepted, withdrawn or expires."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(max_length=12, choices=Role.choices)
    digest = models.BinaryField(max_length=32, unique=True)  # of the link's 256 random bits
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    personal_data: ClassVar = PersonalData("account", ("email",), ("email", "role"))

    class Meta:
        verbose_name = _("invitation")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_open_an_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.tenant_id}"


class ApiKey(models.Model):
    """`sk_live_…` or `sk_test_…`: only a digest of its 256 random bits is kept; the key decides the environment.

    It opens until it is revoked, expires, or the overlap with its successor ends (accounts.keys).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.CASCADE, related_name="keys")
    name = models.CharField(_("name"), max_length=80)
    digest = models.BinaryField(unique=True, max_length=32)
    prefix = models.CharField(max_length=20)  # the first characters, by which people know it
    scopes = ArrayField(models.CharField(max_length=20))  # accounts.roles.SCOPES
    allowed_networks = ArrayField(models.CharField(max_length=43), default=list)  # none: from everywhere
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)  # the last time that it came from elsewhere than it may
    revoked_at = models.DateTimeField(null=True)
    replaced_by = models.OneToOneField("self", models.SET_NULL, null=True, related_name="replaces")

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("API key")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class KeyAddress(models.Model):
    """An address from which a key was used, so that the next new one is noticed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="addresses")
    address = models.GenericIPAddressField()
    first_used_at = models.DateTimeField()

    personal_data: ClassVar = PersonalData("evidence")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "address"], name="key_address_once")]

    def __str__(self) -> str:
        return str(self.id)


class OAuthClient(models.Model):
    """A program that asks for short-lived access tokens (accounts.clients); its public id is its `client_id`.

    While a secret is being replaced the former one works as well. django-oauth-toolkit takes this model for its
    Application and asks for no more than the last few members.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    environment = models.ForeignKey(Environment, models.CASCADE, related_name="clients")
    name = models.CharField(_("name"), max_length=80)
    digest = models.BinaryField(max_length=32)
    former_digest = models.BinaryField(max_length=32, null=True)
    former_ends_at = models.DateTimeField(null=True)
    scopes = ArrayField(models.CharField(max_length=20))  # accounts.roles.SCOPES
    allowed_networks = ArrayField(models.CharField(max_length=43), default=list)  # none: from everywhere
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)  # when it last asked for a token
    revoked_at = models.DateTimeField(null=True)

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("OAuth client")

    def __str__(self) -> str:
        return self.name

    @property
    def client_id(self) -> str:
        return public("client", self.pk)

    def allows_grant_type(self, *kinds: str) -> bool:
        return "client-credentials" in kinds


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
    """One change, or one look at content: who, what, before and after, from where (accounts.trail reads them).

    Append-only: the app's database role can only insert and select.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="audit_entries")
    environment = models.ForeignKey(
        Environment, models.PROTECT, null=True, related_name="audit_entries", db_index=False
    )
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=8)  # user, key, client, operator or system
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=60)  # noun.verb: "endpoint.created"
    target_id = models.UUIDField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    request_id = models.CharField(max_length=40, blank=True)
    address = models.GenericIPAddressField(null=True)

    personal_data: ClassVar = PersonalData("evidence")

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        # One for each way to look; each newest first, since ids follow time.
        indexes: ClassVar = [
            models.Index(fields=["environment", "-id"], name="audit_newest"),
            models.Index(
                fields=["tenant", "-id"], condition=models.Q(environment=None), name="audit_of_tenant"
            ),
            models.Index(fields=["environment", "action", "-id"], name="audit_of_action"),
            models.Index(
                fields=["actor_id", "-id"], condition=models.Q(actor_id__isnull=False), name="audit_of_actor"
            ),
            models.Index(
                fields=["target_id", "-id"],
                condition=models.Q(target_id__isnull=False),
                name="audit_of_target",
            ),
            models.Index(
                fields=["environment", "address", "-id"],
                condition=models.Q(address__isnull=False),
                name="audit_from_address",
            ),
            models.Index(fields=["request_id"], condition=~models.Q(request_id=""), name="audit_of_request"),
            GinIndex(
                fields=["after"],
                opclasses=["jsonb_path_ops"],
                condition=models.Q(action="message.read"),
                name="audit_of_list",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} at {self.at}"
