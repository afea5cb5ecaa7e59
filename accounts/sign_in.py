"""A password, checked: the same work and the same answer whether there is such an account or not."""

from __future__ import annotations

from django.contrib.auth import authenticate

from accounts import people, throttle
from accounts.audit import Actor
from accounts.models import User
from accounts.throttle import Source


def check_password(email: str, password: str, source: Source) -> User | None:
    """The person, or None for a pair that does not match. Raises TooMany."""
    one = throttle.begin(email.strip(), source)
    user = authenticate(username=email.strip().lower(), password=password)
    if not isinstance(user, User):
        return None
    throttle.succeeded(one)
    return user


def note_failure(email: str, actor: Actor) -> None:
    """Put a failed try on the trail, where it was for an account; of other addresses nothing is kept."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is not None:
        people.record(user, "user.signInFailed", actor)
