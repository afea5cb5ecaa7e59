"""Many at once: each gets a clear answer, and what must hold afterwards holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from accounts.audit import Actor
from accounts.errors import Conflict
from accounts.ids import parse
from numbers import requests
from numbers.models import Assignment, NumberRequest
from tests import cast
from tests.cast import URL, Api, House

AT_ONCE = 8
NEW_SECRET = "whsec_YW5vdGhlciBzZWNyZXQgdGhhdCBpcyBsb25nIGVub3VnaA=="


@pytest.fixture
def acme(transactional_db: None) -> House:
    return cast.build("Acme Santé", "+33937000001", "+33639980001")


def request_of(asked: dict[str, Any]) -> NumberRequest:
    id = parse("number_request", asked["id"])
    assert id is not None
    return NumberRequest.objects.get(pk=id)


def at_once(house: House, call: Callable[[Api, int], Any]) -> Counter[int]:
    """The statuses of that many simultaneous calls, each given a client and its number."""

    def one(number: int) -> int:
        try:
            return int(call(Api(house.live.key), number).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return Counter(threads.map(one, range(AT_ONCE)))


def test_one_of_many_claims_gets_the_number(acme: House) -> None:
    body = {"number": "+33639980009", "channelId": acme.sandbox.ids["channel_id"]}
    statuses = at_once(acme, lambda _api, _: Api(acme.sandbox.key).post("numbers", body))
    assert statuses == {201: 1, 409: AT_ONCE - 1}


def test_a_number_is_asked_for_once(acme: House) -> None:
    body = {"number": "+33937000009", "channelId": acme.live.ids["channel_id"]}
    statuses = at_once(acme, lambda api, _: api.post("numbers", body))
    assert statuses == {202: 1, 409: AT_ONCE - 1}


def test_two_approvals_make_one_assignment(acme: House, api: Api) -> None:
    asked = api.post("numbers", {"number": "+33937000009", "channelId": acme.live.ids["channel_id"]}).json()
    request = request_of(asked)

    def approve(_number: int) -> str:
        try:
            requests.approve(request, Actor("operator"))
        except Conflict as error:
            return error.code
        finally:
            connection.close()
        return "approved"

    with ThreadPoolExecutor(AT_ONCE) as threads:
        told = Counter(threads.map(approve, range(AT_ONCE)))
    assert told == {"approved": 1, "request_decided": AT_ONCE - 1}
    assert Assignment.objects.filter(number__number="+33937000009").count() == 1


def test_two_tenants_approved_for_one_number_leave_one_holder(acme: House, transactional_db: None) -> None:
    other = cast.build("Borealis", "+33937000002", "+33639980002")
    waiting = []
    for house in (acme, other):
        body = {"number": "+33937000009", "channelId": house.live.ids["channel_id"]}
        asked = Api(house.live.key).post("numbers", body).json()
        waiting.append(request_of(asked))
    requests.approve(waiting[0], Actor("operator"))
    with pytest.raises(Conflict, match="number_taken"):
        requests.approve(waiting[1], Actor("operator"))
    waiting[1].refresh_from_db()
    assert waiting[1].status == "requested"


def test_there_is_one_default(acme: House, api: Api) -> None:
    body = {"kind": "webhook", "url": URL, "isDefault": True}
    assert at_once(acme, lambda api, _: api.post("endpoints", body)) == {201: AT_ONCE}
    assert [one["isDefault"] for one in api.get("endpoints").json()["data"]].count(True) == 1


def test_changes_of_different_fields_do_not_undo_each_other(acme: House, api: Api) -> None:
    ids = acme.live.ids
    changes: list[tuple[str, dict[str, object]]] = [
        (f"channels/{ids['channel_id']}", {"name": "Renamed"}),
        (f"channels/{ids['channel_id']}", {"credentials": {"secret": NEW_SECRET}}),
        (f"endpoints/{ids['endpoint_id']}", {"description": "Changed"}),
        (f"endpoints/{ids['endpoint_id']}", {"isDefault": True}),
        (f"endpoints/{ids['endpoint_id']}", {"disabled": True}),
        (f"routes/{ids['route_id']}", {"name": "Changed"}),
        (f"routes/{ids['route_id']}", {"routingTag": "changed"}),
        (f"numbers/{ids['number_id']}", {"label": "Changed"}),
    ]
    assert at_once(acme, lambda api, number: api.patch(*changes[number])) == {200: AT_ONCE}
    for path, change in changes:
        shown = api.get(path).json()
        assert {name: shown.get(name, change[name]) for name in change} == change
    acme.live.channel.refresh_from_db()
    assert acme.live.channel.credentials() == {"secret": NEW_SECRET}


def test_routes_inserted_at_one_place_leave_no_gap(acme: House, api: Api) -> None:
    def insert(api: Api, number: int) -> Any:
        return api.post("routes", {"name": f"R{number}", "action": "drop", "position": 1})

    assert at_once(acme, insert) == {201: AT_ONCE}
    positions = [route["position"] for route in api.get("routes").json()["data"]]
    assert positions == list(range(1, AT_ONCE + 2))


def test_replays_at_once_are_all_answered(acme: House) -> None:
    path = f"deliveries/{acme.live.ids['delivery_id']}/replay"
    assert set(at_once(acme, lambda api, _: api.post(path))) <= {202, 409}


def test_no_number_lands_on_a_channel_that_is_being_deleted(acme: House) -> None:
    credentials, api = {"secret": "a-long-token"}, Api(acme.sandbox.key)
    channel = api.post("channels", {"carrier": "sandbox", "credentials": credentials}).json()["id"]

    def bind_or_delete(_api: Api, number: int) -> Any:
        api = Api(acme.sandbox.key)
        if number == AT_ONCE // 2:
            return api.delete(f"channels/{channel}")
        body = {"number": f"+3363998001{number}", "channelId": channel}
        return api.post("numbers", body)

    assert set(at_once(acme, bind_or_delete)) <= {201, 204, 409, 422}
    stranded = Assignment.objects.filter(ends_at=None, channel__deleted_at__isnull=False)
    assert not stranded.exists()


def test_no_route_delivers_to_an_endpoint_that_is_being_deleted(acme: House, api: Api) -> None:
    endpoint = api.post("endpoints", {"kind": "webhook", "url": URL}).json()["id"]

    def route_or_delete(api: Api, number: int) -> Any:
        if number == AT_ONCE // 2:
            return api.delete(f"endpoints/{endpoint}")
        return api.post("routes", {"name": f"R{number}", "endpointIds": [endpoint]})

    assert set(at_once(acme, route_or_delete)) <= {201, 204, 409, 422}
    assert all(route["endpointIds"] for route in api.get("routes").json()["data"])


def test_of_imports_at_once_one_is_in_force_as_a_whole(acme: House) -> None:
    def document(number: int) -> dict[str, Any]:
        return {"routes": [{"name": f"R{number}", "action": "drop"}] * (number + 1)}

    statuses = at_once(acme, lambda api, number: api("PUT", "routes/import", document(number)))
    assert statuses == {200: AT_ONCE}
    routes = list(acme.live.environment.routes.order_by("position").values_list("position", "name"))
    assert len({name for _, name in routes}) == 1
    assert routes == [(at, f"R{len(routes) - 1}") for at in range(1, len(routes) + 1)]
    kept = list(acme.live.environment.route_versions.order_by("number").values_list("number", flat=True))
    assert kept == list(range(1, AT_ONCE + 2))
