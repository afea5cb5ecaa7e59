"""A sandbox whose simulator reaches the test's own door."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from tests.cast import Api, House
from tests.live import LiveDoor
from tests.sandbox.simulating import Simulator


@pytest.fixture
def simulator(acme: House, door: LiveDoor, settings: LazySettings) -> Simulator:
    """Acme's, which knows its number."""
    settings.INTERNAL_INGEST_URL = door.url
    acme.sandbox.environment.simulations.all().delete()  # the cast's own
    door.view(acme.sandbox.channel)
    return Simulator(Api(acme.sandbox.key), acme)
