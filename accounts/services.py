"""Changes to who exists: tenants with their first two environments, people."""

from __future__ import annotations

from django.db import transaction

from accounts import audit, keyring, people
from accounts.audit import Actor
from accounts.clock import clock
from accounts.models import Environment, Tenant, User


@transaction.atomic
def create_tenant(name: str, actor: Actor) -> Tenant:
    """A tenant with its own data key, a live environment and a sandbox."""
    now = clock()
    tenant = Tenant.objects.create(name=name, created_at=now)
    keyring.create(tenant)
    for kind, label in ((Environment.Kind.LIVE, "Live"), (Environment.Kind.SANDBOX, "Sandbox")):
        Environment.objects.create(tenant=tenant, kind=kind, name=label, created_at=now)
    audit.record(actor, "tenant.created", tenant.pk, tenant=tenant, after={"name": name})
    return tenant


def set_language(user: User, language: str, actor: Actor) -> None:
    """The language of the pages and e-mails that `user` reads."""
    update_person(user, actor, language=language)


@transaction.atomic
def update_person(user: User, actor: Actor, **columns: str) -> None:
    """Change what a person says about themselves: `name`, `language`, `time_zone`, each checked by the caller."""
    changed = {name: value for name, value in columns.items() if getattr(user, name) != value}
    if not changed:
        return
    before = {name: getattr(user, name) for name in changed}
    people.record(user, "user.updated", actor, before=told(before), after=told(changed))
    for name, value in changed.items():
        setattr(user, name, value)
    user.save(update_fields=list(changed))


def told(columns: dict[str, str]) -> dict[str, str]:
    """As the audit trail keeps them: that a name changed, not what it is."""
    return {name: "…" if name == "name" else value for name, value in columns.items()}
