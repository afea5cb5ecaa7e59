"""The API's description as pages: everything that /v1/openapi.json has, in words."""

from __future__ import annotations

import json
import re
import shlex
from html import unescape
from typing import Any

import pytest
from django.test import Client

from api.reference import Reader, resources
from tests.cast import Api


@pytest.fixture
def described(db: None) -> dict[str, Any]:
    document: dict[str, Any] = Api(None).get("openapi.json").json()
    return document


def shown(path: str) -> str:
    response: Any = Client().get(path)
    assert response.status_code == 200, path
    content: str = unescape(response.content.decode())
    return content


def test_every_operation_is_there(described: dict[str, Any]) -> None:
    index = shown("/docs/reference")
    for path, methods in described["paths"].items():
        resource = path.removeprefix("/v1/").partition("/")[0]
        page = shown(f"/docs/reference/{resource}")
        for operation in methods.values():
            name = operation["operationId"]
            assert f"/docs/reference/{resource}#{name}" in index
            assert f'<h2 id="{name}">' in page


def test_fields_of_bodies_and_answers_are_told_to_the_last(db: None) -> None:
    endpoints = {operation.id: operation for operation in resources("en")["endpoints"].operations}
    body = {field.name: field for field in endpoints["createEndpoint"].body}
    assert body["kind"].type == '"webhook" | "callback" | "polling"'
    assert body["policy.retry.delaysSeconds"].type == "list of integer"
    answer = endpoints["listEndpoints"].answers[0]
    names = {field.name: field for field in answer.fields}
    assert names["data[].id"].type == "ep_…"
    assert names["data[].health.state"].about or names["data[].health.state"].type
    assert names["nextCursor"].type == "string | null"
    assert set(endpoints["createEndpoint"].problems) >= {"401", "422"}


def test_samples_can_be_typed(db: None) -> None:
    for resource in resources("en").values():
        for operation in resource.operations:
            words = shlex.split(operation.curl)
            assert words[0] == "curl"
            if "--json" in words:
                json.loads(words[words.index("--json") + 1])
            elif operation.method != "GET":
                assert words[words.index("-X") + 1] == operation.method


def test_a_schema_that_names_itself_ends() -> None:
    schemas = {"Node": {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}}
    names = [field.name for field in Reader(schemas).fields({"$ref": "#/components/schemas/Node"})]
    assert names[:2] == ["next", "next.next"]
    assert len(names) < 10


def test_the_page_is_in_the_readers_language(db: None) -> None:
    page = Client().get("/docs/reference/messages", headers={"Accept-Language": "fr"}).content.decode()
    assert re.search(r'<html lang="fr"', page)
