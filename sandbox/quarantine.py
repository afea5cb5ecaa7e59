"""Texts that a sandbox keeps back because of their sender (sandbox.magic), and how they are released.

A route of the sandbox's own keeps them back, as one of live would: made when it is first needed, and asked first.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from accounts.models import Environment
from inbox.models import Message
from routing import services as routing
from routing import trial
from routing.models import Route
from routing.trial import Ways
from sandbox import magic

#: The door hears of a new route within milliseconds; until then no text is to come that it is about.
HEARD_WITHIN = timedelta(seconds=1)
CONDITIONS = [{"field": "senderId", "operator": "equals", "value": magic.QUARANTINED.number}]
STATES = {Route.Action.DROP: Message.State.DROPPED, Route.Action.QUARANTINE: Message.State.QUARANTINED}


def route_of(environment: Environment) -> Route | None:
    return environment.routes.filter(action=Route.Action.QUARANTINE, conditions=CONDITIONS).first()


def set_up(environment: Environment, actor: Actor) -> None:
    """Make the route unless it is there. Raises Conflict where there are too many."""
    if route_of(environment) is None:
        routing.create_route(
            environment,
            actor,
            name=_("Simulated quarantine"),
            conditions=CONDITIONS,
            action=Route.Action.QUARANTINE,
            position=1,
        )


@transaction.atomic
def release(environment: Environment, actor: Actor, simulation: UUID, messages: set[UUID]) -> None:
    """Let those of the messages that are kept back go where the other routes of the sandbox send them."""
    rows = environment.messages.select_for_update().filter(pk__in=messages, state=Message.State.QUARANTINED)
    kept, ways = list(rows.order_by("pk")), others(environment)
    for message in kept:
        let_go(environment, message, ways)
    released = {"messages": len(kept)}
    audit.record(actor, "simulation.released", simulation, environment=environment, after=released)


def others(environment: Environment) -> Ways:
    """The routes in force without the one that keeps such texts back."""
    mine, ways = route_of(environment), trial.in_force(environment)
    left = [route for route in ways.table.compiled if mine is None or route.id != mine.pk]
    return Ways(left, ways.default, frozenset())


def let_go(environment: Environment, message: Message, ways: Ways) -> None:
    text = trial.read(message)
    if text is None:  # erased meanwhile
        return
    outcome = ways.of(text)
    route = environment.routes.filter(pk=outcome.route).first() if outcome.route else None
    action = Route.Action(route.action) if route else Route.Action.DELIVER
    environment.messages.filter(pk=message.pk).update(
        state=STATES.get(action, Message.State.RECEIVED),
        route_id=route.pk if route else None,
        route_name=route.name if route else "",
        route_version=route.version if route else None,
        routing_tag=outcome.routing_tag,
    )
    present = environment.endpoints.filter(deleted_at=None).select_related("environment")
    for endpoint in present.filter(pk__in=outcome.endpoints or ()):
        magic.send_to(endpoint, message.pk, clock(environment))

