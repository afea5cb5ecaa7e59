"""Which tables hang on an environment, and by what, found in the models: a new one is in at once."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model

from accounts.models import Environment

#: Whose tables we know.
OURS = ("accounts", "numbers", "inbox", "delivery", "routing", "ingest", "operations", "sandbox")
#: Of django-oauth-toolkit's tables we use one.
BORROWED = ("oauth2_provider.AccessToken",)
#: Numbers of the pool lie on the operator's channels; who may hold one is looked at by its kind.
OF_ALL = frozenset({"numbers_number"})
#: What requests note about whoever makes them, whatever they are answered.
NOTED = {"accounts_apikey": ("last_used_at",)}


class Reference(NamedTuple):
    """A foreign key from a row to one that hangs on an environment."""

    table: str
    column: str
    target: str  # a table


def models() -> list[type[Model]]:
    every = apps.get_models(include_auto_created=True)
    return [one for one in every if one._meta.app_label in OURS or one._meta.label in BORROWED]


def keys_of(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    return [field for field in model._meta.local_fields if isinstance(field, ForeignKey)]


def table(model: Any) -> str:
    return str(model._meta.db_table)


@cache
def homes() -> frozenset[str]:
    """The tables whose rows say themselves of which environment they are."""
    return frozenset(
        table(model)
        for model in models()
        if any(key.related_model is Environment and key.column == "environment_id" for key in keys_of(model))
    )


@cache
def children() -> dict[str, Reference]:
    """The tables whose rows are of the environment of another row, by the first way that leads there."""
    found: dict[str, Reference] = {}
    for model in models():
        ways = [key for key in keys_of(model) if table(key.related_model) in homes()]
        if table(model) not in homes() | OF_ALL and ways:
            found[table(model)] = Reference(table(model), str(ways[0].column), table(ways[0].related_model))
    return found


@cache
def references() -> tuple[Reference, ...]:
    """All foreign keys from what hangs on an environment to what does."""
    bound = homes() | children().keys()
    return tuple(
        Reference(table(model), str(key.column), table(key.related_model))
        for model in models()
        for key in keys_of(model)
        if table(model) in bound and table(key.related_model) in bound
    )


@cache
def identity(name: str) -> str:
    """The column by which rows of a table are known."""
    return next(str(model._meta.pk.column) for model in models() if table(model) == name)


def rows_of(name: str) -> str:
    """All rows of a table that hangs on an environment as (t.*, home): the environment's id."""
    if name in homes():
        return f"SELECT t.*, t.environment_id AS home FROM {name} t"
    way = children()[name]
    target = f"SELECT p.{identity(way.target)} AS id, p.environment_id FROM {way.target} p"
    return f"SELECT t.*, p.environment_id AS home FROM {name} t JOIN ({target}) p ON p.id = t.{way.column}"


@cache
def all_of_them() -> str:
    """One look at all tables: how many rows each environment has, and a sum over what is in them."""
    return " UNION ALL ".join(
        f"SELECT '{name}', home, count(*), sum(hashtextextended({written(name)}, 0)) "
        f"FROM ({rows_of(name)}) r GROUP BY home"
        for name in sorted(homes() | children().keys())
    )


def written(name: str) -> str:
    """A row as text, without what requests note."""
    return "(to_jsonb(r)" + "".join(f" - '{column}'" for column in NOTED.get(name, ())) + ")::text"


def standing() -> dict[UUID | None, dict[str, tuple[Any, ...]]]:
    """What each environment has, in short, by table."""
    found: dict[UUID | None, dict[str, tuple[Any, ...]]] = {}
    for name, home, *rest in fetched(all_of_them()):
        found.setdefault(home, {})[name] = tuple(rest)
    return found


@cache
def across() -> str:
    """The references whose two ends are of different environments."""
    return " UNION ALL ".join(
        f"SELECT '{one.table}.{one.column}' FROM ({rows_of(one.table)}) a JOIN ({rows_of(one.target)}) b "
        f"ON b.{identity(one.target)} = a.{one.column} WHERE a.home <> b.home"
        for one in references()
    )


#: Texts whose marks do not fit where they lie.
MASKED = """
SELECT 'inbox_message' FROM inbox_message m JOIN accounts_environment e ON e.id = m.environment_id
LEFT JOIN numbers_number n ON n.id = m.number_id
WHERE m.simulated <> (e.kind = 'sandbox') OR n.fictional <> m.simulated
"""


def crossings() -> list[str]:
    """What joins two environments, or is not what it says; empty as long as the walls hold."""
    return [name for (name,) in fetched(f"{across()} UNION ALL {MASKED}")]


def fetched(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
