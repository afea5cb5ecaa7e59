"""Operators buy numbers for the pool by a command."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.audit import SYSTEM
from accounts.ids import public
from numbers import services as numbers
from numbers.models import Channel, Number, Purchase
from tests.buying.counter import (
    FICTION,
    NUMBER,
    number_path,
    where_texts_go,
)
from tests.cast import Api, House
from tests.shops import Shop


def command(channel: Channel, *more: str) -> str:
    out = StringIO()
    call_command("buy_number", "--channel", public("channel", channel.pk), *more, stdout=out)
    return out.getvalue()


def test_the_operator_buys_for_the_pool(acme: House, api: Api, shop: Shop, pool_channel: Channel) -> None:
    shown = command(pool_channel, "--country", "FR", "--contains", "5001")
    assert NUMBER in shown
    assert FICTION not in command(pool_channel, "--country", "FR")
    price = ("--monthly-price", "150", "--currency", "eur")
    assert command(pool_channel, "--number", NUMBER, *price) == f"{NUMBER} is in the pool\n"
    row = Number.objects.get(number=NUMBER)
    assert (row.channel_id, row.monthly_price, row.currency) == (pool_channel.pk, 150, "EUR")
    assert row.channel_ref == Purchase.objects.get().channel_ref != ""
    assert where_texts_go(shop).endswith(pool_channel.path)
    assert NUMBER in [n["number"] for n in api.get("available-numbers").json()["data"]]
    assert command(pool_channel, "--number", NUMBER, *price)  # adopts, and buys nothing
    assert shop.sales == [NUMBER]


def test_a_tenant_cannot_give_the_pools_number_back(
    acme: House, api: Api, shop: Shop, pool_channel: Channel
) -> None:
    command(pool_channel, "--number", NUMBER)
    held = numbers.assign_number(acme.live.environment, SYSTEM, number=NUMBER, channel=pool_channel)
    refused = api.delete(number_path(held, "?giveBack=true"))
    assert (refused.status_code, refused.json()["code"]) == (409, "number_of_the_pool")
    assert set(shop.account) == {NUMBER}


def test_the_command_says_what_is_wrong(acme: House, shop: Shop, pool_channel: Channel) -> None:
    for arguments, words in (
        (("--number", "+33612345678"), "between people"),
        (("--number", "36180"), "international number"),
        (("--number", FICTION), "sandbox"),
        (("--number", "+33937000001"), "not available"),  # Acme brought it
        (("--number", NUMBER, "--currency", "EUR"), "needs both"),
    ):
        with pytest.raises(CommandError, match=words):
            command(pool_channel, *arguments)
    assert shop.sales == []
    shop.busy = 1
    with pytest.raises(CommandError, match="try again"):
        command(pool_channel, "--country", "FR")
    with pytest.raises(CommandError, match="operator's"):
        command(acme.live.channel, "--country", "FR")


def test_what_is_not_finished_is_shown(shop: Shop, pool_channel: Channel) -> None:
    assert NUMBER not in command(pool_channel)
    shop.papers.add(NUMBER)
    with pytest.raises(CommandError, match="documents"):
        command(pool_channel, "--number", NUMBER)
    assert f"{NUMBER}  ordering since" in command(pool_channel)
