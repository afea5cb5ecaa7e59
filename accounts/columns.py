"""Rows as array parameters, one a column: how a batch of any size goes through one prepared statement.

psycopg's own list dumpers look at each element's type in Python, which took most of a small batch's time. Here the
types are known from the row's annotations, and the binary form of PostgreSQL's arrays is written directly
(https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES; array_send in its source).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any, Generic, NamedTuple, TypeVar, get_args, get_type_hints
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HEADER = Struct(">iiiii")  # dimensions, has nulls, element type, length, lower bound
EMPTY = Struct(">iii")
INT4, INT8 = Struct(">i"), Struct(">q")
NULL = INT4.pack(-1)

Row = TypeVar("Row", bound=tuple[Any, ...])


class Kind(NamedTuple):
    """How values of one Python type travel."""

    sql: str
    oid: int
    encode: Callable[[Any], bytes]


KINDS = {
    UUID: Kind("uuid", 2950, lambda value: value.bytes),
    str: Kind("text", 25, str.encode),
    bytes: Kind("bytea", 17, lambda value: value),
    datetime: Kind("timestamptz", 1184, lambda value: INT8.pack((value - EPOCH) // MICROSECOND)),
    int: Kind("int4", 23, INT4.pack),
    bool: Kind("bool", 16, lambda value: b"\1" if value else b"\0"),
}


class Array:
    """One column in PostgreSQL's binary form."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data


class ArrayDumper(Dumper):
    """Hands the bytes over; the cast in the statement says what they are."""

    format = Format.BINARY
    oid = 0

    def dump(self, obj: Array) -> bytes:
        return obj.data


psycopg.adapters.register_dumper(Array, ArrayDumper)


class Columns(Generic[Row]):
    """A NamedTuple as columns: `parameters` goes into unnest(…), `names` says what comes out, `values` fills it."""

    def __init__(self, row: type[Row], prefix: str = "") -> None:
        hints = get_type_hints(row)
        self.fields = tuple(hints)
        self.keys = tuple(prefix + name for name in self.fields)
        self.kinds = tuple(KINDS[plain(hint)] for hint in hints.values())
        self.names = ", ".join(self.fields)
        self.parameters = ", ".join(
            f"%({key})b::{kind.sql}[]" for key, kind in zip(self.keys, self.kinds, strict=True)
        )

    def values(self, rows: Sequence[Row]) -> dict[str, Array]:
        """The statement's parameters. Raises UnicodeEncodeError or struct.error for what no column can hold."""
        if not rows:
            return {key: empty(kind) for key, kind in zip(self.keys, self.kinds, strict=True)}
        lists = zip(*rows, strict=True)
        return {
            key: array(kind, list(values))
            for key, kind, values in zip(self.keys, self.kinds, lists, strict=True)
        }


def plain(hint: Any) -> Any:
    """The type of `T | None`."""
    return next((one for one in get_args(hint) if one is not type(None)), hint)


def empty(kind: Kind) -> Array:
    return Array(EMPTY.pack(0, 0, kind.oid))


def array(kind: Kind, values: list[Any]) -> Array:
    parts = [HEADER.pack(1, int(None in values), kind.oid, len(values), 1)]
    for value in values:
        if value is None:
            parts.append(NULL)
        else:
            data = kind.encode(value)
            parts += (INT4.pack(len(data)), data)
    return Array(b"".join(parts))
