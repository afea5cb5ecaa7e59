"""Carriers that sell numbers: their own clients and we get the same from the same shop, and its refusals mean the same.

That each vendor's own package can buy in a stand-in is what makes the stand-in one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Protocol

import pytest
import requests
from requests.adapters import HTTPAdapter
from telnyx import APIStatusError, Telnyx
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client as Twilio
from vonage_http_client import Auth, HttpClient
from vonage_http_client.errors import HttpRequestError
from vonage_numbers import (
    ListOwnedNumbersFilter,
    NumberParams,
    Numbers,
    SearchAvailableNumbersFilter,
    UpdateNumberParams,
)
from vonage_numbers.errors import NumbersError

from numbers.calling import Unanswered, call
from numbers.carriers import telnyx_numbers, twilio_numbers, vonage_numbers
from numbers.carriers.base import Unavailable
from numbers.carriers.selling import Account, Declined, Order, Query, Seller, Unfinished, minor_units
from tests.shops import Shop, open_shop
from tests.shops.telnyx import TelnyxShop
from tests.shops.twilio import TwilioShop
from tests.shops.vonage import VonageShop

NUMBER, OTHER = "+447700900123", "+447700900456"
URL = "https://in.example/in/x/token"
REFUSALS = (TwilioRestException, APIStatusError, NumbersError, HttpRequestError)


class TwilioSdk:
    """Twilio's own client."""

    def __init__(self, shop: Shop) -> None:
        given = shop.credentials
        self.client = Twilio(given["accountSid"], given["authToken"])
        self.client.api.base_url = shop.url

    def search(self, country: str, contains: str) -> list[str]:
        found = self.client.available_phone_numbers(country).mobile.list(
            sms_enabled=True, contains=contains, limit=20
        )
        return [one.phone_number for one in found]

    def owned(self) -> list[str]:
        return [one.phone_number for one in self.client.incoming_phone_numbers.list()]

    def buy(self, number: str, country: str, url: str) -> None:
        made = self.client.incoming_phone_numbers.create(phone_number=number, sms_url=url, sms_method="POST")
        assert made.phone_number == number
        assert made.sms_url == url

    def point(self, number: str, country: str, url: str) -> None:
        [one] = self.client.incoming_phone_numbers.list(phone_number=number)
        assert one.update(sms_url=url).sms_url == url

    def release(self, number: str, country: str) -> None:
        [one] = self.client.incoming_phone_numbers.list(phone_number=number)
        assert one.delete()


class TelnyxSdk:
    """Telnyx's own client."""

    def __init__(self, shop: Shop) -> None:
        given = shop.credentials
        self.client = Telnyx(api_key=given["apiKey"], base_url=shop.url + "/v2", max_retries=0)
        self.profile = given["messagingProfileId"]

    def search(self, country: str, contains: str) -> list[str]:
        found = self.client.available_phone_numbers.list(
            filter={
                "country_code": country,
                "features": ["sms"],
                "phone_number": {"contains": contains},
                "limit": 20,
            }
        )
        return [str(one.phone_number) for one in found.data or []]

    def owned(self) -> list[str]:
        return [str(one.phone_number) for one in self.client.phone_numbers.list(page_size=1)]

    def buy(self, number: str, country: str, url: str) -> None:
        placed = self.client.number_orders.create(
            phone_numbers=[{"phone_number": number}], messaging_profile_id=self.profile
        ).data
        assert placed is not None
        assert placed.status == "pending"
        looked = self.client.number_orders.retrieve(str(placed.id)).data
        assert looked is not None
        assert looked.status == "success"
        self.point(number, country, url)

    def point(self, number: str, country: str, url: str) -> None:
        profile = self.client.messaging_profiles.update(self.profile, webhook_url=url).data
        assert profile is not None
        assert profile.webhook_url == url
        [one] = self.client.phone_numbers.list(filter={"phone_number": number})
        joined = self.client.phone_numbers.messaging.update(
            str(one.id), messaging_profile_id=self.profile
        ).data
        assert joined is not None
        assert joined.messaging_profile_id == self.profile

    def release(self, number: str, country: str) -> None:
        [one] = self.client.phone_numbers.list(filter={"phone_number": number})
        self.client.phone_numbers.delete(str(one.id))


class PlainAdapter(HTTPAdapter):
    """Vonage's client knows https only; the shop's socket is plain."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = str(request.url).replace("https://", "http://", 1)
        return super().send(request, *args, **kwargs)


class VonageSdk:
    """Vonage's own client."""

    def __init__(self, shop: Shop) -> None:
        given = shop.credentials
        auth = Auth(api_key=given["apiKey"], api_secret=given["apiSecret"])
        http = HttpClient(auth, {"rest_host": shop.url.removeprefix("http://")})
        http._session.mount("https://", PlainAdapter())
        http._session.trust_env = False
        self.numbers = Numbers(http)

    def search(self, country: str, contains: str) -> list[str]:
        wanted = SearchAvailableNumbersFilter(
            country=country, features="SMS", pattern=contains, search_pattern=1
        )
        found, _count, _next = self.numbers.search_available_numbers(wanted)
        return [f"+{one.msisdn}" for one in found]

    def owned(self) -> list[str]:
        found: list[str] = []
        index: int | None = 1
        while index:
            page, _count, index = self.numbers.list_owned_numbers(ListOwnedNumbersFilter(size=1, index=index))
            found += [f"+{one.msisdn}" for one in page]
        return found

    def buy(self, number: str, country: str, url: str) -> None:
        done = self.numbers.buy_number(NumberParams(country=country, msisdn=number[1:]))
        assert done.error_code == "200"
        self.point(number, country, url)

    def point(self, number: str, country: str, url: str) -> None:
        wanted = UpdateNumberParams(country=country, msisdn=number[1:], mo_http_url=url)
        assert self.numbers.update_number(wanted).error_code_label == "success"

    def release(self, number: str, country: str) -> None:
        self.numbers.cancel_number(NumberParams(country=country, msisdn=number[1:]))


class Sdk(Protocol):
    """What a vendor's own client can do."""

    def search(self, country: str, contains: str) -> list[str]: ...
    def owned(self) -> list[str]: ...
    def buy(self, number: str, country: str, url: str) -> None: ...
    def point(self, number: str, country: str, url: str) -> None: ...
    def release(self, number: str, country: str) -> None: ...


KINDS: dict[str, tuple[type[Shop], Callable[[Shop], Sdk], Seller, str]] = {
    "twilio": (TwilioShop, TwilioSdk, twilio_numbers, ""),
    "telnyx": (TelnyxShop, TelnyxSdk, telnyx_numbers, "/v2"),
    "vonage": (VonageShop, VonageSdk, vonage_numbers, ""),
}


class Counter:
    """One carrier's shop, its own client, and us."""

    def __init__(self, name: str, shop: Shop) -> None:
        _shop, sdk, self.us, self.path = KINDS[name]
        self.name, self.shop, self.sdk = name, shop, sdk(shop)
        self.pauses = 0

    @property
    def account(self) -> Account:
        return self.account_with()

    def account_with(self, **credentials: str) -> Account:
        def pause() -> None:
            self.pauses += 1

        given = self.shop.credentials | credentials
        return Account(call, self.shop.url + self.path, given, pause)

    def order(self, number: str = NUMBER, reference: str = "purchase-1") -> None:
        self.us.order(self.account, Order(number, "GB", URL, reference))

    def declined(self, number: str = NUMBER) -> Declined:
        with pytest.raises(Declined) as caught:
            self.order(number)
        return caught.value


@pytest.fixture(params=KINDS)
def counter(request: pytest.FixtureRequest) -> Iterator[Counter]:
    kind = KINDS[request.param][0]
    with open_shop(kind) as shop:
        shop.offer(NUMBER, country="GB", place="London")
        shop.offer(OTHER, country="GB", place="Leeds", able=("sms", "mms", "voice"))
        shop.offer("+447700900789", country="GB", able=("voice",))
        yield Counter(request.param, shop)


def test_their_client_and_we_find_the_same(counter: Counter) -> None:
    for contains in ("447700900", "0045"):
        found = counter.us.search(counter.account, Query("GB", contains=contains))
        assert [offer.number for offer in found] == counter.sdk.search("GB", contains)
    assert [offer.number for offer in found] == [OTHER]
    assert found[0].capabilities == ("sms", "mms", "voice")


def test_offers_say_what_the_carrier_says(counter: Counter) -> None:
    [first, _second] = counter.us.search(counter.account, Query("GB"))
    price = {"twilio": (None, ""), "telnyx": (90, "USD"), "vonage": (90, "EUR")}[counter.name]
    assert (first.number, first.country) == (NUMBER, "GB")
    assert (first.monthly_price, first.currency) == price
    assert first.region == ("" if counter.name == "vonage" else "London")


def test_kind_and_limit_narrow_the_search(counter: Counter) -> None:
    counter.shop.offer("+448081570001", country="GB", kind="tollFree")
    account = counter.account
    assert [o.number for o in counter.us.search(account, Query("GB", "tollFree"))] == ["+448081570001"]
    assert [o.number for o in counter.us.search(account, Query("GB", limit=1))] == [NUMBER]
    assert counter.us.search(account, Query("GB", "nonGeographic")) == []
    assert counter.us.search(account, Query("SE")) == []


def test_what_they_buy_we_see_and_what_we_buy_they_see(counter: Counter) -> None:
    counter.sdk.buy(NUMBER, "GB", URL)
    assert counter.us.owned(counter.account, NUMBER) is not None
    assert counter.us.owned(counter.account, OTHER) is None
    counter.order(OTHER)
    assert counter.sdk.owned() == [NUMBER, OTHER]  # over several pages
    assert counter.shop.sales == [NUMBER, OTHER]


def test_texts_go_where_we_or_they_say(counter: Counter) -> None:
    counter.order()
    owned = counter.us.owned(counter.account, NUMBER)
    assert owned is not None
    counter.us.point(counter.account, owned, URL)
    assert where_texts_go(counter.shop) == URL
    counter.sdk.point(NUMBER, "GB", URL + "2")
    assert where_texts_go(counter.shop) == URL + "2"


def where_texts_go(shop: Shop) -> str:
    if isinstance(shop, TelnyxShop):
        [ware] = shop.account.values()
        assert shop.members[ware.ref] == shop.credentials["messagingProfileId"]
        return str(shop.profile["webhook_url"])
    [ware] = shop.account.values()
    return ware.url


def test_giving_back_is_done_once_and_again_is_fine(counter: Counter) -> None:
    counter.order()
    counter.order(OTHER, "purchase-2")
    owned = counter.us.owned(counter.account, NUMBER)
    assert owned is not None
    counter.us.release(counter.account, owned)
    assert counter.sdk.owned() == [OTHER]
    with suppress(Declined):  # Vonage does not tell this from other failures
        counter.us.release(counter.account, owned)
    counter.sdk.release(OTHER, "GB")
    assert counter.us.owned(counter.account, OTHER) is None


def test_a_number_that_is_gone(counter: Counter) -> None:
    del counter.shop.stock[NUMBER]
    with pytest.raises(REFUSALS):
        counter.sdk.buy(NUMBER, "GB", URL)
    no = counter.declined()
    assert no.code == "no_stock"
    assert "\n" not in no.words


def test_a_number_that_wants_documents(counter: Counter) -> None:
    counter.shop.papers.add(NUMBER)
    no = counter.declined()
    assert no.code == "needs_documents"
    words = {"twilio": "Bundle required", "telnyx": "regulatory requirements", "vonage": "local address"}
    assert words[counter.name] in no.words
    assert counter.shop.sales == []


def test_twilio_gets_the_bundle_of_the_channel() -> None:
    with open_shop(TwilioShop) as shop:
        counter = Counter("twilio", shop)
        shop.offer(NUMBER, country="GB")
        shop.papers.add(NUMBER)
        account = counter.account_with(bundleSid="BU" + "0" * 32)
        counter.us.order(account, Order(NUMBER, "GB", URL, "purchase-1"))
        assert shop.sales == [NUMBER]


def test_an_account_without_money(counter: Counter) -> None:
    counter.shop.broke = True
    assert counter.declined().code == "insufficient_funds"


def test_wrong_credentials(counter: Counter) -> None:
    secret = {"twilio": "authToken", "telnyx": "apiKey", "vonage": "apiSecret"}[counter.name]
    account = counter.account_with(**{secret: "wrong"})
    for attempt in (
        lambda: counter.us.search(account, Query("GB")),
        lambda: counter.us.owned(account, NUMBER),
        lambda: counter.us.order(account, Order(NUMBER, "GB", URL, "purchase-1")),
    ):
        with pytest.raises(Declined) as caught:
            attempt()
        assert caught.value.code == "refused_credentials"


def test_too_many_requests_and_failures_are_not_refusals(counter: Counter) -> None:
    counter.shop.busy = 1
    with pytest.raises(Declined) as caught:
        counter.us.search(counter.account, Query("GB"))
    assert caught.value.code == "carrier_busy"
    counter.shop.failing = 1
    with pytest.raises(Unavailable, match="status500"):
        counter.us.search(counter.account, Query("GB"))
    assert counter.us.search(counter.account, Query("GB"))


@pytest.mark.parametrize("body", [b"", b"[]", b'{"numbers": 1, "data": 1}', b"\xff", b"[" * 100_000])
def test_answers_that_are_none(counter: Counter, body: bytes) -> None:
    counter.shop.receiver.behave = lambda request: (200, {}, body)
    for attempt in (
        lambda: counter.us.search(counter.account, Query("GB")),
        lambda: counter.us.owned(counter.account, NUMBER),
    ):
        with suppress(Unavailable):
            assert not attempt()
    counter.shop.receiver.behave = lambda request: (400, {}, body)
    with pytest.raises(Declined) as caught:
        counter.us.search(counter.account, Query("GB"))
    assert caught.value.code == "carrier_refused"


def test_an_answer_that_never_comes(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("numbers.calling.READ_S", 0.2)
    counter.shop.silent = "GET"
    with pytest.raises(Unanswered):
        counter.us.search(counter.account, Query("GB"))


def test_telnyx_decides_an_order_later() -> None:
    with open_shop(TelnyxShop) as shop:
        counter = Counter("telnyx", shop)
        shop.offer(NUMBER, country="GB")
        shop.patience = 3
        counter.order()
        assert (counter.pauses, shop.sales) == (3, [NUMBER])


def test_telnyx_takes_its_time_and_the_next_try_finds_the_same_order() -> None:
    with open_shop(TelnyxShop) as shop:
        counter = Counter("telnyx", shop)
        shop.offer(NUMBER, country="GB")
        shop.patience = 2 * telnyx_numbers.LOOKS
        with pytest.raises(Unfinished):
            counter.order()
        counter.order()
        assert len(shop.orders) == 1
        assert shop.sales == [NUMBER]


def test_telnyx_fails_an_order_and_the_next_try_is_a_new_one() -> None:
    with open_shop(TelnyxShop) as shop:
        counter = Counter("telnyx", shop)
        ware = shop.offer(NUMBER, country="GB")
        shop.patience = 99
        with pytest.raises(Unfinished):
            counter.order()
        del shop.stock[NUMBER]
        shop.patience = 1
        assert counter.declined().code == "no_stock"
        shop.stock[NUMBER] = ware
        counter.order()
        assert [order["status"] for order in shop.orders] == ["failure", "success"]


def test_a_wrong_messaging_profile_is_told_before_it_costs() -> None:
    with open_shop(TelnyxShop) as shop:
        counter = Counter("telnyx", shop)
        shop.offer(NUMBER, country="GB")
        account = counter.account_with(messagingProfileId="00000000-0000-0000-0000-000000000000")
        with pytest.raises(Declined) as caught:
            counter.us.order(account, Order(NUMBER, "GB", URL, "purchase-1"))
        assert (caught.value.code, shop.orders) == ("carrier_refused", [])


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("0.90", "EUR", 90),
        ("1.00000", "USD", 100),
        ("0.105", "USD", 11),
        ("120", "JPY", 120),
        ("0.5", "KWD", 500),
        ("x", "EUR", None),
        ("", "EUR", None),
        (None, "EUR", None),
        ("NaN", "EUR", None),
        ("-1", "EUR", None),
        ("Infinity", "EUR", None),
    ],
)
def test_prices_in_minor_units(amount: str | None, currency: str, minor: int | None) -> None:
    assert minor_units(amount, currency) == minor
