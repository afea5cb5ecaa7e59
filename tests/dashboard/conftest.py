"""Acme's people at their browsers, looking at live."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from tests.cast import PASSWORD, House, sign_in
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


@pytest.fixture
def operator(db: None) -> Client:
    browser = Client()
    sign_in(browser, User.objects.create_superuser("operator@example.com", PASSWORD))
    return browser
