"""The API's description as a machine reads it, which then tries whether the API is so: https://schemathesis.io."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import schemathesis
from django.db import transaction
from django.test.client import ClientHandler
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation

from tests.arguments import BODIES, filled
from tests.callers import Caller
from tests.cast import Api

JSON = "application/json"
#: Not every string is a telephone number, a name that is free or a condition that can be met: what the description
#: allows may still be refused, with the reason.
LEFT_OUT = {"positive_data_acceptance", "max_response_time"}
#: What somebody ended stays on record, and can be read.
ON_RECORD = {"api-keys", "oauth-clients", "invitations", "number-requests", "replays"}
#: Where a machine would begin, since its maker's body seems to need what nothing makes (`carrierMessageId`).
NO_BEGINNING = {"releaseSimulation"}
#: What is asked whether a body is right, and says in its answer what is wrong.
JUDGES = {"/v1/routes/validate"}
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


def operations() -> Iterator[Any]:
    for result in schema().get_all_operations():
        yield result.ok()


@cache
def checks(path: str) -> list[Any]:
    """Those that hold for an address."""
    load_all_checks()
    left_out = LEFT_OUT | ({"use_after_free"} if path.split("/")[2] in ON_RECORD else set())
    left_out |= {"negative_data_rejection"} if path in JUDGES else set()
    return [CHECKS.get_one(name) for name in CHECKS.get_all_names() if name not in left_out]


def resource_of(operation: APIOperation[Any, Any, Any, Any]) -> str:
    return str(operation.path.split("/")[2])


def whole(case: Any) -> None:
    """Ask for all members: `fields` leaves out those that the description says are there (test_fields_and_expand)."""
    if case.query:
        case.query.pop("fields", None)


def undone(case: Any, headers: dict[str, str]) -> Response:
    """The answer to a request that leaves nothing behind."""
    with transaction.atomic():
        response: Response = case.call(headers=headers)
        transaction.set_rollback(True)
    return response


def exercise(operation: APIOperation[Any, Any, Any, Any], caller: Caller, examples: int) -> None:
    """Ask for an operation on the caller's own things with what the description allows and with what it forbids."""
    own = {parameter.name: caller.side.ids[parameter.name] for parameter in operation.path_parameters}
    strategies = [operation.as_strategy(generation_mode=mode, path_parameters=own) for mode in MODES]

    @given(case=st.one_of(strategies))
    @settings(STEADY, max_examples=examples)
    def holds(case: Any) -> None:
        whole(case)
        headers = caller.headers
        case.validate_response(
            undone(case, headers),
            checks=checks(case.operation.path),
            headers=headers,
            transport_kwargs={"headers": headers},
        )

    holds()


def makers() -> dict[str, list[str]]:
    """By its path each call that makes a thing without another one's id: its own name, and what its answer links to."""
    found = {}
    for path, methods in document()["paths"].items():
        made = methods.get("post", {})
        links = [name for answer in made.get("responses", {}).values() for name in answer.get("links", ())]
        if links and "{" not in path:
            found[path] = [made["operationId"], *(name for name in links if name not in NO_BEGINNING)]
    return found


def life(caller: Caller, names: Sequence[str]) -> Any:
    """A state machine that makes things by the operations of these names, and goes on with what it was answered, along
    the links of the description.

    Whatever is made is made as tests.arguments says, so that there is something to go on with.
    """

    class Life(schema().include(operation_id=list(names)).as_state_machine()):  # type: ignore[misc]  # a class made at run time
        def setup(self) -> None:
            self.undoing = transaction.atomic()
            self.undoing.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undoing.__exit__(None, None, None)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": caller.headers}

        def before_call(self, case: Any) -> None:
            whole(case)
            body = BODIES.get(f"{case.method} {case.path.removeprefix('/v1/')}")
            if body:
                case.body, case.media_type = filled(body, caller.side.ids), JSON

        def after_call(self, response: Response, case: Any) -> None:
            super().after_call(response, case)
            lived[case.operation.label].add(response.status_code)

        def validate_response(self, response: Response, case: Any, *_: Any, **more: Any) -> None:
            case.validate_response(
                response,
                checks=checks(case.operation.path),
                headers=caller.headers,
                transport_kwargs=more,
                recorder=self.recorder,
            )

    lived: defaultdict[str, set[int]] = defaultdict(set)
    Life.lived = lived
    return Life
