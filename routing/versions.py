"""What the routes of an environment were: after each change they are kept as one document.

A document lists routes in the order in which they are asked, each as `written` says.
"""

from __future__ import annotations

from typing import Any

from accounts.audit import SYSTEM, Actor
from accounts.clock import clock
from accounts.models import Environment
from routing.models import Route, RouteVersion

MOST_KEPT = 100

Document = list[dict[str, Any]]


def document(environment: Environment) -> Document:
    """The routes in force."""
    return [written(route) for route in environment.routes.order_by("position").prefetch_related("endpoints")]


def written(route: Route) -> dict[str, Any]:
    """One route; ids are those of the database, as text."""
    present = sorted(str(row.pk) for row in route.endpoints.all() if row.deleted_at is None)
    return {
        "id": str(route.pk),
        "name": route.name,
        "conditions": route.conditions,
        "action": route.action,
        "endpointIds": present,
        "routingTag": route.routing_tag,
    }


def begin(environment: Environment) -> None:
    """Keep what there was before the first change that is kept. The caller has locked the routes."""
    if not environment.route_versions.exists() and environment.routes.exists():
        keep(environment, SYSTEM)


def keep(environment: Environment, actor: Actor) -> RouteVersion:
    """The newest version, which is made where the routes are not as the last one says."""
    last, routes = environment.route_versions.first(), document(environment)
    if last is not None and last.routes == routes:
        return last
    number = last.number + 1 if last else 1
    environment.route_versions.filter(number__lte=number - MOST_KEPT).delete()
    return RouteVersion.objects.create(
        environment=environment,
        number=number,
        routes=routes,
        actor_kind=actor.kind,
        actor_id=actor.id,
        created_at=clock(environment),
    )
