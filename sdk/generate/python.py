"""Python: dataclasses for what is answered, TypedDicts for what is sent, resources twice: sync and async."""

from __future__ import annotations

import keyword
import re
import textwrap
from itertools import groupby

from generate.reading import (
    Api,
    Choice,
    Field,
    Listed,
    Mapped,
    Named,
    OneOf,
    Operation,
    Scalar,
    Shape,
    Type,
    by_resource,
    camel,
    capital,
    page_of,
)

HEADER = (
    '"""Made by `make sdks` from the API\'s own description; change that."""\n\n'
    "from __future__ import annotations\n"
)
SCALARS = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
    "any": "Any",
}


def files(api: Api) -> dict[str, str]:
    return {
        "models.py": models(api),
        "inputs.py": inputs(api),
        "resources.py": resources(api, ""),
        "async_resources.py": resources(api, "Async"),
    }


def written(type: Type, api: Api, sent: bool = False) -> str:
    match type:
        case Scalar("datetime"):
            return "datetime | str" if sent else "datetime"
        case Scalar(name):
            return SCALARS[name]
        case Choice(values):
            return f"Literal[{', '.join(quoted(value) for value in values)}]"
        case Named(name):
            return sent_name(name, api) if sent else name
        case Mapped(value):
            return f"Mapping[str, {written(value, api, sent)}]"
        case Listed(item):
            return f"{'Sequence' if sent else 'list'}[{written(item, api, sent)}]"
        case OneOf(members):
            return " | ".join(dict.fromkeys(written(member, api, sent) for member in members))
    raise TypeError(type)


def sent_name(name: str, api: Api) -> str:
    """What is answered is an object and what is sent is JSON, so that one name may need two types."""
    twice = name in api.shapes and not api.shapes[name].inline and name in api.answered
    return f"{name}Input" if twice else name


def quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def snake(name: str) -> str:
    words = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")
    made = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words).lower()
    return made + "_" if keyword.iskeyword(made) else made


def docstring(text: str, indent: str) -> str:
    return f'{indent}"""{text}"""\n' if text else ""


# ---- what is answered


def models(api: Api) -> str:
    pages = {page for operation in api.operations if (page := page_of(operation))}
    shapes = [api.shapes[name] for name in sorted((api.answered - pages) & api.shapes.keys())]
    imports = (
        "\nfrom collections.abc import Mapping\nfrom dataclasses import dataclass\nfrom datetime import datetime\n"
        "from typing import Any, Literal\n\n"
        f"from smsgw.inputs import {', '.join(shared(api))}\nfrom smsgw.reading import Model\n\n\n"
    )
    return HEADER + imports + "\n\n".join(model(shape, api) for shape in shapes if not shape.inline)


def shared(api: Api) -> list[str]:
    """What answers and requests have in common: choices, and documents that go both ways."""
    inline = {name for name in api.answered & api.shapes.keys() if api.shapes[name].inline}
    return sorted(inline | (api.answered & api.choices.keys()))


def model(shape: Shape, api: Api) -> str:
    fields = sorted(shape.fields, key=lambda field: not field.required)
    lines = "".join(f"{told(field)}    {attribute(field, api)}\n" for field in fields)
    return (
        "@dataclass(frozen=True, kw_only=True, repr=False)\n"
        f"class {shape.name}(Model):\n{docstring(shape.doc, '    ')}{lines}"
    )


def attribute(field: Field, api: Api) -> str:
    name, type = snake(field.name), written(field.type, api)
    assert camel(name.rstrip("_")) == field.name, f"{field.name} cannot be told from {name}"
    if field.required:
        return f"{name}: {type}"
    return f"{name}: {type if 'None' in type.split(' | ') else type + ' | None'} = None"


def told(field: Field) -> str:
    return "".join(f"    # {line}\n" for line in textwrap.wrap(field.doc, 100, break_long_words=False))


# ---- what is sent


def inputs(api: Api) -> str:
    names = api.sent | set(shared(api))
    choices = [f"{name} = {written(api.choices[name], api)}\n" for name in sorted(names & api.choices.keys())]
    shapes = [typed_dict(api.shapes[name], api) for name in sorted(names & api.shapes.keys())]
    imports = (
        "\nfrom collections.abc import Mapping, Sequence\nfrom datetime import datetime\n"
        "from typing import Any, Literal, NotRequired, TypedDict\n\n"
    )
    return HEADER + imports + "".join(choices) + "\n\n" + "\n\n".join(shapes)


def typed_dict(shape: Shape, api: Api) -> str:
    name = sent_name(shape.name, api)
    if all(field.name.isidentifier() for field in shape.fields):
        lines = "".join(f"{told(field)}    {field.name}: {needed(field, api)}\n" for field in shape.fields)
        return f"class {name}(TypedDict):\n{docstring(shape.doc, '    ')}{lines}"
    lines = "".join(f'        "{field.name}": {needed(field, api)!r},\n' for field in shape.fields)
    return f'{name} = TypedDict(\n    "{name}",\n    {{\n{lines}    }},\n)\n'


def needed(field: Field, api: Api) -> str:
    type = written(field.type, api, sent=True)
    return type if field.required else f"NotRequired[{type}]"


# ---- resources


def resources(api: Api, prefix: str) -> str:
    classes, attributes = [], ""
    for resource, operations in groupby(sorted(api.operations, key=by_resource), by_resource):
        methods = "\n".join(method(operation, api, prefix) for operation in operations)
        classes.append(f"class {capital(resource)}({prefix}Resource):\n{methods}")
        attributes += f"        self.{snake(resource)} = {capital(resource)}(transport)\n"
    init = f"    def __init__(self, transport: {prefix}Transport) -> None:\n{attributes}"
    classes.append(f"class Resources:\n{init}")
    imports = (
        "\nfrom collections.abc import Mapping, Sequence\nfrom datetime import datetime\n"
        "from typing import Any, Literal\n\nfrom smsgw import inputs, models\n"
        f"from smsgw.resource import UNSET, {prefix}Pages, {prefix}Resource, Unset, segment\n"
        f"from smsgw.transport import {prefix}Transport\n\n\n"
    )
    return HEADER + imports + "\n\n".join(classes)


def method(operation: Operation, api: Api, prefix: str) -> str:
    waits = "" if operation.paged or not prefix else "async "
    returned = "" if answer(operation, api, prefix) == "None" else "return "
    returned = "" if answer(operation, api, prefix) == "None" else "return "
    lines = [
        f"    {waits}def {snake(operation.verb)}({', '.join(arguments(operation, api))}) -> "
        f"{answer(operation, api, prefix)}:\n",
        docstring(operation.doc, "        "),
        f"        {returned}{'await ' if waits else ''}{call(operation)}\n",
    ]
    return "".join(lines)


def arguments(operation: Operation, api: Api) -> list[str]:
    body = operation.body.fields if operation.body else ()
    named = [(field, in_query(field, api)) for field in operation.query]
    named += [(field, in_body(field, api)) for field in body]
    keywords = [argument for _field, argument in sorted(named, key=lambda one: not one[0].required)]
    if operation.method == "POST":
        keywords.append("idempotency_key: str | None = None")
    positional = ["self", *(f"{name}: str" for name in operation.path_names)]
    return positional + (["*", *keywords] if keywords else [])


def in_query(field: Field, api: Api) -> str:
    type = inside(field.type, api, sent=True)
    return f"{snake(field.name)}: {type}" if field.required else f"{snake(field.name)}: {type} | None = None"


def in_body(field: Field, api: Api) -> str:
    """In a body null means something, so that what is left out has a value of its own."""
    type = inside(field.type, api, sent=True)
    if field.required:
        return f"{snake(field.name)}: {type}"
    less = type.removesuffix(" | None")
    return f"{snake(field.name)}: {less} | Unset{type.removeprefix(less)} = UNSET"


def inside(type: Type, api: Api, sent: bool = False) -> str:
    """As a resource names it: what is made by us stands in two modules."""
    text = written(type, api, sent)
    shapes = api.shapes.keys() | api.choices.keys() | {f"{name}Input" for name in api.shapes}
    module = "inputs" if sent else "models"
    return re.sub(r"\b\w+\b(?![\"'])", lambda one: f"{module}.{one[0]}" if one[0] in shapes else one[0], text)


def answer(operation: Operation, api: Api, prefix: str) -> str:
    if operation.paged:
        return f"{prefix}Pages[{inside(operation.paged, api)}]"
    kinds = ("None" if one is None else inside(one, api) for one in operation.answers.values())
    return " | ".join(dict.fromkeys(kinds))


def call(operation: Operation) -> str:
    path = operation.path
    for name in operation.path_names:
        path = path.replace(f"{{{name}}}", f"{{segment({name})}}")
    given = [f'{"f" if operation.path_names else ""}"{path}"']
    if operation.query:
        given.append(f"query={mapping(operation.query)}")
    if operation.body:
        given.append(f"body={mapping(operation.body.fields)}")
    if operation.method == "POST":
        given.append("idempotency_key=idempotency_key")
    if operation.paged:
        assert isinstance(operation.paged, Named)
        return f"self._pages(models.{operation.paged.name}, {', '.join(given)})"
    kinds = [one for one in operation.answers.items() if one[1] is not None]
    if not kinds:
        return f'self._nothing("{operation.method}", {", ".join(given)})'
    told = ", ".join(f"{status}: models.{kind.name}" for status, kind in kinds if isinstance(kind, Named))
    return f'self._call({{{told}}}, "{operation.method}", {", ".join(given)})'


def mapping(fields: tuple[Field, ...]) -> str:
    return "{" + ", ".join(f'"{field.name}": {snake(field.name)}' for field in fields) + "}"
