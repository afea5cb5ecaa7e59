"""Who comes in by a tenant's provider, as which account.

A provider is only as honest as the tenant that named it, and domains of addresses are only what a tenant says. So what
a provider says opens nothing that was there before it: an account that exists is connected by its holder, who is
signed in otherwise or holds the link of an invitation. What a provider can do alone is make a new account for an
address that has none, where the tenant lets people join. From then on the pair of issuer and subject is that account,
for this tenant alone; and the session that comes of it opens this tenant and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from accounts import audit, invitations, members, people
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict
from accounts.models import Identity, IdentityProvider, Invitation, Membership, Tenant, User
from accounts.oidc import Claimed, Refused
from accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody whom the provider vouches for, and what else they showed."""

    provider: IdentityProvider
    claimed: Claimed
    present: User | None  # as whom they are signed in, other than by a provider
    invitation: Invitation | None  # whose link they hold
    meta: Mapping[str, Any]  # the request's

    @property
    def tenant(self) -> Tenant:
        return self.provider.tenant


def admit(visit: Visit) -> Identity:
    """As whom they come in. Raises Refused; then nothing was changed but the trail."""
    try:
        with transaction.atomic():
            Tenant.objects.select_for_update().get(pk=visit.tenant.pk)
            return entered(visit)
    except Refused as refusal:
        note_refusal(visit, refusal.code)
        raise
    except IntegrityError:  # another tenant made an account for the same address meanwhile
        raise Refused("try_again", _("Somebody was quicker. Try again.")) from None


def entered(visit: Visit) -> Identity:
    must_be_of_domain(visit)
    identity = known(visit) or connected(visit, holder(visit))
    if visit.invitation is not None:
        take_up(visit, visit.invitation, identity.user)
    must_be_let_in(visit, identity.user)
    identity.last_used_at = clock()
    identity.save(update_fields=["last_used_at"])
    return identity


def must_be_of_domain(visit: Visit) -> None:
    if visit.claimed.email.rpartition("@")[2] not in visit.provider.domains:
        detail = _("Your e-mail address is of none of the domains that this organisation allows.")
        raise Refused("domain_refused", detail)


def known(visit: Visit) -> Identity | None:
    rows = Identity.objects.select_related("user").filter(tenant=visit.tenant)
    return rows.filter(issuer=visit.claimed.issuer, subject=visit.claimed.subject).first()


def holder(visit: Visit) -> User:
    """The account that the person showed to be theirs, or a new one. Raises Refused."""
    account = User.objects.filter(email=visit.claimed.email).first()
    if visit.invitation is not None:
        if visit.invitation.email != visit.claimed.email:
            raise Refused("other_address", _("The invitation is for another e-mail address."))
        return account or made(visit)
    if account is not None and account == visit.present:
        return account
    if account is not None and is_member(visit.tenant, account):
        raise Refused(
            "connect_first", _("Sign in once as you did so far, so that your account is connected.")
        )
    if (
        account is None
        and invitations.open_ones().filter(tenant=visit.tenant, email=visit.claimed.email).exists()
    ):
        raise Refused("open_the_link", _("You are invited: open the link in the mail that we sent you."))
    if account is not None or not visit.provider.join_role:
        raise Refused("not_a_member", _("You are no member of this organisation. Ask for an invitation."))
    return joined(visit, made(visit))


def made(visit: Visit) -> User:
    """An account that nobody had. It has no password: its holder comes in by the provider, or sets one by mail."""
    user = User.objects.create_user(visit.claimed.email, None, name=visit.claimed.name)
    if visit.invitation is not None:  # whose link came to that address
        people.verify(user)
    audit.record(actor(visit, user), "user.created", user.pk, tenant=visit.tenant)
    return user


def joined(visit: Visit, user: User) -> User:
    members.add(visit.tenant, user, visit.provider.join_role, actor(visit, user))
    return user


def connected(visit: Visit, user: User) -> Identity:
    """From now on the subject is this account. Another one that the issuer knew it as counts no longer."""
    of_tenant = Identity.objects.filter(tenant=visit.tenant, issuer=visit.claimed.issuer)
    of_tenant.filter(user=user).delete()
    identity = Identity.objects.create(
        tenant=visit.tenant,
        user=user,
        issuer=visit.claimed.issuer,
        subject=visit.claimed.subject,
        created_at=clock(),
    )
    after = {"user": str(user.pk), "issuer": identity.issuer}
    audit.record(actor(visit, user), "identity.connected", identity.pk, tenant=visit.tenant, after=after)
    return identity


def take_up(visit: Visit, invitation: Invitation, user: User) -> None:
    try:
        invitations.accept(invitation, user, visit.meta)
    except Conflict as problem:
        raise Refused(problem.code, problem.detail) from None


def must_be_let_in(visit: Visit, user: User) -> None:
    """A provider may go on vouching for who was let go; operators run more than one organisation."""
    if not user.is_active or not is_member(visit.tenant, user):
        raise Refused("not_a_member", _("You are no member of this organisation. Ask for an invitation."))
    if user.is_staff:
        raise Refused("operator", _("Operators sign in with their password."))


def is_member(tenant: Tenant, user: User) -> bool:
    return Membership.objects.filter(tenant=tenant, user=user).exists()


def actor(visit: Visit, user: User) -> Actor:
    return audit.asking("user", user.pk, visit.meta)


def note_refusal(visit: Visit, code: str) -> None:
    """On the trail of the tenant, for whoever is asked about it; whom it was is not."""
    nobody = audit.asking("system", None, visit.meta)
    audit.record(nobody, "sso.refused", visit.provider.pk, tenant=visit.tenant, after={"reason": code})


def open_to(user: User, identity_id: UUID | None) -> QuerySet[Membership]:
    """The memberships that a session opens: of all tenants, or of the one whose provider made it, while that stands.

    `identity_id` is what the session remembers of the provider.
    """
    rows = Membership.objects.filter(user=user)
    if identity_id is None:
        return rows
    return rows.filter(
        tenant__identities=identity_id,
        tenant__identities__user=user,
        tenant__identities__issuer=F("tenant__identity_provider__issuer"),
    )


def belongs_elsewhere(identity_id: UUID) -> bool:
    """Whether the account is of other tenants too, who have not named this provider."""
    identity = Identity.objects.get(pk=identity_id)
    return Membership.objects.filter(user=identity.user_id).exclude(tenant=identity.tenant_id).exists()


#: Where a password opens nothing: the tenant wants its provider asked. Owners keep a way in when that fails.
CLOSED_TO_PASSWORDS = Q(tenant__identity_provider__enforced=True) & ~Q(role=Role.OWNER)
