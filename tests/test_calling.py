"""HTTP that we begin: how far it goes, and where it does not go at all."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from ingest.calling import fetch
from numbers import calling
from numbers.calling import Unanswered, call
from tests.live import Receiver, receiving


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


def test_fetching_says_nothing_to_a_private_address(settings: LazySettings) -> None:
    settings.DELIVERY_ALLOW_NETWORKS = ()
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as inside:

        def listen() -> None:
            connection, _address = inside.accept()
            with connection:
                heard.append(connection.recv(100))

        listener = threading.Thread(target=listen)
        listener.start()
        with pytest.raises(Unanswered, match="ConnectionError"):
            fetch(f"https://127.0.0.1:{inside.getsockname()[1]}/x.pem", 2)
        listener.join(5)
    assert heard == [b""]
