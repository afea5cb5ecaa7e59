"""The operator's list of numbers: read strictly, all of it or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.audit import SYSTEM, Actor
from accounts.ids import public
from accounts.models import AuditEntry
from numbers import listing, services
from numbers.importing import Imported, import_numbers
from numbers.listing import Rejected
from numbers.models import Channel, Number
from tests.cast import House

OPERATOR = Actor("operator")
ONE, TWO, CODE = "+33938000001", "+33938000002", "36180"


@pytest.fixture
def channel(acme: House) -> Channel:
    return operators(acme)


def operators(acme: House) -> Channel:
    made = services.create_channel(None, SYSTEM, carrier="sandbox", credentials={"secret": "s" * 24})
    return made


def run(channel: Channel | None, text: str | bytes, *, dry_run: bool = False) -> Imported:
    raw = text.encode() if isinstance(text, str) else text
    return import_numbers(raw, OPERATOR, channel=channel, dry_run=dry_run)


def problems(channel: Channel | None, text: str | bytes) -> list[tuple[int, str]]:
    """Where the file is wrong; nothing of it is stored."""
    before = list(Number.objects.order_by("pk").values())
    with pytest.raises(Rejected) as rejected:
        run(channel, text)
    assert list(Number.objects.order_by("pk").values()) == before
    return [(wrong.line, wrong.column) for wrong in rejected.value.problems]


def stored(number: str) -> dict[str, object]:
    columns = ("country", "category", "region", "capabilities", "monthly_price", "currency", "channel_id")
    found: dict[str, object] = Number.objects.filter(number=number).values(*columns).get()
    return found


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_file_of_any_usual_form(channel: Channel, delimiter: str, end: str, mark: str) -> None:
    lines = [
        ["Currency", "NUMBER", "monthlyPrice", "capabilities", "country"],
        ["eur", '"09 38 00 00 01"', "150", '"voice sms"', "FR"],
        ["", "33938000002", "", "", ""],
        ["EUR", CODE, "9900", "sms", "FR"],
    ]
    done = run(channel, mark + end.join(delimiter.join(line) for line in lines) + end + end)
    assert done == Imported(created=[ONE, TWO, CODE])
    assert stored(ONE) == {
        "country": "FR",
        "category": "platform",
        "region": "",
        "capabilities": ["sms", "voice"],
        "monthly_price": 150,
        "currency": "EUR",
        "channel_id": channel.pk,
    }
    assert stored(TWO) | {"category": "platform"} == stored(ONE) | {
        "capabilities": ["sms"],
        "monthly_price": None,
        "currency": "",
    }
    assert (stored(CODE)["country"], stored(CODE)["category"]) == ("FR", "shortCode")


def test_a_line_may_name_category_region_and_channel(acme: House, channel: Channel) -> None:
    other = operators(acme)
    head = "number,category,region,channel\n"
    run(channel, f"{head}{ONE},nonGeographic,rhone-alpes,{public('channel', other.pk)}\n+33162000001,,,\n")
    assert stored(ONE) | {"category": "nonGeographic", "region": "rhone-alpes"} == stored(ONE)
    assert stored(ONE)["channel_id"] == other.pk
    assert (stored("+33162000001")["category"], stored("+33162000001")["region"]) == (
        "verified",
        "ile-de-france",
    )


@pytest.mark.parametrize(
    ("line", "column"),
    [
        (",FR,,,,,,", "number"),
        ("0938000001,,,,,,,", "number"),  # whose 0?
        ("+33639980009,,,,,,,", "number"),  # of fiction
        ("+33612345678,,,,,,,", "number"),  # of people
        ("+337001234567890,,,,,,,", "number"),  # of machines
        ("nonsense,,,,,,,", "number"),
        (f"{ONE},XX,,,,,,", "country"),
        (f"{ONE},GB,,,,,,", "country"),
        (f"{ONE},,golden,,,,,", "category"),
        (f"{ONE},,,Île-de-France,,,,", "region"),
        (f"{ONE},,,,fax,,,", "capabilities"),
        (f"{ONE},,,,,1.50,EUR,", "monthlyPrice"),
        (f"{ONE},,,,,-1,EUR,", "monthlyPrice"),
        (f"{ONE},,,,,99999999999,EUR,", "monthlyPrice"),
        (f"{ONE},,,,,150,,", "currency"),
        (f"{ONE},,,,,150,Euro,", "currency"),
        (f"{ONE},,,,,,,chn_none", "channel"),
        (f"{ONE},,", ""),
        (f"{TWO},,,,,,,", "number"),  # twice
    ],
)
def test_each_wrong_field_is_named_with_its_line(channel: Channel, line: str, column: str) -> None:
    head = "number,country,category,region,capabilities,monthlyPrice,currency,channel"
    assert problems(channel, f"{head}\n{TWO},,,,,,,\n\n{line}\n") == [(4, column)]


def test_all_wrong_fields_are_told_at_once(channel: Channel) -> None:
    assert problems(None, f"number;region\n06;x\n{ONE};A b\n") == [
        (2, "channel"),
        (2, "number"),
        (3, "channel"),
        (3, "region"),
    ]


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (b"", [(1, "number")]),
        (b"number,price\n", [(1, "price")]),
        (b"number,number\n", [(1, "number")]),
        (b"region\nx\n", [(1, "number")]),
        (b"number\n+33938000001\n\xe9\n", [(3, "")]),
        (b'number\n"+33938000001\n', [(2, "")]),
    ],
)
def test_a_file_that_cannot_be_read(channel: Channel, raw: bytes, where: list[tuple[int, str]]) -> None:
    assert problems(channel, raw) == where


def test_a_tenants_channel_is_none_of_the_operators(acme: House, channel: Channel) -> None:
    own = public("channel", acme.live.channel.pk)
    assert problems(None, f"number,channel\n{ONE},{own}\n") == [(2, "channel")]


def test_what_a_tenant_brought_and_holds_stays(acme: House, channel: Channel) -> None:
    assert problems(channel, f"number\n{ONE}\n+33937000001\n") == [(3, "number")]


def test_a_held_number_keeps_its_channel(acme: House, channel: Channel) -> None:
    run(channel, f"number\n{ONE}\n")
    services.assign_number(acme.live.environment, SYSTEM, number=ONE, channel=channel)
    assert problems(operators(acme), f"number\n{ONE}\n") == [(2, "channel")]
    assert run(channel, f"number,region\n{ONE},paris\n").updated == [ONE]


def test_known_numbers_are_brought_up_to_date(channel: Channel) -> None:
    run(channel, f"number,monthlyPrice,currency\n{ONE},150,EUR\n{TWO},150,EUR\n")
    id = Number.objects.get(number=TWO).pk
    again = f"number,monthlyPrice,currency\n{ONE},150,EUR\n{TWO},90,EUR\n{CODE},,\n"
    expected = Imported(created=[CODE], updated=[TWO], unchanged=[ONE])
    assert run(channel, again, dry_run=True) == expected
    assert stored(TWO)["monthly_price"] == 150
    assert run(channel, again) == expected
    assert (stored(TWO)["monthly_price"], Number.objects.get(number=TWO).pk) == (90, id)
    assert run(channel, again) == Imported(unchanged=[ONE, TWO, CODE])
    entries = AuditEntry.objects.filter(action="numbers.imported", actor_kind="operator").order_by("pk")
    assert [entry.after for entry in entries] == [
        {"created": 2, "updated": 0},
        {"created": 1, "updated": 1},
    ]


def test_a_listed_number_is_no_longer_withdrawn(channel: Channel) -> None:
    run(channel, f"number\n{ONE}\n")
    Number.objects.update(withdrawn_at="2026-01-01T00:00:00Z")
    assert run(channel, f"number\n{ONE}\n").updated == [ONE]
    assert Number.objects.get(number=ONE).withdrawn_at is None


def test_many_lines_are_few_statements(channel: Channel) -> None:
    text = "number\n" + "\n".join(f"+3393800{n:04}" for n in range(10_000))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert len(run(channel, text).created) == 10_000
    assert len(queries) < 20


def test_a_file_has_so_many_lines_at_most(channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_LINES", 1)
    assert problems(channel, f"number\n{ONE}\n{TWO}\n") == [(3, "")]


def test_the_command_says_what_it_did(
    channel: Channel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, id = tmp_path / "pool.csv", public("channel", channel.pk)
    file.write_text(f"number\n{ONE}\n{TWO}\n")
    call_command("import_numbers", str(file), channel=id, dry_run=True, verbosity=2)
    assert f"2 would be created: {ONE} {TWO}" in capsys.readouterr().out
    call_command("import_numbers", str(file), channel=id)
    assert capsys.readouterr().out.splitlines() == ["2 created", "0 updated", "0 unchanged"]
    file.write_text("number\n" + "x\n" * 60)
    with pytest.raises(CommandError, match=r"Nothing was imported\.\nline 2, number: ") as told:
        call_command("import_numbers", str(file), channel=id)
    assert str(told.value).endswith("… and 10 more")
    for wrong in ({"channel": "chn_none"}, {"file": str(tmp_path / "none.csv")}):
        with pytest.raises(CommandError):
            call_command("import_numbers", wrong.get("file", str(file)), channel=wrong.get("channel", id))
