"""Buying a number on the channel's page."""

from __future__ import annotations

from html import unescape
from urllib.parse import quote

import pytest

from accounts.ids import public
from numbers.models import Assignment, Channel, NumberRequest
from tests.buying.counter import FICTION, NUMBER, OTHER, carrier_of, opened
from tests.cast import House
from tests.dashboard.browse import Person, text
from tests.shops import Shop


@pytest.fixture
def owner(acme: House) -> Person:
    return Person(acme.users["owner"], acme.live)


def at(channel: Channel, rest: str = "buy/") -> str:
    return f"channels/{public('channel', channel.pk)}/{rest}"


def test_a_channel_that_sells_has_a_button(acme: House, owner: Person, channel: Channel) -> None:
    assert owner.url(at(channel)) in text(owner.get(at(channel, "")))
    viewer = Person(acme.users["viewer"], acme.live)
    assert owner.url(at(channel)) not in text(viewer.get(at(channel, "")))
    assert viewer.get(at(channel)).status_code == 403
    assert "/buy/" not in text(owner.get("channels/{channel_id}/"))
    page = text(owner.http.get(owner.url("channels/{channel_id}/buy/"), follow=True))
    assert "cannot be bought through this channel" in page


def test_the_search_shows_offers_and_prices(owner: Person, shop: Shop, channel: Channel) -> None:
    assert "Nothing fits" not in text(owner.get(at(channel)))
    page = text(owner.get(at(channel), country="fr"))
    assert "+33 9 37 55 50 01" in page
    assert "+33 9 37 55 50 02" in page
    assert "+33 6 12 34 56 78" not in page
    price = {"twilio": ">–<", "telnyx": "0.90\u00a0USD", "vonage": "0.90\u00a0EUR"}[carrier_of(shop)]
    assert price in page
    assert "Nothing fits" in text(owner.get(at(channel), country="SE"))
    narrowed = text(owner.get(at(channel), country="FR", contains="5002"))
    assert quote(OTHER) in narrowed
    assert quote(NUMBER) not in narrowed


def test_a_wrong_search_is_said_at_its_field(owner: Person, shop: Shop, channel: Channel) -> None:
    for query, field in (
        ({"country": "France"}, "country"),
        ({"country": ""}, "country"),
        ({"country": "FR", "contains": "x"}, "contains"),
        ({"country": "FR", "kind": "premium"}, "kind"),
    ):
        assert f'id="id_{field}_error"' in text(owner.get(at(channel), **query))
    assert shop.receiver.requests == []
    shop.failing = 1
    assert "does not answer" in text(owner.get(at(channel), country="FR"))


def test_nothing_is_bought_before_it_was_confirmed(owner: Person, shop: Shop, channel: Channel) -> None:
    results = text(owner.get(at(channel), country="FR", contains="5001"))
    link = unescape(results.partition('href="?number')[2].partition('"')[0])
    asked = len(shop.receiver.requests)
    page = text(owner.http.get(f"{owner.url(at(channel))}?number{link}"))
    assert "This costs money" in page
    price = {"twilio": None, "telnyx": "0.90\u00a0USD", "vonage": "0.90\u00a0EUR"}[carrier_of(shop)]
    assert (f"offered for {price} a month" in page) is (price is not None)
    for wrong in ("0.10\u00a0EUR", link.partition("price=")[2] + "x"):
        assert "It was offered" not in text(owner.get(at(channel), number=NUMBER, price=wrong))
    assert len(shop.receiver.requests) == asked
    page = text(owner.post(at(channel), number=NUMBER, label="Lyon"))
    assert "is bought. It receives texts as soon as it is approved." in page
    assert shop.sales == [NUMBER]
    assert NumberRequest.objects.get(number=NUMBER).label == "Lyon"


def test_a_refusal_is_shown_with_the_carriers_words(owner: Person, shop: Shop, channel: Channel) -> None:
    shop.papers.add(NUMBER)
    page = text(owner.post(at(channel), number=NUMBER))
    assert "wants documents first" in page
    assert "It says:" in page
    assert "held" not in text(owner.post(at(channel), number=FICTION)).partition("<form")[0]
    assert "reserved for fiction belong in a sandbox" in text(owner.post(at(channel), number=FICTION))
    assert shop.sales == []


@pytest.mark.usefixtures("impatient")
def test_an_unfinished_purchase_is_listed_and_can_be_finished(
    owner: Person, shop: Shop, channel: Channel
) -> None:
    part = {"twilio": "POST /2010", "telnyx": "POST /v2/number_orders", "vonage": "/number/buy"}
    shop.lost = part[carrier_of(shop)]
    assert "not bought twice" in text(owner.post(at(channel), number=NUMBER))
    assert f"?number={quote(NUMBER)}" in text(owner.get(at(channel)))
    shop.lost = ""
    owner.post(at(channel), number=NUMBER)
    assert f"?number={quote(NUMBER)}" not in text(owner.get(at(channel)))
    assert shop.sales == [NUMBER]


def test_a_sandbox_says_what_it_holds(acme: House, shop: Shop) -> None:
    owner = Person(acme.users["owner"], acme.sandbox)
    channel = opened(acme.sandbox.environment, shop)
    assert "numbers reserved for fiction only" in text(owner.get(at(channel)))
    assert "is bought, and yours" in text(owner.post(at(channel), number=FICTION))


def test_a_number_can_be_given_back_as_it_is_released(owner: Person, shop: Shop, held: Assignment) -> None:
    one = f"numbers/{public('number', held.number_id)}/"
    assert 'name="give_back"' in text(owner.get(one))
    assert 'name="give_back"' not in text(owner.get("numbers/{number_id}/"))
    shop.failing = 1
    assert "does not answer" in text(owner.post(one + "release/", give_back="on"))
    held.refresh_from_db()
    assert held.ends_at is None
    assert "was released" in text(owner.post(one + "release/", give_back="on"))
    assert shop.account == {}


def test_a_number_released_alone_stays_at_the_carrier(owner: Person, shop: Shop, held: Assignment) -> None:
    text(owner.post(f"numbers/{public('number', held.number_id)}/release/"))
    assert set(shop.account) == {NUMBER}
