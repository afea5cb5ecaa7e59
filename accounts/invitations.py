"""Invitations: a link by e-mail that makes whoever opens it a member, once and within a week.

The link holds 256 random bits, of which only a digest is kept. It opens no account: whoever has one logs in, and must
have been invited by the address of that account.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts import audit, members, people
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, Forbidden, Invalid
from accounts.models import Invitation, Membership, Tenant, User
from accounts.roles import Role, may_give

LASTS = timedelta(days=7)
MOST_OPEN = 50  # so that nobody sends mail to the world in our name


def invite(tenant: Tenant, actor: Actor, held: Collection[str], *, email: str, role: str) -> Invitation:
    """Invite an address, by a mail in the present language.

    Raises Invalid, or Conflict for who is a member or invited already and for too many at once; also for a mail that
    does not go out, though then the invitation is kept, to be sent again.
    """
    email = address_of(email)
    members.check_role(held, role)
    text = secrets.token_urlsafe(32)
    invitation = store(tenant, actor, email, role, text)
    send(invitation, text)
    return invitation


def address_of(text: str) -> str:
    """An address as accounts keep it: in lower case. Raises Invalid."""
    try:
        validate_email(text)
    except ValidationError:
        raise Invalid([("/email", "invalid_value", _("Must be an e-mail address."))]) from None
    return text.lower()


@transaction.atomic
def store(tenant: Tenant, actor: Actor, email: str, role: str, text: str) -> Invitation:
    Tenant.objects.select_for_update().get(pk=tenant.pk)
    if Membership.objects.filter(tenant=tenant, user__email=email).exists():
        raise Conflict("already_member", _("This person is a member already."), "/email")
    now = clock()
    open_now = tenant.invitations.filter(accepted_at=None, withdrawn_at=None)
    open_now.filter(email=email, expires_at__lte=now).update(withdrawn_at=now)  # makes room for the new one
    if open_now.filter(email=email).exists():
        detail = _("This address is invited already: send the invitation again, or withdraw it.")
        raise Conflict("already_invited", detail, "/email")
    if open_now.count() >= MOST_OPEN:
        raise Conflict("too_many_invitations", _("Too many invitations are open: withdraw some first."))
    invitation = Invitation.objects.create(
        tenant=tenant, email=email, role=role, digest=digest_of(text), created_at=now, expires_at=now + LASTS
    )
    audit.record(actor, "invitation.created", invitation.pk, tenant=tenant, after={"role": role})
    return invitation


def resend(invitation: Invitation, actor: Actor, held: Collection[str]) -> Invitation:
    """Send a new link, good for another week; the one before ends. Raises Conflict, Forbidden."""
    text = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = pending(invitation)
        must_be_less(held, invitation)
        invitation.digest, invitation.expires_at = digest_of(text), clock() + LASTS
        invitation.save(update_fields=["digest", "expires_at"])
        audit.record(actor, "invitation.resent", invitation.pk, tenant=invitation.tenant)
    send(invitation, text)
    return invitation


@transaction.atomic
def withdraw(invitation: Invitation, actor: Actor) -> None:
    """Let the link open nothing any more. Raises Conflict for an invitation that is over."""
    invitation = pending(invitation)
    Invitation.objects.filter(pk=invitation.pk).update(withdrawn_at=clock())
    audit.record(actor, "invitation.withdrawn", invitation.pk, tenant=invitation.tenant)


def must_be_less(held: Collection[str], invitation: Invitation) -> None:
    if not may_give(held, invitation.role):
        raise Forbidden("beyond_you", _("You cannot give a role that may do more than you."))


def pending(invitation: Invitation) -> Invitation:
    """The row, nobody else's until the transaction ends. Raises Conflict where it was accepted or withdrawn."""
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("tenant")
    invitation = rows.get(pk=invitation.pk)
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise Conflict("invitation_over", _("This invitation was accepted or withdrawn."))
    return invitation


def send(invitation: Invitation, text: str) -> None:
    """Outside any transaction, since a mail server may hang."""
    url = f"{settings.PUBLIC_URL}/join/?{urlencode({'invitation': text})}"
    role = Role(invitation.role).label
    body = render_to_string("mail/invitation.txt", {"invitation": invitation, "url": url, "role": role})
    subject = _("You are invited to %(tenant)s on smsgateway") % {"tenant": invitation.tenant.name}
    try:
        send_mail(" ".join(subject.split()), body, None, [invitation.email])
    except OSError:  # smtplib's errors are some
        detail = _("The mail could not be sent. The invitation is kept: send it again later.")
        raise Conflict("mail_failed", detail) from None


def digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def open_ones() -> QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=clock())


def find(text: str) -> Invitation | None:
    """The invitation whose link holds `text`, while it is good."""
    return open_ones().select_related("tenant").filter(digest=digest_of(text)).first()


@transaction.atomic
def accept(invitation: Invitation, user: User, meta: Mapping[str, Any]) -> None:
    """Make `user`, whose address was invited, a member; `meta` is the request's.

    Raises Conflict where somebody was quicker.
    """
    invitation = pending(invitation)
    if user.email != invitation.email or invitation.expires_at <= clock():
        raise Conflict("invitation_over", _("This invitation is for somebody else, or over."))
    actor = audit.asking("user", user.pk, meta)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=clock())
    audit.record(actor, "invitation.accepted", invitation.pk, tenant=invitation.tenant)
    if not Membership.objects.filter(tenant=invitation.tenant, user=user).exists():
        members.add(invitation.tenant, user, invitation.role, actor)


@transaction.atomic
def accept_as_new(invitation: Invitation, name: str, password: str, meta: Mapping[str, Any]) -> User:
    """Make an account for the invited address, which the link proves, and it a member.

    Raises Conflict where there is one by now.
    """
    try:
        with transaction.atomic():
            user = people.create(invitation.email, password, name=name)
    except IntegrityError:
        raise Conflict(
            "account_exists", _("There is an account with this address: log in with it.")
        ) from None
    audit.record(audit.asking("user", user.pk, meta), "user.created", user.pk, tenant=invitation.tenant)
    accept(invitation, user, meta)
    return user
