"""Pages of a list, newest first, by the id at their edge: stable while new rows arrive, equally quick everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Generic, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts import ids

Row = TypeVar("Row", bound=Model)
SIZE = 50


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """One page of rows, and the query strings that lead to its neighbours (empty where there are none)."""

    rows: list[Row]
    newer: str
    older: str
    first: bool


def slice_of(
    rows: QuerySet[Row] | Sequence[QuerySet[Row]], request: HttpRequest, noun: str, size: int = SIZE
) -> Slice[Row]:
    """The page that `?before=<id>` or `?after=<id>` names, else the first; malformed ids count for nothing.

    Of several sets of rows all together are listed, each walked along its own index.
    """
    parts = [rows] if isinstance(rows, QuerySet) else rows
    before, after = (ids.parse(noun, request.GET.get(name)) for name in ("before", "after"))
    if after is not None:
        places = nearest((part.filter(pk__gt=after).order_by("pk") for part in parts), size + 1)
        more_newer, more_older = len(places) > size, True
        places = places[:size][::-1]
    else:
        behind = {"pk__lt": before} if before else {}
        ordered = (part.filter(**behind).order_by("-pk") for part in parts)
        places = nearest(ordered, size + 1, newest_first=True)
        more_newer, more_older = before is not None, len(places) > size
        places = places[:size]

    def to(name: str, place: UUID) -> str:
        query = request.GET.copy()
        query.pop("before", None)
        query.pop("after", None)
        query[name] = ids.public(noun, place)
        return "?" + query.urlencode()

    newer = to("after", places[0]) if places and more_newer else ""
    older = to("before", places[-1]) if places and more_older else ""
    return Slice(whole(parts, places), newer, older, first=before is None and after is None)


def nearest(parts: Iterable[QuerySet[Row]], count: int, *, newest_first: bool = False) -> list[UUID]:
    """The first places of all parts together, found without what belongs to the rows.

    Where PostgreSQL misjudges how many there are, it sorts them all: places only, and not rows with all that they join.
    """
    places = chain.from_iterable(part.values_list("pk", flat=True)[:count] for part in parts)
    return sorted(places, reverse=newest_first)[:count]


def whole(parts: Iterable[QuerySet[Row]], places: Sequence[UUID]) -> list[Row]:
    rows = chain.from_iterable(part.filter(pk__in=places) for part in parts)
    return sorted(rows, key=attrgetter("pk"), reverse=True)
