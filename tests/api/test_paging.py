from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.audit import SYSTEM
from delivery import services as delivery
from numbers import services as numbers
from routing import services as routing
from tests.cast import CARRIER_SECRET, URL, Api, House, Side, store_attempt, store_delivery, store_message


def test_pages_follow_one_another_newest_first(acme: House, api: Api) -> None:
    for _ in range(6):
        store_message(acme.live.assignment)
    seen, path = [], "messages?limit=3"
    while True:
        page = api.get(path).json()
        seen += [message["id"] for message in page["data"]]
        assert page["hasMore"] is (page["nextCursor"] is not None)
        if not page["hasMore"]:
            break
        path = f"messages?limit=3&cursor={page['nextCursor']}"
    assert len(seen) == 7
    assert seen == sorted(seen, reverse=True)


def test_what_arrives_meanwhile_shifts_no_page(acme: House, api: Api) -> None:
    for _ in range(3):
        store_message(acme.live.assignment)
    first = api.get("messages?limit=2").json()
    store_message(acme.live.assignment)
    second = api.get(f"messages?limit=2&cursor={first['nextCursor']}").json()
    ids = [message["id"] for page in (first, second) for message in page["data"]]
    assert len(set(ids)) == 4
    assert second["hasMore"] is False


def test_a_full_last_page_has_no_next(acme: House, api: Api) -> None:
    store_message(acme.live.assignment)
    page = api.get("messages?limit=2").json()
    assert (len(page["data"]), page["hasMore"], page["nextCursor"]) == (2, False, None)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("cursor=", "cursor"),
        ("cursor=abc", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=%ff%ed%a0%80", "cursor"),
        ("cursor=01936b0000007000800000000000000a.c2ln", "cursor"),
        ("state=failed", "state"),
        ("lim%C3%AFt=1", "limït"),
    ],
)
def test_a_wrong_parameter_is_named(acme: House, api: Api, query: str, parameter: str) -> None:
    response = api.get(f"messages?{query}")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_a_cursor_is_good_for_its_own_list_only(acme: House, borealis: House, api: Api) -> None:
    for house in (acme, borealis):
        store_message(house.live.assignment)
        store_delivery(house.live.message, house.live.endpoint)
    cursor = api.get("messages?limit=1").json()["nextCursor"]
    assert api.get(f"messages?cursor={cursor}").status_code == 200
    assert api.get(f"deliveries?cursor={cursor}").status_code == 400
    assert Api(borealis.live.key).get(f"messages?cursor={cursor}").status_code == 400
    assert Api(acme.sandbox.key).get(f"messages?cursor={cursor}").status_code == 400
    filtered = api.get("deliveries?limit=1&state=failed").json()["nextCursor"]
    assert api.get(f"deliveries?cursor={filtered}&state=failed").status_code == 200
    assert api.get(f"deliveries?cursor={filtered}&state=held").status_code == 400
    assert api.get(f"deliveries?cursor={filtered}").status_code == 400


def channel(side: Side, at: int) -> None:
    credentials = {"secret": CARRIER_SECRET}
    numbers.create_channel(side.environment, SYSTEM, carrier="generic", credentials=credentials)


def number(side: Side, at: int) -> None:
    numbers.assign_number(side.environment, SYSTEM, number=f"+3393700010{at}", channel=side.channel)


def route(side: Side, at: int) -> None:
    routing.create_route(side.environment, SYSTEM, name=f"R{at}", endpoints=[side.endpoint])


LISTS: dict[str, Callable[[Side, int], object]] = {
    "channels": channel,
    "numbers": number,
    "endpoints": lambda side, at: delivery.create_endpoint(side.environment, SYSTEM, url=URL),
    "routes": route,
    "routes/versions": route,
    "messages": lambda side, at: store_delivery(store_message(side.assignment), side.endpoint),
    "messages?status=failed": lambda side, at: store_delivery(store_message(side.assignment), side.endpoint),
    "deliveries": lambda side, at: store_delivery(side.message, side.endpoint),
    "messages/{message_id}/deliveries": lambda side, at: store_delivery(side.message, side.endpoint),
    "deliveries/{delivery_id}/attempts": lambda side, at: store_attempt(side.delivery, at + 2),
}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_the_same_number_of_queries_whatever_its_length(
    acme: House, api: Api, path: str
) -> None:
    url = path.format(**acme.live.ids)
    already = len(api.get(url).json()["data"])  # and the key's use is noted
    with CaptureQueriesContext(connection) as short:
        api.get(url)
    for at in range(8):
        LISTS[path](acme.live, at)
    with CaptureQueriesContext(connection) as long:
        assert len(api.get(url).json()["data"]) == already + 8
    assert len(long) == len(short) <= 4  # one of them writes the request down
