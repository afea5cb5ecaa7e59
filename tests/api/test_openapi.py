from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from tests.cast import Api, House, with_destinations

#: What answers with something only in tests of their own.
ELSEWHERE = {
    "/v1/channels/{channel_id}/available-numbers": "tests/buying has channels of carriers that sell",
    "/v1/messages/wait": "the answer is a message, as elsewhere, or nothing",
    "/v1/messages/stream": "not JSON",
    "/v1/audit-entries/export": "a file",
}
ID = re.compile(r"\^(\w+)_\[")


def test_the_description_has_no_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn")
    assert "openapi: 3.1.0" in capsys.readouterr().out


@pytest.fixture
def acme(acme: House) -> House:
    return with_destinations(acme)


@pytest.fixture
def described() -> dict[str, Any]:
    document: dict[str, Any] = Api(None).get("openapi.json").json()
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_operation_is_named_verb_noun(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(names) == len(set(names)) >= 24
    verbs = "list create read update delete replay preview take acknowledge release run check rotate resend export"
    verbs += " await stream"
    assert all(re.fullmatch(rf"({verbs.replace(' ', '|')})[A-Z][A-Za-z]+", name) for name in names)


def test_every_operation_names_its_scope(described: dict[str, Any]) -> None:
    flow = described["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"].endswith("/oauth/token")
    for path, method, operation in operations(described):
        key, token = operation["security"]
        assert key == {"apiKey": []}
        assert len(token["oauth2"]) == 1
        assert set(token["oauth2"]) <= set(flow["scopes"]), (method, path)


def test_failures_are_described_as_problems(described: dict[str, Any]) -> None:
    for path, method, operation in operations(described):
        statuses = {int(status) for status in operation["responses"]}
        assert {401, 500, 503} <= statuses, (method, path)
        assert (404 in statuses) is ("{" in path)
        assert ({413, 415, 422} <= statuses) is (method in {"post", "patch"})
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"]


def properties(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for name, schema in document["components"]["schemas"].items():
        for field, shape in schema.get("properties", {}).items():
            yield name, field, shape


def test_names_are_camel_case(described: dict[str, Any]) -> None:
    names = {field for _, field, _ in properties(described)}
    assert {"ingestUrl", "numberUsed", "routingTag", "nextCursor"} <= names
    assert [name for name in names if not re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", name)] == []


def test_no_body_is_free_form(described: dict[str, Any]) -> None:
    for name, field, shape in properties(described):
        assert {"type", "$ref", "oneOf", "allOf"} & set(shape), (name, field)


def test_answers_have_exactly_the_described_members(acme: House, described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    paths = [path for path, method, _ in operations(described) if method == "get"]
    for path in paths:
        if path in ELSEWHERE:
            continue
        side = acme.sandbox if path.startswith("/v1/sandbox/") else acme.live
        answer = Api(side.key).get(path.format(**side.ids)).json()
        reference = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"][
            "schema"
        ]
        schema = schemas[reference["$ref"].rpartition("/")[2]]
        assert set(answer) == set(schema["properties"]), path
        for row in answer.get("data", []):
            inner = schemas[schema["properties"]["data"]["items"]["$ref"].rpartition("/")[2]]
            assert set(row) == set(inner["properties"]), path


def test_no_input_takes_what_the_server_decides(described: dict[str, Any]) -> None:
    decided = {"id", "createdAt", "environment", "tenant", "version", "secret", "token", "ingestUrl", "state"}
    schemas = described["components"]["schemas"]
    inputs = [
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for _, _, operation in operations(described)
        if "requestBody" in operation
    ]
    assert len(inputs) >= 11
    inputs.remove("IssueChanges")  # whose state a person does decide
    for name in inputs:
        assert not decided & set(schemas[name].get("properties", {})), name
