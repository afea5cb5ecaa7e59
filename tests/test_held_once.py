"""Whoever is held has asked once, however often the product looks for them: counted once, and one line in the log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from operations.models import LoggedRequest
from tests.cast import Api, House, store_message
from tests.live import WITHIN_S, until
from tests.live_wait import LiveWait
from tests.rates import Time, stopped


@pytest.fixture
def time(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    settings.API_READS = 5
    with stopped(monkeypatch) as time:
        yield time


def asked_once(house: House, path: str, request_id: str | None) -> None:
    """And one more time, to see what is left."""
    rows = LoggedRequest.objects.filter(path=path)
    until(rows.exists)
    assert [row.request_id for row in rows] == [request_id]
    assert Api(house.live.key).get("channels")["RateLimit"].startswith('"read";r=3;')


def test_who_waits_for_a_text(acme: House, wait: LiveWait, time: Time) -> None:
    answer = wait.ask("/v1/messages/wait?contains=wanted&timeout=20", acme.live.key)
    for content in ("another", "one more", "the wanted one"):
        store_message(acme.live.assignment, content)
    response = answer.result(WITHIN_S)
    assert response.json()["content"] == "the wanted one"
    assert response.headers["RateLimit"].startswith('"read";r=4;')
    asked_once(acme, "/v1/messages/wait", response.headers["Request-Id"])


def test_who_hears_a_stream(acme: House, wait: LiveWait, time: Time) -> None:
    client = wait.stream(acme.live.key)
    for content in ("one", "two", "three"):
        store_message(acme.live.assignment, content)
    client.heard("one", "two", "three")
    asked_once(acme, "/v1/messages/stream", client.response.headers["Request-Id"])


def test_who_asked_too_often_is_not_held(acme: House, wait: LiveWait, time: Time) -> None:
    for _ in range(5):
        Api(acme.live.key).get("channels")
    for path in ("messages/stream", "messages/wait", "feed?wait=9&cursor=2026-01-01T00:00:00Z"):
        refused = wait.get(f"/v1/{path}", acme.live.key)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert refused.headers["Retry-After"] == "2"
    assert wait.held() == 0
