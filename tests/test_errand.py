"""A request for somebody who waits goes the way of deliveries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.ids import uuid7
from delivery import errand, services
from delivery.exchange import Job
from delivery.tokens import grant_of
from tests.live import receiving
from tests.proxy import proxying


def a_job(url: str, **fields: Any) -> Job:
    return Job(uuid7(), uuid7(), uuid7(), url, [], b"{}", 5.0, start_by=0, **fields)


def test_an_answer_is_told() -> None:
    with receiving() as receiver:
        receiver.behave = lambda request: (418, {}, b"teapot")
        result = errand.run(a_job(receiver.url))
    assert (result.status, result.error, result.body) == (418, None, b"teapot")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://127.0.0.1:9/", "connect"),
        ("https://10.0.0.1/", "refused_address"),
        ("http://127.0.0.1:9/é", "other"),
    ],
)
def test_a_failure_has_its_word(url: str, word: str) -> None:
    assert errand.run(a_job(url)).error == word


def test_what_is_not_allowed_gets_nothing() -> None:
    with receiving() as receiver:
        assert errand.run(a_job(receiver.url, only=())).error == "not_allowed_destination"
        assert receiver.requests == []


def test_it_goes_through_the_proxy_and_is_vetted_before(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str) -> Sequence[str]:
        return ["10.0.0.1"]

    with receiving() as receiver, proxying() as proxy:
        settings.DELIVERY_PROXY = proxy.url
        proxy.leads_to = ("127.0.0.1", int(receiver.url.rpartition(":")[2]))
        assert errand.run(a_job("http://127.0.0.1:9/")).status == 200
        assert len(proxy.asked) == 1
        assert errand.run(a_job("http://127.0.0.1:9é/")).error == "other"
        monkeypatch.setattr(services, "resolve", resolve)
        assert errand.run(a_job("https://hooks.example.com/")).error == "refused_address"
        assert len(proxy.asked) == 1


def test_a_token_or_why_there_is_none() -> None:
    oauth2 = {"clientId": "a", "clientSecret": "b", "authMethod": "client_secret_basic"}
    with receiving() as server:
        grant = grant_of(uuid7(), oauth2 | {"tokenUrl": server.url}, "", None)
        server.behave = lambda request: (200, {}, json.dumps({"access_token": "t1"}).encode())
        assert errand.token_for(grant, 5.0) == "t1"
        server.behave = lambda request: (400, {}, b"")
        failed = errand.token_for(grant, 5.0)
    assert not isinstance(failed, str)
    assert (failed.error, failed.body) == ("token", b"The token server answered 400.")
