"""The one-time code of a text, wherever a sandbox tells the text; live looks for none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts import keys
from accounts.audit import SYSTEM
from accounts.ids import public
from accounts.models import AuditEntry
from accounts.roles import SCOPES
from delivery import services
from delivery.engine import Engine
from delivery.models import Delivery
from inbox import codes
from tests.cast import Api, House, Side, store_delivery, store_message
from tests.dashboard.browse import Person, text
from tests.live import Receiver, Request, hexed

TEXT = "Votre code Exemple est 020 005.\n\n@exemple.fr #020005"
CODE = {"value": "020005", "pattern": "origin_bound", "confidence": 1.0, "host": "exemple.fr"}


@pytest.fixture(params=["sandbox", "live"])
def side(request: pytest.FixtureRequest, acme: House) -> Side:
    found: Side = getattr(acme, request.param)
    return found


def wanted(side: Side) -> dict[str, Any] | None:
    return None if side.environment.is_live else CODE


def rows(answer: Any) -> list[dict[str, Any]]:
    """The messages of an answer, whatever it is one of."""
    if answer["Content-Type"].startswith("text/event-stream"):
        lines = answer.getvalue().decode().splitlines()
        return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    body = answer.json()
    found: list[dict[str, Any]] = body.get("data", [body])
    return found


@pytest.mark.parametrize(
    "path",
    [
        "messages?limit=1",
        "messages?limit=1&fields=code",
        "messages/{new}",
        "messages/wait?since={message_id}",
        "messages/stream?since={message_id}",
        "feed?cursor={message_id}",
    ],
)
def test_the_api_tells_it(side: Side, path: str) -> None:
    new = public("message", store_message(side.assignment, TEXT).pk)
    answer = Api(side.key).get(path.format(**side.ids, new=new))
    assert [row["code"] for row in rows(answer)] == [wanted(side)]


def test_an_expanded_message_has_it(acme: House) -> None:
    delivery = store_delivery(store_message(acme.sandbox.assignment, TEXT), acme.sandbox.endpoint)
    shown = Api(acme.sandbox.key).get(f"deliveries/{public('delivery', delivery.pk)}?expand=message").json()
    assert shown["message"]["code"] == CODE


def test_a_text_without_one_has_null(acme: House) -> None:
    store_message(acme.sandbox.assignment, "Votre commande 482913 est prête")
    [row] = rows(Api(acme.sandbox.key).get("messages?limit=1"))
    assert row["code"] is None


def test_who_may_not_read_content_sees_none(acme: House) -> None:
    sandbox = acme.sandbox
    scopes = [scope for scope in SCOPES if scope in ("read", "readMessages")]
    _key, blind = keys.create(sandbox.environment, SYSTEM, name="blind", held=SCOPES, scopes=scopes)
    store_message(sandbox.assignment, TEXT)
    [row] = rows(Api(blind).get("messages?limit=1"))
    assert (row["code"], row["content"]) == (None, None)


def test_whoever_is_told_a_code_is_on_the_trail(acme: House) -> None:
    def looks() -> int:
        return AuditEntry.objects.filter(action="message.read", environment=acme.sandbox.environment).count()

    api = Api(acme.sandbox.key)
    api.get("messages?fields=id,status")
    assert looks() == 0
    api.get("messages?fields=id,code")
    assert looks() == 1


def sent(side: Side, engine: Engine, receiver: Receiver, **fields: Any) -> Request:
    new = services.create_endpoint(side.environment, SYSTEM, url=receiver.url, **fields)
    delivery = store_delivery(store_message(side.assignment, TEXT), new.endpoint, Delivery.State.SENDING)
    assert delivery.lease is not None
    engine.ring(hexed(delivery.lease, [delivery.pk]))
    return receiver.got(1)[-1]


def test_a_webhook_has_it(side: Side, engine: Engine, receiver: Receiver) -> None:
    assert sent(side, engine, receiver).data["code"] == wanted(side)


def test_a_thin_webhook_has_not(acme: House, engine: Engine, receiver: Receiver) -> None:
    assert "code" not in sent(acme.sandbox, engine, receiver, payload="thin").data


def test_a_callback_has_it_where_its_template_says(side: Side, engine: Engine, receiver: Receiver) -> None:
    body = '{"all": {code}, "typed": "{code}"}'
    template = {"method": "POST", "contentType": "application/json", "body": body}
    request = sent(side, engine, receiver, kind="callback", template=template)
    typed = "" if side.environment.is_live else "020005"
    assert json.loads(request.body) == {"all": wanted(side), "typed": typed}


def test_a_queue_has_it(side: Side) -> None:
    message = store_message(side.assignment, TEXT)
    store_delivery(message, side.queue, "pending", due_at=None, attempts_made=0)
    [taken] = rows(Api(side.key).get(f"endpoints/{public('endpoint', side.queue.pk)}/queue"))
    assert taken["payload"]["data"]["code"] == wanted(side)


def test_a_preview_has_it(side: Side) -> None:
    told = Api(side.key).post(f"endpoints/{side.ids['endpoint_id']}/preview", {}).json()
    assert (json.loads(told["body"])["data"]["code"] is None) is side.environment.is_live


def test_its_page_shows_it_to_who_may_read_it(side: Side, acme: House) -> None:
    path = f"messages/{public('message', store_message(side.assignment, TEXT).pk)}/"
    told = ["One-time code" in text(Person(acme.users[role], side).get(path)) for role in ("owner", "viewer")]
    assert told == [not side.environment.is_live, False]


def test_of_live_texts_none_is_looked_for(
    acme: House, engine: Engine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(text: str) -> None:
        raise AssertionError("a live text was searched")

    for name in ("origin_bound", "likeliest"):
        monkeypatch.setattr(codes, name, never)
    assert Api(acme.live.key).get("messages").status_code == 200
    assert sent(acme.live, engine, receiver).data["content"] == TEXT
