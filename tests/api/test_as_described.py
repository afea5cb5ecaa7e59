"""The API is as it describes itself, whoever asks and whatever they send."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.api.described import STEADY, exercise, life, operations
from tests.callers import CALLERS, ROLES
from tests.cast import House, with_destinations
from tests.urlconf import PLACES

RESOURCES = sorted({place.route.split("/")[1] for place in PLACES if place.of_api})
EACH, OF_A_ROLE = 10, 2  # cases an operation
LIVES, STEPS = 25, 12


@pytest.fixture
def acme(acme: House) -> House:
    return with_destinations(acme)


@pytest.mark.parametrize("resource", RESOURCES)
def test_whatever_is_sent(acme: House, resource: str) -> None:
    caller = CALLERS["a key of owner"](acme)
    tried = [one for one in operations() if one.path.split("/")[2] == resource]
    assert tried
    for operation in tried:
        exercise(operation, caller, EACH)


@pytest.mark.parametrize("name", ROLES)
def test_whoever_asks(acme: House, name: str) -> None:
    caller = CALLERS[name](acme)
    for operation in operations():
        exercise(operation, caller, OF_A_ROLE)


def test_what_is_made_can_be_used_until_it_is_gone(acme: House) -> None:
    machine = life(CALLERS["a key of owner"](acme))
    machine.run(settings=settings(STEADY, max_examples=LIVES, stateful_step_count=STEPS))
    print({label: sorted(statuses) for label, statuses in machine.lived.items()})
    assert machine.lived["POST /v1/endpoints"] == {201}
    assert 200 in machine.lived["GET /v1/endpoints/{endpoint_id}"]
