"""/docs/reference: the API's description as pages for anybody, from the document that /v1/openapi.json serves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from api.schema import described

METHODS = ("get", "post", "put", "patch", "delete")
DEEPEST = 5
ID = re.compile(r"\^(\w+)_\[")
SAMPLES: dict[str, Any] = {
    "string": "…",
    "integer": 1,
    "number": 1,
    "boolean": True,
    "array": [],
    "object": {},
}
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One member of a body or answer, or one parameter; `name` is the whole path, with `[]` for each of a list."""

    name: str
    type: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    about: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[Answer, ...]
    problems: tuple[str, ...]  # the statuses with which it may refuse
    curl: str


@dataclass(frozen=True, slots=True)
class Resource:
    """The operations whose path begins with the same word."""

    name: str
    operations: tuple[Operation, ...]


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    return render(
        request, "reference.html", {"resources": resources(get_language()).values(), "present": "reference"}
    )


@require_safe
def one(request: HttpRequest, resource: str) -> HttpResponse:
    shown = resources(get_language()).get(resource)
    if shown is None:
        raise Http404
    return render(request, "reference_resource.html", {"resource": shown, "present": "reference"})


@cache
def resources(language: str | None) -> dict[str, Resource]:
    """All resources by name, in that language as far as the description is translated."""
    document = described(language)
    reader = Reader(document.get("components", {}).get("schemas", {}))
    found: dict[str, list[Operation]] = {}
    for path, methods in document["paths"].items():
        name = path.removeprefix("/v1/").partition("/")[0]
        told = [reader.operation(method, path, methods[method]) for method in METHODS if method in methods]
        found.setdefault(name, []).extend(told)
    return {name: Resource(name, tuple(operations)) for name, operations in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns pieces of an OpenAPI document into what people read; `schemas` are its components."""

    schemas: Mapping[str, Schema]

    def operation(self, method: str, path: str, told: Schema) -> Operation:
        body = json_of(told.get("requestBody", {}))
        answers = told["responses"]
        return Operation(
            id=told["operationId"],
            method=method.upper(),
            path=path,
            about=told.get("description", ""),
            parameters=tuple(self.parameter(one) for one in told.get("parameters", ())),
            body=tuple(self.fields(body)) if body else (),
            answers=tuple(self.answer(*one) for one in answers.items() if one[0] < "400"),
            problems=tuple(status for status in answers if status >= "400"),
            curl=self.curl(method, path, body),
        )

    def parameter(self, told: Schema) -> Field:
        about = told.get("description") or told["schema"].get("description", "")
        return Field(told["name"], self.type(told["schema"]), told.get("required", False), about)

    def answer(self, status: str, told: Schema) -> Answer:
        schema = json_of(told)
        fields = tuple(self.fields(schema)) if schema else ()
        media = [name for name in told.get("content", {}) if name != "application/json"]
        return Answer(status, ", ".join(media) or told.get("description", ""), fields)

    def fields(self, schema: Schema, before: str = "", depth: int = 0) -> Iterator[Field]:
        """The members of an object, each followed by its own."""
        schema = self.whole(schema)
        required = schema.get("required", ())
        for name, shape in schema.get("properties", {}).items():
            about = shape.get("description") or self.whole(shape).get("description", "")
            yield Field(before + name, self.type(shape), name in required, " ".join(about.split()))
            if depth < DEEPEST:
                yield from self.inner(shape, before + name, depth + 1)

    def inner(self, shape: Schema, name: str, depth: int) -> Iterator[Field]:
        whole = self.whole(shape)
        if "items" in whole:
            yield from self.inner(whole["items"], name + "[]", depth)
        elif "properties" not in whole:
            for option in whole.get("oneOf", ()):
                yield from self.inner(option, name, depth + 1)
        else:
            yield from self.fields(whole, name + ".", depth)

    def whole(self, schema: Schema) -> Schema:
        """A schema itself, where others refer to it or say that it may be null."""
        while True:
            options = [one for key in ("oneOf", "anyOf", "allOf") for one in schema.get(key, ())]
            real = [one for one in options if one.get("type") != "null"]
            if "$ref" in schema:
                schema = self.schemas[schema["$ref"].rpartition("/")[2]]
            elif len(real) == 1 and "properties" not in schema:
                schema = real[0]
            else:
                return schema

    def type(self, schema: Schema) -> str:
        whole, null = self.whole(schema), may_be_null(schema)
        options = [
            one for key in ("oneOf", "anyOf") for one in whole.get(key, ()) if one.get("type") != "null"
        ]
        names = whole.get("type", [])
        kinds = [name for name in ([names] if isinstance(names, str) else names) if name != "null"]
        if found := ID.match(whole.get("pattern", "")):
            words = f"{found[1]}_…"
        elif "enum" in whole:
            words = " | ".join(json.dumps(value) for value in whole["enum"] if value is not None)
        elif kinds == ["array"]:
            words = _("list of %(type)s") % {"type": self.type(whole.get("items", {}))}
        elif options:
            words = " | ".join(dict.fromkeys(map(self.type, options)))
        else:
            words = whole.get("format") or " | ".join(kinds) or _("any")
        return f"{words} | null" if null else words

    def curl(self, method: str, path: str, body: Schema | None) -> str:
        url = "$API/" + path.removeprefix("/v1/")
        parts = [f'curl "{url}" -H "$AUTH"']
        if method not in {"get", "post"} or (method == "post" and body is None):
            parts.append(f"-X {method.upper()}")
        if body is not None:
            parts.append(f"--json '{json.dumps(self.sample(body), ensure_ascii=False)}'")
        return " ".join(parts)

    def sample(self, schema: Schema, depth: int = 0) -> Any:
        """The least that the schema asks for, made up."""
        whole = self.whole(schema)
        for key in ("example", "default"):
            if key in whole:
                return whole[key]
        if "enum" in whole:
            return whole["enum"][0]
        if "properties" in whole and depth < DEEPEST:
            wanted = whole.get("required") or list(whole["properties"])[:1]
            return {name: self.sample(whole["properties"][name], depth + 1) for name in wanted}
        if found := ID.match(whole.get("pattern", "")):
            return f"{found[1]}_…"
        names = whole.get("type", "string")
        kind = names if isinstance(names, str) else next(name for name in names if name != "null")
        return SAMPLES.get(kind, "…")


def json_of(told: Schema) -> Schema | None:
    schema: Schema | None = told.get("content", {}).get("application/json", {}).get("schema")
    return schema


def may_be_null(schema: Schema) -> bool:
    options = [one for key in ("oneOf", "anyOf") for one in schema.get(key, ())]
    return "null" in (schema.get("type") or ()) or any(one.get("type") == "null" for one in options)
