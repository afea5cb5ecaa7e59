"""Receivers that answer to wear us out, all at once: each try ends, with its own code, and costs nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from delivery import tokens
from delivery.engine import Engine
from delivery.models import Attempt, Delivery
from tests.cast import House
from tests.deliveries import begun, endpoint_at, heard, settled, tried
from tests.hostile_answers import ANSWERS, HUGE, TIMEOUT, Script, flooding, hanging, wearing
from tests.live import delivering, receiving, until

MOST_GROWN = HUGE  # octets of memory; one bomb that goes off needs more
MOST_TAKEN = 32_000_000  # octets from one receiver; what the system's buffers hold is beyond us


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def resident() -> int:
    """Octets of memory that this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_every_try_ends_and_the_others_go_on(acme: House, engine: Engine) -> None:
    with ExitStack() as stack:
        servers = {name: stack.enter_context(wearing(answer.script)) for name, answer in ANSWERS.items()}
        policies = {name: {"deadlineSeconds": deadline(name)} for name in ANSWERS}
        endpoints = {name: endpoint_at(acme, servers[name].url, policy=policies[name]) for name in ANSWERS}
        honest = stack.enter_context(receiving())
        good = endpoint_at(acme, honest.url)
        before = resident()
        deliveries = {name: begun(engine, acme, endpoint)[0] for name, endpoint in endpoints.items()}
        others = begun(engine, acme, good, 50)
        grown = most_until_settled(deliveries.values()) - before
        assert {name: outcome(one) for name, one in deliveries.items()} == {
            name: (answer.status, answer.code) for name, answer in ANSWERS.items()
        }
        assert {settled(one).state for one in others} == {"delivered"}
        assert tried(engine, acme, good).state == "delivered"
        assert all(len(attempt.response) <= 4096 for attempt in Attempt.objects.all())
        assert grown < MOST_GROWN
        taken = {name: sum(line.sent for line in server.lines) for name, server in servers.items()}
        assert {name: much for name, much in taken.items() if much > MOST_TAKEN and not drips(name)} == {}
        assert {len(server.lines) for server in servers.values()} == {1}


def drips(name: str) -> bool:
    return ANSWERS[name].code == TIMEOUT


def deadline(name: str) -> int:
    """Short where it is to strike; where something else is, long enough for a busy machine."""
    return 1 if drips(name) else 25


def most_until_settled(deliveries: Iterable[Delivery]) -> int:
    """Wait until each gave its lease back; the most memory that was resident meanwhile."""
    most, waiting = 0, Delivery.objects.filter(pk__in=[one.pk for one in deliveries], lease__isnull=False)

    def settled_all() -> bool:
        nonlocal most
        most = max(most, resident())
        return not waiting.exists()

    until(settled_all, 60)
    return most


def outcome(delivery: Delivery) -> tuple[int | None, int | None]:
    attempt = Attempt.objects.get(delivery=delivery)
    assert Delivery.objects.get(pk=delivery.pk).error_code == attempt.error_code
    return attempt.status, attempt.error_code


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a body without end", "The token server's answer holds no bearer token."),
        ("a header without end", "The token server's answer holds no bearer token."),
        ("headers, octet by octet", "The token server gave no answer: timeout."),
        ("informational answers without end", "The token server gave no answer: too_large."),
        ("half a body", "The token server gave no answer: protocol."),
    ],
)
def test_a_token_server_wears_nobody_out_either(
    acme: House, engine: Engine, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.setattr(tokens, "DEADLINE_S", deadline(name))
    with receiving() as receiver, wearing(ANSWERS[name].script) as server:
        oauth2 = {"tokenUrl": server.url, "clientId": "a", "clientSecret": "b"}
        failed = tried(engine, acme, endpoint_at(acme, receiver.url, access={"oauth2": oauth2}))
        assert (failed.error_code, heard(failed), receiver.requests) == (5114, said, [])


def test_an_answer_that_nobody_asked_for_is_nobody_s(acme: House, engine: Engine) -> None:
    """Sent along with the first, it must not pass for the answer to the next request on that connection."""
    refused = b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"
    unasked = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"

    with wearing(hanging(refused + unasked)) as server:
        endpoint = endpoint_at(acme, server.url)
        for _ in range(3):
            failed = tried(engine, acme, endpoint)
            assert (failed.state, failed.error_code, heard(failed)) == ("pending", 5105, "no")
        assert len(server.lines) == 3


def test_a_tls_handshake_without_end_is_no_connection(acme: House, engine: Engine) -> None:
    with wearing(hanging(b"")) as server:
        url = server.url.replace("http:", "https:")
        failed = tried(engine, acme, endpoint_at(acme, url, policy={"deadlineSeconds": 1}))
    assert failed.error_code == 5102
    assert Attempt.objects.get(delivery=failed).first_byte_us is None


@pytest.mark.parametrize(
    "script", [hanging(b"HTTP/1.1 400 No TLS, please\r\n\r\n"), flooding(b"", b"\x16\x03\x03\xff\xff")]
)
def test_what_is_no_tls_is_told_so(acme: House, engine: Engine, script: Script) -> None:
    with wearing(script) as server:
        url = server.url.replace("http:", "https:")
        assert tried(engine, acme, endpoint_at(acme, url)).error_code == 5103
