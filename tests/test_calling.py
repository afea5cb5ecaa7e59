"""HTTP that we begin: how far it goes, and where it does not go at all."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

import pytest
from django.conf import LazySettings

from ingest.calling import fetch
from numbers import calling
from numbers.calling import Unanswered, call
from tests.live import Receiver, receiving
from tests.sink import sinking


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def test_whatever_the_status_it_is_an_answer(receiver: Receiver) -> None:
    receiver.behave = lambda request: (418, {}, b"tea")
    reply = call("POST", receiver.url + "/x?y=1", {"X-Key": "k"}, b"body")
    assert (reply.status, reply.body) == (418, b"tea")
    [request] = receiver.requests
    assert (request.path, request.headers["x-key"], request.body) == ("/x?y=1", "k", b"body")


def test_a_redirect_is_not_followed_and_no_proxy_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    receiver.behave = lambda request: (302, {"Location": receiver.url + "/elsewhere"}, b"")
    assert call("POST", receiver.url, body=b"x").status == 302
    assert len(receiver.requests) == 1


def test_an_endless_answer_is_none(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "MAX_ANSWER", 1000)
    receiver.behave = lambda request: (200, {}, b"x" * 1001)
    with pytest.raises(Unanswered, match="endless"):
        call("POST", receiver.url, body=b"x")


def test_silence_is_none_either() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unanswered, match="ReadTimeout"):
            call("GET", url, total_s=0.2)
    with pytest.raises(Unanswered):
        call("GET", url)


@pytest.mark.parametrize("url", ["http://example.com/", "file:///etc/passwd", "ftp://example.com/", "x"])
def test_fetching_is_for_https_alone(url: str) -> None:
    with pytest.raises(Unanswered, match=r"InvalidSchema|MissingSchema"):
        fetch(url, 1)


HERE = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "localhost",
    "[::1]",
    "[::ffff:127.0.0.1]",
]


@pytest.mark.parametrize("host", HERE)
def test_fetching_connects_to_no_private_address(settings: LazySettings, host: str) -> None:
    with sinking() as sink:
        settings.DELIVERY_ALLOW_NETWORKS = ()
        with pytest.raises(Unanswered, match="ConnectionError"):
            fetch(f"https://{host}:{sink.port}/x.pem", 5)
        assert sink.connections() == 0
        settings.DELIVERY_ALLOW_NETWORKS = (
            ip_network("127.0.0.0/8"), ip_network("::1/128"), ip_network("::ffff:127.0.0.0/104"),
        )  # fmt: skip
        with pytest.raises(Unanswered):  # it speaks no TLS
            fetch(f"https://{host}:{sink.port}/x.pem", 5)
        assert sink.connections() == 1


def test_fetching_connects_to_nobody_where_one_address_is_private(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **options: Any) -> Any:
        names = ["127.0.0.1", "10.0.0.1"] if host == "mixed.example.com" else [host]
        return [found for name in names for found in asked(name, *rest, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    settings.DELIVERY_ALLOW_NETWORKS = (ip_network("127.0.0.0/8"),)
    with sinking() as sink:
        with pytest.raises(Unanswered, match="ConnectionError"):
            fetch(f"https://mixed.example.com:{sink.port}/", 5)
        assert sink.connections() == 0
