from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Api, House

CONTAINS = {"field": "content", "operator": "contains", "value": "rendez-vous"}


def names(api: Api) -> list[tuple[int, str]]:
    return [(route["position"], route["name"]) for route in api.get("routes").json()["data"]]


def test_a_route_is_inserted_and_others_shift(acme: House, api: Api) -> None:
    api.post("routes", {"name": "Last", "action": "drop"})
    api.post("routes", {"name": "First", "action": "quarantine", "position": 1})
    api.post("routes", {"name": "Far", "action": "drop", "position": 99})
    assert names(api) == [(1, "First"), (2, "Codes"), (3, "Last"), (4, "Far")]


def test_a_route_shows_what_was_written(acme: House, api: Api) -> None:
    body = {
        "name": "Appointments",
        "position": 1,
        "conditions": [CONTAINS, {"field": "senderCountry", "operator": "in", "value": ["FR", "BE"]}],
        "action": "deliver",
        "endpointIds": [acme.live.ids["endpoint_id"]],
        "routingTag": "rdv",
    }
    response = api.post("routes", body)
    assert response.status_code == 201
    made = response.json()
    assert {name: made[name] for name in body} == body
    assert made["version"] == 1
    assert api.get(f"routes/{made['id']}").json() == made


def test_a_route_changes_in_part(acme: House, api: Api) -> None:
    api.post("routes", {"name": "Second", "action": "drop"})
    path = f"routes/{acme.live.ids['route_id']}"
    before = api.get(path).json()
    changed = api.patch(path, {"name": "Renamed", "position": 2}).json()
    assert changed == before | {"name": "Renamed", "position": 2, "version": 2}
    assert names(api) == [(1, "Second"), (2, "Renamed")]
    dropped = api.patch(
        path, {"action": "drop", "endpointIds": [], "conditions": [], "routingTag": ""}
    ).json()
    assert (dropped["action"], dropped["endpointIds"], dropped["conditions"]) == ("drop", [], [])


def test_a_deleted_route_leaves_no_gap(acme: House, api: Api) -> None:
    api.post("routes", {"name": "Second", "action": "drop"})
    assert api.delete(f"routes/{acme.live.ids['route_id']}").status_code == 204
    assert names(api) == [(1, "Second")]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "#/name"),
        ({"name": "x" * 81}, "#/name"),
        ({"position": 0}, "#/position"),
        ({"position": "1"}, "#/position"),
        ({"position": 1.5}, "#/position"),
        ({"position": True}, "#/position"),
        ({"position": 10**30}, "#/position"),
        ({"action": "forward"}, "#/action"),
        ({"action": "drop"}, "#/endpointIds"),
        ({"endpointIds": []}, "#/endpointIds"),
        ({"endpointIds": "all"}, "#/endpointIds"),
        ({"endpointIds": ["ep_absent"]}, "#/endpointIds/0"),
        ({"endpointIds": [{"id": 1}]}, "#/endpointIds/0"),
        ({"routingTag": "x" * 81}, "#/routingTag"),
        ({"conditions": {}}, "#/conditions"),
        ({"conditions": None}, "#/conditions"),
        ({"conditions": "all"}, "#/conditions"),
        ({"conditions": [3]}, "#/conditions/0"),
        ({"conditions": [CONTAINS, CONTAINS | {"field": "weather"}]}, "#/conditions/1/field"),
        ({"conditions": [CONTAINS | {"field": ["content"]}]}, "#/conditions/0/field"),
        ({"conditions": [CONTAINS | {"operator": "near"}]}, "#/conditions/0/operator"),
        ({"conditions": [CONTAINS | {"operator": {}}]}, "#/conditions/0/operator"),
        ({"conditions": [CONTAINS | {"value": 5}]}, "#/conditions/0/value"),
        ({"conditions": [CONTAINS | {"value": "a\u0000"}]}, "#/conditions/0/value"),
        ({"conditions": [CONTAINS | {"operator": "matches", "value": "("}]}, "#/conditions/0/value"),
        ({"conditions": [CONTAINS | {"weight": 1}]}, "#/conditions/0"),
        ({"environment_id": "x"}, "#/environment_id"),
        ({"version": 4}, "#/version"),
    ],
)
def test_a_wrong_field_is_named(acme: House, api: Api, change: dict[str, Any], pointer: str) -> None:
    body = {"name": "R", "conditions": [CONTAINS], "endpointIds": [acme.live.ids["endpoint_id"]]}
    response = api.post("routes", body | change)
    assert response.status_code == 422, response.content
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert names(api) == [(1, "Codes")]


def test_every_wrong_field_is_named_at_once(api: Api) -> None:
    response = api.post("routes", {"position": "x", "colour": "red"})
    assert {error["pointer"] for error in response.json()["errors"]} == {"#/name", "#/position", "#/colour"}


def test_a_list_in_order_can_be_paged(acme: House, api: Api) -> None:
    for name in ("B", "C"):
        api.post("routes", {"name": name, "action": "drop"})
    first = api.get("routes?limit=2").json()
    assert [route["name"] for route in first["data"]] == ["Codes", "B"]
    rest = api.get(f"routes?limit=2&cursor={first['nextCursor']}").json()
    assert [route["name"] for route in rest["data"]] == ["C"]
    assert (rest["nextCursor"], rest["hasMore"]) == (None, False)


def test_an_environment_holds_so_many_patterns_and_no_more(acme: House, api: Api) -> None:
    pattern = {"field": "content", "operator": "matches", "value": "code"}
    for number in range(3):
        made = api.post("routes", {"name": f"R{number}", "action": "drop", "conditions": [pattern] * 16})
        assert made.status_code == 201
    one_more = api.post("routes", {"name": "R3", "action": "drop", "conditions": [pattern] * 3})
    assert (one_more.status_code, one_more.json()["code"]) == (409, "too_many_patterns")
    assert "R3" not in [name for _position, name in names(api)]
