"""Routes tried on texts: what they would do with one, and what would change for those that came last."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from accounts.encryption import Unsealable
from accounts.ids import public, uuid7
from accounts.models import Environment
from inbox.models import Message
from numbers.phone import country_of, normalise
from routing.documents import Entry
from routing.match import CompiledRoute, InvalidCondition, Table, Text, compile_route
from routing.models import STATES, Route

MOST_TEXTS = 1000
MOST_EXAMPLES = 10
KEPT = "keep"  # no route, and no default endpoint: the text waits to be read
ACTIONS = {state: action for action, state in STATES.items()}


class Outcome(NamedTuple):
    """Where a text goes. `route` is None where none took it, or a new one; `endpoints` where nobody knows any more."""

    route: UUID | None
    name: str
    action: str
    routing_tag: str
    endpoints: frozenset[UUID] | None
    explanation: Sequence[dict[str, Any]] = ()

    def differs(self, other: Outcome) -> bool:
        if self.endpoints is None or other.endpoints is None:
            routed = self.route == other.route and self.routing_tag == other.routing_tag
            return not routed or (self.route is not None and self.action != other.action)
        return self[:5] != other[:5]


class Ways:
    """Routes in their order, ready to be asked, and where goes what none of them takes."""

    def __init__(self, routes: Sequence[CompiledRoute], default: UUID | None, new: frozenset[UUID]) -> None:
        self.table, self.default, self.new = Table(routes), default, new

    def of(self, text: Text) -> Outcome:
        decision = self.table.match(text)
        route, explanation = decision.route, json.loads(decision.explanation)
        if route is None and self.default is None:
            return Outcome(None, "", KEPT, "", frozenset(), explanation)
        if route is None:
            return Outcome(None, "", Route.Action.DELIVER, "", frozenset({self.default}), explanation)  # type: ignore[arg-type]
        id = None if route.id in self.new else route.id
        return Outcome(
            id, route.name, route.action, route.routing_tag, frozenset(route.endpoint_ids), explanation
        )


class Example(NamedTuple):
    """A text that would go elsewhere."""

    message: UUID
    before: Outcome
    after: Outcome


@dataclass(slots=True)
class Comparison:
    """What became of texts, or does by the routes in force, against what would."""

    looked: int = 0
    unreadable: int = 0  # erased, or their key is gone
    changed: int = 0
    taken: Counter[tuple[UUID | None, str]] = field(default_factory=Counter)  # by route and its name
    examples: list[Example] = field(default_factory=list)


def in_force(environment: Environment) -> Ways:
    compiled = []
    for route in environment.routes.order_by("position").prefetch_related("endpoints"):
        try:
            compiled.append(route.compiled())
        except InvalidCondition:  # as the door does
            continue
    return Ways(compiled, default_of(environment), frozenset())


def proposed(environment: Environment, entries: Sequence[Entry]) -> Ways:
    """Entries that documents.check has passed."""
    compiled = [compiled_entry(entry) for entry in entries]
    new = frozenset(route.id for route, entry in zip(compiled, entries, strict=True) if entry.id is None)
    return Ways(compiled, default_of(environment), new)


def compiled_entry(entry: Entry) -> CompiledRoute:
    id = entry.id or uuid7()
    return compile_route(
        id=id,
        public_id=public("route", id),
        name=entry.name,
        version=0,
        conditions=entry.conditions,
        action=entry.action,
        endpoint_ids=tuple(endpoint.pk for endpoint in entry.endpoints),
        routing_tag=entry.routing_tag,
    )


def default_of(environment: Environment) -> UUID | None:
    return environment.endpoints.filter(is_default=True, deleted_at=None).values_list("pk", flat=True).first()


def text_of(number_used: str, sender_id: str, content: str) -> Text:
    """A text that somebody thinks of, as the door would read it."""
    sender = normalise(sender_id)
    return Text(normalise(number_used), sender, country_of(sender), content)


def stored(message: Message) -> Outcome:
    """What became of a text when it came."""
    action = ACTIONS.get(message.state, Route.Action.DELIVER.value)
    return Outcome(message.route_id, message.route_name, action, message.routing_tag, None)


def latest(environment: Environment, count: int) -> Iterable[Message]:
    return environment.messages.order_by("-pk")[: min(count, MOST_TEXTS)]


def compare(messages: Iterable[Message], before: Ways | None, after: Ways) -> Comparison:
    """Each text by `after` against `before`, or where that is None against what became of it."""
    found = Comparison()
    for message in messages:
        found.looked += 1
        text = read(message)
        if text is None:
            found.unreadable += 1
            continue
        was, now = before.of(text) if before else stored(message), after.of(text)
        found.taken[now.route, now.name] += 1
        if was.differs(now):
            found.changed += 1
            if len(found.examples) < MOST_EXAMPLES:
                found.examples.append(Example(message.pk, was, now))
    return found


def read(message: Message) -> Text | None:
    try:
        content, sender = message.content, message.sender_id
    except Unsealable:
        return None
    if content is None or sender is None:
        return None
    return Text(message.number_used, sender, message.sender_country, content)
