"""How the hot path's own connections reach the database: as Django does, with options that fit batches by id.

And a statement of theirs run on Django's, for what a page does in the transaction of its change.
"""

from __future__ import annotations

from typing import Any

from django.db import connection
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


def execute(sql: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Run one statement on Django's connection; its rows by name, as delivery.store.Store answers them."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()] if names else []
