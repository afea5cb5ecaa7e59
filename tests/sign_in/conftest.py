"""Acme's people at the log-in, where they come as they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client, override_settings

from accounts.models import User
from tests.cast import PASSWORD, House
from tests.sign_in.guest import Guest


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def acme(acme: House) -> Iterator[House]:
    """The house, whose passwords are checked quickly here."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        quick = make_password(PASSWORD)
        User.objects.update(password=quick)
        for user in acme.users.values():
            user.password = quick
        yield acme


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until it is moved."""
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def owner(now: time_machine.Traveller, acme: House) -> User:
    return acme.users["owner"]


@pytest.fixture
def viewer(now: time_machine.Traveller, acme: House) -> User:
    return acme.users["viewer"]


@pytest.fixture
def guest(owner: User) -> Guest:
    return Guest(Client(), owner)
