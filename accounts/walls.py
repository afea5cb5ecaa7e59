"""Live and sandbox know nothing of each other: the database refuses rows across, this tells the trail who tried."""

from __future__ import annotations

from typing import Any

from accounts import audit
from accounts.audit import Actor
from accounts.models import Environment


def note_refusal(environment: Environment, actor: Actor, code: str, **told: Any) -> None:
    """Somebody of `environment` reached for the other side and was refused by the error `code`."""
    audit.record(actor, "wall.refused", None, environment=environment, after={"code": code, **told})
