"""A sandbox's clock is moved ahead, and says when all that became due by it is done."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from accounts.clock import clock
from accounts.database import dsn
from accounts.ids import public
from accounts.models import AuditEntry, Environment
from delivery.alarm import Alarm
from delivery.engine import Engine
from delivery.models import Attempt, Delivery
from sandbox import tasks
from tests.cast import Api, House, moment, store_delivery, store_message
from tests.live import Receiver, until
from tests.test_delivery_health import Lane, answering
from tests.test_worker_stops import a_worker

HOUR = timedelta(hours=1)


@pytest.fixture
def api(acme: House) -> Api:
    return Api(acme.sandbox.key)


def advanced(api: Api, by: str, wait: int = 0) -> dict[str, Any]:
    answer = api.post(f"sandbox/clock?wait={wait}", {"advanceBy": by})
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_the_whole_ladder_is_run_by_the_clock(
    acme: House, receiver: Receiver, transactional_db: None, api: Api
) -> None:
    """28 hours of tries at a receiver that fails, by a worker process as it runs in production."""
    answering(receiver, 500)
    made = api.post("endpoints", {"kind": "webhook", "url": receiver.url}).json()
    plan: list[int] = made["triesAfterSeconds"]
    assert plan[-1] > 27 * 3600
    with a_worker():
        until(lambda: Delivery.objects.exists())
        text = store_message(acme.sandbox.assignment, "no code")
        endpoint = acme.sandbox.environment.endpoints.latest("pk")
        job = store_delivery(text, endpoint, "pending", due_at=clock(endpoint.environment), attempts_made=0)
        path = f"deliveries/{public('delivery', job.pk)}"
        receiver.got(1, within_s=90)
        assert api.get("sandbox/clock?wait=20").json()["status"] == "ready"
        began = time.monotonic()
        for number in range(2, len(plan) + 1):
            due = moment(api.get(path).json()["dueAt"]) + timedelta(milliseconds=1)
            answer = api.post("sandbox/clock?wait=20", {"to": due.isoformat()})
            assert answer.json()["status"] == "ready", answer.content
            assert len(receiver.requests) == number
        print(f"the ladder took {time.monotonic() - began:.1f} s")  # noqa: T201  kept in docs/sandbox.md
    job.refresh_from_db()
    assert (job.state, job.reason, job.attempts_made) == ("failed", "triesUsed", len(plan))
    times = Attempt.objects.filter(delivery=job).order_by("number").values_list("started_at", flat=True)
    for planned, at in zip(plan, times, strict=True):
        assert planned <= (at - times[0]).total_seconds() <= 1.1 * planned + 30
    assert all(later > earlier for earlier, later in pairwise(times))


def test_it_is_ready_once_what_became_due_is_done(
    acme: House, receiver: Receiver, engine: Engine, api: Api
) -> None:
    answering(receiver, 500)
    lane = Lane(acme, engine, receiver, retry={"delaysSeconds": [600]})
    (job,) = lane.ring(lane.born())
    assert api.get("sandbox/clock").json()["status"] == "ready"
    told = advanced(api, "PT9M")
    assert (told["aheadBy"], told["status"]) == ("P0DT00H09M00S", "ready")
    assert advanced(api, "PT2M")["status"] == "advancing"
    lane.sweep()
    assert api.get("sandbox/clock").json()["status"] == "ready"
    job.refresh_from_db()
    assert (job.state, job.attempts_made) == ("failed", 2)


def test_a_lease_of_a_queue_ends_by_it(acme: House, engine: Engine, api: Api) -> None:
    queue = acme.sandbox.queue
    store_delivery(store_message(acme.sandbox.assignment), queue, "pending", due_at=None, attempts_made=0)
    path = f"endpoints/{public('endpoint', queue.pk)}/queue"
    assert len(api.get(path).json()["data"]) == 1
    assert advanced(api, "PT30S")["status"] == "ready"
    assert advanced(api, "PT31S")["status"] == "advancing"
    until(lambda: engine.sweep() >= 0 and api.get("sandbox/clock").json()["status"] == "ready")
    assert len(api.get(path).json()["data"]) == 1


def test_a_text_in_a_queue_is_given_up_by_it(acme: House, api: Api) -> None:
    made = api.post("endpoints", {"kind": "polling", "policy": {"deliverWithinSeconds": 3600}}).json()
    queue = acme.sandbox.environment.endpoints.latest("pk")
    store_delivery(store_message(acme.sandbox.assignment), queue, "pending", due_at=None, attempts_made=0)
    assert advanced(api, "PT2H")["status"] == "ready"
    assert api.get(f"endpoints/{made['id']}/queue").json()["data"] == []
    assert queue.deliveries.get().reason == "expired"


def test_what_was_kept_long_enough_is_erased_by_it(acme: House, api: Api) -> None:
    api.patch("retention", {"contentDays": 7, "attemptsDays": 9})
    id = acme.sandbox.ids["message_id"]
    advanced(api, "P6D")
    assert api.get(f"messages/{id}").json()["content"] is not None
    assert advanced(api, "P2D")["status"] == "ready"
    assert api.get(f"messages/{id}").json()["content"] is None
    assert Attempt.objects.filter(environment=acme.sandbox.environment).exists()
    assert advanced(api, "PT25H")["status"] == "ready"
    assert not Attempt.objects.filter(environment=acme.sandbox.environment).exists()
    assert Attempt.objects.filter(environment=acme.live.environment).exists()


def test_the_clockwork_goes_on_where_nobody_looks(acme: House, api: Api) -> None:
    behind = Environment.objects.filter(pk=acme.sandbox.environment.pk)
    behind.update(clock_offset=timedelta(days=60))
    assert tasks.go_on() == {"emptied": 0, "followed": 1}
    assert api.get(f"messages/{acme.sandbox.ids['message_id']}").json()["content"] is None
    assert tasks.go_on() == {"emptied": 0, "followed": 0}


def test_every_worker_hears_of_it_at_once(acme: House, transactional_db: None, api: Api) -> None:
    heard, stopping = threading.Semaphore(0), threading.Event()
    alarms = [Alarm(dsn(), heard.release, stopping) for _ in range(2)]
    for alarm in alarms:
        alarm.start()
    assert all(heard.acquire(timeout=20) for _ in alarms)  # each listens now
    advanced(api, "PT1H")
    assert all(heard.acquire(timeout=20) for _ in alarms)
    stopping.set()
    for alarm in alarms:
        alarm.join(20)


def test_it_moves_ahead_only_and_by_what_it_is_told(acme: House, api: Api) -> None:
    now = datetime.now(UTC)
    for body, pointer, code in (
        ({"advanceBy": "PT0S"}, "#/advanceBy", "not_ahead"),
        ({"to": (now - HOUR).isoformat()}, "#/to", "not_ahead"),
        ({"advanceBy": "P4000D"}, "#/advanceBy", "too_far"),
        ({"to": "9999-12-31T23:59:59Z"}, "#/to", "too_far"),
        ({"advanceBy": "-PT1H"}, "#/advanceBy", "invalid_value"),
        ({"advanceBy": "P"}, "#/advanceBy", "invalid_value"),
        ({"advanceBy": "P99999999999999D"}, "#/advanceBy", "invalid_value"),
        ({"advanceBy": "1 day"}, "#/advanceBy", "invalid_value"),
        ({"advanceBy": 3600}, "#/advanceBy", "invalid_type"),
        ({}, "#/advanceBy", "required"),
        ({"advanceBy": "PT1H", "to": (now + HOUR).isoformat()}, "#/advanceBy", "required"),
    ):
        answer = api.post("sandbox/clock", body)
        assert answer.status_code == 422, body
        assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [(pointer, code)], body
    assert api.post("sandbox/clock?wait=31", {"advanceBy": "PT1H"}).status_code == 400
    assert clock(Environment.objects.get(pk=acme.sandbox.environment.pk)) - datetime.now(UTC) < HOUR
    assert not AuditEntry.objects.filter(action="clock.moved").exists()


def test_it_is_one_sandboxs_own_and_on_the_trail(acme: House, borealis: House, api: Api) -> None:
    to = datetime.now(UTC) + 5 * HOUR
    told = api.post("sandbox/clock", {"to": to.isoformat()}).json()
    assert timedelta() <= moment(told["now"]) - to < HOUR
    entry = AuditEntry.objects.get(action="clock.moved")
    assert (entry.environment, set(entry.after or {})) == (acme.sandbox.environment, {"now"})
    others = Environment.objects.exclude(pk=acme.sandbox.environment.pk)
    assert set(others.values_list("clock_offset", flat=True)) == {timedelta()}
