"""No answer leads a delivery elsewhere: not to an address inside, not to another scheme, not round in a circle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accounts.ids import public
from delivery.engine import Engine
from tests.cast import Api, House
from tests.deliveries import begun, endpoint_at, settled, tried
from tests.hostile_urls import CORPUS
from tests.live import Receiver, delivering, receiving
from tests.sink import Sink, sinking

STATUSES = (300, 301, 302, 303, 304, 305, 307, 308)
#: One of each kind is enough: none of them is read.
LOCATIONS = [
    *(url for code in CORPUS for url in CORPUS[code][:40:4] if url.isascii() and url.isprintable() and url),
    "/elsewhere",
    "https://user:secret@example.com/",
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


@pytest.fixture
def sink() -> Iterator[Sink]:
    with sinking() as sink:
        yield sink


def test_none_is_followed(acme: House, receiver: Receiver, engine: Engine, sink: Sink) -> None:
    answers = [(status, sink.lead(url)) for status in STATUSES for url in LOCATIONS]
    left = iter(answers)
    receiver.behave = lambda request: next_of(left)
    endpoint = endpoint_at(acme, receiver.url + "/sms")
    failed = [settled(one) for one in begun(engine, acme, endpoint, len(answers))]
    assert {one.error_code for one in failed} == {5106}
    assert [request.path for request in receiver.requests] == ["/sms"] * len(answers)
    assert sink.connections() == 0


def next_of(left: Iterator[tuple[int, str]]) -> tuple[int, dict[str, str], bytes]:
    status, location = next(left)
    return status, {"Location": location}, b""


@pytest.mark.parametrize("header", ["Location", "Refresh", "Content-Location", "Alt-Svc", "Link"])
def test_nor_does_an_answer_lead_away_in_another_way(
    acme: House, receiver: Receiver, engine: Engine, sink: Sink, header: str
) -> None:
    led = f"http://127.0.0.1:{sink.port}/"
    values = {
        "Refresh": f"0; url={led}",
        "Alt-Svc": f'h2="127.0.0.1:{sink.port}", clear',
        "Link": f"<{led}>; rel=next",
    }
    receiver.behave = lambda request: (201, {header: values.get(header, led)}, b"")
    endpoint = endpoint_at(acme, receiver.url)
    assert [tried(engine, acme, endpoint).state for _ in range(2)] == ["delivered"] * 2
    assert (len(receiver.requests), sink.connections()) == (2, 0)


def test_a_circle_is_not_entered(acme: House, receiver: Receiver, engine: Engine) -> None:
    receiver.behave = lambda request: (302, {"Location": receiver.url + request.path + "x"}, b"")
    assert tried(engine, acme, endpoint_at(acme, receiver.url + "/")).error_code == 5106
    assert [request.path for request in receiver.requests] == ["/"]


def test_the_check_and_a_token_server_follow_none_either(
    acme: House, api: Api, receiver: Receiver, engine: Engine, sink: Sink
) -> None:
    receiver.behave = lambda request: (307, {"Location": f"http://127.0.0.1:{sink.port}/"}, b"")
    endpoint = endpoint_at(acme, receiver.url)
    report = api.post(f"endpoints/{public('endpoint', endpoint.pk)}/check").json()
    assert {row["status"] for row in report["findings"]} == {307}
    oauth2 = {"tokenUrl": receiver.url + "/token", "clientId": "a", "clientSecret": "b"}
    assert tried(engine, acme, endpoint_at(acme, receiver.url, access={"oauth2": oauth2})).error_code == 5114
    assert sink.connections() == 0
