"""The sandboxes of a tenant, one for each pipeline: made with a key, renamed, emptied, deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit, clients, granting, keys
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, Invalid
from accounts.models import ApiKey, Environment, Tenant
from sandbox import emptying

STATUSES = ("ready", "emptying")


def living(tenant: Tenant) -> QuerySet[Environment]:
    """The sandboxes that are not deleted."""
    return tenant.environments.filter(kind=Environment.Kind.SANDBOX, deleted_at=None).select_related("tenant")


@transaction.atomic
def create(
    tenant: Tenant, actor: Actor, held: Collection[str], *, name: str, scopes: Sequence[str] | None = None
) -> tuple[Environment, ApiKey, str]:
    """A sandbox with its first key, and that key's text, which is shown this once.

    `held`: what the maker may do; the key may do all of it, or what `scopes` names. Raises Invalid, or Conflict where
    the name is taken or the tenant has as many sandboxes as it may.
    """
    name = free_name(tenant, name)
    if living(tenant).count() >= settings.SANDBOXES_PER_TENANT:
        detail = _("An organisation may have %(most)d sandboxes: delete one first.")
        raise Conflict("too_many_sandboxes", detail % {"most": settings.SANDBOXES_PER_TENANT})
    kind = Environment.Kind.SANDBOX
    made = Environment.objects.create(tenant=tenant, kind=kind, name=name, created_at=clock())
    audit.record(actor, "sandbox.created", made.pk, tenant=tenant, after={"name": name})
    wanted = granting.offered(made, held) if scopes is None else scopes
    key, text = keys.create(made, actor, name=name, held=held, scopes=wanted)
    return made, key, text


@transaction.atomic
def rename(sandbox: Environment, actor: Actor, name: str) -> Environment:
    """Raises Invalid, or Conflict where another environment of the tenant is called so."""
    if name.strip() == sandbox.name:
        return sandbox
    before, sandbox.name = sandbox.name, free_name(sandbox.tenant, name)
    sandbox.save(update_fields=["name"])
    was, now = {"name": before}, {"name": sandbox.name}
    audit.record(actor, "sandbox.renamed", sandbox.pk, tenant=sandbox.tenant, before=was, after=now)
    return sandbox


def free_name(tenant: Tenant, name: str) -> str:
    """`name`, which nobody else of the tenant can take before this transaction ends. Raises Invalid or Conflict."""
    Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    name = name.strip()
    if not name:
        raise Invalid([("/name", "required", _("This field is required."))])
    if tenant.environments.filter(name=name, deleted_at=None).exists():
        raise Conflict("name_taken", _("Another environment has this name."), "/name")
    return name


def reset(sandbox: Environment, actor: Actor) -> Environment:
    """Empty a sandbox and put its clock back to now. Its keys, channels and name stay.

    What it holds goes in slices: the first at once, workers go on. Until then its `emptying_since` is set.
    """
    with transaction.atomic():
        emptying.begin(sandbox)
        audit.record(actor, "sandbox.reset", sandbox.pk, environment=sandbox)
    emptying.at_once(sandbox)
    return sandbox


def delete(sandbox: Environment, actor: Actor) -> None:
    """Close a sandbox and all ways in, and empty it likewise. Raises Conflict for the last one of the tenant."""
    with transaction.atomic():
        Tenant.objects.select_for_update(no_key=True).get(pk=sandbox.tenant_id)
        if not living(sandbox.tenant).exclude(pk=sandbox.pk).exists():
            raise Conflict("last_sandbox", _("An organisation keeps one sandbox at least: reset it instead."))
        for key in sandbox.keys.filter(revoked_at=None):
            keys.revoke(key, actor)
        for client in sandbox.clients.filter(revoked_at=None):
            clients.revoke(client, actor)
        emptying.begin(sandbox)
        now = clock()
        sandbox.channels.filter(deleted_at=None).update(deleted_at=now)
        sandbox.deleted_at = now
        sandbox.save(update_fields=["deleted_at"])
        audit.record(actor, "sandbox.deleted", sandbox.pk, tenant=sandbox.tenant)
    emptying.at_once(sandbox)
