"""A POST that is sent again with its Idempotency-Key is done once and answered alike."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connection

from accounts.clock import clock
from accounts.models import Environment
from operations import repetition
from operations.models import KeptAnswer
from operations.tasks import purge
from routing import services
from routing.models import Route
from tests.cast import URL, Api, House, key_of

BODY = {"name": "R", "action": "drop"}
SINCE = "2026-11-22T00:00:00Z"


def send(api: Api, body: Any = BODY, path: str = "routes", key: str = "first") -> Any:
    return api("POST", path, body, **{"Idempotency-Key": key})


def made(house: House) -> int:
    return Route.objects.filter(environment=house.live.environment, name="R").count()


def test_the_repetition_is_answered_and_not_done(acme: House, api: Api) -> None:
    first, again = send(api), send(api)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert first["Request-Id"] != again["Request-Id"]
    assert made(acme) == 1


def test_the_same_said_otherwise_is_the_same(acme: House, api: Api) -> None:
    send(api, b'{"name": "R", "action": "drop"}', key="k")
    again = send(api, b' {"action":"drop",\n"name":"\\u0052"}', key='"k"')
    assert again["Idempotent-Replayed"] == "true"
    assert made(acme) == 1


def test_another_body_is_refused(acme: House, api: Api) -> None:
    send(api)
    refused = send(api, BODY | {"routingTag": "t"})
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert made(acme) == 1


def test_a_key_counts_within_environment_and_path(acme: House, borealis: House, api: Api) -> None:
    send(api)
    for side in (acme.sandbox, borealis.live):
        assert "Idempotent-Replayed" not in send(Api(side.key))
    assert send(api, {"kind": "polling"}, "endpoints").status_code == 201
    assert send(api, key="second").status_code == 201


def test_another_key_of_the_environment_asks_for_something_else(acme: House, api: Api) -> None:
    send(api)
    other = send(Api(key_of(acme.live.environment)))
    assert other.status_code == 201
    assert "Idempotent-Replayed" not in other
    assert made(acme) == 2


@pytest.mark.parametrize("key", ["", '""', "é", "two words", "x" * 256, "'\t'", '"open', 'a"b'])
def test_a_malformed_key_is_refused(acme: House, api: Api, key: str) -> None:
    refused = send(api, key=key)
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_malformed")
    assert made(acme) == 0


def test_what_was_refused_is_judged_anew(acme: House, api: Api) -> None:
    assert send(api, {"name": "R"}).status_code == 422
    assert send(api).status_code == 201
    assert not KeptAnswer.objects.filter(status=None).exists()


@pytest.mark.parametrize(("error", "status"), [(RuntimeError(), 500), (OperationalError(), 503)])
def test_what_broke_is_done_anew(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def broken(*_args: object, **_named: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(services, "create_route", broken)
        assert send(api).status_code == status
    done = send(api)
    assert (done.status_code, made(acme)) == (201, 1)
    assert "Idempotent-Replayed" not in done


def test_a_secret_is_kept_sealed(acme: House, api: Api) -> None:
    first = send(api, {"kind": "webhook", "url": URL}, "endpoints")
    secret = first.json()["secret"]
    assert send(api, {"kind": "webhook", "url": URL}, "endpoints").json()["secret"] == secret
    row = KeptAnswer.objects.get()
    assert secret.encode() not in bytes(row.sealed_answer or b"")
    assert b"first" not in bytes(row.digest)


def test_an_answer_is_kept_for_a_day_of_the_environment(acme: House, borealis: House) -> None:
    api = Api(acme.sandbox.key)
    send(api)
    send(Api(borealis.live.key))
    move(acme.sandbox.environment, timedelta(hours=23))
    assert send(api)["Idempotent-Replayed"] == "true"
    assert purge()["keptAnswers"] == 0
    move(acme.sandbox.environment, timedelta(hours=24))
    assert purge()["keptAnswers"] == 1
    assert KeptAnswer.objects.get().environment == borealis.live.environment


def test_over_counts_even_before_it_is_purged(acme: House) -> None:
    api = Api(acme.sandbox.key)
    send(api)
    move(acme.sandbox.environment, timedelta(hours=24))
    again = send(api, BODY | {"routingTag": "another"})
    assert again.status_code == 201
    assert "Idempotent-Replayed" not in again


def move(environment: Environment, ahead: timedelta) -> None:
    Environment.objects.filter(pk=environment.pk).update(clock_offset=ahead)


def claim(house: House) -> repetition.Claim:
    """Somebody who carries out what `send` asks for, and has not answered yet."""
    environment = house.live.environment
    key = environment.keys.get()
    body = '["", {"action": "drop", "name": "R"}]'
    begun = repetition.begin(environment, key.pk, "/v1/routes", "first", body)
    assert isinstance(begun, repetition.Claim)
    return begun


def test_while_the_first_is_under_way_the_second_waits(acme: House, api: Api) -> None:
    claim(acme)
    refused = send(api)
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_in_use")
    assert refused["Retry-After"] == "1"
    assert made(acme) == 0


def test_who_died_holds_a_key_for_two_minutes_only(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = claim(acme)
    monkeypatch.setattr(repetition, "clock", lambda *of: clock(*of) + timedelta(seconds=121))
    assert send(api).status_code == 201
    repetition.keep(begun, 200, b'"late"')  # the dead one was slow only
    assert send(api).json()["name"] == "R"


@pytest.mark.parametrize("path", ["replays", "replays/{replay_id}/run"])
def test_a_bulk_job_needs_a_name(acme: House, api: Api, path: str) -> None:
    url = "/v1/" + path.format(**acme.live.ids)
    refused = api.http.post(url, b"{}", content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")


def test_a_bulk_job_is_planned_once(acme: House, api: Api) -> None:
    body = {"kind": "recover", "filter": {"since": SINCE, "endpointId": acme.live.ids["endpoint_id"]}}
    before = acme.live.environment.replays.count()
    ids = {send(api, body, "replays").json()["id"] for _ in range(3)}
    assert len(ids) == 1
    assert acme.live.environment.replays.count() == before + 1


def test_reads_and_changes_ignore_it(acme: House, api: Api) -> None:
    for _ in range(2):
        assert api("GET", "routes", **{"Idempotency-Key": "é"}).status_code == 200
    path = f"routes/{acme.live.ids['route_id']}"
    for name in ("A", "B"):
        assert api("PATCH", path, {"name": name}, **{"Idempotency-Key": "k"}).json()["name"] == name


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_done(acme: House, threads: ThreadPoolExecutor) -> None:
    start = Barrier(8)

    def ask(_number: int) -> int:
        try:
            start.wait()
            status: int = send(Api(acme.live.key)).status_code
            return status
        finally:
            connection.close()

    statuses = list(threads.map(ask, range(8)))
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert made(acme) == 1
