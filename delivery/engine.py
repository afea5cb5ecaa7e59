"""What a worker does: read what was rung or is due, send it, record how it went.

ring (Celery task) ─┐                                    ┌→ record (a thread: one statement a batch)
sweep (a timer) ────┴→ read, open, sign → Transport ─────┤
                                                         └→ returned: pending again, no try used
"""

from __future__ import annotations

import logging
import math
import queue
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from struct import error as StructError
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import Error, connection

from accounts.database import dsn
from accounts.encryption import Unsealable
from accounts.ids import uuid7
from delivery import failover, services, turns
from delivery.alarm import Alarm
from delivery.claiming import Claimer, end_leases
from delivery.composing import Target, headers_of, load_targets, request_of
from delivery.exchange import KEPT_BYTES, READ_BYTES, Job
from delivery.health import Diverted, Keeper
from delivery.models import Endpoint
from delivery.outcomes import Done, Outcome, back, context_of, expired, lapsed, outcomes, put_off, unjudged
from delivery.places import Places
from delivery.policy import Policy
from delivery.retry import Reason
from delivery.store import Store
from delivery.tokens import Tokens
from delivery.transport import Transport
from delivery.vetting import Vetting

log = logging.getLogger("smsgateway.worker")

SWEEP_EVERY_S = 1.0
SWEEP_AGAIN_S = 0.02  # where more is due than there was room for
SEARCH_EVERY_S = 5.0  # for what waits and nobody would wake, and leases that a moved clock ended
SWEEP_LIMIT = 500
RECORD_LIMIT = 500
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.03  # of the recorder
PAUSE_A_RESULT_S = 0.0004


class Engine:
    """One a worker process. `start` and `stop` it; `ring` may come from any thread."""

    def __init__(self) -> None:
        self.dsn = dsn()
        self.local = threading.local()
        self.stores: list[Store] = []
        self.targets: dict[UUID, Target] = {}
        self.policies: dict[UUID, Policy] = {}  # of the same
        self.keeper = Keeper()
        self.claimer = Claimer()
        self.results: queue.SimpleQueue[Done | Outcome] = queue.SimpleQueue()
        self.stopping = threading.Event()
        self.next_search = 0.0
        self.more = False  # more is due than the last sweep took
        self.woken = threading.Event()  # something is due before the sweep would look
        self.recorded = 0  # results in the last batch
        self.give_up = math.inf  # time.monotonic() after which the recorder may lose what it has
        self.tokens = Tokens(
            forward=self.dispatch,
            on_done=lambda job, result: self.results.put(Done(job, result, datetime.now(UTC))),
            on_returned=lambda job: self.results.put(Done(job, None, datetime.now(UTC))),
        )
        self.places = Places(lambda: self.transport.capped(), most=settings.DELIVERY_PER_ENDPOINT)
        self.transport = Transport(
            allow_networks=settings.DELIVERY_ALLOW_NETWORKS,
            per_endpoint=settings.DELIVERY_PER_ENDPOINT,
            in_flight=settings.DELIVERY_IN_FLIGHT,
            on_done=self.tokens.done,
            on_returned=self.tokens.returned,
            allowed=self.places.allowed,
            proxy=settings.DELIVERY_PROXY,
        )
        self.vetting = self.vetting_of() if settings.DELIVERY_PROXY else None
        self.recorder = threading.Thread(target=self.record_for_ever, name="recorder", daemon=True)
        self.sweeper = threading.Thread(target=self.sweep_for_ever, name="sweeper", daemon=True)
        self.alarm = Alarm(self.dsn, self.look_now, self.stopping)

    def vetting_of(self) -> Vetting:
        return Vetting(
            allow_networks=settings.DELIVERY_ALLOW_NETWORKS,
            resolve=lambda host: services.resolve(host),
            forward=self.transport.submit,
            on_done=self.tokens.done,
        )

    def dispatch(self, jobs: Sequence[Job]) -> None:
        (self.vetting or self.transport).submit(jobs)

    def start(self) -> None:
        for thread in (self.transport, self.recorder, self.sweeper, self.alarm):
            thread.start()

    def stop(self, grace_s: float = 8) -> None:
        """Finish what is on the wire, release the rest, record everything."""
        self.give_up = until = time.monotonic() + grace_s
        self.stopping.set()
        self.woken.set()
        self.sweeper.join(2)
        for job in self.vetting.close() if self.vetting else ():
            self.tokens.returned(job)
        self.transport.drain(max(0.1, until - time.monotonic() - 2))
        if not self.transport.is_alive():
            self.places.leave(self.store)
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

    def send(self, rows: Sequence[dict[str, Any]], *, swept: bool = False) -> int:
        """Build a request for each row whose turn it is and hand all to the transport."""
        try:
            self.refresh_targets(rows)
            stopped = [row for row in rows if self.targets[row["endpoint_id"]].stopped]
            going = [row for row in rows if not self.targets[row["endpoint_id"]].stopped]
            diverted, stopped = self.keeper.past_disabled(stopped)
            admitted = self.admitted(self.past_queues(going), diverted)
            jobs = [job for row in admitted if (job := self.prepared(row)) is not None]
        finally:
            connection.close()  # opened only where a target or key was new; it may be dead when next needed
        for job in jobs:
            job.swept = swept
        self.tokens.submit(jobs)
        if stopped:
            self.stop_sending(stopped, datetime.now(UTC))
        return len(jobs)

    def stop_sending(self, rows: Sequence[dict[str, Any]], wall: datetime) -> None:
        """Settle deliveries to endpoints that get nothing."""
        if any(row["diverted_from"] for row in rows):
            failover.send_home(self.store, rows, wall)
        self.store.stop(rows, wall)

    def refresh_targets(self, rows: Sequence[dict[str, Any]]) -> None:
        wanted = {row["endpoint_id"]: row["endpoint_version"] for row in rows}
        stale = [
            id
            for id, version in wanted.items()
            if id not in self.targets or self.targets[id].version != version
        ]
        if stale:
            self.targets.update(load_targets(stale))
            self.policies.update({id: self.targets[id].policy for id in stale})

    def past_queues(self, rows: Sequence[dict[str, Any]], *, lost: bool = True) -> list[dict[str, Any]]:
        """Those to send. What a queue has waits there: `lost`, whoever took it did not acknowledge it in time.

        What did not open was given to nobody, and loses no try.
        """
        sent, wall = [], datetime.now(UTC)
        for row in rows:
            target = self.targets[row["endpoint_id"]]
            if target.kind != Endpoint.Kind.POLLING:
                sent.append(row)
            elif not lost:
                self.results.put(back(row, None, Reason.QUEUED))
            elif row["reason"] == Reason.OURS:
                self.results.put(back(row, None, Reason.OURS))
            else:
                self.results.put(lapsed(row, target.policy, wall + row["clock_offset"]))
        return sent

    def policy(self, endpoint: UUID) -> Policy:
        """Of any endpoint, whether or not something was sent to it by this worker."""
        if endpoint not in self.policies:
            try:
                self.targets.update(load_targets([endpoint]))
            finally:
                connection.close()
            self.policies[endpoint] = self.targets[endpoint].policy
        return self.policies[endpoint]

    def admitted(
        self, rows: Sequence[dict[str, Any]], astray: Sequence[Diverted] = ()
    ) -> Sequence[dict[str, Any]]:
        """Those to send now; the others go back, or to the endpoint that stands in for theirs.

        `astray` are to go there in any case: their own endpoint is disabled.
        """
        wall = datetime.now(UTC)
        sent, diverted, waiting = self.keeper.past_circuits(rows, self.policies, wall)
        diverted += astray
        if diverted:
            moved = self.keeper.divert(self.store, diverted)
            self.refresh_targets(moved)
            sent += self.past_queues(moved, lost=False)
        sent, later = turns.in_order(self.store, sent, self.policies, wall)
        sent, paced = turns.at_their_rate(self.store, sent, self.policies, wall)
        for outcome in (*waiting, *later, *paced):
            self.results.put(outcome)
        self.places.ask(self.store, sent, self.policies)
        return sent

    def prepared(self, row: dict[str, Any]) -> Job | None:
        """`prepare`, with one row's trouble kept from all others of its batch."""
        try:
            return self.prepare(row)
        except Error:
            raise  # the database is away, for each of them
        except Exception:
            log.exception("a delivery cannot be prepared", extra={"delivery": str(row["id"])})
            self.results.put(put_off(row, datetime.now(UTC) + row["clock_offset"]))
            return None

    def prepare(self, row: dict[str, Any]) -> Job | None:
        """The request for one delivery; None where there is none to make now."""
        target, wall = self.targets[row["endpoint_id"]], datetime.now(UTC)
        policy, now = target.policy, wall + row["clock_offset"]
        deadline_s = min(policy.deadline_s or settings.DELIVERY_DEADLINE_S, settings.DELIVERY_LEASE_S - 1)
        left = (row["leased_until"] - wall).total_seconds() - deadline_s
        if target.stopped or left <= 0:  # a late ring's lease would end under the try
            return None
        context = context_of(row, target, wall)
        if context.expires_at is not None and context.expires_at <= now:
            self.results.put(expired(row, now))
            return None
        try:
            request = request_of(row, target)
            headers = headers_of(row, target, request, wall)
        except Unsealable:
            log.exception("a delivery does not open", extra={"delivery": str(row["id"])})
            self.results.put(put_off(row, now))
            return None
        return Job(
            delivery=row["id"],
            lease=row["lease"],
            endpoint=row["endpoint_id"],
            url=request.url,
            headers=headers,
            body=request.body,
            method=request.method,
            deadline_s=deadline_s,
            start_by=time.monotonic() + left,
            most_at_once=policy.max_in_flight,
            context=context,
            tls=target.ticket.tls if target.ticket else None,
            only=target.only,
            opening=target.opening,
            grant=target.ticket.grant if target.ticket else None,
            kept_bytes=READ_BYTES if context.success and context.success.reads_body else KEPT_BYTES,
        )

    # ---- record

    def record_for_ever(self) -> None:
        while not (self.stopping.is_set() and not self.transport.is_alive() and self.results.empty()):
            batch = self.take_results()
            if not batch:
                continue
            try:
                judged = outcomes(batch)
                self.persist(judged)
                self.follow(judged)
            except Exception:
                log.exception(
                    "record"
                )  # what is not written is sent again when its lease ends; others must go on

    def follow(self, judged: Sequence[Outcome]) -> None:
        """What tries mean for their endpoints, and for deliveries that waited for these. All of it may come later."""
        try:
            self.act({one.disable for one in judged if one.disable is not None})
            for endpoint, wanted, aloud in self.keeper.follow(self.store, judged):
                services.take_measures(endpoint, wanted, aloud=aloud)
            if turns.wake(self.store, [one for one in judged if one.settled.finished_at], datetime.now(UTC)):
                self.woken.set()
        except (psycopg.Error, Error) as error:  # the next try will tell again
            log.warning("health: trying again", extra={"reason": type(error).__name__})
        finally:
            connection.close()

    def act(self, endpoints: set[tuple[UUID, str]]) -> None:
        """What answered that it wants nothing more gets nothing more."""
        for id, because in endpoints:
            services.disable_unwanted(id, because)

    def take_results(self) -> list[Done | Outcome]:
        try:
            batch = [self.results.get(timeout=0.2)]
        except queue.Empty:
            return []
        # Nobody waits for the record, and a fuller batch costs less a row; what a kill finds unwritten is sent again.
        time.sleep(min(max(SHORTEST_PAUSE_S, PAUSE_A_RESULT_S * self.recorded), LONGEST_PAUSE_S))
        while len(batch) < RECORD_LIMIT and not self.results.empty():
            batch.append(self.results.get())
        self.recorded = len(batch)
        return batch

    def persist(self, outcomes: Sequence[Outcome]) -> None:
        """Write outcomes until the database has them. What comes too late changes nothing: the lease is another's.

        An outage is waited for however long it takes: while nobody can write, nobody can take the lease either.
        """
        while outcomes:
            try:
                return self.write(outcomes)
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

    def write(self, outcomes: Sequence[Outcome]) -> None:
        settled = [one.settled for one in outcomes]
        tried = [one.tried for one in outcomes if one.tried]
        told = [one.told for one in outcomes if one.told]
        if told:
            self.store.record_and_tell(settled, tried, told)
        else:
            self.store.record(settled, tried)

    def persist_apart(self, outcomes: Sequence[Outcome]) -> None:
        """Halve what the database refuses as data until only the row is left that it refuses."""
        if len(outcomes) == 1:
            (one,) = outcomes
            log.exception("unrecordable", extra={"delivery": str(one.settled.delivery)})
            if one.done is not None:
                self.persist([unjudged(one.done)])
            return
        half = len(outcomes) // 2
        self.persist(outcomes[:half])
        self.persist(outcomes[half:])

    # ---- sweep

    def look_now(self) -> None:
        """A clock was moved: all that waits for a time is looked through at once."""
        self.next_search = 0.0
        self.woken.set()

    def sweep_for_ever(self) -> None:
        while not self.stopping.is_set():
            if self.woken.wait(SWEEP_AGAIN_S if self.more else SWEEP_EVERY_S):
                self.woken.clear()
                self.claimer.forget()
            try:
                self.sweep()
            except Exception as error:  # noqa: BLE001  the sweep is the last resort: it must go on
                log.warning("sweep: trying again", extra={"reason": type(error).__name__})

    def sweep(self) -> int:
        """Take what is due or was lost, as far as there is room; answers how many."""
        if not self.more:
            self.claimer.forget()
        self.places.renew(self.store)
        limit = min(SWEEP_LIMIT, self.transport.room(), RECORD_LIMIT - self.results.qsize())
        self.more = limit <= 0
        if self.more:
            return 0
        now, lease = datetime.now(UTC), uuid7()
        leased_until = now + timedelta(seconds=settings.DELIVERY_LEASE_S)
        self.keeper.refresh(self.store, now)
        if time.monotonic() >= self.next_search:
            self.next_search = time.monotonic() + SEARCH_EVERY_S
            self.keeper.parking.search(self.store, now)
            self.keeper.hand_over(self.store, self.policy, now)
            end_leases(self.store, now)
        self.keeper.parking.work(self.store, self.policy, now)
        ids = self.keeper.probe(self.store, now, lease, leased_until)
        ids += self.claimer.claim(
            self.store,
            now=now,
            lease=lease,
            leased_until=leased_until,
            limit=limit,
            saturated=self.transport.saturated() + self.tokens.saturated(),
        )
        if ids:
            self.send(self.store.read(ids, [lease] * len(ids)), swept=True)
        self.more = len(ids) >= limit or bool(self.keeper.parking.jobs)
        return len(ids)
