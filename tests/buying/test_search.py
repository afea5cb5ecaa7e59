"""What a channel's carrier sells, as the API shows it."""

from __future__ import annotations

import pytest

from accounts.audit import SYSTEM
from numbers import services as numbers
from numbers.models import Channel
from tests.buying.counter import (
    NUMBER,
    OTHER,
    buy,
    carrier_of,
    path,
)
from tests.cast import Api, House
from tests.shops import Shop
from tests.shops.twilio import TwilioShop
from tests.shops.vonage import VonageShop


def test_a_channel_says_whether_it_sells(acme: House, api: Api, shop: Shop, channel: Channel) -> None:
    assert api.get(path(channel, "")[:-1]).json()["sellsNumbers"] is True
    assert api.get(f"channels/{acme.live.ids['channel_id']}").json()["sellsNumbers"] is False
    refused = api.get(f"channels/{acme.live.ids['channel_id']}/available-numbers?country=FR")
    assert (refused.status_code, refused.json()["code"]) == (409, "channel_sells_no_numbers")
    bare = {"twilio": "accountSid", "telnyx": "apiKey", "vonage": "apiKey"}[carrier_of(shop)]
    also = {"telnyx": "messagingProfileId", "vonage": "apiSecret"}.get(carrier_of(shop))
    left = {name: value for name, value in shop.credentials.items() if name not in (bare, also)}
    numbers.update_channel(channel, SYSTEM, credentials=left)
    refused = buy(api, channel)
    assert (refused.status_code, refused.json()["code"]) == (409, "channel_sells_no_numbers")
    assert bare in refused.json()["detail"]
    assert shop.receiver.requests == []


def test_the_search_shows_what_may_be_held(api: Api, shop: Shop, channel: Channel) -> None:
    found = api.get(path(channel, "available-numbers?country=FR")).json()
    assert [offer["number"] for offer in found["data"]] == [NUMBER, OTHER] or isinstance(shop, TwilioShop)
    assert {offer["number"] for offer in found["data"]} == {NUMBER, OTHER}
    [offer] = api.get(path(channel, "available-numbers?country=FR&contains=5001")).json()["data"]
    price = {"twilio": None, "telnyx": "USD", "vonage": "EUR"}[carrier_of(shop)]
    assert offer == {
        "number": NUMBER,
        "country": "FR",
        "category": "platform",
        "region": None if isinstance(shop, VonageShop) else "Lyon",
        "capabilities": ["sms", "voice"],
        "monthlyPrice": price and {"amount": 90, "currency": price},
    }


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "country"),
        ("country=France", "country"),
        ("country=fr", "country"),
        ("country=FR&contains=x", "contains"),
        ("country=FR&contains=1", "contains"),
        ("country=FR&category=premium", "category"),
        ("country=FR&limit=51", "limit"),
        ("country=FR&page=2", "page"),
    ],
)
def test_a_wrong_parameter_is_named(
    acme: House, api: Api, shop: Shop, channel: Channel, query: str, parameter: str
) -> None:
    response = api.get(path(channel, f"available-numbers?{query}"))
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, parameter)
    assert shop.receiver.requests == []
