"""Each way to look at a long audit trail is one walk along an index, and reads no more than a page."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts import trail
from accounts.clock import clock
from accounts.ids import public, uuid7
from accounts.trail import Wanted
from tests.cast import House
from tests.plans import nodes

COUNT, OTHERS, PAGE = 10_000, 40_000, 51
MOST_READ = 4 * PAGE
# A busy trail: ids that follow time, many looks at texts, and few of everything that somebody looks for.
FILL = """
INSERT INTO accounts_auditentry (id, tenant_id, environment_id, at, actor_kind, actor_id, action, target_id, after,
                                 request_id, address)
SELECT (lpad(to_hex((extract(epoch FROM now() - interval '10 days') * 1000)::bigint + n * (86400000 / %(a_day)s)),
             12, '0') || '7000' || '8' || substr(md5(n || %(salt)s), 1, 15))::uuid,
       %(tenant)s, %(environment)s, now() - interval '10 days' + n * interval '1 day' / %(a_day)s, 'key',
       CASE WHEN n %% 1000 = 0 THEN %(actor)s ELSE gen_random_uuid() END,
       CASE WHEN n %% 1000 = 0 THEN 'route.deleted' WHEN n %% 3 = 0 THEN 'endpoint.updated' ELSE 'message.read' END,
       CASE WHEN n %% 1000 = 1 THEN %(target)s END,
       CASE WHEN n %% 3 = 1 AND n %% 1000 <> 1 THEN
         jsonb_build_object(
           'messageIds', jsonb_build_array(CASE WHEN n %% 1000 = 7 THEN %(public)s ELSE 'msg_' || n END)
         )
       END,
       'req_' || n, ('192.0.2.' || n %% 200)::inet
FROM generate_series(1, %(count)s) AS n
"""


@pytest.fixture
def filled(acme: House, borealis: House) -> dict[str, Any]:
    target, actor = uuid7(), uuid7()
    values: dict[str, Any] = {
        "tenant": acme.tenant.pk,
        "environment": acme.live.environment.pk,
        "actor": actor,
        "target": target,
        "public": public("message", target),
        "count": COUNT,
        "a_day": COUNT // 10,
        "salt": "ours",
    }
    theirs = {
        "tenant": borealis.tenant.pk,
        "environment": borealis.live.environment.pk,
        "actor": uuid7(),
        "target": uuid7(),
        "public": "msg_",
        "count": OTHERS,
        "a_day": OTHERS // 10,
        "salt": "theirs",
    }
    with connection.cursor() as cursor:
        cursor.execute(FILL, values)
        cursor.execute(FILL, values | theirs)
        cursor.execute("ANALYZE accounts_auditentry")
    return values


def plan(house: House, wanted: Wanted) -> tuple[set[str], int, int]:
    """The indexes that a page of these entries is read along, how many rows were looked at, and how many found."""
    rows = trail.entries(house.live.environment, wanted).order_by("-pk")[:PAGE]
    (explained,) = json.loads(rows.explain(analyze=True, format="json"))
    used, read = set(), 0
    for node in nodes(explained["Plan"]):
        if "Index Name" in node:
            used.add(node["Index Name"])
        if "Scan" in node["Node Type"] and "Relation Name" in node:
            read += node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            assert node["Node Type"] != "Seq Scan", wanted
    return used, round(read), round(explained["Plan"]["Actual Rows"])


def test_a_page_reads_a_page(acme: House, filled: dict[str, Any]) -> None:
    since = clock() - timedelta(days=8)
    cases = {
        Wanted(): "audit_newest",
        Wanted(seen=True): "audit_newest",
        Wanted(action="route.deleted"): "audit_of_action",
        Wanted(actor=public("key", filled["actor"])): "audit_of_actor",
        Wanted(request_id="req_9000"): "audit_of_request",
        Wanted(address="192.0.2.7"): "audit_from_address",
        Wanted(since=since, until=since + timedelta(hours=1)): "audit_newest",
        Wanted(until=since): "audit_newest",
    }
    for wanted, index in cases.items():
        used, read, _found = plan(acme, wanted)
        assert index in used, (wanted, used)
        assert read <= MOST_READ, (wanted, read)


def test_who_saw_a_text_is_found_in_lists_too(acme: House, filled: dict[str, Any]) -> None:
    used, read, found = plan(acme, Wanted(target=filled["public"]))
    assert {"audit_of_target", "audit_of_list"} <= used
    assert found >= 10
    assert read <= MOST_READ
