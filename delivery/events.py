"""Events: written where they happen, and sent to the endpoints that asked for them, in one statement.

Sending one is a delivery like any other. Of such deliveries no event is made, so that none can go round in circles.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from accounts.clock import clock
from accounts.columns import Columns
from accounts.errors import Invalid
from accounts.ids import public, uuid7
from accounts.models import Environment
from delivery.catalog import SUBSCRIBABLE


class Told(NamedTuple):
    """An event as it is stored, and the delivery whose end it reports."""

    id: UUID
    delivery: UUID
    environment_id: UUID
    type: str
    payload: str  # JSON
    created_at: datetime


TOLD = Columns(Told, "e_")

# Behind a CTE `told` of new events. An id is made of the event's and both ids' digest: it sorts by time like every
# other, and there can be no second one of the same event to the same endpoint.
FAN_OUT = """
INSERT INTO delivery_delivery (id, event_id, environment_id, endpoint_id, event_type, attempts_made, replays, state,
                               due_at, created_at)
SELECT (left(told.id::text, 24) || left(md5(told.id::text || s.id::text), 12))::uuid, told.id, told.environment_id,
       s.id, told.type, 0, 0, 'pending', told.created_at, told.created_at
FROM told JOIN delivery_endpoint s
  ON s.environment_id = told.environment_id AND s.deleted_at IS NULL AND s.kind = 'webhook'
 AND s.events ? told.type
"""
TELL = f"""
WITH told AS (
  INSERT INTO delivery_event (id, environment_id, type, payload, created_at)
  VALUES (%(id)s, %(environment)s, %(type)s, %(payload)s::jsonb, %(now)s)
  RETURNING id, environment_id, type, created_at
) {FAN_OUT}
"""  # noqa: S608  a statement of our own


# Ids of an event's deliveries begin as its own does, which saves an index.
OF_EVENT = """
d.event_id = e.id
AND d.id BETWEEN (left(e.id::text, 24) || repeat('0', 12))::uuid AND (left(e.id::text, 24) || repeat('f', 12))::uuid
"""
# With all of their deliveries and attempts, but not while one of these still waits.
FORGET = f"""
WITH old AS (
  SELECT id FROM delivery_event e
  WHERE id = ANY(%(ids)s::uuid[]) AND NOT EXISTS (
    SELECT FROM delivery_delivery d WHERE {OF_EVENT} AND d.state IN ('pending', 'sending', 'held'))
), sent AS (
  SELECT d.id FROM old e JOIN delivery_delivery d ON {OF_EVENT}
), attempts AS (
  DELETE FROM delivery_attempt a USING sent WHERE a.delivery_id = sent.id
), deliveries AS (
  DELETE FROM delivery_delivery d USING sent WHERE d.id = sent.id
)
DELETE FROM delivery_event e USING old WHERE e.id = old.id
"""  # noqa: S608  a statement of our own


def values_of(environment: UUID, type: str, data: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The parameters of TELL, for whoever runs it."""
    return {
        "id": uuid7(),
        "environment": environment,
        "type": type,
        "payload": json.dumps(data),
        "now": now,
    }


def tell(environment: Environment, type: str, **data: Any) -> None:
    """Write an event, in the caller's transaction, and a delivery to each endpoint that asked for it."""
    with connection.cursor() as cursor:
        cursor.execute(TELL, values_of(environment.pk, type, data, clock(environment)))


def of_endpoint(environment: Environment, type: str, endpoint: UUID, **data: Any) -> None:
    tell(environment, type, endpointId=public("endpoint", endpoint), **data)


def check_events(types: Any) -> list[str]:
    """The types that an endpoint asks for, each once; raises Invalid, with pointers below /events."""
    if not isinstance(types, Sequence) or isinstance(types, str):
        raise Invalid([("/events", "invalid", _("Must be a list."))])
    errors = [
        (f"/events/{place}", "unknown_event", _("There is no such event to subscribe to."))
        for place, type in enumerate(types)
        if type not in SUBSCRIBABLE
    ]
    if errors:
        raise Invalid(errors)
    return sorted(set(types))


def forget(ids: Sequence[UUID]) -> int:
    """Delete events with their deliveries, but for those that still go somewhere; answers how many events."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, {"ids": list(ids)})
        return int(cursor.rowcount)
