"""The SDKs against the real API on a socket, with the cast's keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from smsgw import AsyncClient, Client
from tests.cast import House


@pytest.fixture
def client(live_server: LiveServer, acme: House) -> Iterator[Client]:
    """Acme's live environment."""
    with Client(acme.live.key, live_server.url, mode="live") as made:
        yield made


@pytest.fixture
def async_client(live_server: LiveServer, acme: House) -> AsyncClient:
    return AsyncClient(acme.live.key, live_server.url, mode="live")
