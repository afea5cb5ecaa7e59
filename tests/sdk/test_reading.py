"""From a description of an API to shapes and operations, and from its answers to objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from generate import python, typescript
from generate.reading import Api, read, verb_of
from smsgw.reading import Model
from smsgw.reading import read as read_answer


@pytest.mark.parametrize(
    ("operation", "resource", "verb"),
    [
        ("listEndpoints", "endpoints", "list"),
        ("readDelivery", "deliveries", "read"),
        ("readRetention", "retention", "read"),
        ("listAvailableNumbers", "available-numbers", "list"),
        ("createNumberDocument", "number-requests", "createNumberDocument"),
        ("listEndpointSecrets", "endpoints", "listSecrets"),
        ("takeDeliveries", "endpoints", "takeDeliveries"),
        ("rotateOAuthClient", "oauth-clients", "rotate"),
        ("listRoutes", "route", "listRoutes"),
    ],
)
def test_what_a_method_is_called(operation: str, resource: str, verb: str) -> None:
    assert verb_of(operation, resource) == verb


def described(schema: dict[str, Any], **responses: Any) -> Api:
    answer = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    operation = {"operationId": "readThing", "responses": {"200": answer, **responses}}
    return read({"paths": {"/v1/things": {"get": operation}}, "components": {"schemas": {"Thing": schema}}})


def test_objects_without_a_name_get_one() -> None:
    inner = {"type": "object", "additionalProperties": False, "properties": {"4xx": {"type": "string"}}}
    api = described({"properties": {"policy": inner, "id": {"type": ["string", "null"]}}, "required": ["id"]})
    assert "id: str | None\n    policy: Policy | None = None" in python.files(api)["models.py"]
    assert (
        'TypedDict(\n    "Policy",\n    {\n        "4xx": \'NotRequired[str]\''
        in python.files(api)["inputs.py"]
    )
    assert "  policy?: Policy;\n  id: string | null;\n" in typescript.files(api)["types.ts"]


def test_a_name_that_cannot_be_told_back_is_refused() -> None:
    with pytest.raises(AssertionError, match="HTTPCode"):
        python.files(described({"properties": {"HTTPCode": {"type": "string"}}}))


def test_what_may_answer_nothing_is_left_to_hand_written_code() -> None:
    assert described({"properties": {}}, **{"204": {}}).operations == ()


@dataclass(frozen=True, kw_only=True, repr=False)
class Inner(Model):
    number_used: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Outer(Model):
    id: str
    at: datetime | None
    rows: list[Inner]
    inner: Inner | None = None


def test_answers_become_objects() -> None:
    told = {"id": "msg_1", "at": "2026-11-23T09:30:00.120Z", "rows": [{"numberUsed": "+33"}], "new": 1}
    answer = read_answer(Outer, told)
    assert answer.at == datetime(2026, 11, 23, 9, 30, 0, 120_000, UTC)
    assert (answer.rows[0].number_used, answer.inner, answer.raw["new"]) == ("+33", None, 1)


def test_an_answer_does_not_print_what_it_says() -> None:
    assert repr(read_answer(Outer, {"id": "msg_1", "rows": []})) == "<Outer msg_1>"
    assert repr(read_answer(Inner, {"numberUsed": "+33639980001"})) == "<Inner>"
