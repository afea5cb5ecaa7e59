"""A webhook that tells which text came, and nothing of it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from standardwebhooks.webhooks import Webhook

from accounts import keys
from accounts import services as accounts
from accounts.audit import SYSTEM
from accounts.ids import public
from accounts.models import AuditEntry
from accounts.roles import SCOPES
from delivery import services
from delivery.engine import Engine
from delivery.models import Delivery
from delivery.payload import THIN
from tests import cast
from tests.cast import Api, House
from tests.live import Receiver, delivering, hexed, receiving, until


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def test_a_thin_body_names_the_text_and_holds_nothing_of_it(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    new = services.create_endpoint(acme.live.environment, SYSTEM, url=receiver.url, payload="thin")
    message = cast.store_message(acme.live.assignment, "Votre code est 020005", route=acme.live.route)
    delivery = cast.store_delivery(message, new.endpoint, Delivery.State.SENDING)
    assert delivery.lease is not None
    engine.ring(hexed(delivery.lease, [delivery.pk]))
    (request,) = receiver.got(1)
    Webhook(new.secret).verify(request.body, request.headers)
    body = json.loads(request.body)
    assert body["type"] == "message.received"
    assert set(body["data"]) == set(THIN) == {
        "id", "numberUsed", "receivedAt", "routingTag", "simulated",
    }  # fmt: skip
    assert (body["data"]["id"], body["data"]["routingTag"]) == (public("message", message.pk), "codes")
    assert body["timestamp"] == body["data"]["receivedAt"]
    for told in ("020005", "+33639980417"):
        assert told not in request.body.decode()
    until(lambda: Delivery.objects.get(pk=delivery.pk).state == "delivered")


def test_the_text_is_read_by_api_and_the_read_is_on_the_trail(acme: House, api: Api) -> None:
    side = acme.live
    assert api.get(f"messages/{side.ids['message_id']}").json()["content"] == "Votre code est 020005"
    entry = AuditEntry.objects.get(action="message.read")
    assert (entry.actor_kind, entry.target_id, entry.environment) == (
        "key",
        side.message.pk,
        side.environment,
    )
    assert entry.actor_id == side.environment.keys.get().pk
    assert entry.request_id
    assert entry.before is entry.after is None
    assert api.get(f"messages/{acme.sandbox.ids['message_id']}").status_code == 404
    assert AuditEntry.objects.filter(action="message.read").count() == 1


def test_the_payload_is_chosen_and_changed(api: Api) -> None:
    made = api.post("endpoints", {"kind": "webhook", "url": cast.URL, "payload": "thin"}).json()
    assert made["payload"] == "thin"
    assert api.patch(f"endpoints/{made['id']}", {"payload": "full"}).json()["payload"] == "full"
    refused = api.post("endpoints", {"kind": "webhook", "url": cast.URL, "payload": "slim"})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/payload"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "polling", "url": cast.URL}, "#/url"),
        ({"kind": "polling", "payload": "thin"}, "#/payload"),
        ({"kind": "polling", "access": {"bearer": {"token": "t"}}}, "#/access"),
        ({"kind": "polling", "ackWithinSeconds": 4}, "#/ackWithinSeconds"),
        ({"kind": "webhook", "url": cast.URL, "template": {}}, "#/template"),
        ({"kind": "webhook", "url": cast.URL, "ackWithinSeconds": 30}, "#/ackWithinSeconds"),
        ({"kind": "callback", "url": cast.URL}, "#/template"),
        ({"kind": "callback", "template": {"method": "GET"}}, "#/url"),
    ],
)
def test_what_another_kind_has_is_refused(api: Api, body: object, pointer: str) -> None:
    response = api.post("endpoints", body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_a_list_tells_texts_too_and_says_on_the_trail_which(acme: House, api: Api) -> None:
    second = cast.store_message(acme.live.assignment, "Votre code est 020006")
    shown = [row["id"] for row in api.get("messages").json()["data"]]
    assert shown == [public("message", second.pk), acme.live.ids["message_id"]]
    entry = AuditEntry.objects.get(action="message.read")
    assert (entry.actor_kind, entry.target_id, entry.after) == ("key", None, {"messageIds": shown})
    for told in ("020006", "+33639980417"):
        assert told not in str(entry.after)
    assert api.get(f"messages?limit=1&cursor={api.get('messages?limit=1').json()['nextCursor']}").json()[
        "data"
    ]
    assert AuditEntry.objects.filter(action="message.read").count() == 3


@pytest.mark.django_db
def test_a_list_of_nothing_is_no_read() -> None:
    environment = accounts.create_tenant("Cassis", SYSTEM).environments.get(kind="live")
    _row, key = keys.create(environment, SYSTEM, name="tests", held=SCOPES)
    assert Api(key).get("messages").json()["data"] == []
    assert not AuditEntry.objects.filter(action="message.read").exists()
