"""No statement, whoever writes it, joins what is of one environment to what is of another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model

from accounts.clock import clock
from accounts.ids import uuid7
from delivery.models import Attempt
from inbox.models import Explanation, Part
from numbers import phone
from numbers.models import Number, NumberDocument, Purchase
from routing.models import Route
from tests import cast
from tests.cast import House, Side

WALL = "would cross from one environment into another"


class Crossing(NamedTuple):
    """A column of a row of one environment, and what it is to say of the other."""

    row: Model
    column: str
    value: Any


def others(acme: House, borealis: House) -> list[tuple[Side, Side]]:
    return [
        (acme.live, acme.sandbox),
        (acme.sandbox, acme.live),
        (acme.live, borealis.live),
        (acme.sandbox, borealis.sandbox),
    ]


def run(sql: str, values: list[Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def refused(sql: str, values: list[Any]) -> None:
    with pytest.raises(DatabaseError) as error:
        run(sql, values)
    assert WALL in str(error.value) or "number_is_its_kind" in str(error.value), sql


def parts_of(side: Side) -> Part:
    now = clock(side.environment)
    return Part.objects.create(
        group=b"g", total=2, number=1, environment=side.environment, channel=side.channel,
        holding=side.assignment.number, number_used=side.assignment.number.number, alphabet="gsm7", sealed_data=b"",
        sealed_sender=b"", received_at=now, expires_at=now + timedelta(minutes=1),
    )  # fmt: skip


def crossings(own: Side, other: Side) -> list[Crossing]:
    """Every column that could name something of another environment."""
    env = other.environment.pk
    message = cast.store_message(own.assignment, "no code", explanation=[])
    document = NumberDocument.objects.create(
        environment=own.environment, request=own.number_request, content_type="image/png", size=1,
        created_at=clock(own.environment),
    )  # fmt: skip
    purchase = Purchase.objects.create(
        environment=own.environment, channel=own.channel, number="+1", state=Purchase.State.KEPT,
        created_at=clock(own.environment),
    )  # fmt: skip
    told = Explanation.objects.create(id=uuid7(), environment=other.environment, told=[])
    Attempt.objects.update(sealed_response=None)  # else another rule refuses all changes
    rows = [
        own.channel, own.assignment, own.number_request, document, purchase, own.route, message, parts_of(own), told,
        own.endpoint, own.event, own.delivery, own.attempt, own.issue, own.replay, own.environment.keys.get(),
        own.environment.clients.get(),
    ]  # fmt: skip
    homes = [Crossing(row, "environment_id", env if row is not told else own.environment.pk) for row in rows]
    through = Route.endpoints.through.objects.get(route=own.route)
    return [
        *homes,
        Crossing(own.assignment, "channel_id", other.channel.pk),
        Crossing(own.number_request, "channel_id", other.channel.pk),
        Crossing(own.number_request, "assignment_id", other.assignment.pk),
        Crossing(document, "request_id", other.number_request.pk),
        Crossing(purchase, "channel_id", other.channel.pk),
        Crossing(through, "endpoint_id", other.endpoint.pk),
        Crossing(through, "route_id", other.route.pk),
        Crossing(message, "channel_id", other.channel.pk),
        Crossing(message, "number_id", other.assignment.number_id),
        Crossing(message, "simulated", own.environment.is_live),
        Crossing(own.endpoint, "failover_id", other.endpoint.pk),
        Crossing(own.delivery, "endpoint_id", other.endpoint.pk),
        Crossing(own.delivery, "message_id", other.message.pk),
        Crossing(own.delivery, "event_id", other.event.pk),
        Crossing(own.attempt, "delivery_id", other.delivery.pk),
        Crossing(own.issue, "endpoint_id", other.endpoint.pk),
        Crossing(own.environment.keys.get(), "replaced_by_id", other.environment.keys.get().pk),
        Crossing(own.environment, "tenant_id", uuid7()),
        Crossing(own.environment, "kind", "sandbox" if own.environment.is_live else "live"),
    ]


def test_no_row_is_changed_into_another_environment(acme: House, borealis: House) -> None:
    for own, other in others(acme, borealis):
        for one in crossings(own, other):
            table = one.row._meta.db_table
            refused(f"UPDATE {table} SET {one.column} = %s WHERE id = %s", [one.value, one.row.pk])


def copied(row: Model, **changes: Any) -> tuple[str, list[Any]]:
    """The statement that stores the row once more, with a new id and these columns."""
    fields = row._meta.concrete_fields
    values: dict[str, Any] = {
        str(one.column): one.get_db_prep_save(getattr(row, one.attname), connection) for one in fields
    }
    values |= {"id": uuid7()} | changes
    names, places = ", ".join(f'"{name}"' for name in values), ", ".join(["%s"] * len(values))
    return f"INSERT INTO {row._meta.db_table} ({names}) VALUES ({places})", list(values.values())


def test_no_row_is_made_across(acme: House, borealis: House) -> None:
    for own, other in others(acme, borealis):
        message = cast.store_message(own.assignment, "no code")
        part = parts_of(own)
        told = Explanation.objects.create(id=uuid7(), environment=other.environment, told=[])
        for row, column, value in (
            (message, "environment_id", other.environment.pk),
            (message, "channel_id", other.channel.pk),
            (message, "why_id", told.pk),
            (part, "channel_id", other.channel.pk),
            (own.delivery, "environment_id", other.environment.pk),
            (own.delivery, "endpoint_id", other.endpoint.pk),
            (own.delivery, "message_id", other.message.pk),
            (own.delivery, "event_id", other.event.pk),
            (own.attempt, "environment_id", other.environment.pk),
            (own.attempt, "delivery_id", other.delivery.pk),
        ):
            refused(*copied(row, **{column: value}))
        refused(
            "INSERT INTO routing_route_endpoints (route_id, endpoint_id) VALUES (%s, %s)",
            [own.route.pk, other.endpoint.pk],
        )


def test_a_text_says_what_it_is(acme: House) -> None:
    for side, other in ((acme.live, acme.sandbox), (acme.sandbox, acme.live)):
        message = cast.store_message(side.assignment, "no code")
        refused(*copied(message, simulated=not message.simulated))
        refused(*copied(message, number_id=other.assignment.number_id))
        refused(*copied(parts_of(side), holding_id=other.assignment.number_id))


def test_fiction_is_held_by_sandboxes_and_nothing_else_is(acme: House) -> None:
    for side, other in ((acme.live, acme.sandbox), (acme.sandbox, acme.live)):
        free = {"number_id": other.assignment.number_id, "ends_at": clock()}
        refused(*copied(side.assignment, **free))
        key = side.environment.keys.get()
        wrong = "sk_test_" if side.environment.is_live else "sk_live_"
        refused(*copied(key, prefix=wrong + "x" * 12, digest=b"another"))


def test_a_number_cannot_be_said_to_be_what_it_is_not(db: None) -> None:
    for number, fictional in (("+33639980009", False), ("+33937000009", True), ("36184", True)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Number.objects.create(number=number, fictional=fictional, created_at=clock())
    kept = Number.objects.create(number="+33639980009", fictional=True, created_at=clock())
    refused("UPDATE numbers_number SET number = '+33937000009', fictional = false WHERE id = %s", [kept.pk])


def test_the_database_knows_the_same_fiction_as_we_do(db: None) -> None:
    edges = [f"+{number}" for pair in phone.FICTION for at in pair for number in (at - 1, at, at + 1)]
    edges += [
        "+12025550099",
        "+12025550100",
        "+14165550199",
        "+14165550200",
        "+441",
        "36184",
        "+0639980001",
        "",
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, is_fictional(n) FROM unnest(%s::text[]) AS n", [edges])
        assert dict(cursor.fetchall()) == {number: phone.is_fictional(number) for number in edges}


def multiplied(row: Model) -> None:
    """2,000 copies of the row, by one statement."""
    table, names = (
        row._meta.db_table,
        [f'"{one.column}"' for one in row._meta.concrete_fields if one.name != "id"],
    )
    copies = (
        f"SELECT gen_random_uuid(), {', '.join(names)} FROM {table}, generate_series(1, 2000) WHERE id = %s"
    )
    run(f"INSERT INTO {table} (id, {', '.join(names)}) {copies}", [row.pk])


def read_in_turn(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = %s", [table])
        (count,) = cursor.fetchone()
    return int(count)


def test_a_look_is_by_key_also_where_the_table_was_empty_when_it_was_planned(acme: House) -> None:
    side = acme.live
    tables = ["inbox_message", "delivery_delivery", "delivery_event", "delivery_attempt", "inbox_explanation"]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        cursor.execute(f"ANALYZE {', '.join(tables)}")
    for row in (side.message, side.delivery, side.attempt):
        row.save(force_insert=True)
    before = sum(map(read_in_turn, tables))
    for _ in range(3):
        multiplied(side.message)
        multiplied(side.delivery)
        multiplied(side.attempt)
    # What is copied is itself looked for in turn; a look for each copy would read some ten million.
    assert sum(map(read_in_turn, tables)) - before < 100_000
