"""Where a callback goes is the URL's to say, never a text's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from accounts.audit import SYSTEM
from delivery import services
from delivery.engine import Engine
from tests.cast import Api, House
from tests.live import Receiver
from tests.test_delivery_health import Lane

HOSTILE = [
    "@evil.example/",
    "//evil.example/x",
    ".evil.example",
    ":9/",
    "\\\\evil.example",
    "\r\nHost: evil.example",
    "#",
]


def made(api: Api, url: str) -> Any:
    return api.post("endpoints", {"kind": "callback", "url": url, "template": {"method": "GET"}})


@pytest.mark.parametrize(
    "url",
    [
        "https://{content}/",
        "https://{senderId}.example.com/",
        "https://hooks.example.com:{segments}/",
        "{content}://hooks.example.com/",
        "https://{content}@hooks.example.com/",
    ],
)
def test_a_url_with_a_place_in_its_host_is_refused(api: Api, url: str) -> None:
    answer = made(api, url)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/url"]


@pytest.mark.parametrize("content", HOSTILE)
def test_whatever_a_text_says_the_request_comes_to_the_host_of_the_url(
    acme: House, receiver: Receiver, engine: Engine, content: str
) -> None:
    lane = Lane(acme, engine, receiver)
    template = {
        "method": "GET",
        "path": "/{content}",
        "query": [{"name": "q", "value": "{content}"}],
        "headers": [{"name": "X-Text", "value": "{content}"}],
    }
    lane.endpoint = services.create_endpoint(
        lane.environment, SYSTEM, kind="callback", url=receiver.url, template=template
    ).endpoint
    (delivery,) = lane.ring(lane.born(content))
    assert delivery.state == "delivered"
    (request,) = receiver.requests
    assert request.headers["host"] == urlsplit(receiver.url).netloc
    assert request.path.startswith("/")
    assert "/" not in request.path.partition("?")[0][1:]
