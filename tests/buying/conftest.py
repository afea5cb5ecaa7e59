"""Each carrier's shop, and channels to buy through."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from numbers import requests, sellers
from numbers.models import Assignment, Channel, NumberRequest
from tests.buying.counter import FICTION, NUMBER, OTHER, SHOPS, buy, opened
from tests.cast import Api, House
from tests.shops import Shop, open_shop
from tests.shops.telnyx import TelnyxShop


@pytest.fixture(params=SHOPS)
def shop(
    request: pytest.FixtureRequest, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shop]:
    kind, setting, path = SHOPS[request.param]
    monkeypatch.setattr(sellers, "PAUSE_S", 0.0)
    with open_shop(kind) as made:
        setattr(settings, setting, made.url + path)
        made.offer(NUMBER, kind="nonGeographic" if kind is TelnyxShop else "geographic", place="Lyon")
        made.offer(OTHER, kind="geographic")
        made.offer("+33612345678")  # a mobile number, which France keeps for people
        made.offer(FICTION)
        yield made


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long for a carrier that does not answer; yet long enough for one on a busy machine that does."""
    monkeypatch.setattr("numbers.calling.READ_S", 1.0)


@pytest.fixture
def channel(acme: House, shop: Shop) -> Channel:
    """Acme's own, in live."""
    return opened(acme.live.environment, shop)


@pytest.fixture
def pool_channel(acme: House, shop: Shop) -> Channel:
    """The operator's."""
    made = opened(acme.live.environment, shop)
    Channel.objects.filter(pk=made.pk).delete()  # whose it is cannot be changed
    made.environment = None
    made.seal_credentials(dict(shop.credentials))
    made.save(force_insert=True)
    return made


@pytest.fixture
def held(api: Api, shop: Shop, channel: Channel) -> Assignment:
    assert buy(api, channel).status_code == 202
    requests.approve(NumberRequest.objects.get(number=NUMBER), SYSTEM)
    return Assignment.objects.get(number__number=NUMBER, ends_at=None)
