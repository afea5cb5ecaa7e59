"""The provider that is not ours, for all tests here, and one that says what a test wants."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from accounts import sso
from tests.cast import House
from tests.forging_provider import Forger, forging
from tests.identity_provider import Provider


@pytest.fixture
def provider(acme: House) -> Iterator[Provider]:
    """Knows the redirect URI of Acme."""
    running = Provider(sso.redirect_uri(acme.tenant))
    yield running
    running.stop()


@pytest.fixture
def forger() -> Iterator[Forger]:
    with forging() as running:
        yield running


@pytest.fixture
def browser() -> Client:
    return Client()
