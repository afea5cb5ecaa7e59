"""What the sandbox adds to the cast."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from ingest import polling
from ingest.polling import Poller
from sandbox import receivers
from sandbox.receiver import Receiver
from tests.cast import Api, House
from tests.live import LiveDoor, polling_of
from tests.live_smpp import LiveLines
from tests.sandbox.receiving import LiveReceivers, receivers_live
from tests.sandbox.simulating import Simulator


@pytest.fixture
def live_receivers(transactional_db: None, settings: LazySettings) -> Iterator[LiveReceivers]:
    """The process of the receivers. Name it before `engine`, which reads the same settings."""
    with receivers_live(settings) as live:
        yield live


@pytest.fixture
def simulated_lines(live_receivers: LiveReceivers, lines: LiveLines) -> LiveLines:
    """The process of all lines, which reaches the simulator's SMSC."""
    return lines


@pytest.fixture
def bin(acme: House) -> Receiver:
    """A receiver in Acme's sandbox."""
    return receivers.create(acme.sandbox.environment, SYSTEM, name="Bin")


@pytest.fixture
def simulator(acme: House, door: LiveDoor, settings: LazySettings) -> Simulator:
    """Acme's, which reaches the test's own door and knows its number."""
    settings.INTERNAL_INGEST_URL = door.url
    acme.sandbox.environment.scenario_runs.all().delete()  # the cast's own
    acme.sandbox.environment.simulations.all().delete()  # likewise
    door.view(acme.sandbox.channel)
    return Simulator(Api(acme.sandbox.key), acme)


@pytest.fixture
def poller(
    live_receivers: LiveReceivers, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Poller]:
    """Who asks carriers that call nobody, the simulator's among them; nobody else's can be reached."""
    settings.OVH_API_URL = "http://127.0.0.1:9/1.0"
    monkeypatch.setattr(polling, "TICK_S", 0.01)
    with polling_of() as made:
        yield made
