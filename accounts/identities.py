"""A tenant's own sign-in: the provider that vouches for its people, and as whom it knows them (accounts.sso)."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.personal import NO_PERSONAL_DATA, PersonalData
from accounts.roles import Role


class IdentityProvider(models.Model):
    """An OpenID provider that a tenant named. What it says counts for this tenant and nowhere else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.OneToOneField("accounts.Tenant", models.CASCADE, related_name="identity_provider")
    issuer = models.CharField(max_length=500)
    client_id = models.CharField(max_length=255)
    sealed_secret = models.BinaryField()
    domains = ArrayField(models.CharField(max_length=253))  # of the e-mail addresses that may come in
    join_role = models.CharField(
        max_length=12, choices=Role.choices, blank=True
    )  # empty: who is invited only
    enforced = models.BooleanField(default=False)  # members come in no other way, but owners may
    trusts_second_factor = models.BooleanField(default=False)  # without the provider saying so each time
    created_at = models.DateTimeField()

    personal_data: ClassVar = NO_PERSONAL_DATA

    class Meta:
        verbose_name = _("identity provider")

    def __str__(self) -> str:
        return self.issuer


class Identity(models.Model):
    """A subject of an issuer is this account, for this tenant. It outlives the membership, and then opens nothing."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey("accounts.Tenant", models.CASCADE, related_name="identities")
    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    personal_data: ClassVar = PersonalData("account", ("subject",), ("issuer", "subject"))

    class Meta:
        verbose_name = _("identity")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "issuer", "subject"], name="identity_of_one_account"),
            models.UniqueConstraint(fields=["tenant", "issuer", "user"], name="identity_once_an_account"),
        ]

    def __str__(self) -> str:
        return str(self.id)
