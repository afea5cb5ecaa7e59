"""Whatever leaves a sandbox says so, and nothing of live does."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from accounts.audit import SYSTEM
from accounts.ids import public
from delivery import services
from delivery.engine import Engine
from delivery.models import Delivery
from tests.cast import Api, House, Side, store_delivery, store_message
from tests.live import Receiver, Request, hexed


@pytest.fixture(params=["sandbox", "live"])
def side(request: pytest.FixtureRequest, acme: House) -> Side:
    found: Side = getattr(acme, request.param)
    return found


def sent(side: Side, engine: Engine, receiver: Receiver, event: bool = False, **fields: Any) -> Request:
    """What an endpoint of such a kind gets about a text, or about an event."""
    new = services.create_endpoint(side.environment, SYSTEM, **({"url": receiver.url} | fields))
    told = {"event": side.event, "event_type": side.event.type} if event else {}
    message = store_message(side.assignment, "no code")
    delivery = store_delivery(message, new.endpoint, Delivery.State.SENDING, **told)
    assert delivery.lease is not None
    engine.ring(hexed(delivery.lease, [delivery.pk]))
    return receiver.got(1)[-1]


@pytest.mark.parametrize(
    "fields",
    [{}, {"payload": "thin"}, {"event": True}],
    ids=["full", "thin", "event"],
)
def test_a_webhook_says_so(side: Side, engine: Engine, receiver: Receiver, fields: dict[str, Any]) -> None:
    request = sent(side, engine, receiver, **fields)
    simulated = not side.environment.is_live
    assert request.data["simulated"] is simulated
    assert (request.headers.get("smsgateway-simulated") == "true") is simulated


def test_a_callback_says_so_whatever_its_body_says(side: Side, engine: Engine, receiver: Receiver) -> None:
    template = {"method": "POST", "contentType": "text/plain", "body": "{content}"}
    request = sent(side, engine, receiver, kind="callback", template=template)
    assert request.body == b"no code"
    assert (request.headers.get("smsgateway-simulated") == "true") is not side.environment.is_live


@pytest.mark.parametrize(
    "path",
    [
        "messages",
        "messages/{message_id}",
        "feed",
        "events",
        "audit-entries",
        "messages/wait?since={message_id}",
    ],
)
def test_the_api_says_so(side: Side, path: str) -> None:
    store_message(side.assignment, "no code")
    answer = Api(side.key).get(path.format(**side.ids)).json()
    rows = answer["data"] if isinstance(answer.get("data"), list) else [answer.get("message", answer)]
    said = {row["data"]["simulated"] if path == "events" else row["simulated"] for row in rows}
    assert said == {not side.environment.is_live}


def test_a_queue_says_so(side: Side) -> None:
    store_delivery(store_message(side.assignment), side.queue, "pending", due_at=None, attempts_made=0)
    taken = Api(side.key).get(f"endpoints/{public('endpoint', side.queue.pk)}/queue").json()
    assert [one["payload"]["data"]["simulated"] for one in taken["data"]] == [not side.environment.is_live]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_says_so(side: Side, form: str) -> None:
    text = Api(side.key).get(f"audit-entries/export?format={form}").getvalue().decode()
    rows = (
        list(csv.DictReader(io.StringIO(text))) if form == "csv" else list(map(json.loads, text.splitlines()))
    )
    assert rows
    assert {str(row["simulated"]).lower() for row in rows} == {str(not side.environment.is_live).lower()}


def test_a_preview_says_so(side: Side) -> None:
    told = Api(side.key).post(f"endpoints/{side.ids['endpoint_id']}/preview", {}).json()
    assert json.loads(told["body"])["data"]["simulated"] is not side.environment.is_live
