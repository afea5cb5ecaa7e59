"""The address by which somebody signs in. Another one counts once the link that was sent there is opened."""

from __future__ import annotations

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import mail, people
from accounts.audit import Actor
from accounts.errors import Conflict, Invalid
from accounts.invitations import address_of
from accounts.models import User


@transaction.atomic
def ask_for(user: User, email: str, actor: Actor) -> EmailAddress:
    """Note the address that `user` wants instead; one wanted before is forgotten. Raises Invalid.

    An address that somebody else has is noted as well and fails when it is confirmed, so that nobody learns of it.
    """
    email = address_of(email)
    if email == user.email:
        raise Invalid([("/email", "same", _("This is your address already."))])
    withdraw(user)
    row = EmailAddress.objects.create(user=user, email=email, verified=False, primary=False)
    people.record(user, "user.emailAsked", actor)
    return row


def wanted(user: User) -> EmailAddress | None:
    found: EmailAddress | None = others(user).first()
    return found


def withdraw(user: User) -> None:
    others(user).delete()


def others(user: User) -> QuerySet[EmailAddress]:
    rows: QuerySet[EmailAddress] = EmailAddress.objects.filter(user=user, verified=False)
    return rows.exclude(email=user.email)


def link_text(row: EmailAddress) -> str:
    """What the link to an address holds, signed; it works for three days, once."""
    return str(EmailConfirmationHMAC.create(row).key)


def find(text: str) -> EmailAddress | None:
    confirmation = EmailConfirmationHMAC.from_key(text)
    return confirmation.email_address if confirmation else None


def confirm(row: EmailAddress, actor: Actor) -> None:
    """Let the address count. Raises Conflict where it is another account's by now."""
    try:
        with transaction.atomic():
            settle(row, actor)
    except IntegrityError:
        raise Conflict("address_taken", _("This address cannot be used.")) from None


def settle(row: EmailAddress, actor: Actor) -> None:
    user = User.objects.select_for_update().get(pk=row.user_id)
    before = user.email
    EmailAddress.objects.filter(user=user).exclude(pk=row.pk).delete()
    row.verified = row.primary = True
    row.save(update_fields=["verified", "primary"])
    if before == row.email:
        people.record(user, "user.emailVerified", actor)
        return
    user.email = row.email
    user.save(update_fields=["email"])
    people.record(user, "user.emailChanged", actor)
    mail.notice(user, "emailChanged", to=before)
