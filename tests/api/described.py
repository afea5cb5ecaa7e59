"""The API's description, as a machine reads it that tries whether the API is as described (schemathesis)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache, partial
from typing import Any

import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.schemas import OpenApiSchema

from tests.arguments import filled
from tests.callers import Caller
from tests.cast import Api

#: Not every text that is a string is a telephone number, a condition that can be met or a name that is free: what the
#: description allows may still be refused by 422, with the reason.
NOT_OURS = {"positive_data_acceptance", "max_response_time"}
METHODS = {"get", "post", "patch", "put", "delete"}


@cache
def document() -> dict[str, Any]:
    """The description, where an answer has no member that is not described."""
    told: dict[str, Any] = deepcopy(Api(None).get("openapi.json").json())
    for schema in told["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return told


def operations() -> list[tuple[str, str]]:
    """Path and method of each."""
    return [(path, method) for path, told in document()["paths"].items() for method in told if method in METHODS]


def resource_of(path: str) -> str:
    return path.split("/")[2]


def resources() -> list[str]:
    return sorted({resource_of(path) for path in document()["paths"]})
