"""Lists: `?limit&cursor` → {data, nextCursor, hasMore}, by keyset: rows that arrive meanwhile shift no page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.core.signing import BadSignature, Signer
from django.utils.translation import gettext as _
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.response import Response

from api.errors import BadQuery
from api.fields import Input
from api.views import ApiRequest, query, seen_by

DEFAULT_LIMIT = 20
MAX_LIMIT = 100


class Paging(Input):
    limit = serializers.IntegerField(default=DEFAULT_LIMIT, min_value=1, max_value=MAX_LIMIT)
    cursor = serializers.CharField(required=False, help_text="nextCursor of the page before")


class CountSerializer(serializers.Serializer[Any]):
    """How many there are."""

    value = serializers.IntegerField()
    more = serializers.BooleanField(help_text="there are at least so many")


def signer(request: ApiRequest, filters: dict[str, Any]) -> Signer:
    # A cursor is good for one list of one environment with the same filters, and nothing else.
    scope = [
        request.environment.pk.hex,
        request.path,
        *(f"{name}={filters[name]}" for name in sorted(filters)),
    ]
    return Signer(salt="|".join(scope), sep=".")


def page(
    request: ApiRequest,
    fetch: Callable[[str | None, int], Sequence[Any]],
    shape: type[serializers.Serializer[Any]],
    place: Callable[[Any], str],
    asked: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
) -> Response:
    """One page of what `fetch` finds: so many rows behind the `place` of the row where the page before ended.

    `context`: what the serializer needs besides whether texts may be read.
    """
    filters = dict(asked if asked is not None else query(request, Paging))
    limit, cursor = filters.pop("limit"), filters.pop("cursor", None)
    marks = signer(request, filters)
    found = fetch(mark(marks, cursor) if cursor is not None else None, limit + 1)
    more = len(found) > limit
    rows = found[:limit]
    next_cursor = marks.sign(place(rows[-1])) if more else None
    data = shape(rows, many=True, context=seen_by(request) | (context or {})).data
    return Response({"data": data, "nextCursor": next_cursor, "hasMore": more})


def mark(marks: Signer, cursor: str) -> str:
    """Where the page before ended. Raises BadQuery."""
    try:
        return marks.unsign(cursor)
    except BadSignature:
        detail = _("This cursor is not one that this list gave out for these parameters.")
        raise BadQuery("cursor", "invalid_cursor", detail) from None


@cache
def page_of(shape: type[serializers.Serializer[Any]], *, counted: bool = True) -> serializers.Serializer[Any]:
    """The documentation of a page of `shape`, with the `count` that may be asked for."""
    count = {"count": CountSerializer(required=False)} if counted else {}
    return inline_serializer(
        name=shape.__name__.removesuffix("Serializer") + "Page",
        fields={
            "data": shape(many=True),
            "nextCursor": serializers.CharField(allow_null=True),
            "hasMore": serializers.BooleanField(),
            **count,
        },
    )
