"""A number goes back to the carrier when it is released, if its holder says so."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry
from numbers.models import Assignment, Channel
from tests.buying.counter import (
    NUMBER,
    carrier_of,
    number_path,
)
from tests.cast import Api, House
from tests.shops import Shop


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


@pytest.mark.usefixtures("impatient")
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
