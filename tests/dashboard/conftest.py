"""Acme's people at their browsers, looking at live."""

from __future__ import annotations

import pytest

from tests.cast import House
from tests.dashboard.browse import Person


@pytest.fixture
def owner(acme: House) -> Person:
    return Person(acme.users["owner"], acme.live)


@pytest.fixture
def developer(acme: House) -> Person:
    return Person(acme.users["developer"], acme.live)


@pytest.fixture
def viewer(acme: House) -> Person:
    return Person(acme.users["viewer"], acme.live)
