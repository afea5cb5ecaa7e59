"""What a statement of the hot path reads, as PostgreSQL counts it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from delivery.store import Store


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def rows_read(store: Store, sql: str, values: dict[str, Any]) -> Counter[str]:
    """How many rows of each table a statement looked at, those that it dropped again included. It is run."""
    explained = store.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values)[0]["QUERY PLAN"]
    (told,) = json.loads(explained) if isinstance(explained, str) else explained
    count: Counter[str] = Counter()
    for node in nodes(told["Plan"]):
        if "Scan" in node["Node Type"] and "Relation Name" in node:
            dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            count[node["Relation Name"]] += round((node["Actual Rows"] + dropped) * node["Actual Loops"])
    return count
