"""Changes to routes. Each writes its audit entry in its own transaction and keeps positions 1, 2, 3 … without gaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, Invalid
from accounts.models import Environment
from delivery import services as delivery_services
from delivery.models import Endpoint
from numbers.phone import validate_number
from routing import versions
from routing.match import validate_conditions
from routing.models import Route

MAX_ROUTES = 1000
MAX_PATTERNS = 50  # `matches` conditions an environment, since the door that searches serves everybody


def checked(action: str, conditions: Sequence[Any], endpoints: Sequence[Endpoint]) -> None:
    """Raise Invalid unless the parts of a route make sense together."""
    errors = list(validate_conditions(conditions))
    if action not in Route.Action.values:
        errors.append(("/action", "unknown_action", _("Use deliver, drop or quarantine.")))
    if action == Route.Action.DELIVER and not endpoints:
        errors.append(("/endpointIds", "required", _("A route that delivers needs at least one endpoint.")))
    if action != Route.Action.DELIVER and endpoints:
        errors.append(("/endpointIds", "not_allowed", _("Only a route that delivers has endpoints.")))
    if errors:
        raise Invalid(errors)


def check_numbers(conditions: Sequence[dict[str, Any]]) -> None:
    """Refuse a number that no text can come to, such as `06 39 98 00 01`: its route would take nothing and not say so.

    Asked when conditions are written, not when they are loaded: a route stored before keeps working.
    """
    errors = []
    for at, condition in enumerate(conditions):
        value = condition["value"]
        if condition["field"] != "numberUsed" or condition["operator"] not in ("equals", "in"):
            continue
        several = condition["operator"] == "in"
        for place, number in enumerate(value if several else [value]):
            try:
                validate_number(number)
            except ValueError as problem:
                pointer = f"/conditions/{at}/value" + (f"/{place}" if several else "")
                errors.append((pointer, "invalid_value", str(problem)))
    if errors:
        raise Invalid(errors)


@transaction.atomic
def create_route(
    environment: Environment,
    actor: Actor,
    *,
    name: str,
    conditions: Sequence[dict[str, Any]] = (),
    action: str = Route.Action.DELIVER,
    endpoints: Sequence[Endpoint] = (),
    routing_tag: str = "",
    position: int | None = None,
) -> Route:
    """A new route at `position` (1 is first; None is last); those behind it move back by one."""
    checked(action, conditions, endpoints)
    check_numbers(conditions)
    count = lock_positions(environment)
    keep_present(endpoints)
    if count >= MAX_ROUTES:
        raise Conflict("too_many_routes", _("An environment holds at most 1000 routes."))
    place = clamp(position, count + 1)
    environment.routes.filter(position__gte=place).update(position=F("position") + 1)
    route = Route.objects.create(
        environment=environment,
        name=name,
        position=place,
        conditions=list(conditions),
        action=action,
        routing_tag=routing_tag,
        created_at=clock(environment),
    )
    route.endpoints.set(endpoints)
    check_patterns(environment)
    audit.record(actor, "route.created", route.pk, environment=environment, after=describe(route))
    versions.keep(environment, actor)
    return route


@transaction.atomic
def update_route(
    route: Route,
    actor: Actor,
    *,
    endpoints: Sequence[Endpoint] | None = None,
    position: int | None = None,
    **changes: Any,
) -> Route:
    """Change name, conditions, action, routing_tag, endpoints or position; what is not given stays."""
    count = lock_positions(route.environment)
    route.refresh_from_db()
    before = describe(route)
    wanted = list(route.endpoints.filter(deleted_at=None)) if endpoints is None else list(endpoints)
    keep_present(wanted)
    conditions = changes.get("conditions", route.conditions)
    checked(changes.get("action", route.action), conditions, wanted)
    if conditions != route.conditions:
        check_numbers(conditions)
    for name, value in changes.items():
        setattr(route, name, value)
    if position is not None:
        move(route, clamp(position, count))
    route.version += 1
    route.save(update_fields=["name", "conditions", "action", "routing_tag", "position", "version"])
    route.endpoints.set(wanted)
    check_patterns(route.environment)
    audit.record(
        actor, "route.updated", route.pk, environment=route.environment, before=before, after=describe(route)
    )
    versions.keep(route.environment, actor)
    return route


def move(route: Route, to: int) -> None:
    """Put `route` at position `to`; those in between close the gap."""
    others = route.environment.routes.exclude(pk=route.pk)
    others.filter(position__gt=route.position).update(position=F("position") - 1)
    others.filter(position__gte=to).update(position=F("position") + 1)
    route.position = to


@transaction.atomic
def delete_route(route: Route, actor: Actor) -> None:
    lock_positions(route.environment)
    route.refresh_from_db()
    before, environment = describe(route), route.environment
    pk = route.pk
    route.delete()
    environment.routes.filter(position__gt=route.position).update(position=F("position") - 1)
    audit.record(actor, "route.deleted", pk, environment=environment, before=before)
    versions.keep(environment, actor)


@transaction.atomic
def delete_endpoint(endpoint: Endpoint, actor: Actor) -> None:
    """Remove an endpoint that no route names; raises Conflict otherwise."""
    lock_positions(endpoint.environment)
    names = list(endpoint.routes.values_list("name", flat=True)[:3])
    if names:
        detail = _("Routes deliver to this endpoint: %(names)s.") % {"names": ", ".join(names)}
        raise Conflict("endpoint_in_use", detail)
    delivery_services.delete_endpoint(endpoint, actor)


def lock_positions(environment: Environment) -> int:
    """Serialise changes to one environment's order of routes; answers how many routes it has."""
    Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
    versions.begin(environment)
    return environment.routes.count()


def keep_present(endpoints: Sequence[Endpoint]) -> None:
    """Raise Conflict where an endpoint was deleted before lock_positions; afterwards nobody can."""
    if Endpoint.objects.filter(pk__in=[e.pk for e in endpoints]).exclude(deleted_at=None).exists():
        raise Conflict("endpoint_deleted", _("An endpoint of this route was just deleted."), "/endpointIds")


def check_patterns(environment: Environment) -> None:
    """Raise Conflict when the environment's routes hold too many patterns; the caller's transaction undoes all."""
    stored = environment.routes.values_list("conditions", flat=True)
    count = sum(condition["operator"] == "matches" for conditions in stored for condition in conditions)
    if count > MAX_PATTERNS:
        raise Conflict("too_many_patterns", _("The routes of an environment hold at most 50 patterns."))


def clamp(position: int | None, last: int) -> int:
    return last if position is None else max(1, min(position, last))


def describe(route: Route) -> dict[str, Any]:
    # The trail holds no personal data, and a condition on senderId may hold a person's number.
    conditions = [c | {"value": "…"} if c["field"] == "senderId" else c for c in route.conditions]
    return {
        "name": route.name,
        "position": route.position,
        "conditions": conditions,
        "action": route.action,
        "routingTag": route.routing_tag,
        "endpointIds": sorted(str(pk) for pk in route.endpoints.values_list("pk", flat=True)),
    }
