"""The API's description as the writers want it: shapes, types and operations, whatever language they will be in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

Schema = Mapping[str, Any]
JSON = "application/json"


@dataclass(frozen=True)
class Scalar:
    """string, integer, number, boolean, datetime, null or any."""

    name: str


@dataclass(frozen=True)
class Choice:
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Listed:
    item: Type


@dataclass(frozen=True)
class Mapped:
    value: Type


@dataclass(frozen=True)
class Named:
    """A shape or a choice of Api.shapes or Api.choices."""

    name: str


@dataclass(frozen=True)
class OneOf:
    members: tuple[Type, ...]


Type = Scalar | Choice | Listed | Mapped | Named | OneOf
ANY, NULL = Scalar("any"), Scalar("null")


@dataclass(frozen=True)
class Field:
    name: str
    type: Type
    required: bool
    doc: str = ""


@dataclass(frozen=True)
class Shape:
    """An object. What has no name in the description (`inline`) is a document that goes both ways as it is."""

    name: str
    fields: tuple[Field, ...]
    doc: str = ""
    inline: bool = False


@dataclass(frozen=True)
class Operation:
    id: str
    resource: str  # as in the address: number-requests
    verb: str  # what a client's method is called, in camelCase
    method: str
    path: str
    path_names: tuple[str, ...]
    query: tuple[Field, ...]
    body: Shape | None
    answers: Mapping[int, Type | None]
    paged: Type | None  # of what a list has pages
    doc: str


@dataclass(frozen=True)
class Api:
    shapes: Mapping[str, Shape]
    choices: Mapping[str, Choice]
    operations: tuple[Operation, ...]

    def reached(self, types: Iterator[Type]) -> set[str]:
        """The names of all that these types are made of."""
        found: set[str] = set()
        waiting = list(types)
        while waiting:
            for name in names_in(waiting.pop()) - found:
                found.add(name)
                if shape := self.shapes.get(name):
                    waiting += [field.type for field in shape.fields]
        return found

    @property
    def answered(self) -> set[str]:
        return self.reached(
            operation.paged or answer
            for operation in self.operations
            for answer in operation.answers.values()
            if answer is not None
        )

    @property
    def sent(self) -> set[str]:
        """What bodies are made of; the bodies themselves are arguments."""
        bodies = (operation.body for operation in self.operations if operation.body)
        return self.reached(field.type for body in bodies for field in body.fields)


def names_in(type: Type) -> set[str]:
    match type:
        case Named(name):
            return {name}
        case Listed(inner) | Mapped(inner):
            return names_in(inner)
        case OneOf(members):
            return set().union(*(names_in(member) for member in members))
    return set()


def read(document: Schema) -> Api:
    """The whole description. Hand-written code has what is no JSON (a stream), and what may be nothing (a wait)."""
    return Reader(document).api()


class Reader:
    def __init__(self, document: Schema) -> None:
        self.document = document
        self.schemas: Mapping[str, Schema] = document["components"]["schemas"]
        self.shapes: dict[str, Shape] = {}
        self.choices: dict[str, Choice] = {}

    def api(self) -> Api:
        for name, schema in self.schemas.items():
            if "enum" in schema:
                self.choices[name] = Choice(tuple(schema["enum"]))
            elif "properties" in schema:
                self.shapes[name] = self.shape(name, schema)
        operations = tuple(self.operations())
        return Api(self.shapes, self.choices, operations)

    # ---- types

    def shape(self, name: str, schema: Schema, inline: bool = False) -> Shape:
        required, inside = schema.get("required", ()), name if inline else ""
        fields = tuple(
            Field(
                field,
                self.type(part, inside + capital(field)),
                field in required,
                part.get("description", ""),
            )
            for field, part in schema["properties"].items()
        )
        return Shape(name, fields, schema.get("description", ""), inline)

    def type(self, schema: Schema, name: str) -> Type:
        """`name` is for an object that has none of its own."""
        if "$ref" in schema:
            return self.referred(schema["$ref"].rpartition("/")[2])
        for several in ("oneOf", "anyOf", "allOf"):
            if several in schema:
                return one_of(self.type(part, name) for part in schema[several])
        if isinstance(schema.get("type"), list):
            return one_of(self.type({**schema, "type": one}, name) for one in schema["type"])
        if "enum" in schema:
            return Choice(tuple(schema["enum"]))
        return self.plain(schema, name)

    def referred(self, name: str) -> Type:
        schema = self.schemas[name]
        return Named(name) if "enum" in schema or "properties" in schema else self.type(schema, name)

    def plain(self, schema: Schema, name: str) -> Type:
        match schema.get("type"):
            case "array":
                return Listed(self.type(schema.get("items", {}), name))
            case "object":
                return self.object(schema, name)
            case "string" if schema.get("format") == "date-time":
                return Scalar("datetime")
            case "string" | "integer" | "number" | "boolean" | "null" as scalar:
                return Scalar(scalar)
        return ANY

    def object(self, schema: Schema, name: str) -> Type:
        others = schema.get("additionalProperties", True)
        if others is False and "properties" in schema:
            return self.inline(schema, name)
        inner = [self.type(part, name) for part in schema.get("properties", {}).values()]
        return Mapped(one_of([*inner, self.type(others, name) if isinstance(others, Mapping) else ANY]))

    def inline(self, schema: Schema, name: str) -> Type:
        """The same object in several places is one shape; another of the same name gets a number."""
        name = schema.get("title", name)
        shape = self.shape(name, {**schema, "description": ""}, inline=True)
        for number in count(1):
            own = name if number == 1 else f"{name}{number}"
            known = self.shapes.get(own)
            if own not in self.schemas and (known is None or known.fields == shape.fields):
                break
        self.shapes[own] = replace(shape, name=own)
        return Named(own)

    # ---- operations

    def operations(self) -> Iterator[Operation]:
        for path, methods in self.document["paths"].items():
            for method, told in methods.items():
                answers = self.answers(told["responses"])
                if answers and not (None in answers.values() and len(answers) > 1):
                    yield self.operation(path, method.upper(), told, answers)

    def operation(
        self, path: str, method: str, told: Schema, answers: Mapping[int, Type | None]
    ) -> Operation:
        query = tuple(self.parameter(one) for one in told.get("parameters", ()) if one["in"] == "query")
        resource = path.split("/")[2]
        return Operation(
            told["operationId"],
            resource,
            verb_of(told["operationId"], resource),
            method,
            path,
            tuple(re.findall(r"{(\w+)}", path)),
            query,
            self.body(told),
            answers,
            self.paged(query, answers),
            told.get("description", ""),
        )

    def parameter(self, told: Schema) -> Field:
        type = self.type(told["schema"], capital(told["name"]))
        return Field(told["name"], type, told.get("required", False), told.get("description", ""))

    def body(self, told: Schema) -> Shape | None:
        schema = told.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema")
        if schema is None:
            return None
        name = schema["$ref"].rpartition("/")[2]
        return self.shapes.get(name) or Shape(name, ())  # an object that has nothing in it

    def answers(self, responses: Schema) -> dict[int, Type | None]:
        found: dict[int, Type | None] = {}
        for status, told in responses.items():
            content = told.get("content", {})
            if status.startswith("2") and (not content or JSON in content):
                found[int(status)] = self.type(content[JSON]["schema"], "") if content else None
        return found

    def paged(self, query: tuple[Field, ...], answers: Mapping[int, Type | None]) -> Type | None:
        answer = answers.get(200)
        if not isinstance(answer, Named) or "cursor" not in {field.name for field in query}:
            return None
        fields = {field.name: field.type for field in self.shapes[answer.name].fields}
        data = fields.get("data")
        return data.item if isinstance(data, Listed) and "hasMore" in fields else None


def one_of(types: Any) -> Type:
    """Nested alternatives made flat, each once, null last."""
    flat: list[Type] = []
    for type in types:
        flat += type.members if isinstance(type, OneOf) else [type]
    members = sorted(dict.fromkeys(flat), key=lambda member: member == NULL)
    return members[0] if len(members) == 1 else OneOf(tuple(members))


def verb_of(id: str, resource: str) -> str:
    """`listEndpointSecrets` of endpoints is listSecrets, `readEndpoint` is read, `takeDeliveries` stays."""
    verb, noun = re.fullmatch(r"([a-z]+)(.*)", id, re.DOTALL).groups()  # type: ignore[union-attr]  # verbNoun, all
    plural = resource.replace("-", "")
    for own in (plural, singular(plural)):
        rest = noun[len(own) :]
        if noun.lower().startswith(own.lower()) and not rest[:1].islower():
            return f"{verb}{rest}"
    return id


def singular(word: str) -> str:
    if word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    return word.removesuffix("es") if word.endswith("xes") else word.removesuffix("s")


def capital(name: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", name)
    return "".join(word[:1].upper() + word[1:] for word in words)


def camel(name: str) -> str:
    """number_request_id is numberRequestId."""
    first, *rest = name.split("_")
    return first + "".join(capital(word) for word in rest)


def by_resource(operation: Operation) -> str:
    return operation.resource


def page_of(operation: Operation) -> str | None:
    """The name of the page that an operation answers, where clients see its rows only."""
    answer = operation.answers.get(200)
    return answer.name if operation.paged and isinstance(answer, Named) else None
