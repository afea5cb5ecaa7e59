"""Texts and deliveries by what people look for, newest first, along indexes.

A text's status is stored nowhere (delivery/status.py). Those that failed, wait or went to one endpoint are found
through their deliveries, in the order of these. Where no index leads to what is meant, a page looks at so many rows and
says where it ended, so that each page is quick however seldom something is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import itemgetter, or_
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Value

from accounts.ids import earliest
from accounts.models import Environment
from delivery.models import Delivery
from delivery.status import with_status
from inbox.models import Message

Row = TypeVar("Row", bound=Model)
State = Delivery.State

MOST_LOOKED = 1_000  # rows a page
# So many of these first: PostgreSQL takes any status for rare, and would look at all of them before it sorts.
FEW_LOOKED = 200
MOST_COUNTED = 10_000
OPEN = (State.PENDING, State.HELD, State.SENDING)
INDEXED = (State.FAILED, *OPEN)  # each by its own part of an index
LEADING = ("number_used", "sender_index", "route_id", "routing_tag")  # of texts, each by an index of its own
RECEIVED = "message.received"
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)  # nothing is older, or newer
SKEW = timedelta(minutes=1)  # by which a clock may be set back


class Looked(NamedTuple, Generic[Row]):
    """Rows of one page, and where the look ended if it did before there were enough."""

    rows: list[Row]
    ended: Any = None


class Count(NamedTuple):
    """How many there are; where `more`, at least so many."""

    value: int
    more: bool


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """Rows in the order of the unique `by`: all `parts` together, which where they are several are read from `whole`.

    Where few of what is looked at may be meant, `ways` lead to them: each row is on every way, which is one walk along
    an index or several together.
    """

    parts: tuple[QuerySet[Row], ...]
    by: str = "-pk"
    ways: tuple[tuple[QuerySet[Any], ...], ...] = ()
    whole: QuerySet[Row] | None = None

    @property
    def column(self) -> str:
        return self.by.removeprefix("-")

    @property
    def descends(self) -> bool:
        return self.by[0] == "-"

    def place(self, row: Row) -> Any:
        return getattr(row, self.column)

    def page(self, after: str | None, count: int) -> Looked[Row]:
        """At most `count` rows behind the one whose place is `after`."""
        behind = {f"{self.column}__{'lt' if self.descends else 'gt'}": after} if after is not None else {}
        for look in (min(FEW_LOOKED, MOST_LOOKED), MOST_LOOKED):
            end = self.end(behind, look)
            rows = self.rows(behind | self.up_to(end), count)
            if end is None or len(rows) >= count:
                break
        return Looked(rows, end if len(rows) < count else None)

    def rows(self, within: dict[str, Any], count: int) -> list[Row]:
        """The first of all parts together. Of several only those are read whole: a row costs more than its place."""
        parts = [part.filter(**within).order_by(self.by) for part in self.parts]
        if self.whole is None:
            return list(parts[0][:count])
        places = together([part.values_list("pk", self.column)[:count] for part in parts])
        first = dict(sorted(places, key=itemgetter(1), reverse=self.descends)[:count])
        rows = self.whole.in_bulk(first)
        for pk, row in rows.items():
            setattr(row, self.column, first[pk])
        return [rows[pk] for pk in first if pk in rows]  # what was erased just now is not

    def end(self, behind: dict[str, Any], look: int) -> Any:
        """The place up to which some way has so many rows at most; None where one is no longer than that."""
        if not self.ways:
            return None
        walks = [
            walk.filter(**behind).order_by(self.by).values_list(Value(number), self.column)[look - 1 : look]
            for number, way in enumerate(self.ways)
            for walk in way
        ]
        nearest: dict[int, Any] = {}
        for number, place in together(walks):
            known = nearest.setdefault(number, place)
            nearest[number] = max(known, place) if self.descends else min(known, place)
        if len(nearest) < len(self.ways):
            return None
        return min(nearest.values()) if self.descends else max(nearest.values())

    def up_to(self, end: Any) -> dict[str, Any]:
        return {} if end is None else {f"{self.column}__{'gte' if self.descends else 'lte'}": end}

    def count(self) -> Count:
        """How many there are, without looking at more than MOST_COUNTED of a part."""
        end = self.end({}, MOST_COUNTED)
        rows = (part.filter(**self.up_to(end)).order_by(self.by).values(self.column) for part in self.parts)
        value = sum(part[: MOST_COUNTED + 1].count() for part in rows)
        return Count(min(value, MOST_COUNTED), end is not None or value > MOST_COUNTED)


def together(looks: Sequence[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    """What all of them find, asked at once, in no order."""
    first, *others = looks
    return first.union(*others, all=True) if others else first


def between(environment: Environment, since: datetime | None, until: datetime | None) -> dict[str, UUID]:
    """Bounds of the ids of what came in that time by the environment's clock; whoever asks compares the times too.

    Ids follow the real clock, of which a sandbox's is only ever ahead. A text of several parts gets its id when it is
    joined, and is as old as the last that came.
    """
    bounds = {}
    if since is not None:
        bounds["pk__gte"] = earliest(max(since, FIRST) - environment.clock_offset - SKEW)
    if until is not None:
        late = timedelta(seconds=settings.PARTS_WAIT_S) + 5 * SKEW
        bounds["pk__lt"] = earliest(min(max(until, FIRST), LAST) + late)
    return bounds


def messages(
    environment: Environment, *, status: str | None = None, endpoint: UUID | None = None, **columns: Any
) -> Found[Message]:
    """Texts with their `status`, narrowed by columns, by status and by an endpoint that they were to be sent to."""
    if endpoint is not None and not has(environment, endpoint):
        return Found((readable(environment.messages.none()),))
    if endpoint is not None:
        wanted = columns if status is None else {**columns, "status": status}
        return by_delivery(environment, [{"endpoint": endpoint}], wanted, seldom=bool(wanted))
    if status == Message.State.FAILED:
        kinds: list[dict[str, Any]] = [{"environment": environment, "state": State.FAILED}]
        return by_delivery(environment, kinds, columns, seldom=bool(columns))
    if status == Message.State.QUEUED:
        looks = [environment.deliveries.filter(state=state).values_list("state", flat=True) for state in OPEN]
        present = together([look[:1] for look in looks])
        kinds = [{"environment": environment, "state": state} for state in present]
        return by_delivery(environment, kinds, columns, seldom=True, without=Q(state=State.FAILED))
    if status not in (None, Message.State.DELIVERED):
        columns = {**columns, "state": status}
    plain, ways = environment.messages.filter(**columns), ways_of(environment, columns)
    if status is None:  # two columns that many have may never go together; one is what is meant
        return Found((readable(plain),), ways=ways if len(ways) > 1 else ())
    narrowed: dict[str, Any] = {"status": status}
    return Found((readable(plain).filter(**narrowed),), ways=ways or ((plain,),))


def ways_of(environment: Environment, columns: dict[str, Any]) -> tuple[tuple[QuerySet[Message], ...], ...]:
    """The way along the index of each column that has one."""
    within = environment.messages.filter(**{n: bound for n, bound in columns.items() if n.startswith("pk__")})
    state = columns.get("state", Message.State.RECEIVED)
    kept_back = {"state": state} if state != Message.State.RECEIVED else {}
    leading = {name: columns[name] for name in LEADING if name in columns} | kept_back
    return tuple((within.filter(**{name: value}),) for name, value in leading.items())


def readable(messages: QuerySet[Message]) -> QuerySet[Message]:
    return with_status(messages.select_related("why"))


def by_delivery(
    environment: Environment,
    kinds: Sequence[dict[str, Any]],
    wanted: dict[str, Any],
    *,
    seldom: bool,
    without: Q | None = None,
) -> Found[Message]:
    """Texts of deliveries of these kinds, each at the `place` of its newest such delivery, unless there is one
    `without` which it must be; where few of them are what is `wanted`, `seldom` bounds the look."""
    if not kinds:
        return Found((readable(environment.messages.none()),))
    if "pk__gte" in wanted:  # a delivery is made after its text
        wanted = {**wanted, "place__gte": wanted["pk__gte"]}
    places = {name: bound for name, bound in wanted.items() if name == "place__gte"}
    texts = readable(environment.messages.all())
    # Asked of the deliveries too, so that those of newer texts take no look at these.
    ids = {f"message__{name[4:]}": bound for name, bound in wanted.items() if name.startswith("pk__")}
    parts = tuple(through(texts, kind | ids, kinds, without or Q()).filter(**wanted) for kind in kinds)
    whole = texts if len(parts) > 1 else None
    if not seldom:
        return Found(parts, "-place", whole=whole)
    own = Delivery.objects.filter(event_type=RECEIVED).annotate(place=F("pk"))
    ways = [tuple(walk.annotate(place=F("pk")) for walk in way) for way in ways_of(environment, wanted)]
    return Found(parts, "-place", (*ways, tuple(own.filter(**kind, **places) for kind in kinds)), whole)


def through(
    texts: QuerySet[Message], kind: dict[str, Any], kinds: Sequence[dict[str, Any]], without: Q
) -> QuerySet[Message]:
    """Those with a delivery of that kind, where none of their deliveries of these kinds is newer, and none is of those
    `without` which they must be."""
    named = {f"deliveries__{name}": value for name, value in kind.items()}
    joined = texts.filter(deliveries__event_type=RECEIVED, **named).annotate(place=F("deliveries__pk"))
    any_kind = reduce(or_, (Q(**one) for one in kinds))
    own = Delivery.objects.filter(message=OuterRef("pk"), event_type=RECEIVED)
    return joined.filter(~Exists(own.filter((any_kind & Q(pk__gt=OuterRef("place"))) | without)))


def deliveries(environment: Environment, *, state: str | None = None, **columns: Any) -> Found[Delivery]:
    """Deliveries, narrowed by columns and by state."""
    if "endpoint" in columns and not has(environment, columns["endpoint"]):
        return Found((environment.deliveries.none(),))
    if state is not None:
        columns = {**columns, "state": state}
    within = environment.deliveries.filter(
        **{n: bound for n, bound in columns.items() if n.startswith("pk__")}
    )
    leading = [name for name in ("message", "endpoint") if name in columns] + ["state"] * (state in INDEXED)
    exact = len({"message", "endpoint", "state", "event_type"} & columns.keys()) == len(leading) < 2
    ways = tuple((within.filter(**{name: columns[name]}),) for name in leading) or ((within,),)
    return Found((environment.deliveries.filter(**columns),), ways=() if exact else ways)


def has(environment: Environment, endpoint: UUID) -> bool:
    """Whether it is the environment's; deliveries lie by endpoint, whosever they are."""
    return environment.endpoints.filter(pk=endpoint).exists()
