"""A number's whole life: imported, found, requested, approved, used, released, rested, and the next tenant's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F

from accounts.audit import SYSTEM, Actor
from accounts.errors import Conflict
from accounts.ids import parse, public
from delivery.models import Delivery
from inbox.models import Message
from ingest.models import StrayText
from numbers import pool as circulation
from numbers import requests
from numbers import services as numbers
from numbers.carriers.base import InboundSms
from numbers.models import Assignment, Channel, Number, NumberRequest
from tests.cast import Api, House
from tests.live import LiveDoor

NUMBER = "+33938000001"
OPERATOR = Actor("operator")
DAY = timedelta(days=1)
ASKED = {"number": NUMBER, "purpose": "Appointments", "monthlyVolume": 500}


@pytest.fixture
def channel(acme: House, borealis: House, transactional_db: None) -> Channel:
    """A channel of the operator's."""
    made = numbers.create_channel(None, SYSTEM, carrier="sandbox", credentials={"secret": "s" * 24})
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    return made


@pytest.fixture
def pool(channel: Channel, tmp_path: Path) -> Channel:
    file = tmp_path / "pool.csv"
    file.write_text(
        f"number;country;monthlyPrice;currency\n09 38 00 00 01;FR;150;EUR\n{NUMBER[:-1]}2;;90;EUR\n"
    )
    call_command("import_numbers", str(file), channel=public("channel", channel.pk), verbosity=0)
    return channel


def request_of(response: Any) -> NumberRequest:
    id = parse("number_request", response.json()["id"])
    assert response.status_code == 201
    assert id is not None
    return NumberRequest.objects.get(pk=id)


def obtain(house: House) -> Assignment:
    """The number, asked for with the tenant's live key and approved."""
    asked = request_of(Api(house.live.key).post("number-requests", ASKED))
    approved = requests.approve(asked, OPERATOR)
    assert approved.assignment is not None
    return approved.assignment


def send(door: LiveDoor, channel: Channel, text: str, sent_at: datetime | None = None) -> None:
    door.take(channel, InboundSms(text, "+33639980417", NUMBER, text, sent_at))


def in_force(door: LiveDoor, channel: Channel, *held: Assignment) -> None:
    """Wait until the door knows of just these holdings, as they are stored."""
    rows = Assignment.objects.filter(pk__in=[one.pk for one in held])
    stored = {(row.environment_id, row.starts_at, row.ends_at) for row in rows}
    door.in_force(
        lambda known: (
            {(h.environment, h.since, h.until) for h in known.holders.get((channel.pk, NUMBER), ())} == stored
        )
    )


def later(by: timedelta) -> None:
    """So much time passes for the number: everything that happened to it is so much longer ago."""
    Assignment.objects.filter(number__number=NUMBER).update(
        starts_at=F("starts_at") - by, ends_at=F("ends_at") - by
    )
    Number.objects.filter(number=NUMBER).update(aging_until=F("aging_until") - by)


def whose() -> list[tuple[str | None, Any]]:
    return [(message.content, message.environment) for message in Message.objects.order_by("pk")]


def test_from_the_list_to_the_next_tenant(
    door: LiveDoor, pool: Channel, acme: House, borealis: House
) -> None:
    a, b = Api(acme.live.key), Api(borealis.live.key)
    found = a.get("available-numbers?country=FR&category=platform&capability=sms").json()["data"]
    assert [(row["number"], row["monthlyPrice"]["amount"]) for row in found] == [
        ("+33938000002", 90),
        (NUMBER, 150),
    ]
    first = obtain(acme)
    assert NUMBER not in str(b.get("available-numbers").json()["data"])
    in_force(door, pool, first)
    send(door, pool, "for Acme")
    assert whose() == [("for Acme", acme.live.environment)]

    assert a.delete(f"numbers/{public('number', first.number_id)}").status_code == 204
    in_force(door, pool, first)
    send(door, pool, "while it rests")
    assert StrayText.objects.filter(kind="held", sealed_raw=None, number=NUMBER).count() == 1
    later(59 * DAY)
    assert (
        b.post("number-requests", ASKED).status_code,
        NUMBER in str(b.get("available-numbers").json()),
    ) == (
        409,
        False,
    )
    later(DAY)
    second = obtain(borealis)
    later(10 * DAY)
    in_force(door, pool, second)

    began = Assignment.objects.get(pk=second.pk).starts_at
    for text, sent_at in (
        ("while Acme held it", began - 61 * DAY),
        ("while it rested", began - DAY),
        ("just before", began - timedelta(minutes=3)),
    ):
        send(door, pool, text, sent_at)
    assert len(whose()) == 1
    assert StrayText.objects.filter(kind="held", sealed_raw=None).count() == 4
    send(door, pool, "for Borealis")
    assert whose()[1:] == [("for Borealis", borealis.live.environment)]


def test_a_text_from_before_a_quick_move_is_the_former_holders(
    door: LiveDoor, pool: Channel, acme: House, borealis: House
) -> None:
    """However short an operator lets numbers rest: who held it when the text was sent gets it, or nobody."""
    first = obtain(acme)
    numbers.release_number(first, SYSTEM)
    Number.objects.update(aging_until=None)
    second = obtain(borealis)
    now = datetime.now(UTC)
    Assignment.objects.filter(pk=first.pk).update(starts_at=now - 9 * DAY, ends_at=now - 3 * DAY)
    Assignment.objects.filter(pk=second.pk).update(starts_at=now - 2 * DAY)
    in_force(door, pool, first, second)
    send(door, pool, "to Acme", now - 4 * DAY)
    send(door, pool, "to nobody", now - 2.5 * DAY)
    send(door, pool, "too old to tell", now - 8 * DAY)
    assert whose() == [("to Acme", acme.live.environment)]
    assert StrayText.objects.filter(kind="held", sealed_raw=None).count() == 2


def test_a_number_that_moves_between_channels_keeps_its_past(
    door: LiveDoor, acme: House, transactional_db: None
) -> None:
    """The same environment holds it twice: what was sent before the move still comes in over the old channel."""
    old, number = acme.live.channel, acme.live.assignment.number
    new = numbers.create_channel(
        acme.live.environment, SYSTEM, carrier="sandbox", credentials={"secret": "n" * 24}
    )
    Assignment.objects.filter(number=number).update(starts_at=datetime.now(UTC) - DAY)
    moved = numbers.update_assignment(acme.live.assignment, SYSTEM, channel=new)
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    door.in_force(lambda known: (new.pk, number.number) in known.holders)
    for channel, text, sent_at in (
        (old, "sent before", moved.starts_at - timedelta(minutes=10)),
        (new, "sent after", None),
        (new, "by a slow clock", moved.starts_at - timedelta(minutes=3)),
    ):
        door.take(channel, InboundSms(text, "+33639980417", number.number, text, sent_at))
    assert [content for content, _ in whose()] == ["sent before", "sent after", "by a slow clock"]


def test_a_number_of_the_pool_stays_on_its_channel(pool: Channel, acme: House) -> None:
    held, api = obtain(acme), Api(acme.live.key)
    path = f"numbers/{public('number', held.number_id)}"
    assert api.get(path).json()["channelId"] is None
    assert api.get(path).json()["monthlyPrice"] == {"amount": 150, "currency": "EUR"}
    refused = api.patch(path, {"channelId": acme.live.ids["channel_id"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "number_of_the_pool")
    assert api.patch(path, {"label": "Front"}).json()["label"] == "Front"


def test_a_number_of_the_pool_comes_back_to_its_holder(pool: Channel, acme: House, borealis: House) -> None:
    numbers.release_number(obtain(acme), SYSTEM)
    own = {"number": NUMBER, "channelId": borealis.live.ids["channel_id"]}
    assert Api(borealis.live.key).post("numbers", own).json()["code"] == "number_taken"
    api = Api(acme.live.key)
    wrong = api.post("numbers", {"number": NUMBER, "channelId": acme.live.ids["channel_id"]})
    assert wrong.json()["errors"][0]["pointer"] == "#/channelId"
    assert api.post("numbers", {"number": NUMBER}).status_code == 201
    assert Assignment.objects.get(number__number=NUMBER, ends_at=None).channel == pool


def test_what_became_the_operators_while_it_rested_comes_back_on_approval(pool: Channel, acme: House) -> None:
    api, own = Api(acme.live.key), acme.live.assignment
    numbers.release_number(own, SYSTEM)
    assert list(circulation.returnable(acme.live.environment)) == [own.number]
    Number.objects.filter(pk=own.number_id).update(channel=pool)  # as buying it for the pool leaves it
    assert list(circulation.returnable(acme.live.environment)) == []
    body = {"number": own.number.number, "label": "Front desk"}
    refused = api.post("numbers", body | {"channelId": acme.live.ids["channel_id"]})
    assert refused.json()["errors"][0]["pointer"] == "#/channelId"
    asked = api.post("numbers", body)
    assert (asked.status_code, asked.json()["kind"], asked.json()["status"]) == (202, "pool", "requested")
    assert not Assignment.objects.filter(number=own.number, ends_at=None).exists()
    approved = requests.approve(NumberRequest.objects.get(wanted=own.number), OPERATOR)
    assert approved.assignment is not None
    assert (approved.assignment.channel, approved.assignment.label) == (pool, "Front desk")


def test_nobody_brings_a_number_of_the_pool(pool: Channel, acme: House) -> None:
    body = {"number": NUMBER, "channelId": acme.live.ids["channel_id"]}
    assert Api(acme.live.key).post("numbers", body).json()["code"] == "number_taken"


def test_a_withdrawn_number_is_nobodys(pool: Channel, acme: House) -> None:
    number, api = Number.objects.get(number=NUMBER), Api(acme.live.key)
    circulation.withdraw_number(number, OPERATOR)
    assert NUMBER not in str(api.get("available-numbers").json())
    assert api.post("number-requests", ASKED).json()["code"] == "number_taken"
    circulation.restore_number(number, OPERATOR)
    held = obtain(acme)
    with pytest.raises(Conflict, match="number_held"):
        circulation.withdraw_number(held.number, OPERATOR)


def test_a_channel_with_numbers_of_the_pool_stays(pool: Channel, acme: House) -> None:
    with pytest.raises(Conflict, match="channel_in_use"):
        numbers.delete_channel(pool, OPERATOR)
