"""Pages of a list, newest first, by the id at their edge: stable while new rows arrive, equally quick everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

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
        found = merged((part.filter(pk__gt=after).order_by("pk") for part in parts), size + 1)
        more_newer, more_older = len(found) > size, True
        found = found[:size][::-1]
    else:
        behind = {"pk__lt": before} if before else {}
        ordered = (part.filter(**behind).order_by("-pk") for part in parts)
        found = merged(ordered, size + 1, newest_first=True)
        more_newer, more_older = before is not None, len(found) > size
        found = found[:size]

    def to(name: str, row: Row) -> str:
        query = request.GET.copy()
        query.pop("before", None)
        query.pop("after", None)
        query[name] = ids.public(noun, row.pk)
        return "?" + query.urlencode()

    newer = to("after", found[0]) if found and more_newer else ""
    older = to("before", found[-1]) if found and more_older else ""
    return Slice(found, newer, older, first=before is None and after is None)


def merged(parts: Iterable[QuerySet[Row]], count: int, *, newest_first: bool = False) -> list[Row]:
    rows = chain.from_iterable(part[:count] for part in parts)
    return sorted(rows, key=lambda row: row.pk, reverse=newest_first)[:count]
