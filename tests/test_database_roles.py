"""What the processes' database role can and cannot do, asked of PostgreSQL itself."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.db import ProgrammingError, connection, transaction

from tests.cast import House


@pytest.fixture
def as_app(acme: House) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE smsgateway_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def execute(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounts_auditentry SET action = 'nothing'",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry CASCADE",
        "DROP TABLE accounts_auditentry",
        "ALTER TABLE accounts_auditentry ADD COLUMN x int",
        "ALTER TABLE accounts_auditentry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "UPDATE delivery_attempt SET status = 200",
        "UPDATE delivery_attempt SET response = 'fine'",
        "TRUNCATE inbox_message CASCADE",
        "DELETE FROM django_migrations",
        "CREATE TABLE mine (x int)",
    ],
)
def test_the_app_cannot_rewrite_what_happened(as_app: None, sql: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO accounts_auditentry (id, at, actor_kind, action, request_id) "
        "VALUES (gen_random_uuid(), now(), 'system', 'test.done', '')",
        "SELECT count(*) FROM accounts_auditentry",
        "UPDATE delivery_delivery SET attempts_made = 3",
        "DELETE FROM delivery_attempt",
        "UPDATE delivery_attempt SET response = NULL",
        "SELECT count(*) FROM django_migrations",
        "INSERT INTO django_session VALUES ('k', 'd', now())",
    ],
)
def test_the_app_can_do_its_work(as_app: None, sql: str) -> None:
    execute(sql)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("smsgateway_app",)


def test_every_table_is_within_the_apps_reach(as_app: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND NOT has_table_privilege('smsgateway_app', oid, 'SELECT')"
        )
        assert cursor.fetchall() == []


def test_an_owner_that_makes_the_role_itself_may_act_as_it(db: None) -> None:
    roles = import_module("accounts.migrations.0001_roles").ROLES.replace("smsgateway_app", "app_of_another")
    with connection.cursor() as cursor:
        cursor.execute(roles[: roles.index("GRANT USAGE")])
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)  # to whom everything is allowed
        cursor.execute("SET ROLE app_of_another")
        cursor.execute("RESET ROLE")
