"""Which endpoints fail, kept in the database so that every worker leaves them alone alike; statements of one trip each.

An endpoint without trouble costs nothing here: its successes are not written anywhere but at their deliveries.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from accounts.clock import clock, stamp
from accounts.ids import public
from delivery import breaker, failover, issues
from delivery.breaker import Failing
from delivery.events import TELL, values_of
from delivery.models import Endpoint, Health
from delivery.outcomes import Outcome, back, expiry
from delivery.parking import ENDS, OF_ENDPOINT, Drain, Park, Parking, rejoin
from delivery.policy import Policy
from delivery.retry import Reason
from delivery.store import Store

log = logging.getLogger("smsgateway.worker")


class Trouble(NamedTuple):
    """An endpoint that fails, or has failed now and then, as workers remember it for a second."""

    open: bool
    probe_due: bool
    environment: UUID
    stand_in: UUID | None  # where its deliveries go while its circuit is open, or now that it is disabled
    stand_in_version: int | None
    disabled: bool = False  # by us, and it is stood in for


class Diverted(NamedTuple):
    """A delivery and the endpoint that gets it instead."""

    row: dict[str, Any]
    stand_in: UUID
    version: int | None


TROUBLES = f"""
SELECT h.endpoint_id, h.opened_at IS NOT NULL AS open, h.probe_at <= %(wall)s + v.clock_offset AS probe_due,
       e.environment_id, f.id AS stand_in, f.version AS stand_in_version, false AS disabled
FROM delivery_health h
JOIN delivery_endpoint e ON e.id = h.endpoint_id AND e.deleted_at IS NULL AND e.disabled_at IS NULL
JOIN accounts_environment v ON v.id = e.environment_id
LEFT JOIN delivery_endpoint f ON f.id = e.failover_id AND {failover.ABLE}
WHERE h.failing_since IS NOT NULL
UNION ALL
SELECT e.id, false, false, e.environment_id, f.id, f.version, true
FROM delivery_endpoint e JOIN delivery_endpoint f ON f.id = e.failover_id AND {failover.ABLE}
WHERE e.disabled_because IN ('failing', 'gone', 'asked') AND e.deleted_at IS NULL
UNION ALL
SELECT DISTINCT i.endpoint_id, false, false, i.environment_id, NULL::uuid, NULL::int, false
FROM delivery_issue i
WHERE i.state <> 'resolved'
  AND NOT EXISTS (SELECT FROM delivery_endpoint e WHERE e.id = i.endpoint_id AND e.disabled_at IS NOT NULL)
  AND NOT EXISTS (SELECT FROM delivery_health h WHERE h.endpoint_id = i.endpoint_id AND h.failing_since IS NOT NULL)
"""  # noqa: S608  a condition of our own
FAILED = """
INSERT INTO delivery_health AS h (endpoint_id, failing_since, failures, last_error_code, last_failure_at)
VALUES (%(endpoint)s, %(now)s, %(count)s, %(error)s, %(now)s)
ON CONFLICT (endpoint_id) DO UPDATE
SET failing_since = coalesce(h.failing_since, excluded.failing_since), failures = h.failures + excluded.failures,
    last_error_code = excluded.last_error_code, last_failure_at = excluded.last_failure_at
RETURNING failing_since AS since, failures, opened_at, warnings
"""
OPENED = """
UPDATE delivery_health SET opened_at = %(now)s, probe_at = %(probe_at)s, probes = 0, paced_until = NULL,
    drained_until = NULL
WHERE endpoint_id = %(endpoint)s AND opened_at IS NULL AND failing_since IS NOT NULL RETURNING endpoint_id
"""
RECOVERED = """
WITH was AS (SELECT opened_at, failing_since FROM delivery_health WHERE endpoint_id = %(endpoint)s FOR UPDATE)
UPDATE delivery_health h
SET failing_since = NULL, failures = 0, opened_at = NULL, probe_at = NULL, probes = 0, warnings = 0,
    paced_until = NULL
FROM was WHERE h.endpoint_id = %(endpoint)s AND h.failing_since IS NOT NULL
RETURNING was.opened_at, was.failing_since
"""
# Of all workers one may send the probe.
PROBE = """
UPDATE delivery_health h SET probes = h.probes + 1, probe_at = %(wall)s + v.clock_offset + (
  SELECT pause FROM unnest(%(pauses)s::interval[]) WITH ORDINALITY AS p(pause, n)
  WHERE n = least(h.probes + 2, %(most)s))
FROM delivery_endpoint e, accounts_environment v
WHERE h.endpoint_id = %(endpoint)s AND e.id = h.endpoint_id AND v.id = e.environment_id
  AND h.probe_at <= %(wall)s + v.clock_offset
RETURNING h.endpoint_id
"""
CLAIM_PROBE = f"""
UPDATE delivery_delivery SET state = 'sending', lease = %(lease)s, leased_until = %(leased_until)s
WHERE id = (
  SELECT d.id FROM delivery_delivery d
  WHERE {OF_ENDPOINT} ORDER BY d.endpoint_id, d.id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id
"""  # noqa: S608  a condition of our own


class Wanted(NamedTuple):
    """What is to be done about an endpoint; not aloud where it was sent nothing but events."""

    endpoint: UUID
    measures: breaker.Measures
    aloud: bool


class Keeper:
    """What one worker knows and does about endpoints in trouble. `admit` runs in any thread, the rest in two."""

    def __init__(self) -> None:
        self.troubles: Mapping[UUID, Trouble] = {}
        self.let_through: set[UUID] = set()  # endpoints that may be probed with whatever comes next
        self.parking = Parking()

    def refresh(self, store: Store, wall: datetime) -> None:
        rows = store.execute(TROUBLES, {"wall": wall})
        self.troubles = {row.pop("endpoint_id"): Trouble(**rename(row)) for row in rows}

    # ---- before a try

    def past_circuits(
        self, rows: Sequence[dict[str, Any]], policies: Mapping[UUID, Policy], wall: datetime
    ) -> tuple[list[dict[str, Any]], list[Diverted], list[Outcome]]:
        """Of deliveries just read: those to send, those for the endpoint that stands in, and what waits."""
        if not self.troubles:
            return list(rows), [], []
        sent, diverted, parked = [], [], []
        for row in rows:
            trouble, due_at = self.troubles.get(row["endpoint_id"]), expiry(row, policies[row["endpoint_id"]])
            worthless = due_at is not None and due_at <= wall + row["clock_offset"]
            if trouble is None or not trouble.open or worthless or self.probing(row["endpoint_id"]):
                sent.append(row)
            elif trouble.stand_in is not None and row["event_id"] is None:  # only texts, which any kind takes
                diverted.append(Diverted(row, trouble.stand_in, trouble.stand_in_version))
            else:
                parked.append(back(row, due_at, Reason.CIRCUIT))
        return sent, diverted, parked

    def past_disabled(self, rows: Sequence[dict[str, Any]]) -> tuple[list[Diverted], list[dict[str, Any]]]:
        """Of deliveries to endpoints that get nothing: those for the endpoint that stands in, and the others."""
        diverted, others = [], []
        for row in rows:
            trouble = self.troubles.get(row["endpoint_id"])
            if trouble is not None and trouble.disabled and trouble.stand_in and row["event_id"] is None:
                diverted.append(Diverted(row, trouble.stand_in, trouble.stand_in_version))
            else:
                others.append(row)
        return diverted, others

    def probing(self, endpoint: UUID) -> bool:
        """Whether this one delivery is the probe."""
        if endpoint not in self.let_through:
            return False
        self.let_through.discard(endpoint)
        return True

    def divert(self, store: Store, diverted: Sequence[Diverted]) -> list[dict[str, Any]]:
        """Hand deliveries to the endpoint that stands in for theirs; answers them as they are then."""
        rows = [one.row for one in diverted]
        values = {"ids": [row["id"] for row in rows], "leases": [row["lease"] for row in rows]}
        store.execute(failover.DIVERT, values | {"stand_ins": [one.stand_in for one in diverted]})
        return [{**one.row, "endpoint_id": one.stand_in, "endpoint_version": one.version} for one in diverted]

    # ---- after tries

    def follow(self, store: Store, outcomes: Iterable[Outcome]) -> list[Wanted]:
        """Note how endpoints fared; answers which are to be warned about or disabled."""
        by_endpoint: dict[UUID, list[Outcome]] = {}
        for one in outcomes:
            if one.tried is not None and one.done is not None and one.settled.reason != Reason.ABORTED:
                by_endpoint.setdefault(one.done.job.endpoint, []).append(one)
        found = []
        for endpoint, tried in by_endpoint.items():
            arrived = [one for one in tried if one.settled.state == "delivered"]
            if not arrived:
                found.append(Wanted(endpoint, self.failed(store, endpoint, tried), of_texts(tried)))
            elif endpoint in self.troubles and not self.troubles[endpoint].disabled:
                self.recovered(store, endpoint, self.troubles[endpoint].environment, arrived)
            self.note(store, endpoint, tried)
        return [one for one in found if one.measures.warnings or one.measures.disable]

    def recovered(self, store: Store, endpoint: UUID, environment: UUID, arrived: Sequence[Outcome]) -> None:
        now, aloud = now_of(arrived[-1]), of_texts(arrived)
        with store.transaction():
            rows = store.execute(RECOVERED, {"endpoint": endpoint})
            if rows and rows[0]["opened_at"] is not None:
                rejoin(store, environment, endpoint)
            issues.resolve_all(store, environment, endpoint, now, aloud=aloud)
            if aloud and rows and rows[0]["opened_at"] is not None:
                since = stamp(rows[0]["failing_since"])
                data = {"endpointId": public("endpoint", endpoint), "failingSince": since}
                store.execute(TELL, values_of(environment, "endpoint.recovered", data, now))
        self.troubles = {id: trouble for id, trouble in self.troubles.items() if id != endpoint}
        if rows and rows[0]["opened_at"] is not None:
            log.info("an endpoint recovered", extra={"endpoint": str(endpoint)})
            self.parking.add(Drain(environment, endpoint))

    def failed(self, store: Store, endpoint: UUID, tried: Sequence[Outcome]) -> breaker.Measures:
        done, last = tried[-1].done, tried[-1].tried
        assert done is not None
        assert last is not None
        now, environment = now_of(tried[-1]), last.environment_id
        values = {"endpoint": endpoint, "now": now, "count": len(tried), "error": last.error_code}
        failing = Failing(**store.execute(FAILED, values)[0])
        wanted = breaker.measures(failing, now)
        if endpoint not in self.troubles:
            self.troubles = {**self.troubles, endpoint: Trouble(False, False, environment, None, None)}
        if wanted.open:
            probe_at = now + breaker.probe_pause(0)
            if store.execute(OPENED, {"endpoint": endpoint, "now": now, "probe_at": probe_at}):
                log.warning("an endpoint is left alone for a while", extra={"endpoint": str(endpoint)})
                self.refresh(store, done.at)
                self.park(store, endpoint, now, done.job.context.policy)
        return wanted if wanted.warnings > failing.warnings or wanted.disable else breaker.Measures()

    def note(self, store: Store, endpoint: UUID, outcomes: Sequence[Outcome]) -> None:
        """Keep in what ways texts failed."""
        failed = [one for one in outcomes if of_texts([one]) and one.settled.state != "delivered"]
        tries = [one.tried for one in failed if one.tried is not None]
        if tries:
            issues.note(store, tries[0].environment_id, endpoint, tries, now_of(failed[-1]))

    def stand_in(self, endpoint: UUID) -> UUID | None:
        trouble = self.troubles.get(endpoint)
        return trouble.stand_in if trouble else None

    def park(self, store: Store, endpoint: UUID, now: datetime, policy: Policy) -> None:
        seconds = policy.deliver_within_s
        within = None if seconds is None else timedelta(seconds=seconds)
        rest = Park(endpoint, now, within, self.stand_in(endpoint) is not None).slice(store)
        if rest is not None:
            self.parking.add(rest)

    # ---- now and then

    def probe(self, store: Store, wall: datetime, lease: UUID, leased_until: datetime) -> list[UUID]:
        """Deliveries to try their open endpoints with, one each."""
        claimed: list[UUID] = []
        for endpoint, trouble in list(self.troubles.items()):
            if not (trouble.open and trouble.probe_due):
                continue
            pauses = [timedelta(seconds=pause) for pause in breaker.PROBE_PAUSES_S]
            won = store.execute(
                PROBE, {"endpoint": endpoint, "wall": wall, "pauses": pauses, "most": len(pauses)}
            )
            if not won:
                continue
            self.let_through.add(endpoint)
            values = {"endpoint": endpoint, "environment": trouble.environment, "lease": lease, **ENDS}
            claimed += [
                row["id"] for row in store.execute(CLAIM_PROBE, values | {"leased_until": leased_until})
            ]
        return claimed

    def hand_over(self, store: Store, policy_of: Callable[[UUID], Policy], wall: datetime) -> None:
        """Let what waits for endpoints in trouble go to those that stand in, whenever these became able to."""
        for endpoint, trouble in list(self.troubles.items()):
            if trouble.stand_in is not None and (trouble.open or trouble.disabled):
                policy, ids = policy_of(trouble.stand_in), (trouble.environment, endpoint, trouble.stand_in)
                for which in (failover.PARKED, failover.HELD)[: 1 + trouble.disabled]:
                    failover.hand_over(store, *ids, policy, wall, which=which)


def probe_soon(endpoint: Endpoint) -> None:
    """Let somebody who mended an endpoint that is left alone not wait for its next probe; those after it begin anew.

    In a transaction call it before any delivery is locked, as `Keeper.recovered` does.
    """
    now = clock(endpoint.environment)
    waiting = Health.objects.filter(pk=endpoint.pk, opened_at__isnull=False, probe_at__gt=now)
    waiting.update(probe_at=now, probes=0)


def rename(row: dict[str, Any]) -> dict[str, Any]:
    row["environment"] = row.pop("environment_id")
    return row


def now_of(outcome: Outcome) -> datetime:
    """When a try was over, of the environment's clock."""
    assert outcome.done is not None
    at: datetime = outcome.done.at + outcome.done.job.context.clock_offset
    return at


def of_texts(outcomes: Iterable[Outcome]) -> bool:
    """Whether any was the delivery of a text. Of the delivery of an event no event is made, or they would go round."""
    return any(one.done is not None and one.done.job.context.message is not None for one in outcomes)
