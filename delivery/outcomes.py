"""What came of tries: the rows to record for each, and the endpoints that are to be disabled."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from accounts import keyring
from accounts.ids import public, uuid7
from delivery import retry
from delivery.catalog import DELIVERED
from delivery.composing import Target
from delivery.events import Told
from delivery.exchange import KEPT_BYTES, Job, Result
from delivery.expectation import Expectation
from delivery.models import RESPONSE
from delivery.policy import Policy
from delivery.store import Settled, Tried

log = logging.getLogger("smsgateway.worker")

RETURN_AFTER = timedelta(seconds=5)  # an endpoint without a free place is asked again after that
OURS_AFTER = timedelta(minutes=1)  # what we cannot make now
# What was sent, but not judged, will be sent again, which its endpoint feels; the last one over and over.
UNJUDGED_AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 360))
TELL_AFTER = 3  # times that it was put off: the operator has to look


class Context(NamedTuple):
    """What judging and recording need to know of a try."""

    environment: UUID
    message: UUID | None  # None: it is an event that is sent
    number: int
    clock_offset: timedelta
    started_at: datetime
    expires_at: datetime | None  # when the content becomes worthless
    sealed_like: bytes  # a value under the key that also seals the answer
    policy: Policy
    tells_delivered: bool  # somebody asked to hear of each text that arrives
    success: Expectation | None = None  # what a callback's answer must be
    put_off: int = 0  # how often it was, for a fault of ours


class Done(NamedTuple):
    """A job that came back from the transport; without a result, no try could be made."""

    job: Job
    result: Result | None
    at: datetime  # wall clock


class Outcome(NamedTuple):
    """What is to be written."""

    settled: Settled
    tried: Tried | None = None
    disable: tuple[UUID, str] | None = None  # the endpoint that is to get nothing more, and why
    done: Done | None = None  # what it comes from; None where no try was made
    told: Told | None = None  # an event that is written with it


def context_of(row: dict[str, Any], target: Target, wall: datetime) -> Context:
    return Context(
        environment=row["environment_id"],
        message=row["message_id"],
        number=row["attempts_made"] + 1,
        clock_offset=row["clock_offset"],
        started_at=wall + row["clock_offset"],
        expires_at=expiry(row, target.policy),
        sealed_like=row["content"] or target.sealed_like,
        policy=target.policy,
        tells_delivered=target.tells_delivered,
        success=target.template.success if target.template else None,
        put_off=row["put_off"],
    )


def expiry(row: dict[str, Any], policy: Policy) -> datetime | None:
    if policy.deliver_within_s is None:
        return None
    since: datetime = row["received_at"] or row["told_at"]
    return since + timedelta(seconds=policy.deliver_within_s)


def expired(row: dict[str, Any], now: datetime) -> Outcome:
    """It became due when its content was worthless already."""
    error = retry.ERRORS["expired"].code
    settled = Settled(row["id"], row["lease"], "failed", None, now, error, retry.Reason.EXPIRED, 0)
    told = told_of(settled, row["environment_id"], row["endpoint_id"], row["message_id"], now)
    return Outcome(settled, told=told)


def told_of(
    settled: Settled, environment: UUID, endpoint: UUID, message: UUID | None, now: datetime
) -> Told | None:
    """The event that a finished delivery of a text is; of the delivery of an event there is none."""
    if message is None:
        return None
    ids = {"message": message, "delivery": settled.delivery, "endpoint": endpoint}
    data: dict[str, Any] = {f"{noun}Id": public(noun, id) for noun, id in ids.items()}
    type = DELIVERED
    if settled.state == "failed":
        type = "message.expired" if settled.reason == retry.Reason.EXPIRED else "message.failed"
        data |= {"errorCode": settled.error_code, "reason": str(settled.reason)}
    return Told(uuid7(), settled.delivery, environment, type, json.dumps(data), now)


def put_off(row: dict[str, Any], now: datetime) -> Outcome:
    """We cannot make the request, which is no fault of the endpoint's."""
    return back(row, now + OURS_AFTER, retry.Reason.OURS)


def back(row: dict[str, Any], due_at: datetime | None, reason: retry.Reason) -> Outcome:
    """It waits, which costs no try. Without `due_at` something else than the time will wake it."""
    return Outcome(Settled(row["id"], row["lease"], "pending", due_at, None, row["error_code"], reason, 0))


def lapsed(row: dict[str, Any], policy: Policy, now: datetime) -> Outcome:
    """Taken from a queue and not acknowledged in time; `due_at` says since when."""
    number, error = row["attempts_made"] + 1, retry.ERRORS["unacknowledged"]
    verdict = retry.offer_again(error, number, policy, expires_at=expiry(row, policy), now=now)
    finished_at = None if verdict.state == "pending" else now
    settled = Settled(
        row["id"], row["lease"], verdict.state, None, finished_at, verdict.error_code, verdict.reason or "", 1
    )
    since = row["due_at"] or now
    tried = Tried(
        uuid7(), row["id"], row["environment_id"], number, since, None, error.code, "",
        None, None, None, None, microseconds(now - since), None,
    )  # fmt: skip
    failed = verdict.state == "failed"
    ids = row["environment_id"], row["endpoint_id"], row["message_id"]
    return Outcome(settled, tried, told=told_of(settled, *ids, now) if failed else None)


def microseconds(span: timedelta) -> int:
    """As the column takes them: after 35 minutes it is full."""
    return max(0, min(span // timedelta(microseconds=1), 2**31 - 1))


def outcomes(batch: Sequence[Done | Outcome]) -> list[Outcome]:
    """What results mean; one that cannot be judged is put off and harms no other."""
    return [done if isinstance(done, Outcome) else judged(done) for done in batch]


def judged(done: Done) -> Outcome:
    try:
        return outcome(done)
    except Exception:
        log.exception("a result cannot be judged", extra={"delivery": str(done.job.delivery)})
        return unjudged(done)


def unjudged(done: Done) -> Outcome:
    """A try was made and we cannot tell, or not store, how it went: it costs none, and is made again ever later."""
    job, context = done.job, done.job.context
    count = context.put_off + 1
    if count >= TELL_AFTER:
        extra = {"delivery": str(job.delivery), "endpoint": str(job.endpoint), "count": count}
        log.error("a delivery is put off again and again for a fault of ours", extra=extra)
    pause = UNJUDGED_AFTER[min(count, len(UNJUDGED_AFTER)) - 1]
    return waiting(job, done.at + context.clock_offset + pause, retry.Reason.OURS)


def outcome(done: Done) -> Outcome:
    """What a result means for its delivery."""
    job, result, context = done.job, done.result, done.job.context
    now = done.at + context.clock_offset
    if result is None:
        return waiting(job, now + RETURN_AFTER, retry.Reason.BUSY)
    if result.error == "proxy":  # which is ours
        return waiting(job, now + OURS_AFTER, retry.Reason.OURS)
    tried = retry.Try(
        context.number,
        result.status,
        result.error,
        result.retry_after,
        result.directive,
        context.expires_at,
        as_expected(context, result),
        done.at,
    )
    verdict = retry.judge(tried, context.policy, now=now, random=random.random())  # noqa: S311  jitter
    finished_at = None if verdict.state == "pending" else now
    settled = Settled(
        job.delivery,
        job.lease,
        verdict.state,
        verdict.due_at,
        finished_at,
        verdict.error_code,
        verdict.reason or "",
        1,
    )
    disable = (job.endpoint, verdict.disable) if verdict.disable else None
    tells = verdict.state == "failed" or (context.tells_delivered and verdict.state == "delivered")
    told = told_of(settled, context.environment, job.endpoint, context.message, now) if tells else None
    return Outcome(settled, attempt_row(job, result), disable, done, told)


def waiting(job: Job, due_at: datetime, reason: retry.Reason) -> Outcome:
    """No try was made."""
    return Outcome(Settled(job.delivery, job.lease, "pending", due_at, None, None, reason, 0))


def as_expected(context: Context, result: Result) -> bool | None:
    if context.success is None or result.status is None:
        return None
    return context.success.met(result.status, result.body)


def attempt_row(job: Job, result: Result) -> Tried:
    id, context = uuid7(), job.context
    error = retry.error_of(result.status, result.error, as_expected(context, result))
    kept = result.body[:KEPT_BYTES]
    sealed = keyring.naming(context.sealed_like).seal(kept, RESPONSE, id) if kept else None
    return Tried(
        id=id,
        delivery_id=job.delivery,
        environment_id=context.environment,
        number=context.number,
        started_at=context.started_at,
        status=result.status,
        error_code=error.code if error else None,
        address=result.address,
        dns_us=result.dns_us,
        connect_us=result.connect_us,
        tls_us=result.tls_us,
        first_byte_us=result.first_byte_us,
        total_us=result.total_us,
        response=sealed,
    )
