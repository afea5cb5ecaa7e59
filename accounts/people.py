"""People's accounts, and what the audit trail says of them: one entry for each organisation that they belong to."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts import audit
from accounts.audit import Actor
from accounts.models import Tenant, User


@transaction.atomic
def create(email: str, password: str, *, name: str = "", **fields: Any) -> User:
    """An account whose address is known to be its owner's: whoever makes it vouches for that."""
    user = User.objects.create_user(email, password, name=name, **fields)
    verify(user)
    return user


def verify(user: User) -> None:
    """Let the present address of `user` count as theirs."""
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def record(
    user: User,
    action: str,
    actor: Actor,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """An entry about `user` on the trail of each of their organisations; on the operator's where they have none."""
    tenants: list[Tenant | None] = [*Tenant.objects.filter(memberships__user=user)]
    for tenant in tenants or [None]:
        audit.record(actor, action, user.pk, tenant=tenant, before=before, after=after)
