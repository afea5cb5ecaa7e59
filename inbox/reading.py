"""Who saw which texts: whoever is shown what they say leaves an entry in the audit trail, with their ids only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from accounts import audit, ids
from accounts.audit import Actor
from accounts.clock import clock
from accounts.models import Environment

READ = "message.read"
SAME_LOOK = timedelta(minutes=10)


def read(environment: Environment, actor: Actor, message: UUID) -> None:
    """Somebody is shown one text."""
    audit.record(actor, READ, message, environment=environment)


def listed(environment: Environment, actor: Actor, messages: Sequence[str]) -> None:
    """Somebody is shown a list of texts, given by their public ids; one entry names them all."""
    if messages:
        audit.record(actor, READ, None, environment=environment, after={"messageIds": list(messages)})


def watched(environment: Environment, actor: Actor, messages: Sequence[UUID]) -> None:
    """Somebody is shown texts on a page, which may renew itself: what they saw ten minutes ago is no new look."""
    seen = lately(environment, actor) if messages else set()
    new = [id for id in messages if id not in seen]
    if len(new) == 1:
        read(environment, actor, new[0])
    else:
        listed(environment, actor, [ids.public("message", id) for id in new])


def lately(environment: Environment, actor: Actor) -> set[UUID]:
    """The texts that `actor` was shown in the last ten minutes of the real clock, which ids follow."""
    rows = environment.audit_entries.filter(
        actor_id=actor.id, action=READ, pk__gt=ids.earliest(clock() - SAME_LOOK)
    ).values_list("target_id", "after")
    seen = {target for target, _after in rows if target}
    for _target, after in rows:
        seen |= {id for text in (after or {}).get("messageIds", ()) if (id := ids.parse("message", text))}
    return seen
