"""Whatever happens on the way, a number is paid once, and no purchase is lost."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.errors import Conflict
from numbers import acquisition, requests, sellers
from numbers.models import Channel, NumberRequest, Purchase
from tests.buying.counter import (
    NUMBER,
    buy,
    carrier_of,
    opened,
    path,
    where_texts_go,
)
from tests.cast import Api, House
from tests.shops import Shop, open_shop
from tests.shops.telnyx import TelnyxShop
from tests.shops.twilio import TwilioShop

ORDER = {
    "twilio": "POST /2010-04-01/",
    "telnyx": "POST /v2/number_orders",
    "vonage": "POST /number/buy",
}


@pytest.mark.usefixtures("impatient")
def test_an_order_that_is_carried_out_and_not_answered_costs_once(
    api: Api, shop: Shop, channel: Channel
) -> None:
    shop.silent = ORDER[carrier_of(shop)]
    first = buy(api, channel)
    if isinstance(shop, TelnyxShop):  # took the order, which is found at the next try
        assert (first.status_code, first.json()["code"]) == (409, "carrier_unreachable")
        shop.silent = ""
        first = buy(api, channel)
        assert len(shop.orders) == 1
    assert first.status_code == 202
    assert shop.sales == [NUMBER]


@pytest.mark.usefixtures("impatient")
def test_an_order_that_never_reached_the_carrier_is_placed_again(
    api: Api, shop: Shop, channel: Channel
) -> None:
    shop.lost = ORDER[carrier_of(shop)]
    first = buy(api, channel)
    assert (first.status_code, first.json()["code"]) == (409, "carrier_unreachable")
    assert "not bought twice" in first.json()["detail"]
    assert Purchase.objects.get().state == "ordering"
    shop.lost = ""
    assert buy(api, channel).status_code == 202
    assert shop.sales == [NUMBER]
    assert Purchase.objects.get().state == "kept"


@pytest.mark.usefixtures("impatient")
def test_a_number_whose_texts_cannot_be_pointed_here_is_finished_later(
    api: Api, shop: Shop, channel: Channel
) -> None:
    if isinstance(shop, TwilioShop):  # which is told with the order, so this one is the account's already
        shop.sell(NUMBER).ref = "PN" + "9" * 32
    pointing = {"twilio": "Numbers/PN", "telnyx": "PATCH /v2/phone_numbers", "vonage": "/number/update"}
    shop.lost = pointing[carrier_of(shop)]
    first = buy(api, channel)
    assert (first.status_code, first.json()["code"]) == (409, "purchase_unfinished")
    assert Purchase.objects.get().state == "bought"
    assert [p.number for p in acquisition.unfinished(channel)] == [NUMBER]
    shop.lost = ""
    assert buy(api, channel).status_code == 202
    assert shop.sales == [NUMBER]
    assert acquisition.unfinished(channel) == []


def test_when_storing_fails_the_number_is_adopted_by_the_next_try(
    api: Api, shop: Shop, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as outage:
        outage.setattr(requests, "filed", broken)
        assert buy(api, channel).status_code == 500
    assert Purchase.objects.get().state == "bought"
    assert not NumberRequest.objects.filter(number=NUMBER).exists()
    assert buy(api, channel).status_code == 202
    assert shop.sales == [NUMBER]


def test_a_number_that_the_account_has_already_is_adopted(api: Api, shop: Shop, channel: Channel) -> None:
    ware = shop.account[NUMBER] = shop.stock.pop(NUMBER)
    ware.ref = "PN" + "9" * 32
    assert buy(api, channel).status_code == 202
    assert shop.sales == []
    assert channel.path in where_texts_go(shop)


def test_two_buyers_at_once_pay_once(
    transactional_db: None, acme: House, api: Api, shop: Shop, channel: Channel
) -> None:
    answers: list[tuple[int, str]] = []
    at_once = threading.Barrier(4)

    def one() -> None:
        at_once.wait(10)
        response = buy(Api(acme.live.key), channel)
        answers.append((response.status_code, response.json().get("code", "")))
        connection.close()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(status for status, _code in answers) == [202, 409, 409, 409]
    assert {code for status, code in answers if status == 409} <= {
        "purchase_under_way",
        "number_requested",
        "number_taken",
    }
    assert shop.sales == [NUMBER]


@pytest.mark.parametrize(("state", "code"), [("kept", "number_requested"), ("bought", "purchase_unfinished")])
def test_who_comes_second_to_the_same_purchase_hears_what_became_of_it(
    channel: Channel, state: str, code: str
) -> None:
    purchase = acquisition.claim(channel, SYSTEM, NUMBER)
    Purchase.objects.filter(pk=purchase.pk).update(state=state)

    def keep() -> None:
        raise Conflict("number_requested", "It waits for approval.")

    with pytest.raises(Conflict) as refused:
        acquisition.kept(purchase, keep)
    assert refused.value.code == code


def test_a_buyer_who_died_is_waited_for_and_no_longer(api: Api, shop: Shop, channel: Channel) -> None:
    dead = acquisition.claim(channel, SYSTEM, NUMBER)
    waiting = buy(api, channel)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "purchase_under_way")
    assert acquisition.unfinished(channel) == []
    Purchase.objects.filter(pk=dead.pk).update(leased_until=clock() - timedelta(seconds=1))
    assert buy(api, channel).status_code == 202
    assert shop.sales == [NUMBER]


def test_a_telnyx_order_that_takes_long_is_finished_later(
    acme: House, api: Api, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sellers, "PAUSE_S", 0.0)
    with open_shop(TelnyxShop) as shop:
        settings.TELNYX_API_URL = shop.url + "/v2"
        shop.offer(NUMBER)
        shop.patience = 10
        channel = opened(acme.live.environment, shop)
        first = buy(api, channel)
        assert (first.status_code, first.json()["code"]) == (409, "order_pending")
        assert buy(api, channel).status_code == 202
        assert (len(shop.orders), shop.sales) == (1, [NUMBER])


def test_all_calls_together_have_a_deadline(
    api: Api, shop: Shop, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sellers, "TOTAL_S", 0.0)
    response = buy(api, channel)
    assert (response.status_code, response.json()["code"]) == (409, "carrier_unreachable")
    assert shop.receiver.requests == []


def test_a_channel_stays_open_while_something_is_bought(api: Api, shop: Shop, channel: Channel) -> None:
    begun = acquisition.claim(channel, SYSTEM, NUMBER)
    closing = api.delete(path(channel, "")[:-1])
    assert (closing.status_code, closing.json()["code"]) == (409, "channel_in_use")
    Purchase.objects.filter(pk=begun.pk).update(leased_until=None, state="bought")
    assert api.delete(path(channel, "")[:-1]).status_code == 409
    assert buy(api, channel).status_code == 202
    assert api.delete(path(channel, "")[:-1]).status_code == 204


def test_a_channel_stays_open_while_nobody_knows_what_became_of_an_order(
    api: Api, shop: Shop, channel: Channel
) -> None:
    shop.failing = 1
    assert buy(api, channel).json()["code"] == "carrier_unreachable"
    purchase = Purchase.objects.get()
    assert (purchase.state, purchase.leased_until) == ("ordering", None)
    closing = api.delete(path(channel, "")[:-1])
    assert (closing.status_code, closing.json()["code"]) == (409, "channel_in_use")
    Purchase.objects.update(created_at=clock() - timedelta(days=14))
    assert api.delete(path(channel, "")[:-1]).status_code == 204


def test_what_a_carrier_did_not_do_is_logged_in_a_word(
    api: Api, shop: Shop, channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    shop.failing = 1
    buy(api, channel)
    [line] = [record for record in caplog.records if record.name == "smsgateway.sellers"]
    assert line.__dict__["reason"] == "status500"
    assert NUMBER not in line.getMessage()
