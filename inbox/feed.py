"""Messages in the order of their acceptance, from a position on, and none left out.

A message gets its id before it is committed, and several transactions write at once: a smaller id may become visible
after a greater one. Who only asked for greater ids than the last would never see it. So a Position also tells which
transactions its reader could not see (PostgreSQL's snapshot): what they bring is news, whatever its id. From the making
of an id to its commit it takes less than SETTLED, so only ids of the last moments are looked through once more.

    ids ── settled ──┬── late? ──┬── fresh ──→
                   floor       after
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from accounts import ids, keyring
from accounts.clock import clock
from accounts.encryption import DataKey, Unsealable
from accounts.models import Environment

#: Longer than any carrier waits for its answer, with a write that is under way and clocks that differ.
SETTLED = timedelta(seconds=30)
NIL = UUID(int=0)
SEAL = "feed position"
XIDS = 1 << 32  # a row tells its transaction by 32 bits, a snapshot by 64

# age() counts how many transactions ago, so it orders them; xid itself has no order.
NEWS = """
SELECT s.snapshot, n.environment, n.id, n.late
FROM (SELECT pg_current_snapshot()::text AS snapshot) s
LEFT JOIN (
  SELECT p.environment, m.id, m.late
  FROM unnest(%(environments)s::uuid[], %(afters)s::uuid[], %(floors)s::uuid[], %(nexts)s::text[], %(opens)s::text[])
    AS p(environment, after, floor, next, open)
  CROSS JOIN LATERAL (
    (SELECT m.id, true AS late FROM inbox_message m
     WHERE m.environment_id = p.environment AND m.id > p.floor AND m.id <= p.after
       AND (%(number)s::text IS NULL OR m.number_used = %(number)s)
       AND (age(m.xmin) <= age(p.next::xid) OR m.xmin = ANY (string_to_array(p.open, ',')::xid[])))
    UNION ALL
    (SELECT m.id, false FROM inbox_message m
     WHERE m.environment_id = p.environment AND m.id > p.after
       AND (%(number)s::text IS NULL OR m.number_used = %(number)s)
     ORDER BY m.id LIMIT %(limit)s)
  ) m
) n ON true
ORDER BY n.id
"""
NEWEST = """
SELECT pg_current_snapshot()::text, e.id,
       (SELECT m.id FROM inbox_message m WHERE m.environment_id = e.id ORDER BY m.id DESC LIMIT 1)
FROM unnest(%(environments)s::uuid[]) AS e(id)
"""


class Snapshot(NamedTuple):
    """Which transactions a reader sees: those before `next`, but for the `open` ones; modulo XIDS."""

    next: int
    open: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Snapshot:
        """`text` as pg_current_snapshot() writes it: `xmin:xmax:xip,xip`."""
        _first, next, open = text.split(":")
        return cls(int(next) % XIDS, tuple(int(xid) % XIDS for xid in open.split(",") if xid))


class Position(NamedTuple):
    """How far a reader came: it saw every message up to `after` that was visible in `seen`, read at `read_at`.

    Without `seen` there was nothing under way below `after`.
    """

    after: UUID = NIL
    seen: Snapshot | None = None
    read_at: datetime | None = None

    @property
    def floor(self) -> UUID:
        """Below it nothing can appear any more."""
        if self.seen is None or self.read_at is None:
            return self.after
        return min(self.after, ids.earliest(self.read_at - SETTLED))

    def settled(self) -> Position:
        """The same, without what is not needed in order to go on."""
        return Position(self.after) if self.floor == self.after else self


class Page(NamedTuple):
    """What one look found behind `start`: `late` ids are smaller than those that were read before."""

    start: Position
    late: Sequence[UUID]
    fresh: Sequence[UUID]
    seen: Snapshot
    read_at: datetime
    more: bool

    @property
    def ids(self) -> list[UUID]:
        """In the order in which to handle them."""
        return [*self.late, *self.fresh]

    def behind(self, count: int) -> Position:
        """The position of who handled the first `count` ids.

        Among late ones there is no position: who stops there begins again before them.
        """
        if count < len(self.late):
            return self.start
        done = self.fresh[: count - len(self.late)]
        after = done[-1] if done else self.start.after
        return Position(after, self.seen, self.read_at).settled()

    @property
    def end(self) -> Position:
        return self.behind(len(self.late) + len(self.fresh))


def since(at: datetime) -> Position:
    """Before everything that was accepted at that time (of the wall clock) or later."""
    return Position(ids.earliest(max(at, datetime(1970, 1, 1, tzinfo=UTC))))


def read(environment: UUID, start: Position, limit: int, number: str | None = None) -> Page:
    """What was accepted behind `start`: all late messages, and of the others the first `limit`.

    `number`: only what came to that one.
    """
    at = clock()
    with connection.cursor() as cursor:
        cursor.execute(NEWS, asked({environment: start}, limit, number))
        return pages(cursor.fetchall(), {environment: start}, limit, at)[environment]


def newest(environment: UUID) -> Position:
    """Behind everything that is there now."""
    at = clock()
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, {"environments": [environment]})
        return newest_of(cursor.fetchall(), at)[environment]


def newest_of(rows: Iterable[tuple[str, UUID, UUID | None]], at: datetime) -> dict[UUID, Position]:
    """The answer of NEWEST, asked at that time."""
    return {
        environment: Position(last or NIL, Snapshot.of(seen), at).settled()
        for seen, environment, last in rows
    }


def asked(positions: Mapping[UUID, Position], limit: int, number: str | None = None) -> dict[str, Any]:
    """The parameters of NEWS: one look for many environments, each from its own position, one page each."""
    seen = [position.seen or Snapshot(3, ()) for position in positions.values()]
    return {
        "environments": list(positions),
        "afters": [position.after for position in positions.values()],
        "floors": [position.floor for position in positions.values()],
        "nexts": [str(one.next) for one in seen],
        "opens": [",".join(map(str, one.open)) for one in seen],
        "limit": limit + 1,
        "number": number,
    }


def pages(
    rows: Sequence[tuple[str, UUID | None, UUID, bool]],
    positions: Mapping[UUID, Position],
    limit: int,
    at: datetime,
) -> dict[UUID, Page]:
    """The answer of NEWS, asked at that time; a page for each environment, be it empty."""
    seen = Snapshot.of(rows[0][0])
    late: dict[UUID, list[UUID]] = {environment: [] for environment in positions}
    fresh: dict[UUID, list[UUID]] = {environment: [] for environment in positions}
    for _seen, environment, id, is_late in rows:
        if environment is not None:
            (late if is_late else fresh)[environment].append(id)
    return {
        one: Page(start, late[one], fresh[one][:limit], seen, at, len(fresh[one]) > limit)
        for one, start in positions.items()
    }


def written(position: Position, environment: UUID, key: DataKey) -> str:
    """The position for its reader: the message's id, and sealed behind a dot what else there is to know."""
    id = ids.public("message", position.after)
    if position.seen is None or position.read_at is None:
        return id
    next, open = position.seen
    raw = f"{position.read_at.timestamp():.3f}:{next}:{','.join(map(str, open))}"
    return f"{id}.{urlsafe_b64encode(key.seal(raw.encode(), SEAL, environment)).rstrip(b'=').decode()}"


def position_of(text: str, environment: Environment) -> Position | None:
    """The position that `written` wrote for this environment, or that of a message's id; None for anything else."""
    id, dot, rest = text.partition(".")
    after = ids.parse("message", id)
    if after is None or not dot:
        return None if after is None else Position(after)
    try:
        sealed = urlsafe_b64decode(rest + "=" * (-len(rest) % 4))
        at, next, open = keyring.naming(sealed).open(sealed, SEAL, environment.pk).decode().split(":")
    except (ValueError, Unsealable):
        return None
    seen = Snapshot(int(next), tuple(int(xid) for xid in open.split(",") if xid))
    return Position(after, seen, datetime.fromtimestamp(float(at), UTC))
