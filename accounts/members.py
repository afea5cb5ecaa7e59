"""Who belongs to a tenant and in which role. Nobody gives, changes or ends a role that holds more than their own."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit, sessions
from accounts.audit import Actor
from accounts.errors import Conflict, Forbidden, Invalid
from accounts.models import Membership, Tenant, User
from accounts.roles import Role, may_give


@transaction.atomic
def add(tenant: Tenant, user: User, role: str, actor: Actor) -> Membership:
    membership = Membership.objects.create(tenant=tenant, user=user, role=role)
    audit.record(
        actor, "member.added", membership.pk, tenant=tenant, after={"role": role, "user": str(user.pk)}
    )
    return membership


@transaction.atomic
def change_role(membership: Membership, actor: Actor, held: Collection[str], role: str) -> Membership:
    """Give a member another role. Raises Invalid, Forbidden, or Conflict where no owner would be left."""
    check_role(held, role)
    membership = locked(membership)
    must_be_less(held, membership)
    if membership.role == role:
        return membership
    must_leave_an_owner(membership)
    before, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    audit.record(
        actor,
        "member.updated",
        membership.pk,
        tenant=membership.tenant,
        before={"role": before},
        after={"role": role},
    )
    return membership


@transaction.atomic
def remove(membership: Membership, actor: Actor, held: Collection[str]) -> None:
    """Let a member go and end their sessions. Raises Forbidden, or Conflict where no owner would be left."""
    membership = locked(membership)
    must_be_less(held, membership)
    must_leave_an_owner(membership)
    before = {"role": membership.role, "user": str(membership.user_id)}
    audit.record(actor, "member.removed", membership.pk, tenant=membership.tenant, before=before)
    sessions.end_all(membership.user, actor)
    membership.delete()


def check_role(held: Collection[str], role: str) -> None:
    """Raises Invalid for a role that does not exist, or that whoever holds `held` cannot give."""
    if role not in Role.values:
        raise Invalid([("/role", "invalid_choice", _("There is no such role."))])
    if not may_give(held, role):
        raise Invalid([("/role", "not_yours", _("You cannot give a role that may do more than you."))])


def must_be_less(held: Collection[str], membership: Membership) -> None:
    if not may_give(held, membership.role):
        raise Forbidden(
            "beyond_you", _("This member may do more than you, so their role is not yours to change.")
        )


def must_leave_an_owner(membership: Membership) -> None:
    """Asked before an owner goes or becomes less. Raises Conflict for the last one who can still log in."""
    others = Membership.objects.filter(tenant=membership.tenant_id, role=Role.OWNER, user__is_active=True)
    if membership.role == Role.OWNER and not others.exclude(pk=membership.pk).exists():
        raise Conflict(
            "last_owner", _("Nobody would own the organisation: make somebody else an owner first.")
        )


def locked(membership: Membership) -> Membership:
    """The row as it is now; no other change of the tenant's members comes between. Raises Conflict for one gone."""
    Tenant.objects.select_for_update().get(pk=membership.tenant_id)
    found = Membership.objects.select_related("tenant", "user").filter(pk=membership.pk).first()
    if found is None:
        raise Conflict("member_gone", _("This person is no member any more."))
    return found
