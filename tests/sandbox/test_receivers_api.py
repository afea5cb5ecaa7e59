"""Receivers by API: made, told how to behave, asked what came, emptied, removed; for sandboxes only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests

from accounts import keys
from accounts.audit import SYSTEM
from accounts.ids import public
from accounts.models import AuditEntry, Environment
from accounts.roles import SCOPES
from sandbox import receivers
from sandbox.receiver import ReceivedRequest, Receiver
from sandbox.tasks import purge_requests
from tests.cast import Api, House
from tests.sandbox.receiving import LiveReceivers


@pytest.fixture
def sandbox(acme: House) -> Api:
    return Api(acme.sandbox.key)


def sent(url: str, body: bytes = b"{}", **headers: str) -> requests.Response:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(url, data=body, headers=given, timeout=20)


def path_of(made: dict[str, Any]) -> str:
    return f"sandbox/receivers/{made['id']}"


def test_a_receiver_is_made_changed_and_removed(sandbox: Api) -> None:
    made = sandbox.post("sandbox/receivers", {"name": "CI", "behaviour": {"failFirst": 2, "seed": None}})
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["behaviour"], told["received"]) == ("CI", {"failFirst": 2}, 0)
    assert told["url"].startswith("http://127.0.0.1:")
    assert len(set(told["badTlsUrls"].values())) == 3
    changed = sandbox.patch(path_of(told), {"behaviour": {"status": 503}}).json()
    assert changed == sandbox.get(path_of(told)).json() == {**told, "behaviour": {"status": 503}}
    assert sandbox.delete(path_of(told)).status_code == 204
    assert sandbox.get(path_of(told)).status_code == 404
    actions = AuditEntry.objects.filter(action__startswith="receiver.").order_by("pk")
    assert list(actions.values_list("action", flat=True))[-3:] == [
        "receiver.created",
        "receiver.updated",
        "receiver.deleted",
    ]


@pytest.mark.parametrize(
    ("behaviour", "pointer"),
    [
        ({"status": 99}, "#/behaviour/status"),
        ({"status": True}, "#/behaviour/status"),
        ({"disconnect": "explode"}, "#/behaviour/disconnect"),
        ({"teapot": 1}, "#/behaviour/teapot"),
        ({"body": "x" * 5000}, "#/behaviour/body"),
        ("slow", "#/behaviour"),
    ],
)
def test_what_it_cannot_do_is_named(sandbox: Api, behaviour: object, pointer: str) -> None:
    answer = sandbox.post("sandbox/receivers", {"behaviour": behaviour})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_key_of_live_is_told_and_noted(acme: House, api: Api) -> None:
    answer = api.post("sandbox/receivers", {})
    assert (answer.status_code, answer.json()["code"]) == (403, "sandbox_only")
    assert AuditEntry.objects.get(action="wall.refused").environment == acme.live.environment
    assert not acme.live.environment.receivers.exists()


def test_there_is_an_end_to_how_many(sandbox: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receivers, "MOST", 1)  # the cast has one
    answer = sandbox.post("sandbox/receivers", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_receivers")


def test_what_came_is_shown_and_forgotten_on_demand(
    sandbox: Api, live_receivers: LiveReceivers, bin: Receiver
) -> None:
    url = live_receivers.url(bin, "failFirst=1&tag=mine")
    statuses = [
        sent(url, "é".encode(), webhook_id="msg_1", Authorization="Bearer top").status_code for _ in "ab"
    ]
    assert statuses == [503, 200]
    (made,) = [one for one in sandbox.get("sandbox/receivers").json()["data"] if one["received"]]
    newest, oldest = sandbox.get(f"{path_of(made)}/requests").json()["data"]
    assert (oldest["number"], oldest["repeat"], newest["number"], newest["repeat"]) == (1, 0, 2, 1)
    assert (newest["method"], newest["body"], newest["webhookId"]) == ("POST", "é", "msg_1")
    assert newest["path"].endswith("?failFirst=1&tag=mine")
    assert {"name": "authorization", "value": "Bearer …"} in newest["headers"]
    assert (newest["signature"], newest["endpointId"], newest["answeredStatus"]) == ("missing", None, 200)
    since = sandbox.get(f"{path_of(made)}/requests?since={oldest['id']}").json()["data"]
    assert [one["id"] for one in since] == [newest["id"]]
    assert sandbox.get(f"{path_of(made)}/requests?since=yesterday").status_code == 400
    assert sandbox.delete(f"{path_of(made)}/requests").status_code == 204
    assert sandbox.get(f"{path_of(made)}/requests").json()["data"] == []
    assert sent(url, webhook_id="msg_1").status_code == 503  # counted anew


def test_who_may_not_read_texts_sees_that_something_came(
    acme: House, live_receivers: LiveReceivers, bin: Receiver
) -> None:
    sent(live_receivers.url(bin), b"Votre code est 020005", webhook_id=acme.sandbox.ids["message_id"])
    path = f"sandbox/receivers/{public('receiver', bin.pk)}/requests"
    (shown,) = looking(acme, ["readMessages"]).get(path).json()["data"]
    assert [shown[name] for name in ("method", "path", "headers", "body")] == [None] * 4
    assert (shown["signature"], shown["webhookId"]) == ("missing", acme.sandbox.ids["message_id"])
    assert not AuditEntry.objects.filter(action="message.read").exists()
    (read,) = looking(acme, ["readMessages", "readContent"]).get(path).json()["data"]
    assert read["body"] == "Votre code est 020005"
    (entry,) = AuditEntry.objects.filter(action="message.read")
    assert entry.after == {"messageIds": [acme.sandbox.ids["message_id"]]}


def looking(house: House, scopes: list[str]) -> Api:
    environment = house.sandbox.environment
    return Api(keys.create(environment, SYSTEM, name="looks", held=SCOPES, scopes=scopes)[1])


def test_nothing_is_kept_in_the_clear_or_for_longer_than_a_day(
    acme: House, sandbox: Api, live_receivers: LiveReceivers, bin: Receiver
) -> None:
    sent(live_receivers.url(bin, "say=hush"), b"Votre code est 020005")
    row = ReceivedRequest.objects.values().get()
    assert not [value for value in row.values() if b"hush" in bytes(str(value), "utf-8")]
    assert b"020005" not in bytes(row["sealed_request"])
    assert purge_requests() == 0
    Environment.objects.filter(pk=acme.sandbox.environment.pk).update(clock_offset=timedelta(hours=25))
    assert sandbox.get(f"sandbox/receivers/{public('receiver', bin.pk)}/requests").json()["data"] == []
    assert purge_requests() == 1
    assert not ReceivedRequest.objects.exists()
