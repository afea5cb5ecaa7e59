"""Each answer names its request, so that a person, a log line and the audit trail mean the same one."""

from __future__ import annotations

import json
import logging
import re

import pytest
from django.test import Client

from accounts.models import AuditEntry
from api import messages
from tests.cast import Api, House

OURS = re.compile(r"req_[0-9a-v]{26}")


@pytest.mark.parametrize(
    "path",
    ["/login/", "/nowhere", "/v1/messages", "/v1/nothing", "/v1/openapi.json", "/healthz", "/metrics", "/"],
)
def test_every_answer_has_one(acme: House, path: str) -> None:
    first, second = (Client().get(path)["Request-Id"] for _ in range(2))
    assert OURS.fullmatch(first)
    assert first != second


@pytest.mark.parametrize(
    "name",
    [
        "req_06b1qv4e1dkn7bc2mfh3a0tj5o",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "019ac0de-7a11-7c3e-9f00-0123456789ab",
    ],
)
def test_a_callers_own_counts_everywhere(acme: House, api: Api, name: str) -> None:
    made = api("POST", "routes", {"name": "R", "action": "drop"}, **{"Request-Id": name})
    assert made["Request-Id"] == name
    assert AuditEntry.objects.filter(action="route.created", request_id=name).count() == 1
    refused = api("GET", "messages/absent", **{"Request-Id": name})
    assert refused.json()["requestId"] == name


@pytest.mark.parametrize(
    "name",
    ["", "33639980417", "my request", "req_", "x" * 5000, "4BF92F3577B34DA6A3CE929D0E0E4736", "é", "a\tb"],
)
def test_what_could_be_anything_does_not(acme: House, api: Api, name: str) -> None:
    assert OURS.fullmatch(api("GET", "messages", **{"Request-Id": name})["Request-Id"])


def test_each_line_of_the_log_names_it(acme: House, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    formatter = logging.getLogger().handlers[0].formatter
    assert formatter is not None

    def noisy(*_args: object) -> None:
        record = logging.LogRecord("smsgateway.api", logging.INFO, __file__, 1, "reading", None, None)
        lines.append(formatter.format(record))
        raise LookupError

    monkeypatch.setattr(messages, "readable", noisy)
    response = api.get("messages/msg_06h1d9ci2lo030000000164ijc")
    assert [json.loads(line)["requestId"] for line in lines] == [response["Request-Id"]]
