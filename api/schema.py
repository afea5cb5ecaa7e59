"""/v1/openapi.json: the API's description, made from the same declarations that read bodies and write answers."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.utils.translation import get_language
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.views import View


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.BearerAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        description = "sk_live_… or sk_test_…, or an access token; either decides the environment"
        return {"type": "http", "scheme": "bearer", "description": description}


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
