"""When the Python SDK asks again, and when it does not, at a server that misbehaves."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from smsgw import (
    ApiConnectionError,
    ApiTimeoutError,
    AsyncClient,
    Client,
    ConflictError,
    RateLimitError,
    ServerError,
    transport,
)
from smsgw.models import Delivery
from smsgw.retry import Retry, seconds
from tests.live import Receiver, Request

Answer = tuple[int, dict[str, str], bytes]
GOOD: Answer = (200, {}, json.dumps({"id": "dlv_1", "state": "pending"}).encode())
WAYS = pytest.mark.parametrize("replay", ["sync", "async"], indirect=True)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    made: list[float] = []

    async def pause(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr(transport, "time", SimpleNamespace(sleep=made.append))
    monkeypatch.setattr(transport, "asyncio", SimpleNamespace(sleep=pause))
    return made


@pytest.fixture
def replay(request: pytest.FixtureRequest, receiver: Receiver) -> Callable[..., Delivery]:
    """A POST of one of the clients."""

    async def asynchronous(**given: Any) -> Delivery:
        async with AsyncClient("sk_test_x", receiver.url, timeout_s=5) as client:
            return await client.deliveries.replay("dlv_1", **given)

    def synchronous(**given: Any) -> Delivery:
        with Client("sk_test_x", receiver.url, timeout_s=5) as client:
            return client.deliveries.replay("dlv_1", **given)

    return synchronous if request.param == "sync" else lambda **given: asyncio.run(asynchronous(**given))


def answering(receiver: Receiver, *answers: Answer) -> None:
    """These one after another, the last one for good."""
    left = list(answers)
    receiver.behave = lambda request: left.pop(0) if len(left) > 1 else left[0]


@WAYS
def test_it_asks_again_as_the_same_request(
    replay: Callable[..., Delivery], receiver: Receiver, pauses: list[float]
) -> None:
    answering(receiver, (503, {}, b""), (500, {}, b"<html>"), GOOD)
    assert replay().state == "pending"
    keys = {request.headers["idempotency-key"] for request in receiver.requests}
    assert (len(receiver.requests), len(keys)) == (3, 1)
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1


@WAYS
def test_it_comes_when_it_was_told(
    replay: Callable[..., Delivery], receiver: Receiver, pauses: list[float]
) -> None:
    answering(receiver, (429, {"Retry-After": "7"}, b""), (409, {"Retry-After": "1"}, b""), GOOD)
    replay(idempotency_key="mine")
    assert pauses == [7.0, 1.0]
    assert {request.headers["idempotency-key"] for request in receiver.requests} == {"mine"}


@WAYS
def test_it_gives_up_in_the_end(
    replay: Callable[..., Delivery], receiver: Receiver, pauses: list[float]
) -> None:
    answering(receiver, (503, {}, b""))
    with pytest.raises(ServerError):
        replay()
    assert len(receiver.requests) == 3


@WAYS
@pytest.mark.parametrize(
    ("answer", "error"),
    [((409, {}, b"{}"), ConflictError), ((429, {"Retry-After": "3600"}, b"[]"), RateLimitError)],
    ids=["for good", "too long"],
)
def test_what_repeating_does_not_help_is_told_at_once(
    replay: Callable[..., Delivery],
    receiver: Receiver,
    pauses: list[float],
    answer: Answer,
    error: type[Exception],
) -> None:
    answering(receiver, answer)
    with pytest.raises(error):
        replay()
    assert (len(receiver.requests), pauses) == (1, [])


@WAYS
def test_a_broken_connection_is_tried_again(
    replay: Callable[..., Delivery], receiver: Receiver, pauses: list[float]
) -> None:
    def breaking(request: Request) -> Answer:
        if len(receiver.requests) < 3:
            raise ConnectionAbortedError
        return GOOD

    receiver.behave = breaking
    assert replay().state == "pending"
    assert len(receiver.requests) == 3


@WAYS
def test_that_no_answer_came_is_told_in_the_end(
    replay: Callable[..., Delivery], receiver: Receiver, pauses: list[float]
) -> None:
    def breaking(request: Request) -> Answer:
        raise ConnectionAbortedError

    receiver.behave = breaking
    with pytest.raises(ApiConnectionError) as raised:
        replay()
    told = (
        re.escape(receiver.url.rstrip("/"))
        + r" does not answer \(.+, after 3 tries\): is the gateway running\? "
    )
    assert re.fullmatch(told + "SMSGATEWAY_URL says where\\.", str(raised.value))


def test_a_password_in_the_address_is_not_told() -> None:
    def refusing(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[Errno 111] Connection refused", request=request)

    http = httpx.Client(transport=httpx.MockTransport(refusing))
    with (
        Client("sk_test_x", "http://me:secret@127.0.0.1:9/sms/", retries=0, http=http) as client,
        pytest.raises(ApiConnectionError) as raised,
    ):
        client.deliveries.replay("dlv_1")
    told = "http://127.0.0.1:9/sms does not answer ([Errno 111] Connection refused, after 1 try): "
    assert str(raised.value).startswith(told)


def test_a_time_out_is_told_as_such() -> None:
    def hanging(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("", request=request)

    http = httpx.Client(transport=httpx.MockTransport(hanging))
    with (
        Client("sk_test_x", "http://127.0.0.1:9", retries=0, http=http) as client,
        pytest.raises(ApiTimeoutError),
    ):
        client.deliveries.replay("dlv_1")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("0", 0.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_what_retry_after_says(header: str | None, told: float | None) -> None:
    assert seconds(header) == told


@pytest.mark.parametrize("tries", range(1, 12))
def test_pauses_grow_up_to_eight_seconds(tries: int) -> None:
    pause = Retry(20).pause(tries, 503, {})
    assert pause is not None
    longest = min(8.0, 0.5 * 2 ** (tries - 1))
    assert longest / 2 <= pause <= longest


def test_without_retries_there_is_one_try() -> None:
    assert Retry(0).pause(1, None, {}) is None
