"""TypeScript: one file of interfaces, one of resources, each a class with a method an operation."""

from __future__ import annotations

import json
import re
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

HEADER = "// Made by `make sdks` from the API's own description; change that.\n"
SCALARS = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "datetime": "string",
    "null": "null",
    "any": "unknown",
}


def files(api: Api) -> dict[str, str]:
    return {"types.ts": types(api), "resources.ts": resources(api)}


# ---- types


def types(api: Api) -> str:
    bodies = {operation.body.name for operation in api.operations if operation.body and operation.body.fields}
    pages = {page for operation in api.operations if (page := page_of(operation))}
    wanted = (api.answered | api.sent | bodies) - pages
    choices = [choice(name, api.choices[name]) for name in sorted(wanted & api.choices.keys())]
    shapes = [interface(api.shapes[name]) for name in sorted(wanted & api.shapes.keys())]
    return "\n".join([HEADER, *choices, *shapes])


def choice(name: str, choice: Choice) -> str:
    return f"export type {name} = {written(choice)};\n"


def interface(shape: Shape) -> str:
    fields = "".join(comment(field.doc, "  ") + f"  {member(field)};\n" for field in shape.fields)
    return f"{comment(shape.doc)}export interface {shape.name} {{\n{fields}}}\n"


def member(field: Field, inside: str = "") -> str:
    return f"{key(field.name)}{'' if field.required else '?'}: {written(field.type, inside)}"


def key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else json.dumps(name)


def comment(text: str, indent: str = "") -> str:
    return f"{indent}/** {text.replace('*/', '* /')} */\n" if text else ""


def written(type: Type, inside: str = "") -> str:
    """`inside` is the namespace in which the named ones are."""
    match type:
        case Scalar(name):
            return SCALARS[name]
        case Choice(values):
            return " | ".join(json.dumps(value) for value in values)
        case Named(name):
            return inside + name
        case Mapped(value):
            return f"Record<string, {written(value, inside)}>"
        case Listed(item):
            inner = written(item, inside)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case OneOf(members):
            return " | ".join(written(member, inside) for member in members)
    raise TypeError(type)


# ---- resources


def resources(api: Api) -> str:
    parts = [
        HEADER,
        'import { type Pages, Resource, segment } from "./resource.js";\n'
        'import type { Options, PostOptions, Transport } from "./transport.js";\n'
        'import type * as types from "./types.js";\n',
    ]
    names = []
    for resource, operations in groupby(sorted(api.operations, key=by_resource), by_resource):
        names.append(resource)
        methods = "\n".join(method(operation) for operation in operations)
        parts.append(f"export class {capital(resource)} extends Resource {{\n{methods}}}\n")
    return "\n".join([*parts, all_of(names)])


def all_of(names: list[str]) -> str:
    of = {lower(capital(name)): capital(name) for name in names}
    fields = "".join(f"  readonly {name}: {kind};\n" for name, kind in of.items())
    made = "".join(f"    this.{name} = new {kind}(transport);\n" for name, kind in of.items())
    constructor = f"  constructor(transport: Transport) {{\n{made}  }}\n"
    return f"export class Resources {{\n{fields}\n{constructor}}}\n"


def lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def method(operation: Operation) -> str:
    arguments = [f"{camel(name)}: string" for name in operation.path_names]
    given = []
    if operation.body and operation.body.fields:
        optional = not any(field.required for field in operation.body.fields)
        arguments.append(f"body: types.{operation.body.name}{' = {}' if optional else ''}")
        given.append("body")
    elif operation.body:
        given.append("body: {}")
    if operation.query:
        optional = not any(field.required for field in operation.query)
        arguments.append(f"query: {query(operation.query)}{' = {}' if optional else ''}")
        given.append("query")
    arguments.append("options?: PostOptions" if operation.method == "POST" else "options?: Options")
    given.append("options")
    path = "`" + re.sub(r"{(\w+)}", lambda found: f"${{segment({camel(found[1])})}}", operation.path) + "`"
    asked = f"this.{'pages' if operation.paged else 'call'}"
    verb = "" if operation.paged else f'"{operation.method}", '
    return (
        f"{comment(operation.doc, '  ')}"
        f"  {operation.verb}({', '.join(arguments)}): {answer(operation)} {{\n"
        f"    return {asked}({verb}{path}, {{ {', '.join(given)} }});\n"
        f"  }}\n"
    )


def query(fields: tuple[Field, ...]) -> str:
    """What is left out may be null as well, as the cursor of a last page is."""
    told = (member(field, "types.") + ("" if field.required else " | null") for field in fields)
    return f"{{ {'; '.join(told)} }}"


def answer(operation: Operation) -> str:
    if operation.paged:
        return f"Pages<{written(operation.paged, 'types.')}>"
    kinds = dict.fromkeys(
        "void" if one is None else written(one, "types.") for one in operation.answers.values()
    )
    return f"Promise<{' | '.join(kinds)}>"
