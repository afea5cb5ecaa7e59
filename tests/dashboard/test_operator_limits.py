"""Operators give an environment limits of its own, and change nothing else of it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, Environment
from tests.cast import House


def test_limits_are_set_and_on_the_trail(acme: House, operator: Client) -> None:
    environment = acme.live.environment
    url = reverse("admin:accounts_environment_change", args=[environment.pk])
    asked = {
        "reads_allowed": "20",
        "writes_allowed": "",
        "messages_allowed": "1000",
        "name": "Mine",
        "quota_level": "2",
    }
    assert operator.post(url, asked).status_code == 302
    row = Environment.objects.get(pk=environment.pk)
    assert (row.reads_allowed, row.writes_allowed, row.messages_allowed) == (20, None, 1000)
    assert (row.name, row.quota_level) == (environment.name, 0)
    entry = AuditEntry.objects.get(action="limits.updated")
    assert (entry.actor_kind, entry.environment, entry.after) == (
        "operator",
        environment,
        {"reads_allowed": 20, "writes_allowed": None, "messages_allowed": 1000},
    )


@pytest.mark.parametrize("value", ["0", "-1", "many", "99999999999"])
def test_what_is_no_limit_is_refused(acme: House, operator: Client, value: str) -> None:
    url = reverse("admin:accounts_environment_change", args=[acme.live.environment.pk])
    assert operator.post(url, {"reads_allowed": value}).status_code == 200
    assert Environment.objects.get(pk=acme.live.environment.pk).reads_allowed is None


def test_none_is_made_or_removed_here(acme: House, operator: Client) -> None:
    assert operator.get(reverse("admin:accounts_environment_add")).status_code == 403
    url = reverse("admin:accounts_environment_delete", args=[acme.live.environment.pk])
    assert operator.post(url, {"post": "yes"}).status_code == 403
