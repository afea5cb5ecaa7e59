"""The demo's receiver takes whatever its endpoint may be sent, and refuses what is not ours."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer

import pytest
import requests
from standardwebhooks.webhooks import Webhook

from delivery.signing import new_secret
from operations.management.commands.demo_receiver import Handler

RECEIVED = {"type": "message.received", "data": {"id": "msg_1", "content": "…", "routingTag": "codes"}}


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def url(said: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Handler, "webhook", Webhook(new_secret()), raising=False)
    monkeypatch.setattr(Handler, "say", staticmethod(said.append), raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/sms"
        server.shutdown()


def post(url: str, event: object, changed: bool = False) -> int:
    body, now = json.dumps(event), datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Handler.webhook.sign("msg_1", now, body),
    }
    sent = body + " " if changed else body
    return requests.post(url, sent.encode(), headers=headers, timeout=10).status_code


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (RECEIVED, "message.received msg_1 tag=codes"),
        ({"type": "message.received", "data": {"id": "msg_1"}}, "message.received msg_1 tag=-"),
        ({"type": "endpoint.warned", "data": {"endpointId": "ep_1"}}, "endpoint.warned msg_1"),
        ({"type": "endpoint.check", "data": {}}, "endpoint.check msg_1"),
    ],
)
def test_any_event_of_ours_is_taken(url: str, said: list[str], event: object, told: str) -> None:
    assert post(url, event) == 200
    assert said == [f"verified {told}: signature good"]


def test_what_is_not_ours_is_refused(url: str, said: list[str]) -> None:
    assert post(url, RECEIVED, changed=True) == 401
    assert said[0].startswith("REFUSED")
