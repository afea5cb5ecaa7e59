"""A key may ask so often and no oftener, is told so with each answer, and is not refused for want of a count."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from accounts import limits
from accounts.audit import SYSTEM
from accounts.models import Environment
from operations import rates
from tests.cast import Api, House, key_of
from tests.rates import Time, stopped

READ = '"read";q=5;w=10'


@pytest.fixture
def time(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    settings.API_READS, settings.API_WRITES = 5, 3
    with stopped(monkeypatch) as time:
        yield time


def test_each_answer_tells_what_is_left(acme: House, api: Api, time: Time) -> None:
    told = [api.get("messages") for _ in range(3)]
    assert {answer["RateLimit-Policy"] for answer in told} == {READ}
    assert [answer["RateLimit"] for answer in told] == [
        '"read";r=4;t=2',
        '"read";r=3;t=4',
        '"read";r=2;t=6',
    ]
    assert api.get("messages/absent")["RateLimit"] == '"read";r=1;t=8'
    assert api.post("routes", {})["RateLimit"] == '"write";r=2;t=4'


def test_who_asks_too_often_waits_and_loses_nothing(acme: House, api: Api, time: Time) -> None:
    assert [api.get("messages").status_code for _ in range(7)] == [200] * 5 + [429] * 2
    refused = api.get("messages")
    assert (refused.json()["code"], refused.json()["errorCode"]) == ("rate_limited", 1301)
    assert refused["Content-Type"] == "application/problem+json"
    assert (refused["RateLimit"], refused["Retry-After"]) == ('"read";r=0;t=10', "2")
    time.move(2)
    assert [api.get("messages").status_code for _ in range(2)] == [200, 429]
    time.move(60)
    assert api.get("messages")["RateLimit"] == '"read";r=4;t=2'


def test_what_is_refused_is_not_done(acme: House, api: Api, time: Time) -> None:
    for _ in range(3):
        api.post("routes", {})
    before = acme.live.environment.routes.count()
    body = {"name": "R", "action": "drop"}
    assert api("POST", "routes", body, **{"Idempotency-Key": "k"}).status_code == 429
    assert acme.live.environment.routes.count() == before
    time.move(10)
    assert api("POST", "routes", body, **{"Idempotency-Key": "k"}).status_code == 201


def test_each_key_has_its_own(acme: House, api: Api, time: Time) -> None:
    for _ in range(5):
        api.get("messages")
    assert api.get("messages").status_code == 429
    assert Api(key_of(acme.live.environment)).get("messages").status_code == 200
    assert Api(acme.sandbox.key).get("messages").status_code == 200


def test_an_environment_may_have_its_own_limits(acme: House, api: Api, time: Time) -> None:
    limits.choose(acme.live.environment, SYSTEM, reads_allowed=2, writes_allowed=None)
    assert [api.get("messages").status_code for _ in range(3)] == [200, 200, 429]
    assert Api(acme.sandbox.key).get("messages")["RateLimit-Policy"] == READ


def test_past_its_quota_of_texts_the_api_is_slower(
    acme: House, api: Api, settings: LazySettings, time: Time
) -> None:
    settings.API_READS = 50
    rows = Environment.objects.filter(pk=acme.live.environment.pk)
    for level, most in (("NEAR", 50), ("EXCEEDED", 5)):
        rows.update(quota_level=Environment.QuotaLevel[level])
        assert api.get("messages")["RateLimit-Policy"] == f'"read";q={most};w=10'


def test_who_is_unknown_is_told_nothing(acme: House, time: Time) -> None:
    for path in ("messages", "nothing", "openapi.json"):
        assert "RateLimit" not in Api(None).get(path)


def test_a_clock_that_was_wrong_locks_nobody_out(acme: House, api: Api, time: Time) -> None:
    time.move(86_400)
    for _ in range(5):
        api.get("messages")
    time.move(-86_400)
    assert api.get("messages").status_code == 200


def test_while_nobody_counts_nobody_is_refused(
    acme: House, api: Api, time: Time, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    rates.Valkey.take.cache_clear()
    with caplog.at_level(logging.WARNING, "smsgateway.api"):
        answers = [api.get("messages") for _ in range(8)]
    assert {answer.status_code for answer in answers} == {200}
    assert not any("RateLimit" in answer for answer in answers)
    assert [record.message for record in caplog.records] == ["api: rates are not counted"]
    rates.Valkey.away_until = 0.0
    settings.REDIS_URL = redis_url(settings)
    rates.Valkey.take.cache_clear()
    assert api.get("messages")["RateLimit"] == '"read";r=4;t=2'


def redis_url(settings: LazySettings) -> str:
    return str(settings.CACHES["default"]["LOCATION"])
