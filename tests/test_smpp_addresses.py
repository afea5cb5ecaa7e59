"""Where a tenant's channel may connect to: its host's addresses are judged, and those very ones connected to."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import LazySettings

from ingest.models import Line
from ingest.smpp.bind import bind_of
from ingest.smpp.connection import Failed, addresses
from numbers.carriers import smpp
from tests.hostile_addresses import HOSTILE, PUBLIC

TENANTS = SimpleNamespace(environment=object(), simulated=False)
OPERATORS = SimpleNamespace(environment=None, simulated=False)
SIMULATORS = SimpleNamespace(environment=object(), simulated=True)
#: Spellings that only the system's resolver takes for an address.
SPELLINGS = ["127.1", "2130706433", "0177.0.0.1", "0x7f.1", "0x7f000001", "0xa9fea9fe", "localhost"]


@pytest.fixture(autouse=True)
def nothing_private(settings: LazySettings) -> None:
    settings.DELIVERY_ALLOW_NETWORKS = ()


def found(host: str, channel: Any = TENANTS) -> list[str]:
    bind = bind_of({"host": host, "systemId": "acme", "password": "secret"})
    return asyncio.run(addresses(bind, channel))


@pytest.mark.parametrize("host", [*HOSTILE, *SPELLINGS])
def test_a_tenants_channel_leads_nowhere_inside(host: str) -> None:
    with pytest.raises(Failed) as failed:
        found(host)
    assert failed.value.reason in {Line.Reason.FORBIDDEN_ADDRESS, Line.Reason.UNRESOLVED}


@pytest.mark.parametrize("host", PUBLIC)
def test_what_lies_right_beside_is_allowed(host: str) -> None:
    assert found(host) == [host]


def test_the_operators_own_may_lie_inside() -> None:
    assert found("10.0.0.1", OPERATORS) == ["10.0.0.1"]


def test_the_simulators_own_lead_to_its_smsc_and_nowhere_else(settings: LazySettings) -> None:
    settings.SANDBOX_RECEIVER_URL = "http://127.0.0.7:8003"
    for host in ("10.0.0.1", "8.8.8.8", "simulator.invalid"):
        assert found(host, SIMULATORS) == ["127.0.0.7"]
    with pytest.raises(Failed):
        found("127.0.0.7")


@pytest.mark.parametrize("answer", [["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"], ["8.8.8.8"] * 51])
def test_one_bad_address_or_too_many_are_enough(monkeypatch: pytest.MonkeyPatch, answer: list[str]) -> None:
    distinct = [one.replace("8.8.8.8", f"8.8.8.{place}") for place, one in enumerate(answer, 1)]

    async def resolve(*_args: object, **_options: object) -> list[Any]:
        return [(2, 1, 6, "", (one, 2775)) for one in distinct]

    monkeypatch.setattr(asyncio.SelectorEventLoop, "getaddrinfo", resolve)
    with pytest.raises(Failed) as failed:
        found("smsc.example.com")
    assert failed.value.reason == Line.Reason.FORBIDDEN_ADDRESS


@pytest.mark.parametrize("host", SPELLINGS[:-1])
def test_such_a_spelling_is_not_even_saved(host: str) -> None:
    assert smpp.host_problem(host)
