"""What a worker does: read what was rung or is due, send it, record how it went.

ring (Celery task) ─┐                                    ┌→ record (a thread: one statement a batch)
sweep (a timer) ────┴→ read, open, sign → Transport ─────┤
                                                         └→ returned: pending again, no try used
"""

from __future__ import annotations

import json
import logging
import math
import queue
import random
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import error as StructError
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import Error, connection

from accounts import keyring
from accounts.database import dsn
from accounts.encryption import Unsealable
from accounts.ids import public, uuid7
from delivery import retry, signing
from delivery.models import RESPONSE, Endpoint
from delivery.payload import message_received
from delivery.store import Settled, Store, Tried
from delivery.transport import Job, Result, Transport
from inbox.models import CONTENT, MEDIA, SENDER

log = logging.getLogger("smsgateway.worker")

SWEEP_EVERY_S = 1.0
SWEEP_LIMIT = 500
RECORD_LIMIT = 500
RECORD_PAUSE_S = 0.01
RETURN_AFTER = timedelta(seconds=5)  # an endpoint without a free place is asked again after that
HEADERS = ["Content-Type: application/json", "User-Agent: smsgateway/1", "Expect:", "Accept:"]


class Target(NamedTuple):
    """An endpoint as a worker needs it."""

    version: int
    url: str
    secrets: tuple[tuple[bytes, datetime | None], ...] | None  # None: they do not open
    stopped: bool  # disabled or deleted


class Context(NamedTuple):
    """What recording needs to know of a try."""

    environment: UUID
    number: int
    clock_offset: timedelta
    started_at: datetime
    sealed_like: bytes  # a value under the key that also seals the answer


class Done(NamedTuple):
    """A job that came back from the transport; without a result, no try could be made."""

    job: Job
    result: Result | None
    at: datetime  # wall clock


Outcome = tuple[Settled, Tried | None]


class Engine:
    """One a worker process. `start` and `stop` it; `ring` may come from any thread."""

    def __init__(self) -> None:
        self.dsn = dsn()
        self.local = threading.local()
        self.stores: list[Store] = []
        self.targets: dict[UUID, Target] = {}
        self.results: queue.SimpleQueue[Done] = queue.SimpleQueue()
        self.stopping = threading.Event()
        self.give_up = math.inf  # time.monotonic() after which the recorder may lose what it has
        self.transport = Transport(
            allow_networks=settings.DELIVERY_ALLOW_NETWORKS,
            per_endpoint=settings.DELIVERY_PER_ENDPOINT,
            in_flight=settings.DELIVERY_IN_FLIGHT,
            on_done=lambda job, result: self.results.put(Done(job, result, datetime.now(UTC))),
            on_returned=lambda job: self.results.put(Done(job, None, datetime.now(UTC))),
        )
        self.recorder = threading.Thread(target=self.record_for_ever, name="recorder", daemon=True)
        self.sweeper = threading.Thread(target=self.sweep_for_ever, name="sweeper", daemon=True)

    def start(self) -> None:
        for thread in (self.transport, self.recorder, self.sweeper):
            thread.start()

    def stop(self, grace_s: float = 8) -> None:
        """Finish what is on the wire, release the rest, record everything."""
        self.give_up = until = time.monotonic() + grace_s
        self.stopping.set()
        self.sweeper.join(2)
        self.transport.drain(max(0.1, until - time.monotonic() - 2))
        while not self.results.empty() and time.monotonic() < until:
            time.sleep(0.02)
        self.recorder.join(max(0.1, until - time.monotonic()))
        for store in self.stores:
            store.drop()

    @property
    def store(self) -> Store:
        """This thread's connection."""
        if not hasattr(self.local, "store"):
            self.local.store = Store(self.dsn)
            self.stores.append(self.local.store)
        store: Store = self.local.store
        return store

    # ---- read

    def ring(self, batches: Sequence[tuple[str, Sequence[str]]]) -> int:
        """Send what a doorbell names and still belongs to its lease; answers how many that were."""
        if self.stopping.is_set():
            return 0  # their leases end, the sweep of another worker has them
        ids = [UUID(hex=id) for _lease, batch in batches for id in batch]
        leases = [UUID(hex=lease) for lease, batch in batches for _id in batch]
        return self.send(self.store.read(ids, leases))

    def send(self, rows: Sequence[dict[str, Any]]) -> int:
        """Build a request for each row and hand all to the transport."""
        try:
            self.refresh_targets(rows)
            stopped = [row for row in rows if self.targets[row["endpoint_id"]].stopped]
            jobs = [job for row in rows if (job := self.prepared(row)) is not None]
        finally:
            connection.close()  # opened only where a target or key was new; it may be dead when next needed
        self.transport.submit(jobs)
        if stopped:
            self.store.stop(stopped, datetime.now(UTC))
        return len(jobs)

    def refresh_targets(self, rows: Sequence[dict[str, Any]]) -> None:
        wanted = {row["endpoint_id"]: row["endpoint_version"] for row in rows}
        stale = [
            id
            for id, version in wanted.items()
            if id not in self.targets or self.targets[id].version != version
        ]
        if stale:
            self.targets.update(load_targets(stale))

    def prepared(self, row: dict[str, Any]) -> Job | None:
        """`prepare`, with one row's trouble kept from all others of its batch."""
        try:
            return self.prepare(row)
        except Error:
            raise  # the database is away, for each of them
        except Exception:
            log.exception("a delivery cannot be prepared", extra={"delivery": str(row["id"])})
            return None

    def prepare(self, row: dict[str, Any]) -> Job | None:
        """The request for one delivery; None where there is none to make now."""
        target, wall = self.targets[row["endpoint_id"]], datetime.now(UTC)
        left = (row["leased_until"] - wall).total_seconds() - settings.DELIVERY_DEADLINE_S
        if target.stopped or left <= 0:  # a late ring's lease would end under the try
            return None
        job = Job(
            delivery=row["id"],
            lease=row["lease"],
            endpoint=row["endpoint_id"],
            url=target.url,
            headers=[],
            body=b"",
            deadline_s=settings.DELIVERY_DEADLINE_S,
            start_by=time.monotonic() + left,
            context=context_of(row, wall),
        )
        try:
            job.body = body_of(row)
            job.headers = headers_of(row, target, job.body, wall)
        except Unsealable:
            # A try like any other: it shows, comes again by the ladder, and ends failed but replayable.
            log.exception("a delivery does not open", extra={"delivery": str(row["id"])})
            self.results.put(Done(job, Result(None, "other"), wall))
            return None
        return job

    # ---- record

    def record_for_ever(self) -> None:
        while not (self.stopping.is_set() and not self.transport.is_alive() and self.results.empty()):
            batch = self.take_results()
            if batch:
                self.persist(outcomes(batch))

    def take_results(self) -> list[Done]:
        try:
            batch = [self.results.get(timeout=0.2)]
        except queue.Empty:
            return []
        time.sleep(RECORD_PAUSE_S)  # nobody waits for the record, and a fuller batch costs less a row
        while len(batch) < RECORD_LIMIT and not self.results.empty():
            batch.append(self.results.get())
        return batch

    def persist(self, outcomes: Sequence[Outcome]) -> None:
        """Write outcomes until the database has them. What comes too late changes nothing: the lease is another's.

        An outage is waited for however long it takes: while nobody can write, nobody can take the lease either.
        """
        while outcomes:
            try:
                return self.store.record([o for o, _ in outcomes], [t for _, t in outcomes if t is not None])
            except (psycopg.DataError, psycopg.IntegrityError, ValueError, StructError):
                return self.persist_apart(outcomes)
            except psycopg.Error as error:
                log.warning(
                    "record: trying again", extra={"reason": type(error).__name__, "count": len(outcomes)}
                )
                if time.monotonic() > self.give_up:
                    return None
                time.sleep(0.1)
        return None

    def persist_apart(self, outcomes: Sequence[Outcome]) -> None:
        """Halve what the database refuses as data until only the row is left that it refuses."""
        if len(outcomes) == 1:
            log.exception("unrecordable", extra={"delivery": str(outcomes[0][0].delivery)})
            return
        half = len(outcomes) // 2
        self.persist(outcomes[:half])
        self.persist(outcomes[half:])

    # ---- sweep

    def sweep_for_ever(self) -> None:
        while not self.stopping.wait(SWEEP_EVERY_S):
            try:
                while self.sweep() >= SWEEP_LIMIT and not self.stopping.is_set():
                    pass
            except Exception as error:  # noqa: BLE001  the sweep is the last resort: it must go on
                log.warning("sweep: trying again", extra={"reason": type(error).__name__})

    def sweep(self) -> int:
        """Take what is due or was lost, as far as there is room; answers how many."""
        limit = min(SWEEP_LIMIT, self.transport.room() - self.results.qsize())
        if limit <= 0:
            return 0
        now, lease = datetime.now(UTC), uuid7()
        ids = self.store.claim(
            now=now,
            lease=lease,
            leased_until=now + timedelta(seconds=settings.DELIVERY_LEASE_S),
            limit=limit,
            saturated=self.transport.saturated(),
        )
        if ids:
            self.send(self.store.read(ids, [lease] * len(ids)))
        return len(ids)


def load_targets(ids: Sequence[UUID]) -> dict[UUID, Target]:
    rows = Endpoint.objects.filter(pk__in=ids).prefetch_related("secrets")
    return {row.pk: target_of(row) for row in rows}


def target_of(row: Endpoint) -> Target:
    return Target(row.version, row.url, secrets_of(row), bool(row.deleted_at or row.disabled_at))


def secrets_of(row: Endpoint) -> tuple[tuple[bytes, datetime | None], ...] | None:
    try:
        return tuple((signing.decode_secret(s.secret), s.expires_at) for s in row.secrets.all())
    except Unsealable:
        return None  # nothing unsigned goes out


def context_of(row: dict[str, Any], wall: datetime) -> Context:
    return Context(
        environment=row["environment_id"],
        number=row["attempts_made"] + 1,
        clock_offset=row["clock_offset"],
        started_at=wall + row["clock_offset"],
        sealed_like=row["content"],
    )


def body_of(row: dict[str, Any]) -> bytes:
    key = keyring.naming(row["content"])
    content = key.open(row["content"], CONTENT, row["message_id"]).decode()
    sender = key.open(row["sender"], SENDER, row["message_id"]).decode()
    media = json.loads(key.open(row["media"], MEDIA, row["message_id"])) if row["media"] else []
    return message_received(row, content, sender, media)


def headers_of(row: dict[str, Any], target: Target, body: bytes, wall: datetime) -> list[str]:
    """Signed for the real present, which is what a receiver compares with, whatever the sandbox's clock says."""
    if target.secrets is None:
        raise Unsealable("a secret of the endpoint does not open")
    now, id, timestamp = (
        wall + row["clock_offset"],
        public("message", row["message_id"]),
        int(wall.timestamp()),
    )
    live = [secret for secret, expires_at in target.secrets if expires_at is None or expires_at > now]
    return [
        *HEADERS,
        f"webhook-id: {id}",
        f"webhook-timestamp: {timestamp}",
        f"webhook-signature: {signing.sign(live, id, timestamp, body)}",
        f"smsgateway-attempt: {row['attempts_made'] + 1}",
    ]


def outcomes(batch: Sequence[Done]) -> list[Outcome]:
    """What results mean; one that cannot be judged waits for its lease to end and harms no other."""
    judged = []
    for done in batch:
        try:
            judged.append(outcome(done))
        except Exception:
            log.exception("a result cannot be judged", extra={"delivery": str(done.job.delivery)})
    return judged


def outcome(done: Done) -> Outcome:
    """What a result means for its delivery."""
    job, result, context = done.job, done.result, done.job.context
    now = done.at + context.clock_offset
    if result is None:
        return Settled(job.delivery, job.lease, "pending", now + RETURN_AFTER, None, None, 0), None
    verdict = retry.judge(result.status, result.error)
    tried = attempt_row(job, result, verdict.error_code)
    if verdict.success:
        return Settled(job.delivery, job.lease, "delivered", None, now, None, 1), tried
    again = retry.next_try(context.number, now=now, random=random.random())  # noqa: S311  jitter
    if again is None:
        return Settled(job.delivery, job.lease, "failed", None, now, verdict.error_code, 1), tried
    return Settled(job.delivery, job.lease, "pending", again, None, verdict.error_code, 1), tried


def attempt_row(job: Job, result: Result, error_code: int | None) -> Tried:
    id, context = uuid7(), job.context
    sealed = keyring.naming(context.sealed_like).seal(result.body, RESPONSE, id) if result.body else None
    return Tried(
        id=id,
        delivery_id=job.delivery,
        environment_id=context.environment,
        number=context.number,
        started_at=context.started_at,
        status=result.status,
        error_code=error_code,
        address=result.address,
        dns_us=result.dns_us,
        connect_us=result.connect_us,
        tls_us=result.tls_us,
        first_byte_us=result.first_byte_us,
        total_us=result.total_us,
        response=sealed,
    )
