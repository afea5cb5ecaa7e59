"""libcurl asks the guard with the address it is about to use, whatever the URL or the name server said before."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from threading import Thread
from typing import Any

import pycurl
import pytest

from delivery.addresses import Guard, Lent, Network
from tests.hostile_addresses import HOSTILE

LOOPBACK = (ip_network("127.0.0.0/8"),)


class Spy(Guard):
    """Keeps the sockets that were let through; none is ever connected to anything outside this machine."""

    def __init__(self, allow_networks: Sequence[Network] = ()) -> None:
        super().__init__(allow_networks)
        self.opened = 0

    def opensocket(self, purpose: int, address: Any) -> Lent | int:
        answer = super().opensocket(purpose, address)
        if answer == pycurl.SOCKET_BAD or self.allow_networks:
            return answer
        self.opened += 1
        return int(pycurl.SOCKET_BAD)


def a_handle(guard: Guard, url: str, resolve: str = "") -> pycurl.Curl:
    curl = pycurl.Curl()
    curl.setopt(pycurl.NOSIGNAL, 1)
    curl.setopt(pycurl.PROXY, "")
    curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    curl.setopt(pycurl.TIMEOUT_MS, 3000)
    curl.setopt(pycurl.OPENSOCKETFUNCTION, guard.opensocket)
    curl.setopt(pycurl.PREREQFUNCTION, guard.prereq)
    curl.setopt(pycurl.WRITEFUNCTION, lambda data: None)
    curl.setopt(pycurl.URL, url.encode("utf-8", "replace"))
    if resolve:
        curl.setopt(pycurl.RESOLVE, [resolve])
    return curl


def failure(curl: pycurl.Curl) -> int:
    with pytest.raises(pycurl.error) as failed:
        curl.perform()
    curl.close()
    return int(failed.value.args[0])


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("address", [a for a in HOSTILE if "%" not in a])
def test_name_that_resolves_to_it_opens_no_socket(address: str) -> None:
    """As after rebinding: the URL and the name were fine when the endpoint was saved."""
    guard = Spy()
    numeric = f"[{address}]" if ":" in address else address
    error = failure(a_handle(guard, "https://rebind.example.com/", f"rebind.example.com:443:{numeric}"))
    assert error == pycurl.E_COULDNT_CONNECT
    assert guard.opened == 0
    assert guard.refused


def test_public_address_is_let_through() -> None:
    guard = Spy()
    failure(a_handle(guard, "https://example.com/", "example.com:443:93.184.216.34"))
    assert (guard.opened, guard.refused) == (1, [])


def test_private_one_of_several_addresses_is_not_used() -> None:
    guard = Spy()
    failure(a_handle(guard, "https://example.com/", "example.com:443:10.0.0.1,93.184.216.34"))
    assert guard.refused == ["10.0.0.1"]


def test_opened_network_is_reached(receiver: int) -> None:
    guard = Guard(LOOPBACK)
    curl = a_handle(guard, f"http://127.0.0.1:{receiver}/")
    curl.perform()
    assert curl.getinfo(pycurl.RESPONSE_CODE) == 204
    curl.close()


def test_reused_connection_is_asked_about_too(receiver: int) -> None:
    guard = Guard(LOOPBACK)
    curl = a_handle(guard, f"http://127.0.0.1:{receiver}/")
    curl.perform()
    guard.allow_networks = ()
    assert failure(curl) == 42  # aborted by callback: not even a request line went out
    assert guard.refused == ["127.0.0.1"]


def test_unix_sockets_are_refused() -> None:
    guard = Guard(LOOPBACK)
    assert (
        guard.opensocket(0, (socket.AF_UNIX, socket.SOCK_STREAM, 0, "/run/postgresql")) == pycurl.SOCKET_BAD
    )
    assert guard.refused == ["unix"]
