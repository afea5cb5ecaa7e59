"""Many deliveries sent again as one job: planned, run in slices, at a rate, resumable, cancelled, told about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.db.models import Func, QuerySet, Value

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import parse, public
from accounts.models import AuditEntry
from delivery import replays, selection, services
from delivery.engine import Engine
from delivery.models import Delivery, Endpoint, Replay
from operations.tasks import run_replays
from tests.cast import Api, House, store_delivery, store_message
from tests.live import Receiver, delivering, receiving, until

SINCE = "2026-01-01T00:00:00Z"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def planned(api: Api, kind: str, **filter: Any) -> dict[str, Any]:
    answer = api.post("replays", {"kind": kind, "filter": {"since": SINCE} | filter})
    assert answer.status_code == 201, answer.content
    value: dict[str, Any] = answer.json()
    return value


def started(api: Api, kind: str, **filter: Any) -> dict[str, Any]:
    job = planned(api, kind, **filter)
    assert api.post(f"replays/{job['id']}/run").status_code == 202
    return job


def stored(job: dict[str, Any]) -> QuerySet[Replay]:
    id = parse("replay", job["id"])
    assert id is not None
    return Replay.objects.filter(pk=id)


def failed(house: House, endpoint: Endpoint, count: int, **columns: Any) -> list[Delivery]:
    return [store_delivery(store_message(house.live.assignment), endpoint, **columns) for _ in range(count)]


def another(house: House, url: str = "http://127.0.0.1:9/other", **policy: Any) -> Endpoint:
    return services.create_endpoint(house.live.environment, SYSTEM, url=url, policy=policy).endpoint


def test_a_plan_counts_and_sends_nothing(acme: House, api: Api) -> None:
    endpoint = another(acme)
    failed(acme, endpoint, 3)
    job = planned(api, "recover", endpointId=public("endpoint", endpoint.pk))
    assert (job["state"], job["planned"], job["queued"]) == ("planned", 3, 0)
    assert run_replays() == 0
    assert set(endpoint.deliveries.values_list("state", flat=True)) == {"failed"}
    assert job["filter"]["endpointId"] == public("endpoint", endpoint.pk)


def test_all_that_failed_at_an_endpoint_arrives_with_the_same_webhook_id(
    acme: House, api: Api, receiver: Receiver, engine: Engine
) -> None:
    endpoint = another(acme, receiver.url)
    rows = failed(acme, endpoint, 3)
    store_delivery(store_message(acme.live.assignment), endpoint, "delivered")
    job = started(api, "recover", endpointId=public("endpoint", endpoint.pk))
    assert run_replays() == 3
    until(lambda: engine.sweep() >= 0 and len(receiver.requests) == 3)  # their turns are 10 ms apart
    requests = receiver.got(3)
    assert {request.headers["webhook-id"] for request in requests} == {
        public("message", row.message_id) for row in rows if row.message_id
    }
    assert {request.headers["smsgateway-replay"] for request in requests} == {"1"}
    until(lambda: endpoint.deliveries.filter(state="delivered").count() == 4)
    assert run_replays() == 0
    report = api.get(f"replays/{job['id']}").json()
    assert (report["state"], report["queued"], report["outcomes"]) == ("done", 3, {"delivered": 3})
    actions = AuditEntry.objects.filter(target_id=parse("replay", job["id"])).order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        "replay.planned",
        "replay.started",
        "replay.finished",
    ]


def test_an_endpoint_that_came_later_gets_what_its_routes_took(
    acme: House, api: Api, receiver: Receiver, engine: Engine
) -> None:
    late = another(acme, receiver.url)
    acme.live.route.endpoints.add(late)
    unrouted = store_message(acme.live.assignment)
    job = started(api, "missing", endpointId=public("endpoint", late.pk))
    assert job["planned"] == 1  # the cast's message, which the route took
    run_replays()
    engine.sweep()
    (request,) = receiver.got(1)
    assert request.headers["webhook-id"] == public("message", acme.live.message.pk)
    assert request.headers["smsgateway-replay"] == "1"
    everything = planned(api, "missing", endpointId=public("endpoint", late.pk), everything=True)
    until(lambda: late.deliveries.filter(state="delivered").count() == 1)
    assert everything["planned"] == 1
    assert not unrouted.deliveries.exists()


def test_what_failed_there_is_missing_too_and_is_not_made_twice(acme: House, api: Api) -> None:
    endpoint = public("endpoint", acme.live.endpoint.pk)
    for _ in range(2):
        started(api, "missing", endpointId=endpoint)
    assert run_replays() == 1
    (row,) = acme.live.message.deliveries.all()
    assert (row.state, row.replays) == ("pending", 1)


def test_texts_that_were_dropped_are_not_missing(acme: House, api: Api) -> None:
    endpoint = public("endpoint", another(acme).pk)
    before = planned(api, "missing", endpointId=endpoint, everything=True)["planned"]
    store_message(acme.live.assignment, state="dropped")
    assert planned(api, "missing", endpointId=endpoint, everything=True)["planned"] == before


@pytest.mark.parametrize(
    ("filter", "count"),
    [
        ({}, 6),
        ({"errorCode": 5104}, 2),
        ({"state": "delivered"}, 4),
        ({"state": "cancelled"}, 0),
        ({"number": "+33937000001"}, 6),
        ({"number": "+33937000009"}, 0),
        ({"until": "2026-01-02T00:00:00Z"}, 0),
    ],
)
def test_a_filter_picks(acme: House, api: Api, filter: dict[str, Any], count: int) -> None:
    endpoint = another(acme)
    failed(acme, endpoint, 3)
    failed(acme, endpoint, 2, error_code=5104)
    failed(acme, endpoint, 4, state="delivered")
    assert planned(api, "matching", **filter)["planned"] == count


def test_the_turns_are_as_far_apart_as_the_endpoint_wants(acme: House, api: Api) -> None:
    endpoint = another(acme, drain={"ratePerSecond": 2})
    failed(acme, endpoint, 5)
    started(api, "recover", endpointId=public("endpoint", endpoint.pk))
    run_replays()
    due: list[datetime | None] = list(endpoint.deliveries.order_by("pk").values_list("due_at", flat=True))
    first = due[0]
    assert first is not None
    assert [round((at - first).total_seconds(), 3) for at in due if at] == [0, 0.5, 1, 1.5, 2]


def test_a_job_whose_worker_died_goes_on_where_it_was(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "SLICE", 2)
    endpoint = another(acme)
    rows = failed(acme, endpoint, 5)
    job = started(api, "recover", endpointId=public("endpoint", endpoint.pk))
    id = parse("replay", job["id"])
    assert id is not None
    assert replays.run_slice(id) == 2

    def die(*_args: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr(replays, "again", die)
        with pytest.raises(KeyboardInterrupt):
            replays.run_slice(id)
    assert run_replays() == 3
    assert {row.replays for row in endpoint.deliveries.filter(pk__in=[row.pk for row in rows])} == {1}
    report = api.get(f"replays/{job['id']}").json()
    assert (report["state"], report["queued"]) == ("done", 5)


def test_what_lies_far_ahead_can_still_be_cancelled(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replays, "SLICE", 2)
    endpoint = another(acme, drain={"ratePerSecond": 0.1})
    failed(acme, endpoint, 10)
    job = started(api, "recover", endpointId=public("endpoint", endpoint.pk))
    assert run_replays() == 2
    assert api.delete(f"replays/{job['id']}").json()["state"] == "cancelled"
    assert run_replays() == 0
    assert endpoint.deliveries.filter(state="failed").count() == 8
    again = api.post(f"replays/{job['id']}/run")
    assert (again.status_code, again.json()["code"]) == (409, "replay_over")
    assert api.delete(f"replays/{job['id']}").status_code == 409


@pytest.mark.parametrize("kind", ["recover", "missing"])
def test_a_replay_whose_endpoint_is_disabled_meanwhile_ends_saying_so(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(replays, "SLICE", 2)
    endpoint = another(acme, drain={"ratePerSecond": 0.1})
    acme.live.message.deliveries.all().delete()
    acme.live.message.delete()
    failed(acme, endpoint, 5)
    path = public("endpoint", endpoint.pk)
    job = started(api, kind, endpointId=path, **({"everything": True} if kind == "missing" else {}))
    assert run_replays() == 2
    services.update_endpoint(endpoint, SYSTEM, disabled=True)
    Replay.objects.update(next_turn=None)
    assert run_replays() == 0
    report = api.get(f"replays/{job['id']}").json()
    assert (report["state"], report["because"]) == ("failed", "endpointDisabled")
    assert (report["queued"], report["notSent"]) == (2, {"endpointDisabled": 3})
    assert report["finishedAt"]
    entry = AuditEntry.objects.get(action="replay.failed")
    assert entry.after == {"because": "endpointDisabled", "queued": 2, "notSent": {"endpointDisabled": 3}}
    refused = api.post("replays", {"kind": kind, "filter": {"since": SINCE, "endpointId": path}})
    assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_disabled")


def test_a_replay_whose_endpoint_was_deleted_ends_saying_so(acme: House, api: Api) -> None:
    endpoint = another(acme)
    failed(acme, endpoint, 2)
    job = started(api, "recover", endpointId=public("endpoint", endpoint.pk))
    services.delete_endpoint(endpoint, SYSTEM)
    assert run_replays() == 0
    report = api.get(f"replays/{job['id']}").json()
    assert (report["state"], report["because"]) == ("failed", "endpointDeleted")
    assert report["notSent"] == {"endpointDeleted": 2}


def test_a_filter_leaves_out_closed_endpoints_and_sends_the_rest(acme: House, api: Api) -> None:
    before, disabled, deleted, open = (another(acme, f"http://127.0.0.1:9/{n}") for n in range(4))
    services.update_endpoint(before, SYSTEM, disabled=True)  # before the plan: nobody meant it
    acme.live.delivery.delete()
    for endpoint, count in ((before, 4), (disabled, 1), (deleted, 2), (open, 3)):
        failed(acme, endpoint, count)
    job = started(api, "matching")
    assert job["planned"] == 6
    services.update_endpoint(disabled, SYSTEM, disabled=True)
    services.delete_endpoint(deleted, SYSTEM)
    run_replays()
    run_replays()
    report = api.get(f"replays/{job['id']}").json()
    assert (report["state"], report["because"], report["queued"]) == ("done", None, 3)
    assert report["notSent"] == {"endpointDisabled": 1, "endpointDeleted": 2}
    assert set(open.deliveries.values_list("state", flat=True)) == {"pending"}


def test_what_was_sent_again_meanwhile_is_counted(acme: House, api: Api) -> None:
    endpoint = another(acme)
    first, *_rest = failed(acme, endpoint, 3)
    job = started(api, "recover", endpointId=public("endpoint", endpoint.pk))
    services.replay(first, SYSTEM)
    run_replays()
    run_replays()
    report = api.get(f"replays/{job['id']}").json()
    assert (report["state"], report["queued"], report["notSent"]) == ("done", 2, {"changed": 1})


def test_a_job_that_breaks_has_failed_and_stops_no_other(acme: House, api: Api) -> None:
    endpoint = another(acme)
    failed(acme, endpoint, 2)
    broken = started(api, "recover", endpointId=public("endpoint", endpoint.pk))
    good = started(api, "recover", endpointId=public("endpoint", endpoint.pk))
    stored(broken).update(filter={"since": "once upon a time"})
    assert run_replays() == 2
    report = stored(broken).get()
    assert (report.state, report.because, report.queued) == ("failed", "broken", 0)
    assert AuditEntry.objects.filter(action="replay.failed", target_id=report.pk).exists()
    run_replays()
    assert api.get(f"replays/{good['id']}").json()["state"] == "done"


def test_the_databases_trouble_is_not_the_jobs(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = another(acme)
    failed(acme, endpoint, 1)
    job = started(api, "recover", endpointId=public("endpoint", endpoint.pk))

    def away(*_args: object) -> int:
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as outage:
        outage.setattr(replays, "again", away)
        assert run_replays() == 0
    assert api.get(f"replays/{job['id']}").json()["state"] == "running"
    assert run_replays() == 1


def test_deliveries_that_are_gone_concern_no_endpoint() -> None:
    assert replays.gap_of([]) == timedelta(0)


def test_a_queue_is_filled_at_once(acme: House, api: Api) -> None:
    failed(acme, acme.live.queue, 3)
    job = started(api, "recover", endpointId=acme.live.ids["queue_id"])
    assert run_replays() == 3
    assert stored(job).filter(next_turn__lte=clock()).exists()
    assert set(acme.live.queue.deliveries.values_list("state", "due_at")) == {("pending", None)}


def test_a_replay_is_not_run_to_a_closed_endpoint(acme: House, api: Api) -> None:
    endpoint = another(acme)
    failed(acme, endpoint, 1)
    job = planned(api, "recover", endpointId=public("endpoint", endpoint.pk))
    services.update_endpoint(endpoint, SYSTEM, disabled=True)
    refused = api.post(f"replays/{job['id']}/run")
    assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_disabled")
    services.update_endpoint(endpoint, SYSTEM, disabled=False)
    assert api.post(f"replays/{job['id']}/run").status_code == 202


def test_a_plan_counts_no_further_than_it_says(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "MOST_COUNTED", 2)
    endpoint = another(acme)
    failed(acme, endpoint, 2)
    path = public("endpoint", endpoint.pk)
    job = planned(api, "recover", endpointId=path)
    assert (job["planned"], job["plannedIsExact"]) == (2, True)
    failed(acme, endpoint, 1)
    job = started(api, "recover", endpointId=path)
    assert (job["planned"], job["plannedIsExact"]) == (2, False)
    run_replays()
    run_replays()
    report = api.get(f"replays/{job['id']}").json()
    assert (report["state"], report["queued"], report["notSent"]) == ("done", 3, {})


def test_nobody_waits_for_a_plan_that_is_counted_for_long(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed(acme, acme.live.endpoint, 1)
    slow = Delivery.objects.annotate(slept=Func(Value(60), function="pg_sleep"))
    monkeypatch.setattr(selection, "COUNTING_MS", 50)
    monkeypatch.setattr(selection, "rows_of", lambda job: slow.filter(slept__isnull=True))
    job = planned(api, "matching")
    assert (job["planned"], job["plannedIsExact"], job["state"]) == (0, False, "planned")


def test_what_came_after_the_plan_is_left_alone(acme: House, api: Api) -> None:
    endpoint = another(acme)
    job = started(api, "recover", endpointId=public("endpoint", endpoint.pk))
    failed(acme, endpoint, 1)
    assert run_replays() == 0
    assert api.get(f"replays/{job['id']}").json()["queued"] == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/kind"),
        ({"kind": "recover"}, "#/filter"),
        ({"kind": "recover", "filter": {}}, "#/filter/since"),
        ({"kind": "recover", "filter": {"since": SINCE}}, "#/filter/endpointId"),
        (
            {"kind": "missing", "filter": {"since": SINCE, "state": "failed"}},
            "#/filter/state",
        ),
        ({"kind": "matching", "filter": {"since": SINCE, "endpointId": "ep"}}, "#/filter/endpointId"),
        ({"kind": "matching", "filter": {"since": "yesterday"}}, "#/filter/since"),
        ({"kind": "matching", "filter": {"since": 5}}, "#/filter/since"),
        ({"kind": "matching", "filter": {"since": SINCE, "until": SINCE}}, "#/filter/until"),
        ({"kind": "matching", "filter": {"since": SINCE, "errorCode": 1}}, "#/filter/errorCode"),
        ({"kind": "matching", "filter": {"since": SINCE, "state": "sending"}}, "#/filter/state"),
        ({"kind": "matching", "filter": {"since": SINCE, "colour": "red"}}, "#/filter/colour"),
    ],
)
def test_a_mistaken_filter_is_refused_by_its_field(
    acme: House, api: Api, body: dict[str, Any], pointer: str
) -> None:
    answer = api.post("replays", body)
    assert answer.status_code == 422
    assert pointer in {error["pointer"] for error in answer.json()["errors"]}


def test_the_dawn_of_time_is_no_trouble(acme: House, api: Api) -> None:
    assert planned(api, "matching", since="0001-01-01T00:00:00Z")["planned"] == 1
    assert planned(api, "matching", since="9999-12-31T23:59:59Z")["planned"] == 0


def test_an_endpoint_of_others_cannot_be_named(acme: House, borealis: House, api: Api) -> None:
    for side in (acme.sandbox, borealis.live):
        filter = {"since": SINCE, "endpointId": side.ids["endpoint_id"]}
        answer = api.post("replays", {"kind": "recover", "filter": filter})
        assert [error["code"] for error in answer.json()["errors"]] == ["unknown_id"]
    assert Replay.objects.filter(environment=acme.live.environment).count() == 1


def test_a_sandbox_whose_clock_was_moved_finds_its_own(acme: House) -> None:
    environment = acme.sandbox.environment
    environment.clock_offset = timedelta(days=3)
    environment.save(update_fields=["clock_offset"])
    store_delivery(store_message(acme.sandbox.assignment), acme.sandbox.endpoint)
    since = (clock(environment) - timedelta(minutes=1)).isoformat()
    filter = {"since": since.replace("+00:00", "Z"), "endpointId": acme.sandbox.ids["endpoint_id"]}
    job = started(Api(acme.sandbox.key), "recover", **filter)
    assert job["planned"] == 1
    assert run_replays() == 1
    row = acme.sandbox.endpoint.deliveries.get(state="pending")
    assert row.due_at is not None
    assert abs(row.due_at - clock(environment)) < timedelta(seconds=60)
