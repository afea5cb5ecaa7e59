"""Live and sandbox know nothing of each other: the database refuses rows across, this tells the trail who tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts import audit, ids
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Crossing, Forbidden
from accounts.models import Environment

REFUSED = "wall.refused"
#: Entries about one key or person, so that nobody floods the trail; some more where many come at once.
MOST_A_MINUTE = 20
A_MINUTE = timedelta(minutes=1)


def note_refusal(environment: Environment, actor: Actor, code: str, **told: Any) -> bool:
    """Somebody of `environment` reached for the other side and was refused by the error `code`. Whether it is noted."""
    if noted_lately(environment, actor) >= MOST_A_MINUTE:
        return False
    audit.record(actor, REFUSED, None, environment=environment, after={"code": code, **told})
    return True


def noted_lately(environment: Environment, actor: Actor) -> int:
    """How many entries the last minute of the real clock has, which ids follow."""
    since = ids.earliest(clock() - A_MINUTE)
    rows = environment.audit_entries.filter(action=REFUSED, actor_id=actor.id, pk__gt=since)
    return rows[:MOST_A_MINUTE].count()


def keep_out_live(environment: Environment, actor: Actor) -> None:
    """Raises Forbidden in live, for what only sandboxes have, and writes down who tried."""
    if environment.is_live:
        note_refusal(environment, actor, "sandbox_only")
        raise Forbidden("sandbox_only", _("This is for sandboxes only: use a key of one (sk_test_…)."))


@contextmanager
def watched(environment: Environment, actor: Actor) -> Iterator[None]:
    """Around a service that may raise Crossing, outside of its transaction: that undoes all that was written in it."""
    try:
        yield
    except Crossing as refused:
        note_refusal(environment, actor, refused.errors[0].code)
        raise
