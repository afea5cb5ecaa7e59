"""The API's description as a machine reads it, which then tries whether the API is so: https://schemathesis.io."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, TypeAlias

import schemathesis
from django.db import transaction
from django.test.client import ClientHandler
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation as AnyOperation

from tests.arguments import BODIES, filled
from tests.callers import Caller
from tests.cast import Api

JSON = "application/json"
APIOperation: TypeAlias = AnyOperation[Any, Any, Any, Any]
#: Not every string is a telephone number, a name that is free or a condition that can be met: what the description
#: allows may still be refused, with the reason.
LEFT_OUT = {"positive_data_acceptance", "max_response_time"}
#: What somebody ended stays on record, and can be read.
ON_RECORD = {"api-keys", "oauth-clients", "invitations", "number-requests", "replays"}
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
#: The same cases in each run, and no shrinking, since a failure shows its request anyway.
STEADY = settings(
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@cache
def document() -> dict[str, Any]:
    """The description, where an answer has no member that is not described."""
    told: dict[str, Any] = deepcopy(Api(None).get("openapi.json").json())
    for schema in told["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return told


class InProcess:
    """Django as a WSGI application that leaves the test's transaction open, as its own test client does."""

    def __init__(self) -> None:
        self.handler = ClientHandler(enforce_csrf_checks=False)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        response = self.handler(environ)
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.getvalue()]


@cache
def schema() -> Any:
    found = schemathesis.openapi.from_dict(document(), config=SchemathesisConfig())
    found.app = InProcess()
    return found


def operations() -> Iterator[APIOperation]:
    for result in schema().get_all_operations():
        yield result.ok()


@cache
def checks(resource: str, *, sparse: bool = False) -> list[Any]:
    """Those that hold for a resource; a sparse answer lacks members that others have."""
    load_all_checks()
    left_out = LEFT_OUT | ({"use_after_free"} if resource in ON_RECORD else set())
    left_out |= {"response_schema_conformance"} if sparse else set()
    return [CHECKS.get_one(name) for name in CHECKS.get_all_names() if name not in left_out]


def checks_of(case: Any) -> list[Any]:
    return checks(resource_of(case.operation), sparse="fields" in (case.query or {}))


def resource_of(operation: APIOperation) -> str:
    return str(operation.path.split("/")[2])


def undone(case: Any, headers: dict[str, str]) -> Response:
    """The answer to a request that leaves nothing behind."""
    with transaction.atomic():
        response: Response = case.call(headers=headers)
        transaction.set_rollback(True)
    return response


def exercise(operation: APIOperation, caller: Caller, examples: int) -> None:
    """Ask for an operation on the caller's own things with what the description allows and with what it forbids."""
    own = {parameter.name: caller.side.ids[parameter.name] for parameter in operation.path_parameters}
    strategies = [operation.as_strategy(generation_mode=mode, path_parameters=own) for mode in MODES]

    @given(case=st.one_of(strategies))
    @settings(STEADY, max_examples=examples)
    def holds(case: Any) -> None:
        headers = caller.headers
        case.validate_response(
            undone(case, headers),
            checks=checks_of(case),
            headers=headers,
            transport_kwargs={"headers": headers},
        )

    holds()


def life(caller: Caller) -> Any:
    """A state machine that makes things and goes on with what it was answered, along the links of the description.

    Whatever is made is made as tests.arguments says, so that there is something to go on with.
    """

    class Life(schema().as_state_machine()):  # type: ignore[misc]  # a class made at run time
        def setup(self) -> None:
            self.undoing = transaction.atomic()
            self.undoing.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undoing.__exit__(None, None, None)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": caller.headers}

        def before_call(self, case: Any) -> None:
            body = BODIES.get(f"{case.method} {case.path.removeprefix('/v1/')}")
            if body:
                case.body, case.media_type = filled(body, caller.side.ids), JSON

        def after_call(self, response: Response, case: Any) -> None:
            super().after_call(response, case)
            lived[case.operation.label].add(response.status_code)

        def validate_response(self, response: Response, case: Any, *_: Any, **more: Any) -> None:
            case.validate_response(
                response,
                checks=checks_of(case),
                headers=caller.headers,
                transport_kwargs=more,
                recorder=self.recorder,
            )

    lived: defaultdict[str, set[int]] = defaultdict(set)
    Life.lived = lived
    return Life
