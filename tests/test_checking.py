"""The receiver's check, against receivers that do right and wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from accounts.audit import SYSTEM
from accounts.ids import public
from accounts.models import AuditEntry
from delivery import checking, destinations, services
from delivery.models import Endpoint
from delivery.services import NewEndpoint
from tests.cast import Api, House
from tests.dashboard.browse import Person, text
from tests.live import Receiver, Request, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def new(acme: House, receiver: Receiver) -> NewEndpoint:
    return services.create_endpoint(acme.live.environment, SYSTEM, url=receiver.url)


def verifying(new: NewEndpoint) -> Any:
    """A receiver that does what the documentation says."""

    def behave(request: Request) -> tuple[int, dict[str, str], bytes]:
        try:
            Webhook(new.secret).verify(request.body, request.headers)
        except WebhookVerificationError:
            return 401, {}, b""
        return 204, {}, b""

    return behave


def checked(api: Api, new: NewEndpoint) -> dict[str, Any]:
    answer = api.post(f"endpoints/{public('endpoint', new.endpoint.pk)}/check")
    assert answer.status_code == 200, answer.content
    value: dict[str, Any] = answer.json()
    return value


def test_a_receiver_that_verifies_does_all_right(
    acme: House, api: Api, receiver: Receiver, new: NewEndpoint
) -> None:
    receiver.behave = verifying(new)
    report = checked(api, new)
    assert report["right"] is True
    assert [(row["request"], row["status"]) for row in report["findings"]] == [
        ("good", 204),
        ("tampered", 401),
        ("stale", 401),
        ("duplicate", 204),
    ]
    assert {request.headers["smsgateway-check"] for request in receiver.requests} == {"1"}
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert ids[0] == ids[3]
    assert len(set(ids)) == 3
    assert all(b'"type":"endpoint.check"' in request.body for request in receiver.requests)
    entry = AuditEntry.objects.get(action="endpoint.checked")
    assert entry.after == {"good": True, "tampered": True, "stale": True, "duplicate": True}
    assert not new.endpoint.deliveries.exists()


def test_a_receiver_that_believes_everything_is_told_so(
    acme: House, api: Api, receiver: Receiver, new: NewEndpoint
) -> None:
    report = checked(api, new)
    assert report["right"] is False
    assert [row["right"] for row in report["findings"]] == [True, False, False, True]
    assert "does not check the signature" in report["findings"][1]["verdict"]
    assert "webhook-timestamp" in report["findings"][2]["verdict"]


def test_a_receiver_that_refuses_repeats_is_told_so(
    acme: House, api: Api, receiver: Receiver, new: NewEndpoint
) -> None:
    seen: set[str] = set()
    verify = verifying(new)

    def behave(request: Request) -> tuple[int, dict[str, str], bytes]:
        id = request.headers["webhook-id"]
        answer: tuple[int, dict[str, str], bytes] = (409, {}, b"") if id in seen else verify(request)
        seen.add(id)
        return answer

    receiver.behave = behave
    assert [row["right"] for row in checked(api, new)["findings"]] == [True, True, True, False]


def test_a_receiver_that_is_away_is_neither_right_nor_wrong(acme: House, api: Api) -> None:
    report = api.post(f"endpoints/{acme.live.ids['endpoint_id']}/check").json()
    assert report["right"] is False
    assert {(row["status"], row["right"]) for row in report["findings"]} == {(None, None)}
    assert all("No connection" in row["error"] for row in report["findings"])


def test_one_that_hangs_is_not_waited_for(
    acme: House, api: Api, receiver: Receiver, new: NewEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "DEADLINE_S", 0.2)
    receiver.behave = lambda request: (200, {"Content-Length": "5"}, b"")
    assert all("in time" in row["error"] for row in checked(api, new)["findings"])


def test_the_address_guard_stands_before_it(acme: House, api: Api, new: NewEndpoint) -> None:
    new.endpoint.url = "http://10.0.0.1/hook"
    new.endpoint.save(update_fields=["url"])
    assert all("private" in row["error"] for row in checked(api, new)["findings"])


def test_the_page_says_what_was_right(
    acme: House, owner: Person, receiver: Receiver, new: NewEndpoint
) -> None:
    acme.live.endpoint = new.endpoint
    page = text(owner.post("endpoints/{endpoint_id}/check/"))
    assert "Not every answer was right." in page
    receiver.behave = verifying(new)
    assert "All four answers were right." in text(owner.post("endpoints/{endpoint_id}/check/"))


@pytest.fixture
def owner(acme: House) -> Person:
    return Person(acme.users["owner"], acme.live)


def test_what_the_endpoint_asks_for_is_sent_along(acme: House, api: Api, receiver: Receiver) -> None:
    with receiving() as server:
        server.behave = lambda request: (200, {}, b'{"access_token": "t1"}')
        oauth2 = {"tokenUrl": server.url, "clientId": "a", "clientSecret": "b"}
        access = {"headers": [{"name": "X-Api-Key", "value": "k3y"}], "oauth2": oauth2}
        new = services.create_endpoint(acme.live.environment, SYSTEM, url=receiver.url, access=access)
        checked(api, new)
        sent = {(r.headers["x-api-key"], r.headers["authorization"]) for r in receiver.got(4)}
        assert sent == {("k3y", "Bearer t1")}
        assert len(server.requests) == 1
        server.behave = lambda request: (400, {}, b"")
        assert all("token server" in row["error"] for row in checked(api, new)["findings"])
        assert len(receiver.requests) == 4


def test_a_destination_that_is_not_allowed_gets_nothing(
    acme: House, api: Api, receiver: Receiver, new: NewEndpoint
) -> None:
    destinations.allow(acme.live.environment, SYSTEM, "hooks.example.com")
    assert all("outside the destinations" in row["error"] for row in checked(api, new)["findings"])
    assert receiver.requests == []


def test_what_does_not_open_is_said(acme: House, api: Api, new: NewEndpoint) -> None:
    Endpoint.objects.filter(pk=new.endpoint.pk).update(sealed_access=b"nonsense")
    answer = api.post(f"endpoints/{public('endpoint', new.endpoint.pk)}/check")
    assert (answer.status_code, answer.json()["code"]) == (409, "access_unreadable")
