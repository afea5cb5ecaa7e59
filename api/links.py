"""Links of the API's description (OpenAPI 3.1 §4.8.20): what answers with the id of a new thing leads to what is done
with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]
JSON = "application/json"


def linked(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of drf-spectacular."""
    schemas = result.get("components", {}).get("schemas", {})
    following = dict(followed(result["paths"], schemas))
    for methods in result["paths"].values():
        for answer in made_by(methods.get("post", {})):
            links = following.get(kind_of(answer, schemas) or "")
            if links:
                answer["links"] = links
    return result


def made_by(operation: Document) -> Iterator[dict[str, Any]]:
    """The successful answers."""
    for status, answer in operation.get("responses", {}).items():
        if status.startswith("2"):
            yield answer


def kind_of(answer: Document, schemas: Document) -> str | None:
    """The pattern of the answer's id, which tells of what it is."""
    reference = answer.get("content", {}).get(JSON, {}).get("schema", {}).get("$ref", "")
    shape = schemas.get(reference.rpartition("/")[2], {})
    pattern: str | None = shape.get("properties", {}).get("id", {}).get("pattern")
    return pattern


def followed(paths: Document, schemas: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """By kind of id: the operations on one such thing and on what lies below it, where nothing else needs a name."""
    for path, methods in paths.items():
        _collection, brace, parameter = path.rstrip("}").rpartition("{")
        if not brace or path.count("{") != 1 or "get" not in methods:
            continue
        for answer in made_by(methods["get"]):
            if kind := kind_of(answer, schemas):
                yield kind, dict(links_below(path.removesuffix(f"{{{parameter}}}"), paths))


def links_below(collection: str, paths: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in paths.items():
        if not path.startswith(collection + "{") or path.count("{") != 1:
            continue
        parameter = path.partition("{")[2].partition("}")[0]
        for operation in methods.values():
            name = operation["operationId"]
            yield name, {"operationId": name, "parameters": {parameter: "$response.body#/id"}}
