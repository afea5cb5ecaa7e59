"""The scenarios: one module a category or two, one line in a table."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.scenarios import codes, everyday, long, lookalikes, scripts, traffic, unwanted
from sandbox.scenarios.base import Category, Scenario, Text

__all__ = ["SCENARIOS", "Category", "Scenario", "Text"]

#: By their names, those of one category together.
SCENARIOS: Mapping[str, Scenario] = {
    scenario.name: scenario
    for module in (codes, lookalikes, everyday, long, scripts, traffic, unwanted)
    for scenario in module.SCENARIOS
}
