"""Waiting for texts: one held request after another, and nothing missed between two."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from smsgw import AsyncClient, Client, WaitTimeout, waiting
from smsgw.transport import TIMEOUT_S
from tests.live import Receiver

Answer = tuple[int, dict[str, str], bytes]
TEXT = json.dumps({"id": "msg_1", "content": "482913"}).encode()


def asked(receiver: Receiver) -> list[dict[str, str]]:
    return [dict(parse_qsl(urlsplit(request.path).query)) for request in receiver.requests]


def answering(receiver: Receiver, *answers: Answer) -> None:
    left = list(answers)
    receiver.behave = lambda request: left.pop(0)


def empty(**headers: str) -> Answer:
    return 204, {name.replace("_", "-"): value for name, value in headers.items()}, b""


def page(cursor: str, *ids: str) -> Answer:
    rows = [{"id": id, "content": ""} for id in ids]
    return 200, {}, json.dumps({"data": rows, "nextCursor": cursor, "hasMore": False}).encode()


@pytest.fixture
def client(receiver: Receiver) -> Iterator[Client]:
    with Client("sk_test_x", receiver.url, retries=0) as made:
        yield made


def test_a_wait_goes_on_where_the_one_before_ended(client: Client, receiver: Receiver) -> None:
    answering(receiver, empty(Next_Since="c1"), empty(Next_Since="c2", Retry_After="0"), (200, {}, TEXT))
    since = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    found = client.messages.wait(number_used="+33639980001", contains="48", since=since, timeout_s=90)
    assert found.content == "482913"
    assert [one["since"] for one in asked(receiver)] == ["2026-11-23T09:30:00+00:00", "c1", "c2"]
    assert {(one["numberUsed"], one["contains"]) for one in asked(receiver)} == {("+33639980001", "48")}
    assert asked(receiver)[0]["timeout"] == "60"


def test_the_end_of_the_time_is_told_without_the_sender(
    client: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter([100.0, 100.0, 170.0, 191.0])
    clock = SimpleNamespace(monotonic=lambda: next(now), sleep=lambda seconds: None)
    monkeypatch.setattr(waiting, "time", clock)
    answering(receiver, empty(), empty())
    with pytest.raises(WaitTimeout, match=r"in 90 s with what was asked for: senderId$"):
        client.messages.wait(sender_id="+33639980417", timeout_s=90)
    assert [one["timeout"] for one in asked(receiver)] == ["60", "20"]


def test_following_goes_from_page_to_page(client: Client, receiver: Receiver) -> None:
    answering(receiver, page("c1", "msg_1", "msg_2"), page("c2"), page("c3", "msg_3"))
    texts = client.messages.follow("msg_0")
    assert [next(texts).id for _ in range(3)] == ["msg_1", "msg_2", "msg_3"]
    assert [one["cursor"] for one in asked(receiver)] == ["msg_0", "c1", "c2"]
    assert {one["wait"] for one in asked(receiver)} == {"60"}


def test_following_begins_with_the_oldest(client: Client, receiver: Receiver) -> None:
    answering(receiver, page("c1", "msg_1"))
    next(client.messages.follow())
    assert "cursor" not in asked(receiver)[0]


def test_the_async_client_waits_and_follows(receiver: Receiver) -> None:
    answering(receiver, empty(Next_Since="c1"), (200, {}, TEXT), page("c1", "msg_1"))

    async def main() -> tuple[str, Any]:
        async with AsyncClient("sk_test_x", receiver.url, retries=0) as client:
            found = await client.messages.wait()
            return found.id, (await anext(client.messages.follow())).id

    assert asyncio.run(main()) == ("msg_1", "msg_1")
    assert asked(receiver)[1]["since"] == "c1"


def test_a_request_is_given_longer_than_it_is_held(client: Client, receiver: Receiver) -> None:
    held = waiting.Follow(None).ask()
    assert held.timeout_s == waiting.LONGEST_S + TIMEOUT_S


def test_the_requests_are_plain_gets(client: Client, receiver: Receiver) -> None:
    answering(receiver, (200, {}, TEXT))
    client.messages.wait()
    (request,) = receiver.requests
    assert (request.method, urlsplit(request.path).path) == ("GET", "/v1/messages/wait")
    assert request.headers["authorization"] == "Bearer sk_test_x"


def test_each_text_is_told_until_the_time_is_up(
    client: Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter([100.0, 100.0, 110.0, 120.0, 131.0])
    clock = SimpleNamespace(monotonic=lambda: next(now), sleep=lambda seconds: None)
    monkeypatch.setattr(waiting, "time", clock)
    answering(receiver, (200, {"Next-Since": "c1"}, TEXT), empty(Next_Since="c2"), (200, {}, TEXT))
    assert [one.id for one in client.messages.coming(since="c0")] == ["msg_1", "msg_1"]
    assert [(one["since"], one["timeout"]) for one in asked(receiver)] == [
        ("c0", "30"),
        ("c1", "20"),
        ("c2", "10"),
    ]


def test_a_mark_is_where_a_look_ended(client: Client, receiver: Receiver) -> None:
    answering(receiver, empty(Next_Since="c1"))
    assert client.messages.mark() == "c1"
    assert asked(receiver) == [{"timeout": "0"}]


def test_the_async_client_marks_and_tells_each(receiver: Receiver) -> None:
    answering(receiver, empty(Next_Since="c1"), (200, {"Next-Since": "c2"}, TEXT), (200, {}, TEXT))

    async def main() -> tuple[str, list[str]]:
        async with AsyncClient("sk_test_x", receiver.url, retries=0) as client:
            mark = await client.messages.mark()
            coming = client.messages.coming(since=mark)
            return mark, [(await anext(coming)).id for _ in range(2)]

    assert asyncio.run(main()) == ("c1", ["msg_1", "msg_1"])
    assert [one.get("since") for one in asked(receiver)] == [None, "c1", "c2"]
