"""The audit trail by API: who did what to what, when and from where; narrowed, paged, and as a file."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import trail
from accounts.audit import SYSTEM, Actor, record
from accounts.clock import clock, stamp
from accounts.ids import public
from accounts.models import AuditEntry
from delivery import services as delivery
from tests.cast import Api, House

RENAMED = {"description": "Renamed"}


def listed(api: Api, query: str = "") -> list[dict[str, Any]]:
    answer = api.get(f"audit-entries?{query}")
    assert answer.status_code == 200, answer.json()
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def rename(api: Api, house: House) -> Any:
    return api.patch(f"endpoints/{house.live.ids['endpoint_id']}", RENAMED)


def test_a_change_by_api_tells_who_what_and_from_where(acme: House, api: Api) -> None:
    changed = rename(api, acme)
    row = listed(api)[0]
    key = acme.live.environment.keys.earliest("pk")
    assert row["id"].startswith("aud_")
    assert row["environment"] == acme.live.ids["env_id"]
    assert (row["actorKind"], row["actorId"]) == ("key", public("key", key.pk))
    assert (row["action"], row["targetId"]) == ("endpoint.updated", acme.live.ids["endpoint_id"])
    assert row["after"] == RENAMED
    assert row["requestId"] == changed["Request-Id"]
    assert row["address"] == "127.0.0.1"


def test_an_address_that_is_none_is_left_out(acme: House) -> None:
    environment = acme.live.environment
    for told, kept in (
        ("unknown", None),
        ("", None),
        ("fe80::1%eth0", "fe80::1"),
        ("192.0.2.7", "192.0.2.7"),
    ):
        entry = record(Actor("system", address=told), "route.created", None, environment=environment)
        assert AuditEntry.objects.get(pk=entry.pk).address == kept


def test_each_filter_narrows(acme: House, api: Api) -> None:
    request_id = rename(api, acme)["Request-Id"]
    api.get(f"messages/{acme.live.ids['message_id']}")
    key = public("key", acme.live.environment.keys.earliest("pk").pk)
    for query, actions in {
        "action=endpoint.updated": {"endpoint.updated"},
        f"actor={key}": {"endpoint.updated", "message.read"},
        f"target={acme.live.ids['message_id']}": {"message.read"},
        f"requestId={request_id}": {"endpoint.updated"},
        "address=127.0.0.1": {"endpoint.updated", "message.read"},
        "address=192.0.2.1": set(),
        "seen=true": {"message.read"},
        "action=no.such": set(),
    }.items():
        assert {row["action"] for row in listed(api, query)} == actions, query


def test_of_a_text_the_lists_count_in_which_it_was_shown(acme: House, api: Api) -> None:
    message = acme.live.ids["message_id"]
    api.get("messages")
    api.get(f"messages/{message}")
    rows = listed(api, f"target={message}&seen=true")
    assert [(row["targetId"], row["after"]) for row in rows] == [
        (message, None),
        (None, {"messageIds": [message]}),
    ]


def test_bounds_of_time(acme: House, api: Api) -> None:
    environment = acme.live.environment
    entry = record(SYSTEM, "route.created", None, environment=environment)
    at, later = stamp(entry.at), stamp(entry.at + timedelta(milliseconds=1))
    before = stamp(entry.at - timedelta(days=2))

    def found(*bounds: str) -> bool:
        ids = {row["id"] for row in listed(api, "&".join(("action=route.created", *bounds)))}
        return public("audit", entry.pk) in ids

    assert found(f"at[gte]={at}", f"at[lt]={later}")
    assert not found(f"at[lt]={at}")
    assert not found(f"at[gte]={later}")
    assert not found(f"at[gte]={before}", f"at[lt]={before}")
    assert found("at[gte]=0001-01-01T00:00:00Z", "at[lt]=9999-12-31T23:59:59Z")


def test_times_of_a_sandbox_are_by_its_own_clock(acme: House) -> None:
    environment, api = acme.sandbox.environment, Api(acme.sandbox.key)
    environment.clock_offset = timedelta(days=30)
    environment.save(update_fields=["clock_offset"])
    entry = record(SYSTEM, "route.created", None, environment=environment)
    ahead = stamp(clock(environment) - timedelta(hours=1))
    assert [row["id"] for row in listed(api, f"at[gte]={ahead}")] == [public("audit", entry.pk)]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("actor=somebody", "actor"),
        ("target=msg_short", "target"),
        ("address=here", "address"),
        ("seen=yes", "seen"),
        ("at[gte]=yesterday", "at[gte]"),
        ("at[lt]=soon", "at[lt]"),
        ("colour=red", "colour"),
    ],
)
def test_a_wrong_filter_is_named(api: Api, query: str, parameter: str) -> None:
    for path in ("audit-entries", "audit-entries/export"):
        answer = api.get(f"{path}?{query}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == parameter


def test_the_organisations_entries_need_a_key_of_live(acme: House, api: Api) -> None:
    rows = listed(api, "organisation=true")
    assert {"tenant.created", "member.added"} <= {row["action"] for row in rows}
    assert {row["environment"] for row in rows} == {None}
    refused = Api(acme.sandbox.key).get("audit-entries?organisation=true")
    assert refused.json()["errors"][0]["code"] == "live_only"


def test_nobody_sees_another_tenants_entries(acme: House, borealis: House, api: Api) -> None:
    rename(Api(borealis.live.key), borealis)
    theirs = borealis.live.environment.audit_entries.latest("pk")
    assert public("audit", theirs.pk) not in {row["id"] for row in listed(api, "limit=100")}
    key = public("key", borealis.live.environment.keys.earliest("pk").pk)
    assert listed(api, f"actor={key}") == []
    assert listed(api, f"requestId={theirs.request_id}") == []


def test_pages_follow_each_other_while_entries_come(acme: House, api: Api) -> None:
    first = api.get("audit-entries?limit=2").json()
    rename(api, acme)
    second = api.get(f"audit-entries?limit=2&cursor={first['nextCursor']}").json()
    all_ids = [
        public("audit", pk)
        for pk in acme.live.environment.audit_entries.order_by("-pk").values_list("pk", flat=True)
    ]
    assert [row["id"] for row in first["data"] + second["data"]] == all_ids[1:5]


def test_nothing_personal_is_in_what_a_tenants_life_leaves(acme: House, api: Api) -> None:
    route = {
        "name": "Bank",
        "conditions": [{"field": "senderId", "operator": "equals", "value": "+33639980417"}],
    }
    assert api.post("routes", {**route, "action": "drop"}).status_code == 201
    api.get("messages")
    told = json.dumps(listed(api, "limit=100"))
    assert "+33639980417" not in told
    assert "Votre code" not in told
    assert all(user.email not in told for user in acme.users.values())


def export(api: Api, query: str) -> Any:
    answer = api.get(f"audit-entries/export?{query}")
    assert answer.status_code == 200
    return answer


def test_json_lines_are_the_entries_of_the_list(acme: House, api: Api) -> None:
    rename(api, acme)
    expected = listed(api, "limit=100")
    answer = export(api, "")
    assert answer["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in answer.getvalue().decode().splitlines()] == expected


def test_csv_has_a_header_and_takes_every_filter(acme: House, api: Api) -> None:
    rename(api, acme)
    answer = export(api, "format=csv&action=endpoint.updated")
    assert answer["Content-Type"] == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert [row["targetId"] for row in rows] == [acme.live.ids["endpoint_id"]]
    assert json.loads(rows[0]["after"]) == RENAMED
    assert tuple(rows[0]) == trail.COLUMNS


def test_no_cell_is_a_formula(acme: House, api: Api) -> None:
    for name in ("=1+1", "@SUM(A1)", "+33", "-2"):
        api.post("routes", {"name": name, "action": "drop"})
    rows = csv.reader(io.StringIO(export(api, "format=csv").getvalue().decode()))
    assert [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []


def test_an_export_is_on_the_trail_and_not_in_itself(api: Api) -> None:
    answer = export(api, "seen=true&address=192.0.2.7")
    assert answer.getvalue() == b""
    row = listed(api)[0]
    assert row["action"] == "audit.exported"
    assert row["after"] == {"form": "jsonl", "seen": "True", "address": "given"}


def test_an_export_is_read_in_batches_while_it_is_written(
    acme: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "BATCH", 10)
    environment = acme.live.environment
    for _ in range(35):
        record(SYSTEM, "route.updated", None, environment=environment)
    pieces = trail.export(environment, SYSTEM, trail.Wanted(action="route.updated"), "jsonl")
    with CaptureQueriesContext(connection) as asked:
        first = next(pieces)
        assert (len(asked), first.count("\n")) == (1, 10)
        rest = "".join(pieces)
    assert len(asked) == 4
    assert len(set((first + rest).splitlines())) == 35


def test_entries_of_a_secret_hold_no_secret(acme: House, api: Api) -> None:
    made = delivery.create_endpoint(acme.live.environment, SYSTEM, url="http://127.0.0.1:9/x")
    rotated = api.post(f"endpoints/{public('endpoint', made.endpoint.pk)}/secrets", {}).json()
    told = json.dumps(listed(api, f"target={public('endpoint', made.endpoint.pk)}"))
    assert "endpoint.secretRotated" in told
    assert made.secret not in told
    assert rotated["secret"] not in told
