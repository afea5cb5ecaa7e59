"""All routes at once: exported, checked, imported, tried on texts, and brought back to what they were."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.ids import public, uuid7
from accounts.models import AuditEntry
from routing import versions
from tests.cast import Api, House, store_message

STOP = {"field": "firstWord", "operator": "equals", "value": "STOP"}


def routes_of(api: Api) -> list[dict[str, Any]]:
    document: list[dict[str, Any]] = api.get("routes/export").json()["routes"]
    return document


def put(api: Api, routes: list[dict[str, Any]], query: str = "") -> Any:
    return api("PUT", f"routes/import{query}", {"routes": routes})


def kinds(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.content
    return [(change["change"], change["name"]) for change in answer.json()["changes"]]


def names(api: Api) -> list[str]:
    return [route["name"] for route in api.get("routes").json()["data"]]


def dropping(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "action": "drop", **more}


def test_what_was_exported_comes_in_again_and_changes_nothing(acme: House, api: Api) -> None:
    before, entries = api.get("routes").json(), AuditEntry.objects.count()
    assert kinds(put(api, routes_of(api))) == []
    assert api.get("routes").json() == before
    assert AuditEntry.objects.count() == entries + 1


def test_an_import_creates_updates_moves_and_deletes(acme: House, api: Api) -> None:
    api.post("routes", dropping("Second"))
    api.post("routes", dropping("Third"))
    codes, _second, third = routes_of(api)
    wanted = [dropping("New", conditions=[STOP]), third, codes | {"routingTag": "otp"}]
    dry = put(api, wanted, "?dryRun=true")
    assert names(api) == ["Codes", "Second", "Third"]
    done = put(api, wanted)
    told = [("created", "New"), ("updated", "Codes"), ("deleted", "Second")]
    assert sorted(kinds(dry)) == sorted(kinds(done)) == sorted([*told, ("moved", "Third")])
    assert (dry.json()["dryRun"], done.json()["dryRun"]) == (True, False)
    after = api.get("routes").json()["data"]
    assert [(one["position"], one["name"], one["version"]) for one in after] == [
        (1, "New", 1),
        (2, "Third", 1),
        (3, "Codes", 2),
    ]
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"routes.imported", "route.created", "route.updated", "route.deleted"} <= actions


def test_an_import_is_all_or_nothing(acme: House, borealis: House, api: Api) -> None:
    before = api.get("routes").json()
    theirs = borealis.live.ids
    wrong = [
        dropping("Fine"),
        {"name": "Nowhere"},
        {"name": "Theirs", "endpointIds": [theirs["endpoint_id"]]},
        dropping("Known", id=theirs["route_id"]),
        dropping("Odd", conditions=[STOP, STOP | {"operator": "near"}]),
    ]
    answers = {path: api.post(path, {"routes": wrong}) for path in ("routes/validate",)}
    assert answers["routes/validate"].json()["valid"] is False
    refused = put(api, wrong)
    assert refused.status_code == 422
    assert [e["pointer"] for e in refused.json()["errors"]] == ["#/routes/2/endpointIds/0"]
    del wrong[2]
    refused = put(api, wrong)
    assert [e["pointer"] for e in refused.json()["errors"]] == [
        "#/routes/1/endpointIds",
        "#/routes/2/id",
        "#/routes/3/conditions/1/operator",
    ]
    assert api.get("routes").json() == before


@pytest.mark.parametrize("id", ["rte_absent", "chn_1", public("route", uuid7())])
def test_an_id_that_is_none_of_ones_own_is_unknown(acme: House, api: Api, id: str) -> None:
    errors = put(api, [dropping("R", id=id)]).json()["errors"]
    assert [(e["pointer"], e["code"]) for e in errors] == [("#/routes/0/id", "unknown_id")]


def test_a_route_stands_in_a_document_once(acme: House, api: Api) -> None:
    (codes,) = routes_of(api)
    errors = put(api, [codes, codes]).json()["errors"]
    assert [(e["pointer"], e["code"]) for e in errors] == [("#/routes/1/id", "repeated")]


def test_too_many_patterns_are_refused_before_anything_changes(acme: House, api: Api) -> None:
    pattern = {"field": "content", "operator": "matches", "value": "code"}
    many = [dropping(f"R{n}", conditions=[pattern] * 17) for n in range(3)]
    for query in ("", "?dryRun=true"):
        assert put(api, many, query).json()["code"] == "too_many_patterns"
    errors = api.post("routes/validate", {"routes": many}).json()["errors"]
    assert [(e["pointer"], e["code"]) for e in errors] == [("#/routes", "too_many_patterns")]


def test_a_document_is_checked(acme: House, api: Api) -> None:
    routes = [*routes_of(api), dropping("All"), dropping("Late", conditions=[STOP])]
    answer = api.post("routes/validate", {"routes": routes}).json()
    assert (answer["valid"], answer["errors"]) == (True, [])
    assert [(e["pointer"], e["code"]) for e in answer["warnings"]] == [("#/routes/2", "never_asked")]
    assert api.post("routes/validate", {"routes": [{"colour": "red"}]}).status_code == 422
    assert names(api) == ["Codes"]


def test_each_change_leaves_a_version_and_each_can_be_restored(acme: House, api: Api) -> None:
    path = f"routes/{acme.live.ids['route_id']}"
    before = routes_of(api)
    api.post("routes", dropping("Second"))
    api.patch(path, {"routingTag": "otp"})
    api.delete(path)
    listed = api.get("routes/versions").json()["data"]
    assert [(one["number"], one["count"]) for one in listed] == [(4, 1), (3, 2), (2, 2), (1, 1)]
    assert (listed[0]["by"], listed[-1]["by"]) == ("key", "system")
    first = listed[-1]["id"]
    assert api.get(f"routes/versions/{first}").json()["routes"] == before
    dry = api.post(f"routes/versions/{first}/restore?dryRun=true")
    assert kinds(dry) == [("created", "Codes"), ("deleted", "Second")]
    assert names(api) == ["Second"]
    assert kinds(api.post(f"routes/versions/{first}/restore")) == kinds(dry)
    assert routes_of(api) == before
    assert api.get("routes/versions").json()["data"][0]["number"] == 5
    assert AuditEntry.objects.get(action="routes.restored").after == {
        "version": 1,
        "created": 1,
        "deleted": 1,
    }


def test_what_changes_nothing_leaves_no_version(acme: House, api: Api) -> None:
    api.patch(f"routes/{acme.live.ids['route_id']}", {"name": "Codes"})
    put(api, routes_of(api))
    assert len(api.get("routes/versions").json()["data"]) == 1


def test_a_version_whose_endpoint_is_gone_stays_what_it_was(acme: House, api: Api) -> None:
    ids = acme.live.ids
    (first,) = api.get("routes/versions").json()["data"]
    api.patch(f"routes/{ids['route_id']}", {"endpointIds": [ids["callback_id"]]})
    assert api.delete(f"endpoints/{ids['endpoint_id']}").status_code == 204
    refused = api.post(f"routes/versions/{first['id']}/restore")
    assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_deleted")


def test_the_oldest_versions_are_let_go(acme: House, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "MOST_KEPT", 2)
    for tag in ("a", "b", "c"):
        api.patch(f"routes/{acme.live.ids['route_id']}", {"routingTag": tag})
    page = api.get("routes/versions?limit=1").json()
    assert [one["number"] for one in page["data"]] == [4]
    rest = api.get(f"routes/versions?cursor={page['nextCursor']}").json()
    assert [one["number"] for one in rest["data"]] == [3]


def test_what_routes_do_with_a_text(acme: House, api: Api) -> None:
    ids = acme.live.ids
    text = {"numberUsed": "+33937000001", "senderId": "+33639980417", "content": "Votre code est 1"}
    shown = api.post("routes/dry-run", {"text": text}).json()
    assert shown == {
        "decision": {
            "routeId": ids["route_id"],
            "routeName": "Codes",
            "action": "deliver",
            "routingTag": "codes",
            "endpointIds": [ids["endpoint_id"]],
            "explanation": [],
        },
        "comparison": None,
    }
    kept = api.post("routes/dry-run", {"text": text | {"content": "Bonjour"}}).json()["decision"]
    assert (kept["routeId"], kept["action"], kept["endpointIds"]) == (None, "keep", [])
    assert [one["routeId"] for one in kept["explanation"]] == [ids["route_id"]]
    api.patch(f"endpoints/{ids['callback_id']}", {"isDefault": True})
    default = api.post("routes/dry-run", {"text": text | {"content": "Bonjour"}}).json()["decision"]
    assert (default["action"], default["endpointIds"]) == ("deliver", [ids["callback_id"]])


def test_what_would_change_for_the_last_texts(acme: House, api: Api) -> None:
    store_message(acme.live.assignment, "STOP")
    erased = store_message(acme.live.assignment, sealed_content=None, sealed_sender=None)
    proposed = [dropping("Opt-out", conditions=[STOP]), *routes_of(api)]
    found = api.post("routes/dry-run", {"last": 10, "routes": proposed}).json()["comparison"]
    assert (found["looked"], found["unreadable"], found["changed"]) == (3, 1, 1)
    (example,) = found["examples"]
    assert (example["before"]["action"], example["after"]["action"]) == ("keep", "drop")
    assert (example["after"]["routeId"], example["after"]["routeName"]) == (None, "Opt-out")
    assert {one["routeName"]: one["count"] for one in found["taken"]} == {"Opt-out": 1, "Codes": 1}
    assert public("message", erased.pk) not in str(found)
    assert names(api) == ["Codes"]
    in_force = api.post("routes/dry-run", {"last": 10}).json()["comparison"]
    assert in_force["changed"] == 0
    api.patch(f"routes/{acme.live.ids['route_id']}", {"routingTag": "otp"})
    in_force = api.post("routes/dry-run", {"last": 10}).json()["comparison"]
    assert [one["messageId"] for one in in_force["examples"]] == [acme.live.ids["message_id"]]


def test_what_would_become_of_a_stored_text(acme: House, api: Api) -> None:
    body = {"messageId": acme.live.ids["message_id"], "routes": [dropping("All")]}
    shown = api.post("routes/dry-run", body).json()
    assert (shown["decision"]["routeName"], shown["decision"]["action"]) == ("All", "drop")
    assert (shown["comparison"]["looked"], shown["comparison"]["changed"]) == (1, 1)
    assert "code est" not in str(shown)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/text"),
        ({"last": 1, "messageId": "message_id"}, "#/last"),
        ({"last": 1001}, "#/last"),
        ({"text": {"content": "x"}}, "#/text/numberUsed"),
        ({"last": 1, "routes": [{"name": ""}]}, "#/routes/0/name"),
        ({"last": 1, "routes": [{"name": "R"}]}, "#/routes/0/endpointIds"),
    ],
)
def test_a_wrong_trial_is_refused(acme: House, api: Api, body: dict[str, Any], pointer: str) -> None:
    answer = api.post("routes/dry-run", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
