"""What a receiver refuses of whoever calls it, and what it shows to who checks its certificates."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing

import pytest
import requests

from sandbox import server
from sandbox.certificates import context, wrong_ones
from sandbox.receiver import Receiver
from tests.live import WITHIN_S, until
from tests.sandbox.receiving import HOST, LiveReceivers


def said(live: LiveReceivers, raw: bytes) -> bytes:
    """All that comes back for these bytes."""
    with socket.create_connection((HOST, live.port), WITHIN_S) as link:
        link.sendall(raw)
        return b"".join(iter(lambda: link.recv(4096), b""))


def test_an_unknown_address_and_what_is_no_request(live_receivers: LiveReceivers) -> None:
    unknown = f"GET /sandbox/receivers/{'x' * 43} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    assert said(live_receivers, unknown).startswith(b"HTTP/1.1 404 ")
    assert said(live_receivers, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 404 ")
    assert said(live_receivers, b"\x16\x03\x01 hello\r\n\r\n").startswith(b"HTTP/1.1 400 ")
    for path in ("healthz", "readyz", "metrics"):
        assert requests.get(f"http://{HOST}:{live_receivers.port}/{path}", timeout=WITHIN_S).ok, path


def test_who_is_slow_or_sends_too_much_is_cut_off(
    bin: Receiver, live_receivers: LiveReceivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "READ_WITHIN_S", 0.2)
    assert said(live_receivers, b"POST / HTTP/1.1\r\n").startswith(b"HTTP/1.1 408 ")
    monkeypatch.undo()
    monkeypatch.setattr(server, "LARGEST", 1000)
    answer = requests.post(live_receivers.url(bin), data=b"x" * 1001, timeout=WITHIN_S)
    assert answer.status_code == 413
    assert not bin.requests.exists()


def test_one_receiver_does_not_take_all_connections(
    bin: Receiver, live_receivers: LiveReceivers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_OF_ONE", 1)
    url = live_receivers.url(bin)
    head = f"POST {url.removeprefix(f'http://{HOST}:{live_receivers.port}')}?delayMs=60000 HTTP/1.1\r\nHost: x\r\n\r\n"
    with closing(socket.create_connection((HOST, live_receivers.port), WITHIN_S)) as hanging:
        hanging.sendall(head.encode())
        until(bin.requests.exists)
        assert requests.post(url, timeout=WITHIN_S).status_code == 503
    until(lambda: not live_receivers.server.open)  # who leaves gives the place back, long before the answer
    assert requests.post(url, timeout=WITHIN_S).status_code == 200


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("expired", "has expired"), ("selfSigned", "self-signed"), ("wrongHost", "IP address mismatch")],
)
def test_a_certificate_has_the_fault_that_its_address_says(fault: str, reason: str) -> None:
    authority, pairs = wrong_ones(HOST)
    trusting = ssl.create_default_context(cadata=authority.certificate_pem)
    here, there = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(here, there, server_hostname=HOST)
    shown = context(pairs[fault]).wrap_bio(there, here, server_side=True)
    for side in (client, shown):
        with pytest.raises(ssl.SSLWantReadError):
            side.do_handshake()
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        client.do_handshake()
