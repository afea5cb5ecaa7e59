"""Each class of failure, made to happen on a socket: it has its number and its words, and is treated as was chosen."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from accounts.ids import public
from delivery.engine import Engine
from delivery.models import Delivery
from delivery.policy import ON_FAILURE
from delivery.retry import ERRORS, Reason
from tests.cast import Api, House
from tests.certificates import server_context
from tests.dashboard.browse import Person, text
from tests.deliveries import endpoint_at, tried
from tests.live import Request, receiving

Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def nobody(_directory: Path) -> Iterator[str]:
    yield "http://127.0.0.1:9/"


@contextmanager
def nameless(_directory: Path) -> Iterator[str]:
    yield "https://no-such-host.invalid/"


@contextmanager
def of_unknown_issuer(directory: Path) -> Iterator[str]:
    with receiving(server_context(directory)) as receiver:
        yield receiver.url
        assert receiver.requests == []


@contextmanager
def hanging(_directory: Path) -> Iterator[str]:
    released = threading.Event()

    def behave(request: Request) -> Answer:
        released.wait(30)
        return 200, {}, b"late"

    with receiving() as receiver:
        receiver.behave = behave
        yield receiver.url
        released.set()


@contextmanager
def redirecting(_directory: Path) -> Iterator[str]:
    with receiving() as elsewhere, receiving() as receiver:
        receiver.behave = lambda request: (307, {"Location": elsewhere.url}, b"")
        yield receiver.url
        assert elsewhere.requests == []


def saying(status: int) -> Callable[[Path], AbstractContextManager[str]]:
    @contextmanager
    def server(_directory: Path) -> Iterator[str]:
        with receiving() as receiver:
            receiver.behave = lambda request: (status, {}, b"")
            yield receiver.url

    return server


class Case(NamedTuple):
    """A class of failure: what makes it happen and the word under which it is told."""

    server: Callable[[Path], AbstractContextManager[str]]
    word: str


CASES = {
    "dns": Case(nameless, "dns"),
    "connect": Case(nobody, "connect"),
    "tls": Case(of_unknown_issuer, "tls"),
    "timeout": Case(hanging, "timeout"),
    "3xx": Case(redirecting, "redirect"),
    "4xx": Case(saying(404), "refused"),
    "410": Case(saying(410), "gone"),
    "429": Case(saying(429), "too_many"),
    "5xx": Case(saying(503), "status"),
}
#: Least and most seconds until the second try.
PAUSES = {"retry": (4.0, 6.0), "slow": (299.0, 331.0)}


def test_no_class_is_left_out() -> None:
    # tests/test_delivery_tokens.py has the one that is left
    assert {*CASES, "token"} == set(ON_FAILURE)


def failed(engine: Engine, house: House, url: str, **policy: Any) -> Delivery:
    return tried(engine, house, endpoint_at(house, url, policy={"deadlineSeconds": 1} | policy))


def seconds_left(delivery: Delivery) -> float:
    assert delivery.due_at is not None
    return (delivery.due_at - datetime.now(UTC)).total_seconds()


@pytest.mark.parametrize("name", CASES)
def test_a_failure_is_told_with_its_number_and_in_words(
    acme: House, engine: Engine, tmp_path: Path, name: str
) -> None:
    case = CASES[name]
    with case.server(tmp_path) as url:
        delivery = failed(engine, acme, url)
    kind, api = ERRORS[case.word], Api(acme.live.key)
    path = f"deliveries/{public('delivery', delivery.pk)}"
    told = api.get(path).json()
    assert (told["errorCode"], told["attemptsMade"]) == (kind.code, 1)
    assert told["reasonDetail"] == str(Reason(told["reason"]).label)
    (attempt,) = api.get(f"{path}/attempts").json()["data"]
    assert attempt["error"] == {"code": kind.code, "word": kind.word, "detail": str(kind.explanation)}
    page = unescape(text(Person(acme.users["owner"], acme.live).get(f"messages/{told['messageId']}/")))
    assert str(kind.explanation) in page
    assert told["reasonDetail"] in page


@pytest.mark.parametrize("name", CASES)
def test_it_is_treated_as_usual_and_as_the_endpoint_chose(
    acme: House, engine: Engine, tmp_path: Path, name: str
) -> None:
    with CASES[name].server(tmp_path) as url:
        usual = failed(engine, acme, url)
        if ON_FAILURE[name] == "disable":
            assert (usual.state, usual.reason) == ("failed", "gone")
        else:
            least, most = PAUSES[ON_FAILURE[name]]
            assert least < seconds_left(usual) < most
        for treatment, (least, most) in PAUSES.items():
            assert least < seconds_left(failed(engine, acme, url, onFailure={name: treatment})) < most
        given_up = failed(engine, acme, url, onFailure={name: "stop"})
        assert (given_up.state, given_up.reason) == ("failed", "stopped")
