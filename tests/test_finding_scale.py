"""Lists among 200,000 texts, narrowed by each filter, and pages: PostgreSQL touches no more as the table grows."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ids import public
from tests.cast import Api, House
from tests.dashboard.browse import Person, text

NODE = re.compile(r"actual rows=([\d.]+) loops=(\d+)")
THROWN = re.compile(r"Rows Removed by [\w ]+: (\d+)")
COUNT, FEW = 200_000, 1_000
# Ids are of the time, and spread as ours do. The oldest few are rare: another number, sender, tag, route, endpoint.
FILL = """
WITH made AS (
  SELECT n, n <= 3 AS rare,
         (lpad(to_hex((extract(epoch FROM now() - interval '60 days') * 1000)::bigint + n * 25), 12, '0')
          || '7000' || '8' || substr(md5(n::text), 1, 15))::uuid AS id,
         now() - interval '60 days' + n * interval '25 ms' AS at
  FROM generate_series(%(first)s, %(last)s) AS n
), texts AS (
  INSERT INTO inbox_message (id, environment_id, channel_id, number_id, number_used, content, sender, sender_index,
                             sender_type, sender_country, received_at, carrier_message_id, encoding, state, route_id,
                             route_name, routing_tag, simulated, partial)
  SELECT id, %(environment)s, %(channel)s, %(number)s, CASE WHEN rare THEN '+33937000999' ELSE '+33937000001' END,
         NULL, NULL, CASE WHEN rare THEN %(sender)s ELSE decode(md5((n %% 997)::text), 'hex') END, 'e164', 'FR', at, '',
         'gsm7', CASE WHEN n %% 50000 = 7 THEN 'dropped' ELSE 'received' END,
         CASE WHEN rare THEN %(rare_route)s::uuid ELSE %(route)s::uuid END, '',
         CASE WHEN rare THEN 'rare' ELSE 'codes' END, false, false FROM made
)
INSERT INTO delivery_delivery (id, environment_id, endpoint_id, message_id, event_type, state, due_at, attempts_made,
                               replays, created_at, finished_at)
SELECT id, %(environment)s, CASE WHEN rare THEN %(rare_endpoint)s::uuid ELSE %(endpoint)s::uuid END, id,
       'message.received',
       CASE WHEN n BETWEEN 10 AND 19 THEN 'failed' WHEN n BETWEEN 20 AND 29 THEN 'held'
            WHEN n BETWEEN 30 AND 5000 THEN 'pending' ELSE 'delivered' END, at, 1, 0, at, at
FROM made WHERE n %% 50000 <> 7
"""

COMMON = (
    "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'delivery_delivery' AND attname = 'state'"
)


@pytest.fixture
def many(acme: House) -> House:
    side = acme.live
    values: dict[str, Any] = {
        "environment": side.environment.pk, "channel": side.channel.pk, "number": side.assignment.number_id,
        "route": side.route.pk, "rare_route": side.event.pk, "endpoint": side.endpoint.pk,
        "rare_endpoint": side.callback.pk, "sender": side.message.sender_index,
    }  # fmt: skip
    with connection.cursor() as cursor:
        # Few first: where earlier tests left the tables empty, as PostgreSQL sees it, the look of the walls at so many
        # rows would be planned as one at none, and read an index from end to end for each.
        for first, last in ((1, FEW), (FEW + 1, COUNT)):
            cursor.execute(FILL, values | {"first": first, "last": last})
            cursor.execute("ANALYZE inbox_message, delivery_delivery")
        cursor.execute(COMMON)
        [(common,)] = cursor.fetchall()
    assert "pending" in common, "plans are made by other statistics than those of these rows"
    return acme


PAGE, RARE, LOOK = 1_000, 200, 20_000  # rows that PostgreSQL may touch for a page


def url_of(template: str, house: House) -> str:
    rare = public("route", house.live.event.pk)
    return template.format(**house.live.ids, rare_route=rare, before="2000-01-01T00:00:00Z")


# By what a list is narrowed, how many rows its first page has, and how many PostgreSQL may touch for it.
LISTS = {
    "messages": (20, PAGE),
    "messages?numberUsed=%2B33937000001": (20, PAGE),
    "messages?numberUsed=%2B33937000999": (3, RARE),
    "messages?senderId=%2B33639980417": (4, RARE),
    "messages?routingTag=codes": (20, PAGE),
    "messages?routingTag=rare": (3, RARE),
    "messages?routeId={rare_route}": (3, RARE),
    "messages?endpointId={endpoint_id}": (20, PAGE),
    "messages?endpointId={callback_id}": (3, RARE),
    "messages?status=failed": (11, RARE),
    "messages?status=queued": (20, LOOK),
    "messages?status=dropped": (4, RARE),
    "messages?status=delivered": (20, LOOK),
    "messages?status=received": (0, LOOK),
    "messages?receivedAt[lt]={before}": (0, RARE),
    "messages?status=failed&numberUsed=%2B33937000001": (11, LOOK),
    "messages?numberUsed=%2B33937000999&routingTag=codes": (0, LOOK),
    "messages?numberUsed=%2B33937000001&routingTag=often": (0, LOOK),
    "messages?numberUsed=%2B33937000999&senderId=%2B33639980417": (3, LOOK),
    "messages?status=failed&routingTag=rare": (0, LOOK),
    "messages?status=delivered&numberUsed=%2B33937000999": (3, LOOK),
    "messages?endpointId={endpoint_id}&numberUsed=%2B33937000999": (0, LOOK),
    "messages?status=delivered&endpointId={endpoint_id}": (20, LOOK),
    "messages?expand=deliveries,route,number": (20, PAGE),
    "deliveries": (20, PAGE),
    "deliveries?state=failed": (11, RARE),
    "deliveries?state=held": (10, RARE),
    "deliveries?state=pending": (20, PAGE),
    "deliveries?state=cancelled": (0, LOOK),
    "deliveries?endpointId={callback_id}": (3, RARE),
    "deliveries?endpointId={endpoint_id}&state=held": (10, LOOK),
    "deliveries?endpointId={callback_id}&state=pending": (0, LOOK),
    "deliveries?endpointId={endpoint_id}&eventType=message.delivered": (0, LOOK),
    "deliveries?eventType=message.delivered": (0, LOOK),
    "deliveries?createdAt[lt]={before}": (0, RARE),
    "messages?count=true": (20, LOOK * 2),
    "deliveries?count=true&state=pending": (20, LOOK * 2),
}


PAGES = ("", "messages/", "messages/?number=%2B33937000001", "deliveries/", "deliveries/?view=waiting")


@pytest.mark.timeout(300)
def test_first_pages_touch_few_rows(many: House, api: Api) -> None:
    person = Person(many.users["owner"], many.live)
    for path in PAGES:
        with CaptureQueriesContext(connection) as queries:
            text(person.http.get(person.url(path)))
        assert touched(found := plans(queries)) <= LOOK, "\n".join([path, *found])
    for template, (rows, most) in LISTS.items():
        with CaptureQueriesContext(connection) as queries:
            data = api.get(url_of(template, many)).json()["data"]
        assert len(data) == rows, template
        assert touched(found := plans(queries)) <= most, "\n".join([template, *found])


def plans(queries: CaptureQueriesContext) -> list[str]:
    """How PostgreSQL answers each statement, with what it touches."""
    asked = (query["sql"] for query in queries)
    return [explained(sql) for sql in asked if sql.lstrip("(").startswith("SELECT")]


def explained(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) " + sql)
        return "\n".join(line for (line,) in cursor.fetchall())


def touched(found: list[str]) -> int:
    """How many rows the plans handed on or threw away."""
    handed = sum(float(rows) * int(loops) for plan in found for rows, loops in NODE.findall(plan))
    return int(handed) + sum(int(rows) for plan in found for rows in THROWN.findall(plan))
