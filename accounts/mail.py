"""Mails to people about their own accounts, in their language."""

from __future__ import annotations

import logging
from typing import Any

from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User

logger = logging.getLogger("smsgateway.mail")

#: What happened to an account that its owner should hear of even where it was not they.
NOTICES: dict[str, Any] = {
    "emailChanged": gettext_lazy("The address of your account was changed; this one counts no more."),
    "factorAdded": gettext_lazy("A second factor was added to your account."),
    "factorRemoved": gettext_lazy("A second factor was removed from your account."),
    "passwordChanged": gettext_lazy("The password of your account was changed."),
    "recoveryCodeUsed": gettext_lazy("A recovery code of your account was used."),
    "recoveryCodesMade": gettext_lazy("New recovery codes were made for your account; those before end."),
}


def notice(user: User, what: str, *, to: str = "") -> None:
    """Tell the person, once the transaction is through. A mail that does not go out stops nothing."""
    address = to or user.email
    transaction.on_commit(
        lambda: send(
            user, address, gettext_lazy("Your account was changed"), "notice", {"happened": NOTICES[what]}
        )
    )


def verify_address(user: User, address: str, url: str) -> bool:
    return send(user, address, gettext_lazy("Confirm your address"), "verify_address", {"url": url})


def new_password(user: User, url: str) -> bool:
    return send(user, user.email, gettext_lazy("A new password"), "new_password", {"url": url})


def send(user: User, address: str, subject: Any, template: str, context: dict[str, Any]) -> bool:
    """Whether the mail server took it."""
    with translation.override(user.language):
        body = render_to_string(f"mail/{template}.txt", {"person": user, **context})
        title = _("%(subject)s: smsgateway") % {"subject": subject}
        try:
            send_mail(title, body, None, [address])
        except OSError as error:  # smtplib's errors are some
            logger.warning("A mail about an account was not sent: %s", type(error).__name__)
            return False
    return True
