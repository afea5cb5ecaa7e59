"""Replays: many deliveries sent again as one job, which is planned, run in slices, watched and cancelled.

A slice is one transaction: it makes due what comes next, in turns that endpoints bear, and notes how far it came. So a
job goes on where it was when whoever ran it died, and no delivery is made due twice by one job.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import SYSTEM, Actor
from accounts.clock import clock
from accounts.errors import Conflict
from accounts.ids import public, uuid7
from accounts.models import Environment
from delivery import health
from delivery.composing import stored_policy
from delivery.models import Delivery, Endpoint, Replay
from delivery.retry import Reason
from delivery.selection import ARRIVING, OVER, counted, rows_of
from inbox import erasure

log = logging.getLogger("smsgateway.worker")

State, Why = Replay.State, Replay.Why
GOING = (State.PLANNED, State.RUNNING)
SLICE = 500
AHEAD = timedelta(seconds=15)  # what is due later than that waits in the job, where it can still be cancelled

AGAIN = """
UPDATE delivery_delivery d
SET state = 'pending', reason = CASE WHEN e.kind = 'polling' THEN '' ELSE %(reason)s END, error_code = NULL,
    due_at = CASE WHEN e.kind = 'polling' THEN NULL ELSE %(from)s + s.place * %(gap)s END,
    finished_at = NULL, attempts_made = 0, replays = d.replays + 1, replay_job = %(job)s
FROM unnest(%(ids)s::uuid[], %(places)s::int[]) AS s(id, place), delivery_endpoint e
WHERE d.id = s.id AND d.state = ANY(%(over)s)
  AND e.id = d.endpoint_id AND e.deleted_at IS NULL AND e.disabled_at IS NULL
"""


def plan(environment: Environment, actor: Actor, kind: str, filter: dict[str, Any]) -> Replay:
    """A job and how many deliveries it would touch, as far as delivery.selection counts; nothing is sent.

    Raises Conflict where its endpoint takes nothing.
    `filter` is as delivery.selection says, with plain JSON values.
    """
    if "endpoint" in filter:
        check_takes(Endpoint.objects.get(pk=filter["endpoint"], environment=environment))
    job = Replay(environment=environment, kind=kind, filter=filter, created_at=clock(environment))
    job.planned, job.planned_exact = counted(job)
    with transaction.atomic():
        job.save(force_insert=True)
        after = {"kind": kind, "filter": filter, "planned": job.planned}
        audit.record(actor, "replay.planned", job.pk, environment=environment, after=after)
    return job


def check_takes(endpoint: Endpoint) -> None:
    match closed(endpoint):
        case Why.DELETED:
            raise Conflict("endpoint_deleted", _("The endpoint was deleted."))
        case Why.DISABLED:
            raise Conflict("endpoint_disabled", _("The endpoint is disabled: enable it first."))


def closed(endpoint: Endpoint | None) -> Replay.Why | None:
    """Why an endpoint takes nothing, if it does not."""
    if endpoint is None:
        return None
    if endpoint.deleted_at is not None:
        return Why.DELETED
    return Why.DISABLED if endpoint.disabled_at is not None else None


@transaction.atomic
def run(job: Replay, actor: Actor) -> Replay:
    """Start a planned job; one that runs already goes on. Raises Conflict where it is over or has nowhere to go."""
    job = locked(job.pk)
    if job.state == State.PLANNED:
        if (endpoint := endpoint_of(job)) is not None:
            check_takes(endpoint)
        job.state, job.started_at = State.RUNNING, clock(job.environment)
        job.save(update_fields=["state", "started_at"])
        audit.record(actor, "replay.started", job.pk, environment=job.environment)
    elif job.state != State.RUNNING:
        raise Conflict("replay_over", _("This replay is over: plan another."))
    return job


@transaction.atomic
def cancel(job: Replay, actor: Actor) -> Replay:
    """Touch nothing more. What was made due is sent all the same. Raises Conflict where it is over."""
    job = locked(job.pk)
    if job.state not in GOING:
        raise Conflict("replay_over", _("This replay is over."))
    end(job, State.CANCELLED)
    after = {"queued": job.queued}
    audit.record(actor, "replay.cancelled", job.pk, environment=job.environment, after=after)
    return job


def locked(id: UUID) -> Replay:
    rows = Replay.objects.select_for_update(of=("self",)).select_related("environment__tenant")
    return rows.get(pk=id)


def endpoint_of(job: Replay) -> Endpoint | None:
    """The endpoint that the job names, locked so that it stays as it is for the transaction."""
    rows = Endpoint.objects.select_for_update(no_key=True)
    return rows.get(pk=job.filter["endpoint"]) if "endpoint" in job.filter else None


def end(job: Replay, state: str, because: str = "") -> None:
    job.state, job.because, job.finished_at = state, because, clock(job.environment)
    job.save(update_fields=["state", "because", "finished_at"])


def report(job: Replay) -> dict[str, int]:
    """What became of the deliveries that the job made due, by state: {"delivered": 3, "failed": 1}."""
    rows = Delivery.objects.filter(replay_job=job.pk).values_list("state")
    return dict(rows.annotate(Count("pk")).order_by())


def not_sent(job: Replay) -> dict[str, int]:
    """How many of those planned a job that is over did not make due, by why: {"endpointDisabled": 2}.

    At least as many, where not all were counted.
    """
    if job.state in GOING:
        return {}
    left = {Why.DISABLED: job.left_disabled, Why.DELETED: job.left_deleted}
    rest = job.planned - job.queued - sum(left.values())
    why = Why(job.because or (Why.CANCELLED if job.state == State.CANCELLED else Why.CHANGED))
    left[why] = left.get(why, 0) + max(rest, 0)
    return {str(why): count for why, count in left.items() if count}


# ---- what a worker does


def run_slices(until: datetime) -> int:
    """Go on with every running job as far as its turns have come, up to the wall clock `until`; answers how many
    deliveries were made due. A job that breaks has failed, and stands in nobody's way."""
    count = 0
    running = Replay.objects.filter(state=State.RUNNING).order_by("pk")
    for id in list(running.values_list("pk", flat=True)):
        try:
            while clock() < until and (done := run_slice(id)):
                count += done
        except (OperationalError, InterfaceError) as error:  # the database's trouble: the next task goes on
            log.warning("replay: trying again", extra={"reason": type(error).__name__})
        except Exception:
            log.exception("replay: broke off", extra={"replay": str(id)})
            break_off(id)
    return count


@transaction.atomic
def run_slice(id: UUID) -> int:
    """The next slice of a job, unless somebody else is at it or its turns lie far ahead; answers how many."""
    rows = Replay.objects.select_for_update(of=("self",), skip_locked=True).select_related(
        "environment__tenant"
    )
    job, wall = rows.filter(pk=id, state=State.RUNNING).first(), clock()
    if job is None or (job.next_turn is not None and job.next_turn > wall + AHEAD):
        return 0
    ids, endpoint = next_of(job), endpoint_of(job)
    if endpoint is not None and job.reached is None:
        health.probe_soon(endpoint)  # with what comes now, or waits already
    if not ids:
        finish(job)
        return 0
    if (why := closed(endpoint)) is not None:
        fail(job, why)
        return 0
    gap, start = gap_of(concerned(endpoint, ids)), max(job.next_turn or wall, wall)
    turns = {"from": start + job.environment.clock_offset, "gap": gap}
    send(job, endpoint, ids, turns)
    job.reached, job.next_turn = ids[-1], start + gap * len(ids)
    job.save(update_fields=["queued", "left_disabled", "left_deleted", "reached", "next_turn"])
    return len(ids)


def next_of(job: Replay) -> list[UUID]:
    found = rows_of(job)
    if job.reached is not None:
        found = found.filter(pk__gt=job.reached)
    return list(found.order_by("pk").values_list("pk", flat=True)[:SLICE])


def finish(job: Replay) -> None:
    end(job, State.DONE)
    after = {"queued": job.queued, "notSent": not_sent(job)}
    audit.record(SYSTEM, "replay.finished", job.pk, environment=job.environment, after=after)


def fail(job: Replay, why: Replay.Why) -> None:
    """End a job with deliveries left that it cannot send."""
    end(job, State.FAILED, why)
    after = {"because": str(why), "queued": job.queued, "notSent": not_sent(job)}
    audit.record(SYSTEM, "replay.failed", job.pk, environment=job.environment, after=after)


@transaction.atomic
def break_off(id: UUID) -> None:
    job = locked(id)
    if job.state == State.RUNNING:
        fail(job, Why.BROKEN)


def concerned(endpoint: Endpoint | None, ids: Sequence[UUID]) -> Iterable[Endpoint]:
    """The endpoints that a slice goes to: the one that the job names, or those of its deliveries."""
    if endpoint is not None:
        return [endpoint]
    return Endpoint.objects.filter(pk__in=Delivery.objects.filter(pk__in=ids).values("endpoint"))


def gap_of(endpoints: Iterable[Endpoint]) -> timedelta:
    """Time between two turns: as the slowest endpoint wants that is concerned. A queue bears any number at once."""
    rates = [
        stored_policy(endpoint).drain_rate for endpoint in endpoints if endpoint.kind != Endpoint.Kind.POLLING
    ]
    return timedelta(seconds=1 / min(rates)) if rates else timedelta(0)


def send(job: Replay, endpoint: Endpoint | None, ids: Sequence[UUID], turns: dict[str, Any]) -> None:
    """Make a slice due, and note in the job how many were and which endpoints were left out."""
    if job.kind == Replay.Kind.MISSING:
        assert endpoint is not None  # routing.replaying sees to it
        job.queued += missing(job, endpoint, ids, turns)
        return
    sent = again(job, sendable(ids), turns)
    job.queued += sent
    if sent == len(ids):
        return
    left = Delivery.objects.filter(pk__in=ids).exclude(replay_job=job.pk)
    job.left_deleted += left.filter(endpoint__deleted_at__isnull=False).count()
    job.left_disabled += left.filter(endpoint__deleted_at=None, endpoint__disabled_at__isnull=False).count()


def sendable(ids: Sequence[UUID]) -> list[UUID]:
    """Those of the deliveries whose text nobody erases before this transaction ends, and those of events."""
    texts: dict[UUID, UUID | None] = dict(Delivery.objects.filter(pk__in=ids).values_list("pk", "message_id"))
    whole = erasure.reserve([text for text in texts.values() if text is not None])
    return [id for id in ids if id in texts and (texts[id] is None or texts[id] in whole)]


def again(
    job: Replay, ids: Sequence[UUID], turns: dict[str, Any], places: Sequence[int] | None = None
) -> int:
    """Make deliveries due once more, unless somebody else did meanwhile; answers how many were."""
    values: dict[str, Any] = {
        "ids": list(ids),
        "places": list(places if places is not None else range(len(ids))),
        "job": job.pk,
        "over": [str(state) for state in OVER],
        "reason": str(Reason.DRAIN),
    }
    with connection.cursor() as cursor:
        cursor.execute(AGAIN, values | turns)
        return int(cursor.rowcount)


def missing(job: Replay, endpoint: Endpoint, ids: Sequence[UUID], turns: dict[str, Any]) -> int:
    """Send messages to the locked endpoint: by the delivery that failed there, or by a new one."""
    places, whole = {id: place for place, id in enumerate(ids)}, erasure.reserve(ids)
    # Another job may have been at the same endpoint until a moment ago.
    rows = Delivery.objects.filter(endpoint=endpoint, message__in=ids, state__in=ARRIVING)
    known = set(rows.values_list("message", flat=True))
    ids = [id for id in ids if id in whole and id not in known]
    old = dict(
        Delivery.objects.filter(endpoint=endpoint, message__in=ids, state__in=OVER)
        .order_by("pk")
        .values_list("message", "pk")
    )
    count = again(job, list(old.values()), turns, [places[id] for id in old])
    new = [made(job, endpoint, id, turns, places[id]) for id in ids if id not in old]
    return count + len(Delivery.objects.bulk_create(new))


def made(job: Replay, endpoint: Endpoint, message: UUID, turns: dict[str, Any], place: int) -> Delivery:
    queued = endpoint.kind == Endpoint.Kind.POLLING  # where it waits for whoever asks
    return Delivery(
        id=uuid7(),
        environment=job.environment,
        endpoint=endpoint,
        message_id=message,
        state=Delivery.State.PENDING,
        due_at=None if queued else turns["from"] + turns["gap"] * place,
        reason="" if queued else Reason.DRAIN,
        replays=1,
        replay_job=job.pk,
        created_at=clock(job.environment),
    )


def described(job: Replay) -> dict[str, Any]:
    """The job's filter as outsiders see it: public ids."""
    shown = {
        name: value for name, value in job.filter.items() if name not in ("endpoint", "routes", "unrouted")
    }
    if "endpoint" in job.filter:
        shown["endpointId"] = public("endpoint", UUID(job.filter["endpoint"]))
    if job.kind == Replay.Kind.MISSING:
        shown["everything"] = "routes" not in job.filter
    return shown
