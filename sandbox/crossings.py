"""Who names what is another environment's of their organisation: told that there is no such thing, and written down.

What another organisation has leaves no entry, as what nobody has: the trail tells neither from the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from accounts import ids, walls
from accounts.audit import Actor
from accounts.models import ApiKey, Environment, OAuthClient
from delivery.models import Attempt, Delivery, Destination, Endpoint, EndpointSecret, Event, Issue, Replay
from inbox.models import Message
from numbers.models import Assignment, Channel, NumberDocument, NumberRequest, Purchase
from operations.models import LoggedRequest
from routing.models import Route, RouteVersion
from sandbox.models import NumberLease, ReceivedRequest, Receiver, ScenarioRun, Simulation

MOST_NAMED = 100  # of one request; the rest is refused as well


class Home(NamedTuple):
    """Where the things of a noun lie, by what they are named, and how they lead to their environment."""

    rows: QuerySet[Any]
    id: str = "pk"
    environment: str = "environment"


HOMES: Mapping[str, Home] = {
    "key": Home(ApiKey.objects.all()),
    "client": Home(OAuthClient.objects.all()),
    "channel": Home(Channel.objects.all()),
    "number": Home(Assignment.objects.filter(ends_at=None), id="number_id"),
    "number_request": Home(NumberRequest.objects.all()),
    "number_document": Home(NumberDocument.objects.all()),
    "purchase": Home(Purchase.objects.all()),
    "route": Home(Route.objects.all()),
    "route_version": Home(RouteVersion.objects.all()),
    "endpoint": Home(Endpoint.objects.all()),
    "secret": Home(EndpointSecret.objects.all(), environment="endpoint__environment"),
    "destination": Home(Destination.objects.all()),
    "message": Home(Message.objects.all()),
    "delivery": Home(Delivery.objects.all()),
    "attempt": Home(Attempt.objects.all()),
    "event": Home(Event.objects.all()),
    "issue": Home(Issue.objects.all()),
    "replay": Home(Replay.objects.all()),
    "request": Home(LoggedRequest.objects.all()),
    "receiver": Home(Receiver.objects.all()),
    "received_request": Home(ReceivedRequest.objects.all()),
    "simulation": Home(Simulation.objects.all()),
    "run": Home(ScenarioRun.objects.all()),
    "number_lease": Home(NumberLease.objects.all()),
}
#: Nouns without a home, and why none of their ids can be another environment's.
HOMELESS: Mapping[str, str] = {
    "tenant": "has the environments",
    "environment": "its sandboxes are the organisation's to manage",
    "user": "of no organisation",
    "membership": "of the whole organisation",
    "invitation": "of the whole organisation",
    "identity": "of the whole organisation",
    "identity_provider": "of the whole organisation",
    "audit": "is asked for by nobody",
    "lease": "a proof that goes with the deliveries named beside it",
}


def note(environment: Environment, actor: Actor, code: str, named: Iterable[str]) -> None:
    """`named` was taken for absent, by the error `code`: write down those public ids that are a sibling's."""
    if across := list(of_siblings(environment, named)):
        walls.note_refusal(environment, actor, code, ids=across)


def of_siblings(environment: Environment, named: Iterable[str]) -> Iterator[str]:
    """Those of some texts that are ids of other environments of the organisation, with one look a noun."""
    siblings = Environment.objects.filter(tenant=environment.tenant_id).exclude(pk=environment.pk)
    for noun, asked in by_noun(named).items():
        home = HOMES[noun]
        rows = home.rows.filter(**{f"{home.id}__in": list(asked), f"{home.environment}__in": siblings})
        found = set(rows.values_list(home.id, flat=True))
        yield from (text for id, text in asked.items() if id in found)


def by_noun(named: Iterable[str]) -> dict[str, dict[UUID, str]]:
    """The ids among some texts whose things have a home."""
    sorted_out: dict[str, dict[UUID, str]] = defaultdict(dict)
    known = (found for text in dict.fromkeys(named) if (found := ids.parse_any(text)) and found[0] in HOMES)
    for noun, id in islice(known, MOST_NAMED):
        sorted_out[noun][id] = ids.public(noun, id)
    return sorted_out
