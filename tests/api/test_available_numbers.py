"""What a search of the pool finds, in which order, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from accounts.audit import SYSTEM
from accounts.clock import clock
from numbers import services
from numbers.models import Channel, Number
from tests.cast import Api, House


@pytest.fixture
def channel(acme: House) -> Channel:
    made = services.create_channel(None, SYSTEM, carrier="sandbox", credentials={"secret": "s" * 24})
    return made


def store(channel: Channel, number: str, **columns: Any) -> Number:
    values = {"country": "FR", "category": "platform", "created_at": clock(), "currency": "EUR"}
    return Number.objects.create(number=number, channel=channel, **values | columns)


def found(api: Api, query: str = "") -> list[str]:
    return [row["number"] for row in api.get(f"available-numbers?{query}").json()["data"]]


@pytest.fixture
def pool(channel: Channel) -> None:
    store(channel, "+33938000003", monthly_price=90, region="lyon")
    store(channel, "+33938000001", monthly_price=150)
    store(channel, "+33938000002", monthly_price=150, capabilities=["sms", "voice"])
    store(channel, "+33162000001", category="verified", region="ile-de-france")
    store(channel, "+447400123456", country="GB", category="mobile", monthly_price=200)


def test_the_cheapest_comes_first_and_those_without_a_price_last(pool: None, api: Api) -> None:
    everything = ["+33938000003", "+33938000001", "+33938000002", "+447400123456", "+33162000001"]
    assert found(api) == everything
    seen, cursor = [], ""
    for _page in everything:
        answer = api.get(f"available-numbers?limit=1{cursor}").json()
        seen += [row["number"] for row in answer["data"]]
        cursor = f"&cursor={answer['nextCursor']}"
    assert (seen, answer["hasMore"]) == (everything, False)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("country=GB", ["+447400123456"]),
        ("category=verified", ["+33162000001"]),
        ("region=lyon", ["+33938000003"]),
        ("capability=voice", ["+33938000002"]),
        ("country=FR&category=platform&capability=sms", ["+33938000003", "+33938000001", "+33938000002"]),
        ("country=BE", []),
    ],
)
def test_filters(pool: None, api: Api, query: str, numbers: list[str]) -> None:
    assert found(api, query) == numbers


@pytest.mark.parametrize(
    "query", ["category=golden", "capability=fax", "country=France", "cursor=x", "limit=0"]
)
def test_a_wrong_parameter_is_named(pool: None, api: Api, query: str) -> None:
    response = api.get(f"available-numbers?{query}")
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_what_nobody_can_have_is_not_shown(acme: House, api: Api, channel: Channel) -> None:
    now = clock()
    store(channel, "+33938000001", withdrawn_at=now)
    store(channel, "+33938000002", aging_until=now + timedelta(minutes=1))
    store(channel, "+33938000003", aging_until=now)
    store(channel, "+33938000004")
    Number.objects.create(number="+33938000005", created_at=now)  # brought once, and given back
    services.assign_number(acme.live.environment, SYSTEM, number="+33938000004", channel=channel)
    assert found(api) == ["+33938000003"]
    Channel.objects.filter(pk=channel.pk).update(deleted_at=now)
    assert found(api) == []


def test_a_sandbox_is_offered_fiction(acme: House, borealis: House, pool: None) -> None:
    api = Api(acme.sandbox.key)
    assert found(api, "country=FR&category=mobile&limit=4") == [  # …01 is Acme's, …02 Borealis'
        "+33639980000",
        "+33639980003",
        "+33639980004",
        "+33639980005",
    ]
    assert Number.objects.filter(fictional=True).count() == 2
    assert found(api, "country=US&limit=1") == ["+12025550100"]
    assert found(api, "capability=voice") == []
    assert found(api, "region=sud-est&limit=1") == ["+33465710000"]


def test_pages_of_fiction_follow_each_other(acme: House) -> None:
    api, seen, cursor = Api(acme.sandbox.key), [], ""
    while True:
        answer = api.get(f"available-numbers?country=US&limit=40{cursor}").json()
        seen += [row["number"] for row in answer["data"]]
        if not answer["hasMore"]:
            break
        cursor = f"&cursor={answer['nextCursor']}"
    assert seen == [f"+12025550{n}" for n in range(100, 200)]


def test_a_page_is_one_statement(
    acme: House, api: Api, pool: None, django_assert_max_num_queries: Any
) -> None:
    Number.objects.update(monthly_price=F("monthly_price"))
    found(api)  # the first use of a key is noted
    with django_assert_max_num_queries(5):  # two for the key, one for the log
        assert len(found(api)) == 5
