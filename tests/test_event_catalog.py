"""Each event of the catalog is made to happen, arrives where somebody asked for it, and is as its schema says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from standardwebhooks.webhooks import Webhook

from accounts import limits
from accounts.audit import SYSTEM
from accounts.ids import public
from delivery import services
from delivery.catalog import SUBSCRIBABLE
from delivery.engine import Engine
from delivery.models import Endpoint
from operations.tasks import look_at_quotas
from tests.cast import Api, House, moment, store_message
from tests.live import Receiver, receiving, until
from tests.test_delivery_health import Lane, answering

HOUR_S = 3600


@pytest.fixture
def listener() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def lane(acme: House, receiver: Receiver, engine: Engine) -> Lane:
    return Lane(acme, engine, receiver)


@pytest.fixture
def schemas(acme: House) -> dict[str, dict[str, Any]]:
    """As a customer's code gets them."""
    return {row["type"]: row["schema"] for row in Api(acme.sandbox.key).get("event-types").json()["data"]}


def patched(lane: Lane, **changes: Any) -> None:
    path = f"endpoints/{public('endpoint', lane.endpoint.pk)}"
    assert Api(lane.house.sandbox.key).patch(path, changes).status_code == 200


def arrives(lane: Lane, receiver: Receiver) -> None:
    lane.ring(lane.born())


def is_given_up(lane: Lane, receiver: Receiver) -> None:
    patched(lane, policy={"retry": {"delaysSeconds": []}})
    answering(receiver, 500)
    lane.ring(lane.born())


def is_aborted(lane: Lane, receiver: Receiver) -> None:
    receiver.behave = lambda request: (422, {"webhook-delivery": "abort-message"}, b"")
    lane.ring(lane.born())


def comes_too_late(lane: Lane, receiver: Receiver) -> None:
    patched(lane, policy={"deliverWithinSeconds": 60})
    born = lane.born()
    lane.pass_by(61)
    lane.ring(born)


def fails_for_an_hour(lane: Lane, receiver: Receiver) -> None:
    answering(receiver, 500)
    lane.open()
    lane.pass_by(HOUR_S + 1)
    lane.sweep()
    until(lambda: lane.health.warnings == 1)


def fails_for_five_days(lane: Lane, receiver: Receiver) -> None:
    fails_for_an_hour(lane, receiver)
    lane.pass_by(5 * 24 * HOUR_S)
    lane.sweep()
    until(lambda: Endpoint.objects.get(pk=lane.endpoint.pk).disabled_because == "failing")


def is_gone(lane: Lane, receiver: Receiver) -> None:
    answering(receiver, 410)
    lane.ring(lane.born())
    until(lambda: Endpoint.objects.get(pk=lane.endpoint.pk).disabled_because == "gone")


def asks_for_no_more(lane: Lane, receiver: Receiver) -> None:
    receiver.behave = lambda request: (200, {"webhook-delivery": "disable"}, b"")
    lane.ring(lane.born())
    until(lambda: Endpoint.objects.get(pk=lane.endpoint.pk).disabled_because == "asked")


def is_switched_off(lane: Lane, receiver: Receiver) -> None:
    patched(lane, disabled=True)


def is_switched_on(lane: Lane, receiver: Receiver) -> None:
    patched(lane, disabled=True)
    patched(lane, disabled=False)


def recovers(lane: Lane, receiver: Receiver) -> None:
    answering(receiver, 500)
    lane.open()
    answering(receiver, 200)
    lane.pass_by(31)
    lane.sweep()
    until(lambda: lane.health.failing_since is None)


def gets_a_new_secret(lane: Lane, receiver: Receiver) -> None:
    path = f"endpoints/{public('endpoint', lane.endpoint.pk)}/secrets"
    assert Api(lane.house.sandbox.key).post(path, {}).status_code == 201


def fails_in_a_new_way(lane: Lane, receiver: Receiver) -> None:
    answering(receiver, 500)
    lane.ring(lane.born())


def is_mended_by_a_person(lane: Lane, receiver: Receiver) -> None:
    fails_in_a_new_way(lane, receiver)
    until(lambda: lane.endpoint.issues.exists())
    path = f"issues/{public('issue', lane.endpoint.issues.get().pk)}"
    assert Api(lane.house.sandbox.key).patch(path, {"state": "resolved"}).status_code == 200


def comes_near_its_quota(lane: Lane, receiver: Receiver) -> None:
    for _ in range(3):  # besides the one that is there
        store_message(lane.house.sandbox.assignment)
    limits.choose(lane.environment, SYSTEM, messages_allowed=5)
    assert look_at_quotas() == 1


def passes_its_quota(lane: Lane, receiver: Receiver) -> None:
    limits.choose(lane.environment, SYSTEM, messages_allowed=1)
    assert look_at_quotas() == 1


#: The type of an event, what makes it happen, and what of its data tells this way from others.
HAPPENS: list[tuple[str, Callable[[Lane, Receiver], None], dict[str, Any]]] = [
    ("message.delivered", arrives, {}),
    ("message.failed", is_given_up, {"errorCode": 5105, "reason": "triesUsed"}),
    ("message.failed", is_aborted, {"errorCode": 5110, "reason": "aborted"}),
    ("message.expired", comes_too_late, {"errorCode": 5113, "reason": "expired"}),
    ("endpoint.warned", fails_for_an_hour, {"warning": 1}),
    ("endpoint.disabled", fails_for_five_days, {"because": "failing"}),
    ("endpoint.disabled", is_gone, {"because": "gone"}),
    ("endpoint.disabled", asks_for_no_more, {"because": "asked"}),
    ("endpoint.disabled", is_switched_off, {"because": "person"}),
    ("endpoint.enabled", is_switched_on, {}),
    ("endpoint.recovered", recovers, {}),
    ("endpoint.secretRotated", gets_a_new_secret, {"overlapSeconds": 86_400}),
    ("issue.opened", fails_in_a_new_way, {"errorCode": 5105}),
    ("issue.resolved", recovers, {"because": "recovered"}),
    ("issue.resolved", is_mended_by_a_person, {"because": "person"}),
    ("quota.warned", comes_near_its_quota, {"messagesAMonth": 5, "received": 4}),
    ("quota.exceeded", passes_its_quota, {"messagesAMonth": 1, "received": 1}),
]


def test_no_event_of_the_catalog_is_left_out() -> None:
    assert {type for type, _happens, _data in HAPPENS} == set(SUBSCRIBABLE)


@pytest.mark.parametrize(
    ("type", "happens", "data"), HAPPENS, ids=lambda value: getattr(value, "__name__", "")
)
def test_it_happens_is_sent_is_listed_and_is_as_its_schema_says(
    lane: Lane,
    receiver: Receiver,
    listener: Receiver,
    schemas: dict[str, dict[str, Any]],
    type: str,
    happens: Callable[[Lane, Receiver], None],
    data: dict[str, Any],
) -> None:
    asked = services.create_endpoint(lane.environment, SYSTEM, url=listener.url, events=[type])
    happens(lane, receiver)
    until(lambda: lane.engine.sweep() >= 0 and listener.requests)
    request = listener.requests[0]
    Webhook(asked.secret).verify(request.body, request.headers)
    body = json.loads(request.body)
    Draft202012Validator(schemas[type]).validate(body)
    assert moment(body["timestamp"]).tzinfo is not None
    assert body["data"].get("endpointId") in {None, public("endpoint", lane.endpoint.pk)}
    assert body["data"].items() >= data.items()
    listed = Api(lane.house.sandbox.key).get(f"events?type={type}").json()["data"][0]
    assert listed == {"id": request.headers["webhook-id"], **body}


@pytest.mark.parametrize("payload", ["full", "thin"])
def test_a_text_is_as_its_schema_says(
    lane: Lane, receiver: Receiver, schemas: dict[str, dict[str, Any]], payload: str
) -> None:
    patched(lane, payload=payload)
    lane.ring(lane.born("« Café » 😀"))
    Draft202012Validator(schemas["message.received"]).validate(json.loads(receiver.got(1)[0].body))


@pytest.mark.parametrize("type", ["message.received", *SUBSCRIBABLE])
def test_schemas_are_schemas_and_refuse_what_lacks_a_field(
    schemas: dict[str, dict[str, Any]], acme: House, type: str
) -> None:
    Draft202012Validator.check_schema(schemas[type])
    rows = Api(acme.sandbox.key).get("event-types").json()["data"]
    (example,) = (row["example"] for row in rows if row["type"] == type)
    validator = Draft202012Validator(schemas[type])
    assert validator.is_valid(example)
    assert not validator.is_valid(example | {"type": "message.unknown"})
    name = next(iter(example["data"]))
    assert not validator.is_valid(example | {"data": {**example["data"], name: 5.5}})
