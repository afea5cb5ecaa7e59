"""No answer shows what is another's, and no body can name it. Addresses that name it: tests.test_access_matrix."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.arguments import ASKED, BODIES, address, filled, seen
from tests.callers import CALLERS
from tests.cast import Api, House, with_destinations, with_provider
from tests.test_access_matrix import OF_EVERYBODY, OF_THE_TENANT, absent
from tests.traces import fingerprint
from tests.urlconf import PLACES, Place, name_of


@pytest.fixture
def acme(acme: House) -> House:
    return with_provider(with_destinations(acme))


#: What is shown to everybody, and happens to be somebody's.
EXAMPLES = {(route, "+33639980001") for route in ("v1/event-types", "e/<str:env_id>/replays/new/")}


@pytest.fixture
def borealis(borealis: House) -> House:
    return with_provider(with_destinations(borealis))


def test_the_walks_see_api_and_pages() -> None:
    routes = {place.route for place in PLACES}
    assert {"v1/messages/<str:message_id>", "v1/deliveries/<str:delivery_id>/replay"} <= routes
    assert {"e/<str:env_id>/messages/<str:message_id>/", "e/<str:env_id>/deliveries/replay/"} <= routes


@pytest.mark.parametrize("place", PLACES, ids=name_of)
def test_what_one_may_see_shows_nothing_of_others(acme: House, borealis: House, place: Place) -> None:
    house = place.seen(acme)
    caller = CALLERS["a key of owner" if place.of_api else "owner"](house)
    shown = caller.http.get(address(place, house.live.ids)).getvalue().decode()
    for side in (borealis.live, borealis.sandbox, house.sandbox):
        for name, id in side.ids.items():
            own = side is house.sandbox and name in OF_THE_TENANT | {"env_id", "sandbox_id"}  # one may switch
            own = own or (place.route, id) in EXAMPLES or name in OF_EVERYBODY
            assert own or id not in shown, place.route


def places_named(body: Any, pointer: str = "") -> Iterator[str]:
    """JSON pointers to what names something in a sample body."""
    if isinstance(body, dict):
        for name, inner in body.items():
            yield from places_named(inner, f"{pointer}/{name}")
    elif isinstance(body, list):
        for place, inner in enumerate(body):
            yield from places_named(inner, f"{pointer}/{place}")
    elif isinstance(body, str) and body.endswith("_id"):
        yield pointer


def at(body: Any, pointer: str) -> tuple[Any, Any]:
    """What holds the place that a pointer leads to, and the place in it."""
    *steps, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    for step in steps:
        body = body[step]
    return body, last


#: In live a request names no channel, but one of others is refused for being that before.
SAMPLES = BODIES | {"POST number-requests": ASKED | {"channelId": "channel_id"}}
REFERENCES = [(operation, pointer) for operation, body in SAMPLES.items() for pointer in places_named(body)]


@pytest.mark.parametrize(("operation", "pointer"), REFERENCES)
def test_a_body_cannot_name_what_is_not_ones_own(
    acme: House, borealis: House, operation: str, pointer: str
) -> None:
    acme, borealis = seen(operation, acme), seen(operation, borealis)
    api = Api(acme.live.key)
    (method, _space, path), answers, before = operation.partition(" "), set(), fingerprint()
    holder, place = at(SAMPLES[operation], pointer)
    name = holder[place]
    for foreign in (borealis.live.ids[name], acme.sandbox.ids[name], absent(name)):
        body = filled(SAMPLES[operation], acme.live.ids)
        inside, place = at(body, pointer)
        inside[place] = foreign
        named = {"Idempotency-Key": foreign} if "replays" in path else {}  # bulk jobs must be
        response = api(method, path.format(**acme.live.ids), body, **named)
        # A check tells what is wrong as its answer.
        assert response.status_code == (200 if operation == "POST routes/validate" else 422), response.content
        assert response.json()["errors"][0]["pointer"] == f"#{pointer}"
        answers.add(json.dumps(response.json()["errors"]))
    assert len(answers) == 1
    assert fingerprint() == before


def references(schema: Any, schemas: dict[str, Any], pointer: str = "") -> Iterator[str]:
    """JSON pointers to what a body may name, the first of each list."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if schema.get("pattern", "").endswith("_[0-9a-v]{26}$"):
        yield pointer
    for several in ("oneOf", "anyOf", "allOf"):
        for one in schema.get(several, ()):
            yield from references(one, schemas, pointer)
    for name, inner in schema.get("properties", {}).items():
        yield from references(inner, schemas, f"{pointer}/{name}")
    if "items" in schema:
        yield from references(schema["items"], schemas, f"{pointer}/0")


def test_every_reference_of_a_body_is_tried() -> None:
    document = Api(None).get("openapi.json").json()
    found = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            for pointer in (
                references(content["schema"], document["components"]["schemas"]) if content else ()
            ):
                found.add((f"{method.upper()} {path.removeprefix('/v1/')}", pointer))
    assert found == set(REFERENCES)
