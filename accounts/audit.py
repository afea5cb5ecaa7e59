"""The audit trail: every change writes one entry, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from accounts.clock import clock
from accounts.models import AuditEntry, Environment, Tenant
from accounts.proxies import plain

ActorKind = Literal["user", "key", "client", "operator", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, in which request and from which IP address; a person or key is named by id alone."""

    kind: ActorKind
    id: UUID | None = None
    request_id: str = ""
    address: str = ""


SYSTEM = Actor("system")


def asking(kind: ActorKind, id: UUID | None, meta: Mapping[str, Any]) -> Actor:
    """Who asks by HTTP; `meta` is the request's, with what the middleware put there (smsgateway.middleware)."""
    return Actor(kind, id, meta.get("REQUEST_ID", ""), meta.get("REMOTE_ADDR", ""))


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
        address=plain(actor.address),
    )
