"""A shop to buy in, as the tests of buying use it."""

from __future__ import annotations

from typing import Any

from accounts.audit import SYSTEM
from accounts.ids import public
from accounts.models import Environment
from numbers import services as numbers
from numbers.models import Assignment, Channel
from tests.cast import Api
from tests.shops import Shop
from tests.shops.telnyx import TelnyxShop
from tests.shops.twilio import TwilioShop
from tests.shops.vonage import VonageShop

NUMBER, OTHER = "+33937555001", "+33937555002"
FICTION = "+33639980555"
SHOPS: dict[str, tuple[type[Shop], str, str]] = {
    "twilio": (TwilioShop, "TWILIO_API_URL", ""),
    "telnyx": (TelnyxShop, "TELNYX_API_URL", "/v2"),
    "vonage": (VonageShop, "VONAGE_API_URL", ""),
}


def carrier_of(shop: Shop) -> str:
    return next(name for name, (kind, _setting, _path) in SHOPS.items() if isinstance(shop, kind))


def opened(environment: Environment, shop: Shop, **credentials: str) -> Channel:
    return numbers.create_channel(
        environment, SYSTEM, carrier=carrier_of(shop), credentials=shop.credentials | credentials
    )


def path(channel: Channel, rest: str = "numbers") -> str:
    return f"channels/{public('channel', channel.pk)}/{rest}"


def buy(api: Api, channel: Channel, number: str = NUMBER, **fields: Any) -> Any:
    return api.post(path(channel), {"number": number} | fields)


def where_texts_go(shop: Shop) -> str:
    if isinstance(shop, TelnyxShop):
        return str(shop.profile["webhook_url"])
    [ware] = shop.account.values()
    return ware.url


def number_path(held: Assignment, query: str = "") -> str:
    return f"numbers/{public('number', held.number_id)}{query}"
