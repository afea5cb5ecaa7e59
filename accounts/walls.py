"""Live and sandbox know nothing of each other: the database refuses rows across, and the trail tells who tried."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from accounts import audit
from accounts.audit import Actor
from accounts.errors import Crossing
from accounts.models import Environment


def note_refusal(environment: Environment, actor: Actor, code: str) -> None:
    """Somebody of `environment` reached for the other side and was refused by the error `code`."""
    audit.record(actor, "wall.refused", None, environment=environment, after={"code": code})


@contextmanager
def watched(environment: Environment, actor: Actor) -> Iterator[None]:
    """Around a service that may raise Crossing, outside of its transaction: that undoes all that was written in it."""
    try:
        yield
    except Crossing as refused:
        note_refusal(environment, actor, refused.errors[0].code)
        raise
