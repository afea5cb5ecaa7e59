"""Buying numbers at a carrier through the API: once whatever happens, kept by whom it should be, and given back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import public
from accounts.models import AuditEntry, Environment
from inbox.models import Message
from numbers import acquisition, requests, sellers
from numbers import services as numbers
from numbers.models import Assignment, Channel, Number, NumberRequest, Purchase
from tests.carrier_requests import a_twilio_request, twilio_fields
from tests.cast import Api, House
from tests.live import LiveDoor, until
from tests.shops import Shop, open_shop
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


@pytest.fixture(params=SHOPS)
def shop(
    request: pytest.FixtureRequest, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    kind, setting, path = SHOPS[request.param]
    monkeypatch.setattr(sellers, "PAUSE_S", 0.0)
    monkeypatch.setattr("numbers.calling.READ_S", 0.5)
    with open_shop(kind) as made:
        setattr(settings, setting, made.url + path)
        made.offer(NUMBER, kind="nonGeographic" if kind is TelnyxShop else "geographic", place="Lyon")
        made.offer(OTHER, kind="geographic")
        made.offer("+33612345678")  # a mobile number, which France keeps for people
        made.offer(FICTION)
        yield made


def carrier_of(shop: Shop) -> str:
    return next(name for name, (kind, _setting, _path) in SHOPS.items() if isinstance(shop, kind))


def opened(environment: Environment, shop: Shop, **credentials: str) -> Channel:
    return numbers.create_channel(
        environment, SYSTEM, carrier=carrier_of(shop), credentials=shop.credentials | credentials
    )


@pytest.fixture
def channel(acme: House, shop: Shop) -> Channel:
    """Acme's own, in live."""
    return opened(acme.live.environment, shop)


@pytest.fixture
def pool_channel(acme: House, shop: Shop) -> Channel:
    """The operator's."""
    made = opened(acme.live.environment, shop)
    made.environment = None
    made.seal_credentials(dict(shop.credentials))
    made.save()
    return made


def path(channel: Channel, rest: str = "numbers") -> str:
    return f"channels/{public('channel', channel.pk)}/{rest}"


def buy(api: Api, channel: Channel, number: str = NUMBER, **fields: Any) -> Any:
    return api.post(path(channel), {"number": number} | fields)


def where_texts_go(shop: Shop) -> str:
    if isinstance(shop, TelnyxShop):
        return str(shop.profile["webhook_url"])
    [ware] = shop.account.values()
    return ware.url


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


def test_a_bought_number_waits_for_approval_in_live(
    acme: House, api: Api, shop: Shop, channel: Channel, settings: LazySettings
) -> None:
    bought = buy(api, channel, label="Shop")
    assert bought.status_code == 202
    asked = bought.json()
    assert bought["Location"] == f"/v1/number-requests/{asked['id']}"
    assert (asked["kind"], asked["status"], asked["number"]) == ("bring", "requested", NUMBER)
    assert (asked["label"], asked["channelId"]) == ("Shop", public("channel", channel.pk))
    assert shop.sales == [NUMBER]
    assert where_texts_go(shop) == settings.PUBLIC_INGEST_URL + channel.path
    assert not Assignment.objects.filter(number__number=NUMBER).exists()
    requests.approve(NumberRequest.objects.get(number=NUMBER), SYSTEM)
    [held] = Assignment.objects.filter(number__number=NUMBER)
    assert (held.environment_id, held.channel_id) == (channel.environment_id, channel.pk)


def test_each_step_is_in_the_trail(api: Api, shop: Shop, channel: Channel) -> None:
    buy(api, channel)
    purchase = Purchase.objects.get()
    trail = AuditEntry.objects.filter(action__startswith="purchase.").order_by("pk")
    assert [entry.action for entry in trail] == ["purchase.ordering", "purchase.bought"]
    assert {entry.target_id for entry in trail} == {purchase.pk}
    assert {entry.actor_kind for entry in trail} == {"key"}
    assert (purchase.state, purchase.leased_until) == ("kept", None)
    assert purchase.channel_ref
    written = str(list(AuditEntry.objects.values()))
    assert not any(secret in written for secret in shop.credentials.values() if len(secret) > 8)


def test_what_was_bought_is_not_bought_again(api: Api, shop: Shop, channel: Channel) -> None:
    assert buy(api, channel).status_code == 202
    again = buy(api, channel)
    assert (again.status_code, again.json()["code"]) == (409, "number_requested")
    requests.approve(NumberRequest.objects.get(number=NUMBER), SYSTEM)
    again = buy(api, channel)
    assert (again.status_code, again.json()["code"]) == (409, "number_taken")
    assert shop.sales == [NUMBER]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+33612345678", "number_not_allowed"),
        (FICTION, "number_not_for_this_environment"),
        ("36180", "number_invalid"),
        ("0937555001", "number_invalid"),
        ("+33937000002", "number_taken"),  # Borealis holds it
    ],
)
def test_no_money_for_what_could_not_be_held(
    api: Api, borealis: House, shop: Shop, channel: Channel, number: str, code: str
) -> None:
    response = buy(api, channel, number)
    assert response.json()["errors"][0] | {"detail": ""} == {
        "pointer": "#/number",
        "code": code,
        "detail": "",
    }
    assert shop.receiver.requests == []


def test_a_sandbox_buys_fiction_only(acme: House, shop: Shop) -> None:
    api, channel = Api(acme.sandbox.key), opened(acme.sandbox.environment, shop)
    [offer] = api.get(path(channel, "available-numbers?country=FR")).json()["data"]
    assert offer["number"] == FICTION
    refused = buy(api, channel)
    assert refused.json()["errors"][0]["code"] == "number_not_for_this_environment"
    made = buy(api, channel, FICTION, label="Play")
    assert (made.status_code, made.json()["label"]) == (201, "Play")
    assert made.json()["channelId"] == public("channel", channel.pk)
    assert shop.sales == [FICTION]


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


ORDER = {
    "twilio": "POST /2010-04-01/",
    "telnyx": "POST /v2/number_orders",
    "vonage": "POST /number/buy",
}


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
    assert first.status_code == (202 if not isinstance(shop, TwilioShop) else 202)
    assert shop.sales == [NUMBER]


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


def test_a_number_whose_texts_cannot_be_pointed_here_is_finished_later(
    api: Api, shop: Shop, channel: Channel
) -> None:
    last = {"twilio": None, "telnyx": "/messaging", "vonage": "/number/update"}[carrier_of(shop)]
    if last is None:  # Twilio is told with the order
        return
    shop.lost = last
    first = buy(api, channel)
    if isinstance(shop, TelnyxShop):
        assert first.json()["code"] == "purchase_unfinished"
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


# Giving back


@pytest.fixture
def held(api: Api, shop: Shop, channel: Channel) -> Assignment:
    assert buy(api, channel).status_code == 202
    requests.approve(NumberRequest.objects.get(number=NUMBER), SYSTEM)
    return Assignment.objects.get(number__number=NUMBER, ends_at=None)


def number_path(held: Assignment, query: str = "") -> str:
    return f"numbers/{public('number', held.number_id)}{query}"


def test_a_number_is_given_back(api: Api, shop: Shop, channel: Channel, held: Assignment) -> None:
    assert api.delete(number_path(held, "?giveBack=true")).status_code == 204
    assert shop.account == {}
    held.refresh_from_db()
    assert held.ends_at is not None
    actions = list(AuditEntry.objects.order_by("-pk").values_list("action", flat=True)[:2])
    assert actions == ["number.given_back", "number.released"]


def test_a_release_alone_leaves_it_at_the_carrier(api: Api, shop: Shop, held: Assignment) -> None:
    assert api.delete(number_path(held, "?giveBack=false")).status_code == 204
    assert set(shop.account) == {NUMBER}


def test_who_cannot_give_back_releases_nothing(api: Api, shop: Shop, held: Assignment) -> None:
    shop.failing = 1
    failed = api.delete(number_path(held, "?giveBack=true"))
    assert (failed.status_code, failed.json()["code"]) == (409, "carrier_unreachable")
    assert api.get(number_path(held)).status_code == 200
    del shop.account[NUMBER]  # somebody did it in the carrier's console
    assert api.delete(number_path(held, "?giveBack=true")).status_code == 204
    assert AuditEntry.objects.filter(action="number.given_back", after__owned=False).exists()


def test_an_unanswered_giving_back_can_be_tried_again(api: Api, shop: Shop, held: Assignment) -> None:
    part = {"twilio": "DELETE", "telnyx": "DELETE", "vonage": "/number/cancel"}[carrier_of(shop)]
    shop.silent = part
    assert api.delete(number_path(held, "?giveBack=true")).status_code == 409
    shop.silent = ""
    assert api.delete(number_path(held, "?giveBack=true")).status_code == 204


def test_what_is_not_at_a_carrier_that_sells_cannot_be_given_back(acme: House, api: Api) -> None:
    refused = api.delete(f"numbers/{acme.live.ids['number_id']}?giveBack=true")
    assert (refused.status_code, refused.json()["code"]) == (409, "channel_sells_no_numbers")
    wrong = api.delete(f"numbers/{acme.live.ids['number_id']}?giveBack=1")
    assert (wrong.status_code, wrong.json()["errors"][0]["parameter"]) == (400, "giveBack")
    assert api.get(f"numbers/{acme.live.ids['number_id']}").status_code == 200


# The operator's pool


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
        ((), "--country"),
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


# From end to end


def test_from_the_search_to_a_text_and_back(
    transactional_db: None,
    acme: House,
    shop: Shop,
    channel: Channel,
    door: LiveDoor,
    settings: LazySettings,
) -> None:
    if not isinstance(shop, TwilioShop):
        pytest.skip("one carrier's way in is enough") if False else None
    api = Api(acme.live.key)
    [offer] = api.get(path(channel, "available-numbers?country=FR&contains=5001")).json()["data"]
    assert buy(api, channel, offer["number"]).status_code == 202
    url = where_texts_go(shop)
    assert url == settings.PUBLIC_INGEST_URL + channel.path
    requests.approve(NumberRequest.objects.get(number=NUMBER), SYSTEM)
    door.in_force(lambda known: (channel.pk, NUMBER) in known.holders)
    if isinstance(shop, TwilioShop):
        fields = twilio_fields(MessageSid="SM1", From="+33639980417", To=NUMBER, Body="to the bought one")
        sent = a_twilio_request(fields, shop.credentials["authToken"], url)
        assert door.post(channel.path, sent.body, dict(sent.headers)).status_code == 200
        until(lambda: Message.objects.filter(number_used=NUMBER).exists())
    held = Assignment.objects.get(number__number=NUMBER, ends_at=None)
    assert api.delete(number_path(held, "?giveBack=true")).status_code == 204
    assert shop.account == {}
