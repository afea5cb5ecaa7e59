"""What an endpoint asks for is sent along: headers, credentials, certificates; each against a real receiver."""

from __future__ import annotations

import ssl
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.audit import SYSTEM
from delivery import services
from delivery.engine import Engine
from delivery.models import Endpoint
from tests.cast import House
from tests.certificates import Pair, authority, issue, server_context
from tests.deliveries import begun, endpoint_at, settled, tried
from tests.live import Receiver, delivering, receiving

CLIENTS = authority("Acme's clients")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def tls(directory: Path, clients: Pair | None = None) -> ssl.SSLContext:
    return server_context(directory, clients)


def client_access(pair: Pair) -> dict[str, Any]:
    certificate = {"certificate": pair.pem, "key": pair.key_pem}
    return {"clientCertificate": certificate, "caCertificate": authority().pem}


def test_headers_of_ones_own(acme: House, receiver: Receiver, engine: Engine) -> None:
    headers = [{"name": "X-Api-Key", "value": "k3y, of acme", "secret": True}]
    headers.append({"name": "accept", "value": "text/plain", "secret": False})
    assert (
        tried(engine, acme, endpoint_at(acme, receiver.url, access={"headers": headers})).state == "delivered"
    )
    (request,) = receiver.got(1)
    assert (request.headers["x-api-key"], request.headers["accept"]) == ("k3y, of acme", "text/plain")
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    ("access", "sent"),
    [
        (
            {"basic": {"username": "acmé", "password": "p:w d"}},
            "Basic " + b64encode("acmé:p:w d".encode()).decode(),
        ),
        ({"bearer": {"token": "b34rer=="}}, "Bearer b34rer=="),
    ],
)
def test_credentials(acme: House, receiver: Receiver, engine: Engine, access: Any, sent: str) -> None:
    assert tried(engine, acme, endpoint_at(acme, receiver.url, access=access)).state == "delivered"
    assert receiver.got(1)[0].headers["authorization"] == sent


def test_a_changed_credential_is_used_at_once_and_goes_to_no_other_endpoint(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_at(acme, receiver.url, access={"bearer": {"token": "old"}})
    tried(engine, acme, endpoint)
    services.update_endpoint(endpoint, SYSTEM, access={"bearer": {"token": "new"}})
    tried(engine, acme, endpoint)
    tried(engine, acme, endpoint_at(acme, receiver.url))
    sent = [request.headers.get("authorization") for request in receiver.got(3)]
    assert sent == ["Bearer old", "Bearer new", None]


def test_what_does_not_open_is_ours_and_nothing_goes_without(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_at(acme, receiver.url, access={"bearer": {"token": "t"}})
    Endpoint.objects.filter(pk=endpoint.pk).update(sealed_access=b"nonsense")
    delivery = tried(engine, acme, endpoint)
    assert (delivery.state, delivery.reason, delivery.attempts_made) == ("pending", "ours", 0)
    assert receiver.requests == []


def test_an_unknown_issuer_is_refused_and_ones_own_is_believed(
    acme: House, engine: Engine, tmp_path: Path
) -> None:
    with receiving(tls(tmp_path)) as receiver:
        assert tried(engine, acme, endpoint_at(acme, receiver.url)).error_code == 5103
        other = {"caCertificate": CLIENTS.pem}
        assert tried(engine, acme, endpoint_at(acme, receiver.url, access=other)).error_code == 5103
        assert receiver.requests == []
        own = {"caCertificate": authority().pem}
        assert tried(engine, acme, endpoint_at(acme, receiver.url, access=own)).state == "delivered"
        # Neither the handle nor the connection that believed it is lent to who does not.
        assert tried(engine, acme, endpoint_at(acme, receiver.url)).error_code == 5103
        assert len(receiver.requests) == 1


def test_mutual_tls(acme: House, engine: Engine, tmp_path: Path) -> None:
    with receiving(tls(tmp_path, CLIENTS)) as receiver:
        known, stranger = issue("acme", CLIENTS), issue("stranger", authority())
        assert (
            tried(engine, acme, endpoint_at(acme, receiver.url, access=client_access(known))).state
            == "delivered"
        )
        assert receiver.got(1)[0].client == "acme"
        for access in (client_access(stranger), {"caCertificate": authority().pem}):
            refused = tried(engine, acme, endpoint_at(acme, receiver.url, access=access))
            assert (refused.state, refused.error_code) == ("pending", 5103)
        assert len(receiver.requests) == 1


def test_endpoints_with_different_certificates_share_no_connection(
    acme: House, engine: Engine, tmp_path: Path
) -> None:
    with receiving(tls(tmp_path, CLIENTS)) as receiver:
        names = ("one", "two")
        endpoints = {
            name: endpoint_at(acme, f"{receiver.url}/{name}", access=client_access(issue(name, CLIENTS)))
            for name in names
        }
        for _ in range(4):
            for name in names:
                for delivery in begun(engine, acme, endpoints[name], 3):
                    assert settled(delivery).state == "delivered"
        requests = receiver.got(24)
        assert {(request.path, request.client) for request in requests} == {("/one", "one"), ("/two", "two")}
        ports = {name: {r.port for r in requests if r.client == name} for name in names}
        assert not ports["one"] & ports["two"]
        assert all(len(used) < 12 for used in ports.values())  # each its own, kept open
