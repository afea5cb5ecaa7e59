"""Texts that a sandbox keeps back because of their sender (sandbox.magic), and how they are released.

A route of the sandbox's own keeps them back, as one of live would: made when it is first needed, and asked first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from accounts.encryption import Unsealable
from accounts.models import Environment
from inbox.models import Message
from routing import services as routing
from routing import trial
from routing.models import STATES, Route
from routing.trial import Outcome, Ways
from sandbox import magic

#: The door hears of a new route within milliseconds; until then no text is to come that it is about.
HEARD_WITHIN = timedelta(seconds=1)
CONDITIONS = [{"field": "senderId", "operator": "equals", "value": magic.QUARANTINED.number}]


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
    kept = kept_back(environment, messages)
    let_go(environment, kept)
    released = {"messages": len(kept)}
    audit.record(actor, "simulation.released", simulation, environment=environment, after=released)


@transaction.atomic
def release_one(environment: Environment, actor: Actor, message: UUID) -> str | None:
    """The same for one message, whatever became of its simulation. Answers its state then, which is still the same
    where another route keeps it back too, or None where it was not kept back any more."""
    kept = next(filter(keeps, kept_back(environment, {message})), None)
    if kept is None:
        return None
    let_go(environment, [kept])
    kept.refresh_from_db(fields=["state"])
    before, after = {"state": Message.State.QUARANTINED}, {"state": kept.state}
    if after != before:
        audit.record(actor, "message.released", kept.pk, environment=environment, before=before, after=after)
    return kept.state


def keeps(message: Message) -> bool:
    """Whether a message is kept back because of its sender: one that a customer's own route holds would be so again."""
    if message.state != Message.State.QUARANTINED:
        return False
    try:
        return magic.writes(message.sender_id or "", magic.QUARANTINED)
    except Unsealable:
        return False


def kept_back(environment: Environment, messages: set[UUID]) -> list[Message]:
    """Those of the messages that are, locked."""
    rows = environment.messages.select_for_update().filter(pk__in=messages, state=Message.State.QUARANTINED)
    return list(rows.order_by("pk"))


def others(environment: Environment) -> Ways:
    """The routes in force without the one that keeps such texts back."""
    mine, ways = route_of(environment), trial.in_force(environment)
    left = [route for route in ways.table.compiled if mine is None or route.id != mine.pk]
    return Ways(left, ways.default, frozenset())


def let_go(environment: Environment, kept: Sequence[Message]) -> None:
    ways = others(environment)
    for message in kept:
        text = trial.read(message)
        if text is not None:  # else it was erased meanwhile
            send_on(environment, message, ways.of(text))


def send_on(environment: Environment, message: Message, outcome: Outcome) -> None:
    route = environment.routes.filter(pk=outcome.route).first() if outcome.route else None
    environment.messages.filter(pk=message.pk).update(
        state=STATES[route.action] if route else Message.State.RECEIVED,
        route_id=route.pk if route else None,
        route_name=route.name if route else "",
        route_version=route.version if route else None,
        routing_tag=outcome.routing_tag,
    )
    present = environment.endpoints.filter(deleted_at=None).select_related("environment")
    for endpoint in present.filter(pk__in=outcome.endpoints or ()):
        magic.send_to(endpoint, message.pk, clock(environment))
