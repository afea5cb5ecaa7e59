"""Issues: how endpoints fail, one row for each way, fed by workers on failed tries only and closed by recovery."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from accounts.ids import public, uuid7
from delivery import events
from delivery.events import TELL, values_of
from delivery.models import Issue
from delivery.store import Store, Tried

# An endpoint that fails now and then would open and close its issue all day; that is told once an hour.
NOTE = """
INSERT INTO delivery_issue AS i (id, environment_id, endpoint_id, error_code, state, count, first_seen, opened_at,
                                 last_seen, told_at, last_delivery)
SELECT s.id, %(environment)s, %(endpoint)s, s.code, 'open', s.count, %(now)s, %(now)s, %(now)s, %(now)s, s.delivery
FROM unnest(%(ids)s::uuid[], %(codes)s::int[], %(counts)s::int[], %(deliveries)s::uuid[])
     AS s(id, code, count, delivery)
ON CONFLICT (endpoint_id, error_code) DO UPDATE
SET count = i.count + excluded.count, last_seen = excluded.last_seen, last_delivery = excluded.last_delivery,
    state = CASE WHEN i.state = 'resolved' THEN 'open' ELSE i.state END, resolved_at = NULL,
    opened_at = CASE WHEN i.state = 'resolved' THEN excluded.opened_at ELSE i.opened_at END,
    told_at = CASE WHEN i.state = 'resolved' AND i.told_at <= excluded.opened_at - interval '1 hour'
                   THEN excluded.opened_at ELSE i.told_at END
RETURNING id, error_code, told_at = %(now)s AND opened_at = %(now)s AS opened
"""
RESOLVE = """
UPDATE delivery_issue SET state = 'resolved', resolved_at = %(now)s
WHERE endpoint_id = %(endpoint)s AND state <> 'resolved' RETURNING id, error_code, told_at >= opened_at AS told
"""


def note(store: Store, environment: UUID, endpoint: UUID, tries: Sequence[Tried], now: datetime) -> None:
    """Count failed tries of texts at one endpoint; what fails in a new way, or again, is told."""
    counts = Counter(one.error_code for one in tries if one.error_code is not None)
    last = {one.error_code: one.delivery_id for one in tries}
    codes = sorted(counts)
    values = {
        "ids": [uuid7() for _code in codes],
        "codes": codes,
        "counts": [counts[code] for code in codes],
        "deliveries": [last[code] for code in codes],
        "environment": environment,
        "endpoint": endpoint,
        "now": now,
    }
    with store.transaction():
        for row in store.execute(NOTE, values):
            if row["opened"]:
                data = about(row["id"], endpoint, row["error_code"])
                store.execute(TELL, values_of(environment, "issue.opened", data, now))


def resolve_all(store: Store, environment: UUID, endpoint: UUID, now: datetime, *, aloud: bool) -> None:
    """Close an endpoint's issues, in the caller's transaction: it recovered."""
    for row in store.execute(RESOLVE, {"endpoint": endpoint, "now": now}):
        if aloud and row["told"]:
            data = about(row["id"], endpoint, row["error_code"]) | {"because": "recovered"}
            store.execute(TELL, values_of(environment, "issue.resolved", data, now))


def about(issue: UUID, endpoint: UUID, code: int) -> dict[str, Any]:
    ids = {"issueId": public("issue", issue), "endpointId": public("endpoint", endpoint)}
    return {**ids, "errorCode": code}


@transaction.atomic
def change(issue: Issue, actor: Actor, state: str) -> Issue:
    """A person says that an issue is known, over, or neither; one that comes back opens again by itself."""
    issue = Issue.objects.select_for_update(of=("self",)).select_related("environment").get(pk=issue.pk)
    if issue.state == state:
        return issue
    before, now = issue.state, clock(issue.environment)
    issue.state = state
    issue.resolved_at = now if state == Issue.State.RESOLVED else None
    if before == Issue.State.RESOLVED:
        issue.opened_at = now
    issue.save(update_fields=["state", "resolved_at", "opened_at"])
    audit.record(
        actor,
        "issue.updated",
        issue.pk,
        environment=issue.environment,
        before={"state": before},
        after={"state": state},
    )
    if state == Issue.State.RESOLVED:
        data = about(issue.pk, issue.endpoint_id, issue.error_code)
        events.tell(issue.environment, "issue.resolved", **data, because="person")
    return issue
