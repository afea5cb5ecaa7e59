"""Buying a number in a browser: search, offer, question, purchase; legible, and no wider than a phone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pytest
from django.conf import LazySettings

from accounts.ids import public
from numbers.models import NumberRequest
from tests.browser.checks import CONTRAST, STRUCTURE, TARGETS
from tests.browser.visitor import WIDTHS, Visitor
from tests.buying.counter import NUMBER, OTHER, opened
from tests.shops import open_shop
from tests.shops.vonage import VonageShop


@pytest.fixture
def shop(settings: LazySettings) -> Iterator[VonageShop]:
    with open_shop(VonageShop) as made:
        settings.VONAGE_API_URL = made.url
        made.offer(NUMBER, kind="geographic")
        made.offer(OTHER, kind="geographic", able=("sms", "mms", "voice"), price="12.50")
        yield made


def click(visitor: Visitor, role: Literal["button", "link"], name: str) -> None:
    with visitor.page.expect_navigation():
        visitor.page.get_by_role(role, name=name).click()


def well_built(visitor: Visitor) -> None:
    for check in (CONTRAST, STRUCTURE, TARGETS):
        assert visitor.page.evaluate(check) == []
    for width in WIDTHS:
        visitor.page.set_viewport_size({"width": width, "height": 800})
        excess = visitor.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert excess <= 0, width
    visitor.page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_from_the_channel_to_the_number(visitor: Visitor, shop: VonageShop, theme: str) -> None:
    visitor.prefer("theme", theme)
    channel = opened(visitor.house.live.environment, shop)
    visitor.go(f"channels/{public('channel', channel.pk)}/")
    click(visitor, "link", "Buy a number")
    well_built(visitor)
    visitor.page.get_by_label("Country").fill("fr")
    click(visitor, "button", "Search")
    well_built(visitor)
    click(visitor, "link", f"Buy {NUMBER}")
    well_built(visitor)
    shop.broke = True
    click(visitor, "button", "Buy")
    assert "has not enough money" in visitor.page.inner_text("main")
    assert "offered for 0.90\u00a0EUR" in visitor.page.inner_text("main")
    well_built(visitor)
    shop.broke = False
    visitor.page.get_by_label("Label").fill("Lyon")
    click(visitor, "button", "Buy")
    assert "is bought" in visitor.page.inner_text("main")
    assert NumberRequest.objects.get(number=NUMBER).label == "Lyon"
    assert shop.sales == [NUMBER]
