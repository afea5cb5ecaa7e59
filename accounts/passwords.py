"""Passwords: changing one's own, and the link for who forgot it."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import ids, mail, people, sessions
from accounts.audit import Actor
from accounts.errors import Invalid
from accounts.models import User


@transaction.atomic
def change(
    user: User, password: str, actor: Actor, *, session: str | None = None, forgotten: bool = False
) -> None:
    """Set a new password and end all sessions but the one with the key `session`. Raises Invalid for a weak one."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid([("/password", "weak_password", " ".join(error.messages))]) from None
    user.set_password(password)
    user.save(update_fields=["password"])
    people.record(user, "user.passwordReset" if forgotten else "user.passwordChanged", actor)
    sessions.end_all(user, actor, but=session)
    mail.notice(user, "passwordChanged")


def reset_text(user: User) -> str:
    """What a link holds that lets whoever has it choose a new password, once and within an hour."""
    return f"{ids.public('user', user.pk)}.{default_token_generator.make_token(user)}"


def find(text: str) -> User | None:
    """Whose link holds `text`, while it is good."""
    public_id, _dot, token = text.partition(".")
    user = User.objects.filter(pk__in=[ids.parse("user", public_id)], is_active=True).first()
    return user if user is not None and default_token_generator.check_token(user, token) else None


def send_link(email: str, url: str, actor: Actor) -> None:
    """Mail a link to the account of that address, if there is one; `url` is where it leads, without its text."""
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is not None:
        people.record(user, "user.passwordResetAsked", actor)
        mail.new_password(user, url + reset_text(user))
