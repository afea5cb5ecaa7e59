"""What is in the database, in short: whether a request left a trace there."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection

OURS = ("accounts", "numbers", "inbox", "delivery", "routing", "ingest", "operations", "sandbox")
#: What every request may note, whatever it is answered.
NOTED = {"accounts_apikey": ("last_used_at",)}
LEFT_OUT = {"operations_loggedrequest": "each request of the API, refused or not"}
#: Rows that a refusal is to leave (tests.sandbox.test_crossings).
LEFT = {"accounts_auditentry": "action <> 'wall.refused'"}


@cache
def statement() -> str:
    """One look at all tables."""
    models = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    tables = sorted({model._meta.db_table for model in models} - LEFT_OUT.keys())
    return " UNION ALL ".join(counted(table) for table in tables)


def counted(table: str) -> str:
    noted = "".join(f" - '{column}'" for column in NOTED.get(table, ()))
    row = f"(to_jsonb(t){noted})::text" if noted else "t::text"
    return f"SELECT '{table}', count(*), sum(hashtextextended({row}, 0)) FROM {table} t WHERE {LEFT.get(table, 'true')}"


def fingerprint() -> dict[str, tuple[Any, ...]]:
    """How many rows each table has, and a sum over what is in them."""
    with connection.cursor() as cursor:
        cursor.execute(statement())
        return {table: tuple(rest) for table, *rest in cursor.fetchall()}
