"""What the server decides cannot be sent along: every member of every answer, every column of every table, in every
body of the API's description and in each object within it, is refused by name, and nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import transaction

from tests.arguments import BODIES, OTHERWISE, filled, seen
from tests.cast import Api, House, with_destinations, with_provider
from tests.traces import OURS, fingerprint

#: Members that are a map, whose names are the sender's own; the service refuses those that it does not know.
MAPS = {"credentials"}


@pytest.fixture
def acme(acme: House) -> House:
    return with_provider(with_destinations(acme))


@cache
def described() -> dict[str, Any]:
    document: dict[str, Any] = Api(None).get("openapi.json").json()
    return document


def component(reference: str) -> dict[str, Any]:
    shape: dict[str, Any] = described()["components"]["schemas"][reference.rpartition("/")[2]]
    return shape


@cache
def writable() -> dict[str, set[str]]:
    """By operation, as tests.arguments names it: what its body may have."""
    found = {}
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            if "requestBody" in operation:
                schema = component(operation["requestBody"]["content"]["application/json"]["schema"]["$ref"])
                found[f"{method.upper()} {path.removeprefix('/v1/')}"] = set(schema.get("properties", {}))
    return found


def camel(name: str) -> str:
    return re.sub("_([a-z])", lambda match: match[1].upper(), name)


@cache
def decided() -> set[str]:
    """The names of all columns, and of all that answers show."""
    models = [model for label in OURS for model in apps.get_app_config(label).get_models()]
    columns = {name for model in models for field in model._meta.get_fields() for name in names_of(field)}
    shown = {
        name
        for schema in described()["components"]["schemas"].values()
        for name in schema.get("properties", ())
    }
    return columns | {camel(name) for name in columns} | shown | {"tenant", "environmentId"}


def names_of(field: Any) -> set[str]:
    return {field.name, getattr(field, "attname", field.name)}


#: Jobs that must be named.
BULK = {"POST replays", "POST replays/{replay_id}/run"}


def good(operation: str, house: House) -> dict[str, Any]:
    body: dict[str, Any] = filled(BODIES[operation], seen(operation, house).live.ids)
    return body


def send(house: House, operation: str, body: dict[str, Any]) -> Any:
    side = seen(operation, house).live
    method, _space, path = operation.partition(" ")
    named = {"Idempotency-Key": uuid4().hex} if operation in BULK else {}
    return Api(side.key)(method, path.format(**side.ids), body, **named)


def pointers(answer: Any) -> set[str]:
    """Where the body is wrong, as a refusal says, or the answer to whoever asked whether it is right."""
    asked = answer.status_code == 200 and answer.json().get("valid") is False
    assert asked or answer.status_code == 422, (answer.status_code, answer.content)
    return {error["pointer"] for error in answer.json()["errors"]}


def test_every_body_of_the_description_is_tried() -> None:
    taken = {operation for operation, body in BODIES.items() if body}
    assert taken <= set(writable()) <= set(BODIES)  # the others' have no members


@pytest.mark.parametrize("operation", BODIES)
def test_nobody_assigns_what_the_server_decides(acme: House, borealis: House, operation: str) -> None:
    body, before = good(operation, acme), fingerprint()
    strange = decided() - writable().get(operation, set())
    value = borealis.live.ids["env_id"]
    refused = pointers(send(acme, operation, body | dict.fromkeys(strange, value)))
    assert refused == {f"#/{name}" for name in strange}
    for name in ("id", "environment", "environmentId", "tenant_id", "state", "createdAt", "secret"):
        if name in strange:
            assert pointers(send(acme, operation, body | {name: value})) == {f"#/{name}"}
    assert fingerprint() == before


def objects(value: Any, pointer: str = "") -> Iterator[str]:
    """JSON pointers to the objects within a body."""
    if isinstance(value, dict):
        if pointer:
            yield pointer
        for name, inner in value.items():
            if name not in MAPS:
                yield from objects(inner, f"{pointer}/{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from objects(inner, f"{pointer}/{place}")


def at(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        value = value[int(step) if isinstance(value, list) else step]
    return value


INNER = [(operation, pointer) for operation, body in BODIES.items() for pointer in objects(body)]


@pytest.mark.parametrize(("operation", "pointer"), INNER)
def test_nor_within_an_object_of_the_body(acme: House, borealis: House, operation: str, pointer: str) -> None:
    before = fingerprint()
    for name in ("id", "environment", "tenant_id", "createdAt"):
        body = deepcopy(good(operation, acme))
        at(body, pointer)[name] = borealis.live.ids["env_id"]
        (refused,) = pointers(send(acme, operation, body))
        assert refused.startswith(f"#{pointer}"), refused
    assert fingerprint() == before


@pytest.mark.parametrize("operation", BODIES)
def test_an_address_cannot_name_another_environment(acme: House, borealis: House, operation: str) -> None:
    """A query or a header that names one is refused or says nothing: what is made is one's own."""
    method, _space, path = operation.partition(" ")
    other = borealis.live.ids["env_id"]
    before, headers = of(borealis), {"Environment": other, "X-Environment-Id": other, "X-Tenant": other}
    headers["Idempotency-Key"] = uuid4().hex
    side = seen(operation, acme).live
    url = f"{path.format(**side.ids)}?environment={other}&environmentId={other}&tenant_id={other}"
    with transaction.atomic():
        answer = Api(side.key)(method, url, good(operation, acme), **headers)
        refused = answer.status_code == 400 and answer.json()["code"] == "invalid_parameter"
        assert refused or answer.status_code < 300 or answer.status_code == OTHERWISE[operation]
        assert other not in answer.content.decode()
        assert of(borealis) == before
        transaction.set_rollback(True)


def of(house: House) -> dict[str, int]:
    """How many things the tenant has."""
    side = house.live.environment
    names = (
        "channels",
        "endpoints",
        "routes",
        "keys",
        "clients",
        "number_requests",
        "destinations",
        "replays",
    )
    return {name: getattr(side, name).count() for name in names}
