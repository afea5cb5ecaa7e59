"""Rows as array parameters, one a column: how a batch of any size goes through one prepared statement.

psycopg's own list dumpers look at each element's type in Python, which took most of a small batch's time. Here the
types are known from the row's annotations, and the binary form of PostgreSQL's arrays is written directly
(https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES; array_send in its source).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from struct import Struct
from typing import Any, Generic, NamedTuple, TypeVar, get_args, get_type_hints
from uuid import UUID

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
HEADER = Struct(">iiiii")  # dimensions, has nulls, element type, length, lower bound
EMPTY = Struct(">iii")
INT4 = Struct(">i")
SIZED_INT4, SIZED_INT8 = Struct(">ii"), Struct(">iq")  # each value stands behind its length
NULL = INT4.pack(-1)
SIZE_OF_UUID = INT4.pack(16)
TRUE, FALSE = b"\0\0\0\1\1", b"\0\0\0\1\0"

Row = TypeVar("Row", bound=tuple[Any, ...])


def uuids(values: Iterable[UUID]) -> bytes:
    return b"".join([SIZE_OF_UUID + value.int.to_bytes(16, "big") for value in values])


def texts(values: Iterable[str]) -> bytes:
    return octets(map(str.encode, values))


def octets(values: Iterable[bytes]) -> bytes:
    return b"".join([INT4.pack(len(value)) + value for value in values])


def moments(values: Iterable[datetime]) -> bytes:
    spans = [value - EPOCH for value in values]
    return b"".join(
        [SIZED_INT8.pack(8, (s.days * 86_400 + s.seconds) * 1_000_000 + s.microseconds) for s in spans]
    )


def integers(values: Iterable[int]) -> bytes:
    return b"".join([SIZED_INT4.pack(4, value) for value in values])


def booleans(values: Iterable[bool]) -> bytes:
    return b"".join([TRUE if value else FALSE for value in values])


class Kind(NamedTuple):
    """How values of one Python type travel. `encode` writes some of them, each behind its length."""

    sql: str
    oid: int
    encode: Callable[[Iterable[Any]], bytes]


KINDS = {
    UUID: Kind("uuid", 2950, uuids),
    str: Kind("text", 25, texts),
    bytes: Kind("bytea", 17, octets),
    datetime: Kind("timestamptz", 1184, moments),
    int: Kind("int4", 23, integers),
    bool: Kind("bool", 16, booleans),
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
            key: array(kind, values) for key, kind, values in zip(self.keys, self.kinds, lists, strict=True)
        }


def plain(hint: Any) -> Any:
    """The type of `T | None`."""
    return next((one for one in get_args(hint) if one is not type(None)), hint)


def empty(kind: Kind) -> Array:
    return Array(EMPTY.pack(0, 0, kind.oid))


def array(kind: Kind, values: Sequence[Any]) -> Array:
    # Not `None in values`, which asks each value whether it equals None: UUID's answer is slow.
    nulls = sum([value is None for value in values])
    head = HEADER.pack(1, int(nulls > 0), kind.oid, len(values), 1)
    if not nulls:
        return Array(head + kind.encode(values))
    if nulls == len(values):
        return Array(head + NULL * nulls)
    return Array(head + b"".join([NULL if value is None else kind.encode((value,)) for value in values]))
