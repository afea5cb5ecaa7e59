"""How long things are kept, as a tenant chooses it within what the operator allows."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import LazySettings

from accounts.models import AuditEntry
from tests.cast import Api, House

LIMITS = {"contentDays": 365, "attemptsDays": 365}


def test_the_operators_days_count_until_others_are_chosen(acme: House, api: Api) -> None:
    assert api.get("retention").json() == {"contentDays": 30, "attemptsDays": 90, "limits": LIMITS}
    changed = api.patch("retention", {"contentDays": 7})
    assert changed.json() == {"contentDays": 7, "attemptsDays": 90, "limits": LIMITS}
    assert api.get("retention").json() == changed.json()
    assert Api(acme.sandbox.key).get("retention").json()["contentDays"] == 30
    assert api.patch("retention", {"contentDays": None}).json()["contentDays"] == 30


def test_a_change_is_on_the_trail_and_none_is_not(api: Api) -> None:
    for body in ({"contentDays": 7}, {"contentDays": 7}, {"contentDays": None, "attemptsDays": 365}, {}):
        assert api.patch("retention", body).status_code == 200
    entries = AuditEntry.objects.filter(action="retention.updated").order_by("pk")
    assert [(entry.before, entry.after) for entry in entries] == [
        ({"content_kept_days": None}, {"content_kept_days": 7}),
        (
            {"content_kept_days": 7, "attempts_kept_days": None},
            {"content_kept_days": None, "attempts_kept_days": 365},
        ),
    ]


@pytest.mark.parametrize("days", [0, -1, 366, 10**9, "7", 1.5, True, [7]])
@pytest.mark.parametrize("field", ["contentDays", "attemptsDays"])
def test_a_mistake_is_named(api: Api, field: str, days: Any) -> None:
    refused = api.patch("retention", {field: days})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [f"#/{field}"]


def test_where_the_operator_allows_less_that_counts(api: Api, settings: LazySettings) -> None:
    api.patch("retention", {"contentDays": 300})
    settings.CONTENT_KEPT_DAYS_MOST = 100
    shown = api.get("retention").json()
    assert (shown["contentDays"], shown["limits"]["contentDays"]) == (100, 100)
    assert api.patch("retention", {"contentDays": 101}).status_code == 422
