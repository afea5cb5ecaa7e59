"""All routes of an environment at once: replaced by a document, compared with it, brought back to what they were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, FieldError, Invalid
from accounts.ids import uuid7
from accounts.models import Environment
from delivery.models import Endpoint
from routing import services, versions
from routing.models import Route, RouteVersion
from routing.services import MAX_PATTERNS, MAX_ROUTES, describe
from routing.versions import Document, document

Kind = Literal["created", "updated", "moved", "deleted"]
CHANGED = ("name", "conditions", "action", "routing_tag", "position", "version")


@dataclass(frozen=True, slots=True)
class Entry:
    """A route as a document has it; without an id it is a new one."""

    name: str
    conditions: Sequence[dict[str, Any]]
    action: str
    endpoints: Sequence[Endpoint]
    routing_tag: str
    id: UUID | None = None

    def written(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "conditions": list(self.conditions),
            "action": self.action,
            "endpointIds": sorted({str(endpoint.pk) for endpoint in self.endpoints}),
            "routingTag": self.routing_tag,
        }


class Change(NamedTuple):
    """What becomes of one route; `before` and `after` are it as documents have it."""

    kind: Kind
    id: UUID
    name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def put(environment: Environment, actor: Actor, entries: Sequence[Entry], *, dry_run: bool) -> list[Change]:
    """Make these the routes, in this order, all or none; answers what changes. `dry_run` changes nothing.

    Raises Invalid with pointers below /routes, and Conflict where there are too many routes or patterns.
    """
    return _put(environment, actor, entries, "routes.imported", {}, dry_run=dry_run)


def restore(version: RouteVersion, actor: Actor, *, dry_run: bool) -> list[Change]:
    """Make the routes what they were; deleted ones come back under their old ids.

    Raises Conflict where an endpoint of theirs was deleted since.
    """
    entries, environment = entries_of(version), version.environment
    lost = {entry.id for entry in entries if entry.id}
    told = {"version": version.number}
    return _put(environment, actor, entries, "routes.restored", told, dry_run=dry_run, lost=lost)


def entries_of(version: RouteVersion) -> list[Entry]:
    wanted = {UUID(id) for route in version.routes for id in route["endpointIds"]}
    known = version.environment.endpoints.filter(deleted_at=None).in_bulk(wanted)
    if len(known) < len(wanted):
        raise Conflict("endpoint_deleted", _("An endpoint that this version delivers to was deleted."))
    return [
        Entry(
            name=route["name"],
            conditions=route["conditions"],
            action=route["action"],
            endpoints=[known[UUID(id)] for id in route["endpointIds"]],
            routing_tag=route["routingTag"],
            id=UUID(route["id"]),
        )
        for route in version.routes
    ]


@transaction.atomic
def _put(
    environment: Environment,
    actor: Actor,
    entries: Sequence[Entry],
    action: str,
    told: dict[str, Any],
    *,
    dry_run: bool,
    lost: Collection[UUID] = (),
) -> list[Change]:
    if not dry_run:
        services.lock_positions(environment)
    before = document(environment)
    check(entries, {UUID(route["id"]) for route in before} | set(lost))
    services.keep_present([endpoint for entry in entries for endpoint in entry.endpoints])
    entries = [entry if entry.id else replace(entry, id=uuid7()) for entry in entries]
    changes = list(compare(before, [entry.written() for entry in entries]))
    if not dry_run:
        apply(environment, actor, entries, changes)
        counts = Counter[str](change.kind for change in changes)
        audit.record(actor, action, None, environment=environment, after={**told, **counts})
        versions.keep(environment, actor)
    return changes


def check(entries: Sequence[Entry], known: Collection[UUID]) -> None:
    """Raise Invalid or Conflict unless these may be the routes. `known`: the ids that an entry may have."""
    errors: list[tuple[str, str, str]] = []
    seen: set[UUID] = set()
    for at, entry in enumerate(entries):
        if entry.id is not None and entry.id not in known:
            unknown = _("This environment has nothing with this id.")
            errors.append((f"/routes/{at}/id", "unknown_id", unknown))
        elif entry.id is not None and entry.id in seen:
            errors.append((f"/routes/{at}/id", "repeated", _("Another route has the same id.")))
        if entry.id is not None:
            seen.add(entry.id)
        errors += [(f"/routes/{at}{e.pointer}", e.code, e.detail) for e in wrong(entry)]
    if errors:
        raise Invalid(errors)
    if len(entries) > MAX_ROUTES:
        raise Conflict("too_many_routes", _("An environment holds at most 1000 routes."))
    if sum(one["operator"] == "matches" for entry in entries for one in entry.conditions) > MAX_PATTERNS:
        raise Conflict("too_many_patterns", _("The routes of an environment hold at most 50 patterns."))


def wrong(entry: Entry) -> list[FieldError]:
    try:
        services.checked(entry.action, entry.conditions, entry.endpoints)
        services.check_numbers(entry.conditions)
    except Invalid as invalid:
        return invalid.errors
    return []


def never_asked(entries: Sequence[Entry]) -> list[int]:
    """Which entries, from 0, stand behind one that takes every text."""
    first = next((at for at, entry in enumerate(entries) if not entry.conditions), len(entries))
    return list(range(first + 1, len(entries)))


def compare(before: Document, after: Document) -> Iterator[Change]:
    """What has to change: those that are there then, in their order, and then those that are gone."""
    old, new = ({route["id"]: route for route in routes} for routes in (before, after))
    stays = unmoved([id for id in old if id in new], [id for id in new if id in old])
    for id, route in new.items():
        was = old.get(id)
        if was != route:
            yield Change("updated" if was else "created", UUID(id), route["name"], was, route)
        elif id not in stays:
            yield Change("moved", UUID(id), route["name"], was, route)
    for id, route in old.items():
        if id not in new:
            yield Change("deleted", UUID(id), route["name"], route, None)


def unmoved(before: list[str], after: list[str]) -> set[str]:
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return {id for block in blocks for id in before[block.a : block.a + block.size]}


def apply(
    environment: Environment, actor: Actor, entries: Sequence[Entry], changes: Sequence[Change]
) -> None:
    """Carry the changes out; positions are unique when the transaction ends."""
    routes = environment.routes.in_bulk()
    kinds = {change.id: change.kind for change in changes}
    for id, kind in kinds.items():
        if kind == "deleted":
            before = describe(routes[id])
            routes.pop(id).delete()
            audit.record(actor, "route.deleted", id, environment=environment, before=before)
    for position, entry in enumerate(entries, 1):
        assert entry.id is not None
        route = routes.get(entry.id)
        if route is None:
            route = Route(id=entry.id, environment=environment, version=0, created_at=clock(environment))
            write(route, entry, position, actor, "route.created", None)
        elif kinds.get(entry.id) == "updated":
            write(route, entry, position, actor, "route.updated", describe(route))
        elif route.position != position:
            environment.routes.filter(pk=route.pk).update(position=position)


def write(
    route: Route, entry: Entry, position: int, actor: Actor, action: str, before: dict[str, Any] | None
) -> None:
    route.name, route.action, route.routing_tag = entry.name, entry.action, entry.routing_tag
    route.conditions, route.position = list(entry.conditions), position
    route.version += 1
    route.save(update_fields=CHANGED if before else None)
    route.endpoints.set(entry.endpoints)
    audit.record(actor, action, route.pk, environment=route.environment, before=before, after=describe(route))
