"""What a carrier refuses, told so that the customer can do something about it."""

from __future__ import annotations

import pytest

from numbers.models import Channel, Purchase
from tests.buying.counter import (
    NUMBER,
    buy,
    carrier_of,
    opened,
    path,
)
from tests.cast import Api, House
from tests.shops import Shop
from tests.shops.telnyx import TelnyxShop

REFUSALS = [
    ("stock", "no_stock", "#/number"),
    ("papers", "needs_documents", "#/number"),
    ("broke", "insufficient_funds", None),
    ("busy", "carrier_busy", None),
    ("failing", "carrier_unreachable", None),
]


@pytest.mark.parametrize(("what", "code", "pointer"), REFUSALS)
def test_a_refusal_says_why_and_the_next_try_may_succeed(
    api: Api, shop: Shop, channel: Channel, what: str, code: str, pointer: str | None
) -> None:
    ware = shop.stock[NUMBER]
    match what:
        case "stock":
            del shop.stock[NUMBER]
        case "papers":
            shop.papers.add(NUMBER)
        case "broke":
            shop.broke = True
        case "busy":
            shop.busy = 1
        case "failing":
            shop.failing = 1
    response = buy(api, channel)
    assert (response.status_code, response.json()["code"]) == (409, code)
    assert [error["pointer"] for error in response.json()["errors"]] == ([pointer] if pointer else [])
    assert carrier_of(shop).title() in response.json()["detail"]
    assert shop.sales == []
    assert Purchase.objects.get().leased_until is None
    shop.stock[NUMBER], shop.broke = ware, False
    shop.papers.clear()
    if isinstance(shop, TelnyxShop):
        for order in shop.orders:
            order["requirements_met"] = True
    assert buy(api, channel).status_code == 202
    assert shop.sales == [NUMBER]


def test_the_carriers_words_are_told_and_no_secret(api: Api, shop: Shop, channel: Channel) -> None:
    secret = (
        shop.credentials.get("apiSecret") or shop.credentials.get("apiKey") or shop.credentials["authToken"]
    )
    words = f"no \N{RIGHT-TO-LEFT OVERRIDE}numbers for {secret}"
    bodies = {
        "twilio": f'{{"code": 1, "message": "{words}"}}',
        "telnyx": f'{{"errors": [{{"code": "1", "title": "Sorry", "detail": "{words}"}}]}}',
        "vonage": f'{{"error-code": "1", "error-code-label": "{words}"}}',
    }
    shop.receiver.behave = lambda request: (400, {}, bodies[carrier_of(shop)].encode())
    told = buy(api, channel).json()
    assert told["code"] == "carrier_refused"
    assert "no numbers for …" in told["detail"]
    assert secret not in told["detail"]


def test_refused_credentials(acme: House, api: Api, shop: Shop) -> None:
    name = {"twilio": "authToken", "telnyx": "apiKey", "vonage": "apiSecret"}[carrier_of(shop)]
    channel = opened(acme.live.environment, shop, **{name: "wrong"})
    for response in (buy(api, channel), api.get(path(channel, "available-numbers?country=FR"))):
        assert (response.status_code, response.json()["code"]) == (409, "refused_credentials")
