"""The API is as it describes itself, whoever asks and whatever they send."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from schemathesis.schemas import APIOperation

from tests.api.described import STEADY, exercise, life, makers, operations, resource_of
from tests.arguments import OTHERWISE, seen
from tests.callers import CALLERS, ROLES
from tests.cast import House, with_destinations, with_provider
from tests.urlconf import PLACES

RESOURCES = sorted({place.route.split("/")[1] for place in PLACES if place.of_api})
EACH, OF_A_ROLE = 10, 2  # cases an operation
LIVES, STEPS = 3, 8  # of each kind of thing that can be made
SHORTER = [name for name in ROLES if name.startswith("a key") or name == "a token of owner"]


@pytest.fixture
def acme(acme: House) -> House:
    return with_provider(with_destinations(acme))


def seen_by(operation: APIOperation[Any, Any, Any, Any], house: House) -> House:
    return seen(f"{operation.method.upper()} {operation.path.removeprefix('/v1/')}", house)


@pytest.mark.parametrize("resource", RESOURCES)
def test_whatever_is_sent(acme: House, resource: str) -> None:
    tried = [one for one in operations() if resource_of(one) == resource]
    assert tried
    for operation in tried:
        exercise(operation, CALLERS["a key of owner"](seen_by(operation, acme)), EACH)


@pytest.mark.parametrize("name", SHORTER)
def test_whoever_asks(acme: House, name: str) -> None:
    callers = {house.live.key: CALLERS[name](house) for house in (acme, acme.turned)}
    for operation in operations():
        exercise(operation, callers[seen_by(operation, acme).live.key], OF_A_ROLE)


def test_what_is_made_can_be_used_until_it_is_gone(acme: House) -> None:
    for path, names in makers().items():
        making = f"POST {path.removeprefix('/v1/')}"
        if making in OTHERWISE:  # the cast has made all that there can be
            continue
        machine = life(CALLERS["a key of owner"](seen(making, acme)), names)
        machine.run(settings=settings(STEADY, max_examples=LIVES, stateful_step_count=STEPS))
        used = [label for label, statuses in machine.lived.items() if "_id}" in label and min(statuses) < 300]
        assert used, (making, dict(machine.lived))
