"""/v1/openapi.json: the API's description, made from the same declarations that read bodies and write answers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import SCOPES
from api.views import View


class Bearer(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """An API key or an access token, each with the scope that the operation needs."""

    target_class = "api.authentication.BearerAuthentication"
    name = ["apiKey", "oauth2"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[str]]]:
        needed = getattr(auto_schema.view, auto_schema.method.lower()).permission
        return [{"apiKey": []}, {"oauth2": [needed]}]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        key = "sk_live_… or sk_test_…; the key decides the environment"
        scopes = {name: str(words) for name, words in SCOPES.items()}
        flow = {"tokenUrl": f"{settings.PUBLIC_URL}/oauth/token", "scopes": scopes}
        return [
            {"type": "http", "scheme": "bearer", "description": key},
            {"type": "oauth2", "flows": {"clientCredentials": flow}},
        ]


def closed(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A hook of drf-spectacular: bodies have the members that are described and no other (api.fields.Input)."""
    schemas = result.get("components", {}).get("schemas", {})
    bodies = [
        operation["requestBody"]
        for methods in result["paths"].values()
        for operation in methods.values()
        if "requestBody" in operation
    ]
    for name in reached(bodies, schemas):
        if schemas[name].get("type") == "object":
            schemas[name]["additionalProperties"] = False
    return result


def reached(part: Any, schemas: Mapping[str, Any]) -> set[str]:
    """The names of all schemas that a part of the description refers to."""
    found: set[str] = set()
    waiting = [part]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, dict):
            waiting += part.values()
            name = part.get("$ref", "").rpartition("/")[2] if isinstance(part.get("$ref"), str) else ""
            if name and name not in found:
                found.add(name)
                waiting.append(schemas[name])
    return found


@cache
def described(language: str | None) -> dict[str, Any]:
    """The whole description; a process makes it once a language, since making it takes long."""
    schema: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return schema


class OpenApi(View):
    authentication_classes = ()
    permission_classes = ()

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(described(get_language()))
