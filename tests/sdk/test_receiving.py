"""Waiting and following at the process that really holds the requests."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from smsgw import AsyncClient, Client, WaitTimeout
from tests.cast import House, store_message
from tests.live import WITHIN_S, until
from tests.live_wait import LiveWait
from tests.sdk.node import ran


def test_a_text_is_waited_for(acme: House, wait: LiveWait) -> None:
    with Client(acme.live.key, wait.url) as client, ThreadPoolExecutor(1) as pool:
        found = pool.submit(client.messages.wait, contains="wanted", timeout_s=WITHIN_S)
        until(lambda: wait.held() == 1)
        store_message(acme.live.assignment, "another")
        store_message(acme.live.assignment, "the wanted one")
        assert found.result(WITHIN_S).content == "the wanted one"


def test_an_earlier_text_counts_since_the_one_before_it(acme: House, wait: LiveWait) -> None:
    store_message(acme.live.assignment, "the wanted one")
    with Client(acme.live.key, wait.url) as client:
        before = acme.live.ids["message_id"]
        assert client.messages.wait(since=before, timeout_s=WITHIN_S).content == "the wanted one"
        with pytest.raises(WaitTimeout):
            client.messages.wait(timeout_s=1)


def test_texts_are_followed_in_order(acme: House, wait: LiveWait) -> None:
    with Client(acme.live.key, wait.url) as client, ThreadPoolExecutor(1) as pool:
        texts = client.messages.follow(acme.live.ids["message_id"])
        first = pool.submit(next, texts)
        until(lambda: wait.held() == 1)
        for content in ("one", "two"):
            store_message(acme.live.assignment, content)
        assert [first.result(WITHIN_S).content, next(texts).content] == ["one", "two"]


def test_the_async_client_follows(acme: House, wait: LiveWait) -> None:
    async def main() -> str | None:
        async with AsyncClient(acme.live.key, wait.url) as client:
            return (await anext(client.messages.follow())).content

    assert asyncio.run(main()) == "Votre code est 020005"


def test_in_typescript(acme: House, wait: LiveWait) -> None:
    store_message(acme.live.assignment, "the wanted one")
    ran(
        "receiving.test.mjs",
        SMSGATEWAY_URL=wait.url,
        SMSGATEWAY_API_KEY=acme.live.key,
        BEFORE=acme.live.ids["message_id"],
    )
