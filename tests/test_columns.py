"""Rows become arrays that PostgreSQL reads back as they were."""

from __future__ import annotations

from datetime import UTC, datetime
from struct import error as StructError
from typing import NamedTuple
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.columns import Columns
from accounts.ids import uuid7


class Everything(NamedTuple):
    id: UUID
    text: str | None
    data: bytes | None
    at: datetime | None
    total: int | None
    yes: bool | None


COLUMNS = Columns(Everything, "x_")
STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
MOMENTS = st.datetimes(timezones=st.just(UTC)).filter(lambda at: 1 < at.year < 9999)
ROWS = st.lists(
    st.builds(
        Everything,
        st.uuids(),
        st.none() | STORABLE,
        st.none() | st.binary(),
        st.none() | MOMENTS,
        st.none() | st.integers(-(2**31), 2**31 - 1),
        st.none() | st.booleans(),
    )
)


def back(rows: list[Everything]) -> list[Everything]:
    sql = f"SELECT {COLUMNS.names} FROM unnest({COLUMNS.parameters}) AS t({COLUMNS.names})"
    connection.ensure_connection()
    rows_back = psycopg.Cursor(connection.connection).execute(sql, COLUMNS.values(rows)).fetchall()
    return [Everything(*row) for row in rows_back]


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=ROWS)
def test_rows_come_back_as_they_went(rows: list[Everything]) -> None:
    assert back(rows) == rows


ROW = Everything(uuid7(), "", b"", None, 1, True)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        (ROW._replace(text="\ud83d"), UnicodeEncodeError),
        (ROW._replace(total=2**31), StructError),
        (ROW._replace(total=-(2**40)), StructError),
    ],
)
def test_what_no_column_can_hold_is_refused_here(row: Everything, error: type[Exception]) -> None:
    with pytest.raises(error):
        COLUMNS.values([row])
