"""What texts say can be erased: content, sender and media. Their rows remain, with ids, times, route and status.

Whoever needs a text's content once more, to send it again, reserves it until the transaction ends. Whoever erases locks
texts first, leaving out what is reserved, and only then looks whether any still goes somewhere. So nothing is erased on
its way.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, QuerySet

from inbox.models import Message

Row = TypeVar("Row", bound=Model)

RESERVE = """
SELECT id FROM inbox_message WHERE id = ANY(%s) AND content_erased_at IS NULL ORDER BY id FOR SHARE
"""


class Place(NamedTuple):
    """How far whoever goes from row to row came, the oldest first."""

    at: datetime
    id: UUID


BEGINNING = Place(datetime(2000, 1, 1, tzinfo=UTC), UUID(int=0))  # nothing is older


def walked(rows: QuerySet[Row], column: str, before: datetime, after: Place) -> QuerySet[Row]:
    """Rows by that time, the oldest first, from behind `after` on."""
    rows = rows.filter(**{f"{column}__lt": before, f"{column}__gte": after.at})
    return rows.exclude(**{column: after.at, "pk__lte": after.id}).order_by(column, "pk")


def reserve(ids: Collection[UUID]) -> set[UUID]:
    """Those of the texts that still say something, which nobody erases before this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, [list(ids)])
        return {id for (id,) in cursor.fetchall()}


def oldest(environment: UUID, before: datetime, after: Place, limit: int) -> list[Place]:
    """Texts from before that time (of the environment's clock) and behind `after`, locked; no reserved one, and none
    under a legal hold."""
    rows = Message.objects.filter(environment=environment, content_erased_at=None, legal_hold=False)
    rows = walked(rows, "received_at", before, after).select_for_update(no_key=True, skip_locked=True)
    return [Place(*row) for row in rows.values_list("received_at", "pk")[:limit]]


def erase(ids: Collection[UUID], at: datetime) -> int:
    """Let nothing remain of what the texts say and who sent them; answers how many there were."""
    nothing = dict.fromkeys(Message.personal_data.erasable)
    return Message.objects.filter(pk__in=ids).update(content_erased_at=at, **nothing)
