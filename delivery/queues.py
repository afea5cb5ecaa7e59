"""The queue of a polling endpoint: whoever takes from it holds a lease, and says before its end what was done.

pending ──take──→ sending ──acknowledge──→ delivered
   ▲                 │
   └── give back, or the lease ends (the sweep: engine.prepare), while tries are left; else → failed
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, Min, OuterRef, QuerySet

from accounts.clock import clock
from accounts.encryption import Unsealable
from accounts.ids import public, uuid7
from accounts.models import Environment
from delivery import events, retry
from delivery.catalog import DELIVERED
from delivery.composing import asking_for, data_of, stored_policy
from delivery.models import QUEUES, Attempt, Delivery, Endpoint
from delivery.outcomes import microseconds
from delivery.payload import received
from delivery.policy import Policy

log = logging.getLogger("smsgateway.queues")

State = Delivery.State

MOST = 100  # taken at once
SLICE = 500  # given up in one transaction

#: A text's columns under the names that a worker reads them by (delivery.store.READ).
COLUMNS = {
    name: F(f"message__{column}")
    for name, column in {
        "content": "sealed_content",
        "sender": "sealed_sender",
        "media": "sealed_media",
        **{
            name: name
            for name in (
                "received_at", "sent_at", "number_used", "routing_tag", "sender_type", "sender_country",
                "encoding", "segments", "partial", "simulated",
            )
        },
    }.items()
}  # fmt: skip


class Item(NamedTuple):
    """One taken text: `attempt` counts how often it was; `payload` is what a webhook's body would be."""

    delivery: UUID
    attempt: int
    payload: dict[str, Any]


class Taken(NamedTuple):
    """What one look at a queue brought, all under one lease; `until` by the environment's clock."""

    lease: UUID
    until: datetime
    items: Sequence[Item]


class Depth(NamedTuple):
    """What waits in a queue, what is taken and not acknowledged yet, and when the oldest that waits came."""

    waiting: int
    taken: int
    oldest: datetime | None


def take(endpoint: Endpoint, limit: int) -> Taken:
    """Lease the oldest deliveries that wait, at most `limit`; two who ask at once never get the same one."""
    now, wall, policy = clock(endpoint.environment), clock(), stored_policy(endpoint)
    lease, within = uuid7(), timedelta(seconds=endpoint.ack_within_s)
    fail_worthless(endpoint, policy, now)
    with transaction.atomic():
        waiting = offered(endpoint, policy, now).select_for_update(skip_locked=True)
        ids = list(waiting.values_list("pk", flat=True)[:limit])
        endpoint.deliveries.filter(pk__in=ids).update(
            state=State.SENDING, lease=lease, leased_until=wall + within, due_at=now, reason=""
        )
    return Taken(lease, now + within, list(items(ids, lease)) if ids else [])


def offered(endpoint: Endpoint, policy: Policy, now: datetime) -> QuerySet[Delivery]:
    """What waits and is worth something, the oldest first: along an index, however much worthless lies before it."""
    waiting = endpoint.deliveries.filter(state=State.PENDING)
    before = worthless_before(policy, now)
    return (
        waiting.order_by("pk")
        if before is None
        else waiting.filter(created_at__gt=before).order_by("created_at")
    )


def items(ids: Sequence[UUID], lease: UUID) -> list[Item]:
    """What of these opens. The rest nobody gets, which is our fault: it is looked at again and loses no try."""
    rows = (
        Delivery.objects.filter(pk__in=ids)
        .order_by("pk")
        .values("id", "message_id", "attempts_made", **COLUMNS)
    )
    opened, closed = [], []
    for row in rows:
        try:
            opened.append(Item(row["id"], row["attempts_made"] + 1, received(data_of({**row}))))
        except Unsealable:
            closed.append(row["id"])
            log.exception("a delivery does not open", extra={"delivery": str(row["id"])})
    if closed:  # whoever sees their lease end knows by it that nobody had them (engine.past_queues)
        Delivery.objects.filter(pk__in=closed, lease=lease).update(reason=retry.Reason.OURS)
    return opened


def held(endpoint: Endpoint, lease: UUID, ids: Collection[UUID]) -> QuerySet[Delivery]:
    """Those of `ids` that are still under that lease, locked. Whoever lost it changes nothing."""
    return endpoint.deliveries.select_for_update().filter(pk__in=ids, lease=lease)


@transaction.atomic
def acknowledge(endpoint: Endpoint, lease: UUID, ids: Collection[UUID]) -> set[UUID]:
    """They are done: delivered. Answers which of them are, be it since an earlier call; the rest was lost before."""
    now, mine = clock(endpoint.environment), list(held(endpoint, lease, ids))
    Attempt.objects.bulk_create([attempt(delivery, now, None) for delivery in mine])
    endpoint.deliveries.filter(pk__in=[one.pk for one in mine]).update(
        state=State.DELIVERED, finished_at=now, due_at=None, lease=None, leased_until=None, error_code=None,
        reason="", attempts_made=F("attempts_made") + 1,
    )  # fmt: skip
    if mine and asking_for(DELIVERED, [endpoint.environment_id]).exists():
        for one in mine:
            tell_end(endpoint, one, DELIVERED)
    done = endpoint.deliveries.filter(pk__in=ids, state=State.DELIVERED)
    return set(done.values_list("pk", flat=True))


@transaction.atomic
def give_back(endpoint: Endpoint, lease: UUID, ids: Collection[UUID]) -> set[UUID]:
    """They are not done: to be taken again at once, which uses a try. Answers which of them were still held."""
    now, policy = clock(endpoint.environment), stored_policy(endpoint)
    error = retry.ERRORS["released"]
    mine = list(held(endpoint, lease, ids))
    Attempt.objects.bulk_create([attempt(delivery, now, error.code) for delivery in mine])
    for delivery in mine:
        number, expires_at = delivery.attempts_made + 1, worthless_at(delivery, policy)
        verdict = retry.offer_again(error, number, policy, expires_at=expires_at, now=now)
        delivery.state, delivery.error_code = verdict.state, verdict.error_code
        delivery.reason, delivery.attempts_made = verdict.reason or "", number
        delivery.finished_at = now if verdict.state == "failed" else None
        delivery.due_at = delivery.lease = delivery.leased_until = None
    Delivery.objects.bulk_update(
        mine,
        ["state", "error_code", "reason", "attempts_made", "finished_at", "due_at", "lease", "leased_until"],
    )
    for delivery in mine:
        if delivery.state == State.FAILED:
            tell_end(endpoint, delivery)
    if mine:
        announce(endpoint)
    return {delivery.pk for delivery in mine}


def attempt(delivery: Delivery, now: datetime, error: int | None) -> Attempt:
    since = delivery.due_at or now
    return Attempt(
        delivery=delivery,
        environment_id=delivery.environment_id,
        number=delivery.attempts_made + 1,
        started_at=since,
        error_code=error,
        total_us=microseconds(now - since),
    )


def tell_end(endpoint: Endpoint, delivery: Delivery, type: str = "") -> None:
    """The event that a delivery is over: the given one, or the one of its being given up."""
    assert delivery.message_id is not None  # events go to webhooks only
    ids = {"message": delivery.message_id, "delivery": delivery.pk, "endpoint": endpoint.pk}
    data: dict[str, Any] = {f"{noun}Id": public(noun, id) for noun, id in ids.items()}
    if not type:
        type = "message.expired" if delivery.reason == retry.Reason.EXPIRED else "message.failed"
        data |= {"errorCode": delivery.error_code, "reason": delivery.reason}
    events.tell(endpoint.environment, type, **data)


def announce(endpoint: Endpoint) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [QUEUES, str(endpoint.pk)])


def worthless_at(delivery: Delivery, policy: Policy) -> datetime | None:
    """A delivery is created when its text is received."""
    within = policy.deliver_within_s
    return None if within is None else delivery.created_at + timedelta(seconds=within)


def worthless_before(policy: Policy, now: datetime) -> datetime | None:
    """What was created then or earlier is worth nothing any more."""
    within = policy.deliver_within_s
    return None if within is None else now - timedelta(seconds=within)


def fail_worthless(endpoint: Endpoint, policy: Policy, now: datetime) -> int:
    """Give up a slice of what waits and is worth nothing any more, the oldest first; answers how many that were."""
    before = worthless_before(policy, now)
    if before is None:
        return 0
    worthless = endpoint.deliveries.filter(state=State.PENDING, created_at__lte=before).order_by("created_at")
    with transaction.atomic():
        rows = list(worthless.select_for_update(skip_locked=True)[:SLICE])
        for one in rows:
            one.state, one.finished_at = State.FAILED, now
            one.error_code, one.reason = retry.ERRORS["expired"].code, retry.Reason.EXPIRED
            tell_end(endpoint, one)
        Delivery.objects.bulk_update(rows, ["state", "finished_at", "error_code", "reason"])
    return len(rows)


def cancel_waiting(endpoint: Endpoint) -> int:
    """Cancel a slice of what waits for a deleted endpoint; answers how many that were."""
    waiting = endpoint.deliveries.filter(state=State.PENDING)
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:SLICE])
    return waiting.filter(pk__in=ids).update(state=State.CANCELLED, finished_at=clock(endpoint.environment))


def expire(environment: Environment, until: datetime) -> bool:
    """Give up what is worth nothing any more in the queues of one environment; answers whether nothing is left."""
    lasting = environment.endpoints.filter(
        kind=Endpoint.Kind.POLLING, deleted_at=None, policy__has_key="deliverWithinSeconds"
    )
    in_slices(lasting.select_related("environment"), until, fail_worthless_now)
    return clock() < until


def tidy(until: datetime) -> dict[str, int]:
    """What nobody who polls would notice: worthless texts, and those that came while their endpoint was deleted.

    In slices, up to the wall clock `until`; what is left then is the next call's.
    """
    polling = Endpoint.objects.filter(kind=Endpoint.Kind.POLLING).select_related("environment")
    waiting = Delivery.objects.filter(endpoint=OuterRef("pk"), state=State.PENDING)
    lasting = polling.filter(deleted_at=None, policy__has_key="deliverWithinSeconds")
    gone = polling.exclude(deleted_at=None).filter(Exists(waiting))
    return {
        "expired": in_slices(lasting, until, fail_worthless_now),
        "cancelled": in_slices(gone, until, cancel_waiting),
    }


def fail_worthless_now(endpoint: Endpoint) -> int:
    return fail_worthless(endpoint, stored_policy(endpoint), clock(endpoint.environment))


def in_slices(endpoints: QuerySet[Endpoint], until: datetime, settle: Callable[[Endpoint], int]) -> int:
    count = 0
    for endpoint in endpoints:
        while clock() < until and (done := settle(endpoint)):
            count += done
    return count


def depth(endpoint: Endpoint) -> Depth:
    waiting = endpoint.deliveries.filter(state=State.PENDING)
    oldest = waiting.aggregate(oldest=Min("created_at"))["oldest"]
    return Depth(waiting.count(), endpoint.deliveries.filter(state=State.SENDING).count(), oldest)
