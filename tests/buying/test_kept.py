"""Whose a bought number is, and what is bought for nobody."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from accounts.errors import Conflict
from accounts.ids import public
from accounts.models import AuditEntry
from numbers import acquisition, requests
from numbers import services as numbers
from numbers.models import Assignment, Channel, NumberRequest, Purchase
from tests.buying.counter import (
    FICTION,
    NUMBER,
    buy,
    opened,
    path,
    where_texts_go,
)
from tests.cast import Api, House
from tests.shops import Shop


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


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"number": None}, "#/number"),
        ({"number": 33937555001}, "#/number"),
        ({"number": "\0"}, "#/number"),
        ({"label": "x" * 81}, "#/label"),
        ({"environment": "live"}, "#/environment"),
        ({"channelId": "chn_absent"}, "#/channelId"),
    ],
)
def test_a_wrong_field_is_named(
    api: Api, shop: Shop, channel: Channel, change: dict[str, object], pointer: str
) -> None:
    response = api.post(path(channel), {"number": NUMBER} | change)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert shop.receiver.requests == []


def test_a_closed_channel_buys_nothing(api: Api, shop: Shop, channel: Channel) -> None:
    numbers.delete_channel(channel, SYSTEM)
    assert buy(api, channel).status_code == 404
    with pytest.raises(Conflict, match="channel_deleted"):
        acquisition.buy_own(channel, SYSTEM, number=NUMBER)
    assert shop.sales == []
