"""How the hot path's own connections reach the database: as Django does, with options that fit batches by id.

And a statement of theirs run on Django's, for what a page does in the transaction of its change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error, connection
from psycopg.conninfo import make_conninfo

# In a zone of the server's own, a time at the edge of the years 1 to 9999 could not be read. Every statement of the
# hot path finds its rows by key. A planner that believes a table to be small (it was, a minute ago) would read it
# whole once it is not. Who stands still in the middle of a transaction must not keep its locks from the others.
SETTINGS = (
    "timezone=UTC", "statement_timeout=3000", "idle_in_transaction_session_timeout=5000",
    "enable_seqscan=off", "enable_hashjoin=off", "enable_mergejoin=off", "jit=off",
)  # fmt: skip
OPTIONS = " ".join(f"-c {setting}" for setting in SETTINGS)


def dsn() -> str:
    """A libpq connection string with Django's parameters and the options above."""
    given = connection.get_connection_params()
    known: dict[str, Any] = {
        k: v for k, v in given.items() if isinstance(v, str | int) and k != "client_encoding"
    }
    known["options"] = f"{known.get('options', '')} {OPTIONS}".strip()
    return make_conninfo(**known)


@contextmanager
def along_indexes(within_ms: int) -> Iterator[None]:
    """Statements of this block on Django's connection find their rows by an index, or end after `within_ms`.

    For work that comes again by the clock: one that never ends would take a worker's threads, one after another.
    """
    set_all(
        {"enable_seqscan": "off", "enable_sort": "off", "jit": "off", "statement_timeout": str(within_ms)}
    )
    try:
        yield
    finally:
        try:
            set_all(dict.fromkeys(("enable_seqscan", "enable_sort", "jit", "statement_timeout"), "DEFAULT"))
        except Error:  # what could not be taken back goes with the connection
            connection.close()


def set_all(settings: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(";".join(f"SET {name} = {value}" for name, value in settings.items()))


def execute(sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Run one statement on Django's connection; its rows by name, as delivery.store.Store answers them."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()] if names else []
