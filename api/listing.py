"""What can be asked of a list, declared once a resource: filters, members of answers, more of what they name, a count.

A query's fields read the parameters, document them, and by their `source` say which look-up each becomes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.drainage import set_override
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.fields import SkipField
from rest_framework.response import Response

from accounts import ids
from accounts.models import Environment
from accounts.roles import READ_CONTENT
from api.errors import BadQuery
from api.fields import Input, Moment, QueryFlag
from api.paging import Paging, mark, signer
from api.views import ApiRequest, query, seen_by
from delivery.finding import MOST_COUNTED, Found, between
from inbox import reading

Shape = type[serializers.Serializer[Any]]
#: For all rows of an answer at once: what is asked for, by the row's primary key.
Look = Callable[[Environment, Sequence[Any]], Mapping[UUID, Any]]

OPERATORS = {"gte": "or later", "gt": "and later", "lte": "or earlier", "lt": "and earlier"}
ABOUT_ROWS = ("limit", "cursor", "fields", "expand", "count")


class IdOf(serializers.Field[UUID, Any, Any, Any]):
    """A public id as a filter. One of others matches nothing, as one that is absent."""

    def __init__(self, noun: str, **kwargs: Any) -> None:
        self.noun = noun
        super().__init__(required=False, **kwargs)
        set_override(self, "field", {"type": "string"})

    def to_internal_value(self, data: Any) -> UUID:
        id = ids.parse(self.noun, data)
        if id is None:
            detail = _("Must be an id that begins with %(prefix)s_.") % {"prefix": ids.PREFIXES[self.noun]}
            raise ValidationError(detail, "invalid_id")
        return id


class Present(QueryFlag):
    """Whether a column holds anything."""

    def __init__(self, *, source: str) -> None:
        super().__init__(source=f"{source}__isnull", required=False)

    def to_internal_value(self, data: Any) -> bool:
        return not super().to_internal_value(data)


class Span(serializers.Field[Any, Any, Any, Any]):
    """Stands for four parameters, such as `receivedAt[gte]`, that compare a column with times."""

    def spread(self, name: str) -> Iterator[tuple[str, Moment]]:
        for operator, words in OPERATORS.items():
            told = f"at that time {words}, RFC 3339"
            yield (
                f"{name}[{operator}]",
                Moment(required=False, source=f"{self.source}__{operator}", help_text=told),
            )


class Names(serializers.Field[list[str], Any, Any, Any]):
    """Names separated by commas, each one of `choices`."""

    def __init__(self, choices: Sequence[str], told: str) -> None:
        super().__init__(required=False)
        self.choices = choices
        one = "|".join(choices)
        set_override(
            self, "field", {"type": "string", "description": told, "pattern": f"^({one})(,({one}))*$"}
        )

    def to_internal_value(self, data: Any) -> list[str]:
        names = str(data).split(",")
        for name in names:
            if name not in self.choices:
                choices = ", ".join(self.choices)
                raise ValidationError(
                    _("Must be some of: %(choices)s.") % {"choices": choices}, "invalid_choice"
                )
        return names


class Expand(serializers.Field[Any, Any, Any, Any]):
    """A member that answers have when `expand` asks for it; `look` finds it for all rows at once, for whoever has the
    scope `needs`."""

    def __init__(self, shape: serializers.BaseSerializer[Any], look: Look, needs: str) -> None:
        super().__init__(required=False)
        self.shape, self.look, self.needs = shape, look, needs
        set_override(self, "field", shape)

    def bind(self, field_name: str, parent: Any) -> None:
        super().bind(field_name, parent)
        self.shape.bind("shape", self)  # type: ignore[arg-type]  # so that it has the answer's context

    def get_attribute(self, instance: Any) -> Any:
        found = self.context.get("expanded", {}).get(self.field_name)
        if found is None:
            raise SkipField
        return found.get(instance.pk)

    def to_representation(self, value: Any) -> Any:
        return self.shape.to_representation(value)


@cache
def members(shape: Shape) -> tuple[tuple[str, ...], dict[str, str]]:
    """Names of what answers always have; and of what `expand` adds, each with the scope that it takes."""
    fields: dict[str, Any] = dict(shape().fields)
    more = {name: field.needs for name, field in fields.items() if isinstance(field, Expand)}
    return tuple(name for name in fields if name not in more), more


class Reading(Input):
    """What can be asked of one row; `shape` is what it is shown as. `needs`: filters that take a scope of their own."""

    shape: ClassVar[Shape]
    needs: ClassVar[Mapping[str, str]] = {}

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        always, more = members(self.shape)
        fields = super().get_fields()
        fields["fields"] = Names(always, "only these members, separated by commas")
        if more:
            fields["expand"] = Names(tuple(more), f"more members, separated by commas; {takes(more)}")
        return fields


class Listing(Reading, Paging):
    """What can be asked of a list of them. `by` orders it; `times` is the column whose times the ids follow."""

    by: ClassVar[str] = "-pk"
    times: ClassVar[str] = ""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields: dict[str, serializers.Field[Any, Any, Any, Any]] = {}
        for name, field in super().get_fields().items():
            fields |= dict(field.spread(name)) if isinstance(field, Span) else {name: field}
        told = f"true: also count them, up to {MOST_COUNTED}"
        fields["count"] = QueryFlag(default=False, help_text=told)
        return fields


def takes(more: Mapping[str, str]) -> str:
    return ", ".join(f"{name} takes the scope {scope}" for name, scope in more.items())


@cache
def read_query(shape: Shape) -> type[Reading]:
    """The query of reading one row."""

    class Read(Reading):
        pass

    Read.shape = shape
    return Read


def asked_of(request: ApiRequest, shape: type[Input]) -> dict[str, Any]:
    """The query as `shape` declares it. Raises BadQuery naming the parameter that is wrong, or given twice."""
    for name, values in request.query_params.lists():
        if len(values) > 1:
            raise BadQuery(name[:100], "repeated", _("This parameter is given more than once."))
    return query(request, shape)


def allowed(request: ApiRequest, shape: type[Reading]) -> dict[str, Any]:
    """The same. Raises PermissionDenied where what is asked takes a scope that whoever asks does not have."""
    asked = asked_of(request, shape)
    _always, more = members(shape.shape)
    demand(request, {name: more[name] for name in asked.get("expand", ())})
    demand(request, {name: shape.needs[name] for name in request.query_params if name in shape.needs})
    return asked


def demand(request: ApiRequest, needs: Mapping[str, str]) -> None:
    for name, scope in needs.items():
        if scope not in request.program.scopes:
            detail = _(
                "To ask for %(name)s takes the scope %(scope)s, which your key or token does not have."
            )
            raise PermissionDenied(detail % {"name": name, "scope": scope}, "missing_scope")


def read(request: ApiRequest, row: Any, shape: Shape) -> Response:
    """One row as it was asked for."""
    told = shown(request, [row], shape, allowed(request, read_query(shape)))
    if told.texts:
        reading.read(request.environment, request.actor, told.texts[0])
    return Response(told.rows[0])


def lookups(environment: Environment, asked: Mapping[str, Any], times: str = "") -> dict[str, Any]:
    """What the filters of a query are to Django, with the bounds of ids that follow from its times."""
    given = {name: value for name, value in asked.items() if name not in ABOUT_ROWS}
    if not times:
        return given
    since = max((given[n] for n in (f"{times}__gte", f"{times}__gt") if n in given), default=None)
    until = min((given[n] for n in (f"{times}__lte", f"{times}__lt") if n in given), default=None)
    return given | between(environment, since, until)


def listed(
    request: ApiRequest,
    rows: QuerySet[Any] | Callable[..., Found[Any]],
    shape: type[Listing],
) -> Response:
    """One page of `rows`, narrowed as the query says; or of what a search finds for the query's look-ups."""
    asked = allowed(request, shape)
    wanted = lookups(request.environment, asked, shape.times)
    if isinstance(rows, QuerySet):
        found: Found[Any] = Found((rows.filter(**wanted),), shape.by)
    else:
        found = rows(**wanted)
    return page_of_found(request, found, shape, asked)


def page_of_found(
    request: ApiRequest, found: Found[Any], shape: type[Listing], asked: dict[str, Any]
) -> Response:
    limit, cursor = asked["limit"], asked.get("cursor")
    marks = signer(request, {name: value for name, value in asked.items() if name not in ABOUT_ROWS})
    looked = found.page(mark(marks, cursor) if cursor is not None else None, limit + 1)
    rows = looked.rows[:limit]
    told = shown(request, rows, shape.shape, asked)
    reading.listed(request.environment, request.actor, [ids.public("message", id) for id in told.texts])
    ended = looked.ended if len(looked.rows) <= limit else found.place(rows[-1])
    answer: dict[str, Any] = {
        "data": told.rows,
        "nextCursor": marks.sign(str(ended)) if ended is not None else None,
        "hasMore": ended is not None,
    }
    if asked["count"]:
        answer["count"] = found.count()._asdict()
    return Response(answer)


class Told(NamedTuple):
    """Rows as they are answered, and the messages whose text is told in them."""

    rows: list[Any]
    texts: list[UUID]


def shown(request: ApiRequest, rows: Sequence[Any], shape: Shape, asked: Mapping[str, Any]) -> Told:
    """Rows with the members that were asked for; what they name is found for all of them at once."""
    expanded: dict[str, Mapping[UUID, Any]] = {}
    serializer = shape(context={"expanded": expanded, **seen_by(request)})
    more = asked.get("expand", ())
    wanted = {*(asked.get("fields") or members(shape)[0]), *more}
    for name in set(serializer.fields) - wanted:
        del serializer.fields[name]
    for name in more:
        expanded[name] = serializer.fields[name].look(request.environment, rows)  # type: ignore[attr-defined]
    texts: list[UUID] = []
    if READ_CONTENT in request.program.scopes and hasattr(shape, "texts_told"):
        texts = shape.texts_told(rows, wanted)
    return Told([serializer.to_representation(row) for row in rows], texts)
