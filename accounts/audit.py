"""The audit trail: every change writes one entry, in the transaction of the change itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from accounts.clock import clock
from accounts.models import AuditEntry, Environment, Tenant

ActorKind = Literal["user", "key", "client", "operator", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and in which request; a person or key is named by id, never by address."""

    kind: ActorKind
    id: UUID | None = None
    request_id: str = ""


SYSTEM = Actor("system")


def record(
    actor: Actor,
    action: str,
    target_id: UUID | None,
    *,
    environment: Environment | None = None,
    tenant: Tenant | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one entry. `before` and `after` hold the changed fields, without secrets and personal data."""
    return AuditEntry.objects.create(
        tenant=environment.tenant if environment else tenant,
        environment=environment,
        at=clock(environment),
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        target_id=target_id,
        before=before,
        after=after,
        request_id=actor.request_id,
    )
