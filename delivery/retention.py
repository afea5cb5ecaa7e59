"""Retention: what was kept for as long as its environment says goes, the oldest first.

    texts      what they say is erased, with what endpoints answered to them (inbox.erasure); their rows remain
    attempts   deleted; their deliveries keep state and counts
    events     deleted, with their deliveries and what was tried of these

Nothing goes that is still on its way, or held for a person; nor what a legal hold keeps. A batch is one transaction of
BATCH rows, found by a walk along an index, that waits for no lock and locks nothing that delivery wants. Environments
take turns, batch by batch, so that one's backlog delays no other's.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.db import Error, connection, transaction
from django.db.models import Q

from accounts.clock import clock
from accounts.models import Environment
from accounts.retention import Days, kept
from delivery import events
from delivery.models import Attempt, Delivery
from inbox import erasure
from inbox.erasure import BEGINNING, Place, walked

log = logging.getLogger("smsgateway.worker")

# A batch is taken in the process that delivers, so it is short, and a quarter of the time is all that retention gets.
BATCH = 250
PAUSE_A_SECOND = 3.0  # of a batch
UNFINISHED = (Delivery.State.PENDING, Delivery.State.SENDING, Delivery.State.HELD)


class Batch(NamedTuple):
    """How much a batch took away, and where the next begins; None where there is none."""

    gone: int
    place: Place | None = None


def batch(gone: int, seen: list[Place]) -> Batch:
    return Batch(gone, seen[-1] if len(seen) == BATCH else None)


@transaction.atomic
def erase_texts(environment: Environment, before: datetime, after: Place) -> Batch:
    seen = erasure.oldest(environment.pk, before, after, BATCH)
    ids = {place.id for place in seen}
    waiting = Delivery.objects.filter(message__in=ids, state__in=UNFINISHED)
    ids -= set(waiting.values_list("message_id", flat=True))
    answered = Attempt.objects.filter(
        delivery__in=Delivery.objects.filter(message__in=ids).values("pk"), sealed_response__isnull=False
    )
    answered.update(sealed_response=None)
    return batch(erasure.erase(ids, clock(environment)), seen)


@transaction.atomic
def delete_attempts(environment: Environment, before: datetime, after: Place) -> Batch:
    rows = walked(Attempt.objects.filter(environment=environment), "started_at", before, after)
    locked = rows.select_for_update(no_key=True, skip_locked=True)
    found = list(locked.values_list("started_at", "pk", "delivery_id")[:BATCH])
    held = Delivery.objects.filter(
        Q(state__in=UNFINISHED) | Q(message__legal_hold=True), pk__in={row[2] for row in found}
    )
    needed = set(held.values_list("pk", flat=True))
    gone, _models = Attempt.objects.filter(pk__in=[pk for _, pk, of in found if of not in needed]).delete()
    return batch(gone, [Place(at, pk) for at, pk, _ in found])


def delete_events(environment: Environment, before: datetime, after: Place) -> Batch:
    rows = walked(environment.events.all(), "created_at", before, after)
    seen = [Place(*row) for row in rows.values_list("created_at", "pk")[:BATCH]]
    return batch(events.forget([place.id for place in seen]), seen)


class Kind(NamedTuple):
    """What goes, when, and how to see whether any is due: the time of the oldest."""

    days: Callable[[Days], int]
    take: Callable[[Environment, datetime, Place], Batch]
    oldest: str


KINDS: Mapping[str, Kind] = {
    "texts": Kind(
        attrgetter("content"),
        erase_texts,
        "SELECT received_at FROM inbox_message WHERE environment_id = e.id AND content_erased_at IS NULL "
        "AND NOT legal_hold ORDER BY received_at LIMIT 1",
    ),
    "attempts": Kind(
        attrgetter("attempts"),
        delete_attempts,
        "SELECT started_at FROM delivery_attempt WHERE environment_id = e.id ORDER BY started_at LIMIT 1",
    ),
    "events": Kind(
        attrgetter("attempts"),
        delete_events,
        "SELECT created_at FROM delivery_event WHERE environment_id = e.id ORDER BY created_at LIMIT 1",
    ),
}
# For each environment one look into an index.
DUE = """
SELECT e.id FROM unnest(%s::uuid[], %s::timestamptz[]) AS e(id, before) WHERE ({oldest}) < e.before
"""


class Walk(NamedTuple):
    """One environment's old rows of one kind, and how far we are through them."""

    kind: str
    environment: Environment
    before: datetime
    place: Place = BEGINNING


def due(*only: Environment) -> Iterator[Walk]:
    """A walk for every environment, or only some, and kind of which something is old enough."""
    environments = only or tuple(Environment.objects.order_by("pk"))
    for name, kind in KINDS.items():
        before = {one.pk: clock(one) - timedelta(days=kind.days(kept(one))) for one in environments}
        wanted = with_old(kind, before)
        yield from (Walk(name, one, before[one.pk]) for one in environments if one.pk in wanted)


def with_old(kind: Kind, before: Mapping[UUID, datetime]) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(DUE.format(oldest=kind.oldest), [list(before), list(before.values())])
        return {id for (id,) in cursor.fetchall()}


def run(until: datetime) -> dict[str, int]:
    """Take away what is due, up to the wall clock `until`; the rest is another run's. Answers how much of each kind."""
    gone = dict.fromkeys(KINDS, 0)
    walks = deque(due())
    while walks and clock() < until:
        walk, began = walks.popleft(), time.monotonic()
        done = step(walk)
        gone[walk.kind] += done.gone
        if done.place is not None:
            walks.append(walk._replace(place=done.place))
            time.sleep(PAUSE_A_SECOND * (time.monotonic() - began))
    return gone


def catch_up(environment: Environment, until: datetime) -> bool:
    """The same for one environment and without pauses, since somebody waits; answers whether nothing is left."""
    walks = deque(due(environment))
    while walks:
        if clock() >= until:
            return False
        walk = walks.popleft()
        done = step(walk)
        if done.place is not None:
            walks.append(walk._replace(place=done.place))
    return True


def step(walk: Walk) -> Batch:
    try:
        return KINDS[walk.kind].take(walk.environment, walk.before, walk.place)
    except Error as error:  # the next run tries again; no environment shall stand in the way of others
        log.warning("retention: trying again", extra={"reason": type(error).__name__})
        return Batch(0)
