"""The cast, for every test that asks for it by name (tests/cast.py says who is who)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from jsonschema import Draft202012Validator
from pytest_django import DjangoDbBlocker

from accounts import audit
from accounts.models import AuditEntry
from api import holding
from api.audit_fields import AUDITED
from delivery.engine import Engine
from tests import cast
from tests.live import LiveDoor, Receiver, delivering, receiving
from tests.live_smpp import LiveLines, Smsc
from tests.live_wait import LiveWait


@pytest.fixture(scope="session", autouse=True)
def static_files() -> None:
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where there is none


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, which is removed at the end whoever of us still has a connection to it."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True)
def nobody_is_held_at_web(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who would wait there is answered at once, as when all places are taken."""
    monkeypatch.setattr(holding, "PLACES", threading.BoundedSemaphore(0))


@pytest.fixture(autouse=True)
def entries_are_as_the_api_describes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test has the audit log take down, `GET /v1/audit-entries` says what it may hold."""
    record, described = audit.record, Draft202012Validator(AUDITED)

    def checked(*args: Any, **named: Any) -> AuditEntry:
        entry = record(*args, **named)
        for told in (entry.before, entry.after):
            described.validate(json.loads(json.dumps(told, cls=DjangoJSONEncoder)))
        return entry

    monkeypatch.setattr(audit, "record", checked)


@pytest.fixture
def acme(db: None) -> cast.House:
    return cast.build("Acme Santé", "+33937000001", "+33639980001")


@pytest.fixture
def borealis(db: None) -> cast.House:
    return cast.build("Borealis", "+33937000002", "+33639980002")


@pytest.fixture
def api(acme: cast.House) -> cast.Api:
    """The API with Acme's live key."""
    return cast.Api(acme.live.key)


@pytest.fixture
def door(transactional_db: None) -> Iterator[LiveDoor]:
    """The front door on a socket; it reads what the test commits."""
    live = LiveDoor()
    live.start()
    yield live
    live.stop()


@pytest.fixture
def smsc() -> Iterator[Smsc]:
    """An SMSC on a socket, to which the password is `secret`."""
    running = Smsc()
    yield running
    running.stop()


@pytest.fixture
def lines(transactional_db: None) -> Iterator[LiveLines]:
    """The SMPP receiver; it reads what the test commits."""
    live = LiveLines()
    live.start()
    yield live
    live.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A customer's server, which answers 200 unless told otherwise."""
    with receiving() as running:
        yield running


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    """A worker's engine; it sweeps when the test says so."""
    with delivering() as running:
        yield running


@pytest.fixture
def wait(transactional_db: None) -> Iterator[LiveWait]:
    """The process that holds requests, on a socket; it reads what the test commits."""
    live = LiveWait()
    live.start()
    yield live
    live.stop()
