from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from tests.arguments import seen
from tests.cast import Api, House, with_destinations, with_provider

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
    return with_provider(with_destinations(acme))


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
    verbs += " await stream validate try import restore simulate advance reset"
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
        assert ({413, 415, 422} <= statuses) is (method in {"post", "patch", "put"})
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


def free_form(schema: Any, where: str) -> Iterator[str]:
    """Where a schema says nothing of what may stand there."""
    if not isinstance(schema, dict) or not {"type", "$ref", "oneOf", "anyOf", "allOf", "enum", "const"} & set(
        schema
    ):
        yield where
        return
    for several in ("oneOf", "anyOf", "allOf"):
        for number, one in enumerate(schema.get(several, ())):
            yield from free_form(one, f"{where}/{several}/{number}")
    kinds = schema.get("type", [])
    if "array" in kinds:
        yield from free_form(schema.get("items"), f"{where}[]")
    if "object" in kinds:
        yield from free_object(schema, where)


def free_object(schema: dict[str, Any], where: str) -> Iterator[str]:
    others = schema.get("additionalProperties", {} if "properties" not in schema else False)
    if others is not False:
        yield from free_form(others, f"{where}.*")
    for name, one in schema.get("properties", {}).items():
        yield from free_form(one, f"{where}.{name}")


def test_nothing_is_free_form(described: dict[str, Any]) -> None:
    found = [free_form(schema, name) for name, schema in described["components"]["schemas"].items()]
    for path, method, operation in operations(described):
        contents = [answer.get("content", {}) for answer in operation["responses"].values()]
        contents.append(operation.get("requestBody", {}).get("content", {}))
        for content in contents:
            found += [free_form(one["schema"], f"{method} {path}") for one in content.values()]
    assert [where for one in found for where in one] == []


def test_bodies_are_closed(described: dict[str, Any]) -> None:
    for _path, _method, operation in operations(described):
        if "requestBody" in operation:
            reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
            assert (
                described["components"]["schemas"][reference.rpartition("/")[2]]["additionalProperties"]
                is False
            )


def test_what_is_made_leads_to_what_is_done_with_it(described: dict[str, Any]) -> None:
    named = {operation["operationId"]: (path, operation) for path, _, operation in operations(described)}
    for name, (path, operation) in named.items():
        for link in operation["responses"].get("201", {}).get("links", {}).values():
            (parameter,) = link["parameters"]
            assert f"{{{parameter}}}" in named[link["operationId"]][0], (name, path)
    links = named["createEndpoint"][1]["responses"]["201"]["links"]
    assert {"readEndpoint", "updateEndpoint", "deleteEndpoint", "previewEndpoint", "takeDeliveries"} <= set(
        links
    )
    assert "readApiKey" in named["rotateApiKey"][1]["responses"]["201"]["links"]


def expandable(document: dict[str, Any]) -> set[str]:
    """What `expand` adds to answers, anywhere."""
    patterns = [
        parameter["schema"]["pattern"]
        for _, _, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "expand"
    ]
    return set(re.findall(r"\w+", " ".join(patterns)))


def always(document: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """The members of an answer that nobody has to ask for."""
    asked = (expandable(document) | {"count"}) - set(schema["required"])
    return set(schema["properties"]) - asked


def test_answers_have_exactly_the_described_members(acme: House, described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    paths = [path for path, method, _ in operations(described) if method == "get"]
    for path in paths:
        if path in ELSEWHERE:
            continue
        side = seen(f"GET {path.removeprefix('/v1/')}", acme).live
        answer = Api(side.key).get(path.format(**side.ids)).json()
        reference = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"][
            "schema"
        ]
        schema = schemas[reference["$ref"].rpartition("/")[2]]
        assert set(answer) == always(described, schema), path
        for row in answer["data"] if isinstance(answer.get("data"), list) else []:
            inner = schemas[schema["properties"]["data"]["items"]["$ref"].rpartition("/")[2]]
            assert set(row) == always(described, inner), path


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
