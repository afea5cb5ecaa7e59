"""What happens to endpoints and deliveries is kept as events, and sent to the endpoints that ask for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from accounts.audit import SYSTEM
from accounts.ids import public
from accounts.models import AuditEntry
from delivery import secrets, services
from delivery.catalog import SUBSCRIBABLE, TYPES
from delivery.engine import Engine
from delivery.models import Attempt, Delivery, Endpoint, Event, Issue
from tests.cast import Api, House
from tests.live import Receiver, delivering, receiving, until
from tests.test_delivery_health import Lane, answering


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def listener() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def listening(lane: Lane, listener: Receiver, *types: str) -> services.NewEndpoint:
    """Another endpoint of the lane's environment, which asks for these events."""
    return services.create_endpoint(lane.environment, SYSTEM, url=listener.url, events=list(types))


def told(lane: Lane, type: str = "") -> list[dict[str, Any]]:
    rows = lane.environment.events.exclude(payload__endpointId=None).order_by("pk")
    about = rows.filter(payload__endpointId=public("endpoint", lane.endpoint.pk))
    return [{"type": row.type, **row.payload} for row in about if type in ("", row.type)]


def validated(body: bytes) -> dict[str, Any]:
    """A body, which is as its type's schema says: exactly those fields."""
    value: dict[str, Any] = json.loads(body)
    (type,) = (one for one in TYPES if one.name == value["type"])
    assert set(value["data"]) == set(type.fields)
    return value


def test_an_endpoint_hears_of_what_it_asked_for_and_nothing_else(
    acme: House, receiver: Receiver, listener: Receiver, engine: Engine
) -> None:
    lane = Lane(acme, engine, receiver)
    new = listening(lane, listener, "endpoint.disabled")
    services.update_endpoint(lane.endpoint, SYSTEM, disabled=True)
    services.update_endpoint(lane.endpoint, SYSTEM, disabled=False)
    assert engine.sweep() == 1
    (request,) = listener.got(1)
    Webhook(new.secret).verify(request.body, request.headers)
    event = lane.environment.events.get(type="endpoint.disabled")
    assert request.headers["webhook-id"] == public("event", event.pk)
    body = validated(request.body)
    id = public("endpoint", lane.endpoint.pk)
    assert body["data"] == {"endpointId": id, "because": "person", "divertedTo": None, "simulated": True}
    until(lambda: Delivery.objects.get(event=event).state == "delivered")
    assert Attempt.objects.get(delivery__event=event).response == "ok"
    assert [one["type"] for one in told(lane)] == ["endpoint.disabled", "endpoint.enabled"]


def test_disabling_what_is_disabled_is_no_event(acme: House, receiver: Receiver, engine: Engine) -> None:
    lane = Lane(acme, engine, receiver)
    for _ in range(2):
        services.update_endpoint(lane.endpoint, SYSTEM, disabled=True)
    assert [one["type"] for one in told(lane)] == ["endpoint.disabled"]


def test_a_message_that_is_given_up_is_told_with_why(
    acme: House, receiver: Receiver, listener: Receiver, engine: Engine
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver, retry={"delaysSeconds": []})
    listening(lane, listener, "message.failed")
    (failed,) = lane.ring(lane.born())
    assert failed.state == "failed"
    engine.sweep()
    (request,) = listener.got(1)
    assert failed.message_id is not None
    assert validated(request.body)["data"] == {
        "messageId": public("message", failed.message_id),
        "deliveryId": public("delivery", failed.pk),
        "endpointId": public("endpoint", lane.endpoint.pk),
        "errorCode": 5105,
        "reason": "triesUsed",
        "simulated": True,
    }


def test_a_message_that_is_worthless_by_now_is_told(acme: House, receiver: Receiver, engine: Engine) -> None:
    lane = Lane(acme, engine, receiver, deliverWithinSeconds=60)
    born = lane.born()
    assert born.message is not None
    born.message.received_at -= timedelta(seconds=61)
    born.message.save(update_fields=["received_at"])
    lane.ring(born)
    assert [one["errorCode"] for one in told(lane, "message.expired")] == [5113]


def test_a_message_that_arrives_is_told_only_where_somebody_asked(
    acme: House, receiver: Receiver, listener: Receiver, engine: Engine
) -> None:
    lane = Lane(acme, engine, receiver)
    lane.ring(lane.born())
    assert told(lane) == []
    new = listening(lane, listener, "message.delivered")
    (arrived,) = lane.ring(lane.born())
    assert [one["deliveryId"] for one in told(lane)] == [public("delivery", arrived.pk)]
    engine.sweep()
    validated(listener.got(1)[0].body)
    services.update_endpoint(new.endpoint, SYSTEM, events=[])
    lane.ring(lane.born())
    assert len(told(lane)) == 1


def test_of_the_delivery_of_an_event_there_is_no_event(
    acme: House, receiver: Receiver, listener: Receiver, engine: Engine
) -> None:
    answering(listener, 500)
    lane = Lane(acme, engine, receiver)
    new = listening(lane, listener, *SUBSCRIBABLE)
    services.update_endpoint(
        new.endpoint, SYSTEM, policy={"retry": {"delaysSeconds": []}}, events=list(SUBSCRIBABLE)
    )
    lane.ring(lane.born())
    engine.sweep()
    until(lambda: new.endpoint.deliveries.filter(state="failed").count() == 1)
    until(lambda: engine.results.empty())
    engine.sweep()
    assert [row.type for row in lane.environment.events.exclude(pk=acme.sandbox.event.pk)] == [
        "message.delivered"
    ]
    assert not Issue.objects.filter(endpoint=new.endpoint).exists()


def test_a_new_secret_is_told(acme: House, receiver: Receiver, engine: Engine) -> None:
    lane = Lane(acme, engine, receiver)
    row, secret = secrets.rotate(lane.endpoint, SYSTEM, overlap_s=60)
    (event,) = told(lane)
    assert event["secretId"] == public("secret", row.pk)
    assert event["overlapSeconds"] == 60
    assert secret not in json.dumps(event)


def test_an_endpoint_that_recovers_is_told_and_its_issue_is_over(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    lane.open()
    issue = Issue.objects.get(endpoint=lane.endpoint)
    assert (issue.state, issue.error_code, issue.count) == ("open", 5105, 10)
    answering(receiver, 200)
    lane.pass_by(31)
    lane.sweep()
    until(lambda: lane.health.failing_since is None)
    issue.refresh_from_db()
    assert issue.state == "resolved"
    assert issue.resolved_at is not None
    types = [one["type"] for one in told(lane)]
    assert types == ["issue.opened", "issue.resolved", "endpoint.recovered"]


def test_an_issue_that_comes_back_opens_again(acme: House, receiver: Receiver, engine: Engine) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver)
    for hours in (2, 0.1, 0.1):
        lane.fail(1)
        until(lambda: lane.endpoint.issues.filter(state="open").exists())
        answering(receiver, 200)
        engine.keeper.refresh(engine.store, lane.health.last_failure_at)  # type: ignore[arg-type]
        lane.ring(lane.born())
        until(lambda: lane.endpoint.issues.filter(state="resolved").exists())
        answering(receiver, 500)
        lane.pass_by(hours * 3600)
    assert Issue.objects.get(endpoint=lane.endpoint).count == 3
    opened = told(lane, "issue.opened")  # the third time came minutes after the second
    assert len(opened) == 2


def test_an_unknown_event_is_refused_by_its_place(acme: House, api: Api) -> None:
    wrong = {"events": ["endpoint.warned", "message.received"]}
    answer = api.patch(f"endpoints/{acme.live.ids['endpoint_id']}", wrong)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/events/1"]
    good = api.patch(f"endpoints/{acme.live.ids['endpoint_id']}", {"events": ["endpoint.warned"]})
    assert good.json()["events"] == ["endpoint.warned"]
    assert AuditEntry.objects.filter(
        action="endpoint.updated", after={"events": ["endpoint.warned"]}
    ).exists()


def test_events_are_listed_by_type_and_behind_one(acme: House, api: Api) -> None:
    path = f"endpoints/{acme.live.ids['endpoint_id']}"
    api.patch(path, {"disabled": True})
    api.patch(path, {"disabled": False})
    listed = api.get("events").json()["data"]
    assert [row["type"] for row in listed] == ["endpoint.enabled", "endpoint.disabled", "endpoint.enabled"]
    assert len(api.get("events?type=endpoint.disabled").json()["data"]) == 1
    oldest = listed[-1]["id"]
    behind = api.get(f"events?after={oldest}&limit=1").json()
    assert [row["id"] for row in behind["data"]] == [listed[1]["id"]]
    more = api.get(f"events?after={oldest}&limit=1&cursor={behind['nextCursor']}").json()
    assert [row["id"] for row in more["data"]] == [listed[0]["id"]]
    assert api.get("events?type=nonsense").status_code == 400


def test_event_types_are_told_with_examples_that_fit_their_schemas(api: Api) -> None:
    rows = api.get("event-types").json()["data"]
    assert [row["type"] for row in rows] == [type.name for type in TYPES]
    for row in rows:
        assert set(row["example"]["data"]) == set(row["schema"]["properties"]["data"]["properties"])
    assert [row["type"] for row in rows if not row["subscribable"]] == ["message.received"]


def test_the_docs_tell_of_each_event() -> None:
    text = (Path(__file__).parent.parent / "docs" / "events.md").read_text()
    for type in TYPES:
        row = f"| `{type.name}` | {type.description} | {', '.join(f'`{name}`' for name in type.fields)} |"
        assert row in text


@pytest.mark.django_db
def test_an_event_holds_no_personal_data() -> None:
    assert Event.personal_data.kind == "none"
    assert Endpoint._meta.get_field("events").default is list
