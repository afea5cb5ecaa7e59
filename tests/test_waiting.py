"""The held-open requests on a socket: many wait for a text, each gets it at once, none costs a thread."""

from __future__ import annotations

import time
from concurrent.futures import Future

import pytest
import requests
from django.conf import LazySettings

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import uuid7
from api import waiting
from delivery import queues, services
from delivery.models import Delivery
from operations import rates
from operations.models import LoggedRequest
from tests import cast
from tests.cast import Api, House, Side
from tests.live import WITHIN_S, until
from tests.live_wait import LiveWait


def asked(wait: LiveWait, side: Side, query: str = "wait=20&limit=1") -> Future[requests.Response]:
    """Somebody who waits; the answer when it comes."""
    before = wait.waiting()
    future = wait.pool.submit(wait.get, path_of(side, query), side.key)
    until(lambda: wait.waiting() > before or future.done())
    return future


def path_of(side: Side, query: str) -> str:
    return f"/v1/endpoints/{side.ids['queue_id']}/queue?{query}"


def put(side: Side, content: str = "code", *, tell: bool = True) -> Delivery:
    message = cast.store_message(side.assignment, content, route=side.route)
    delivery = cast.store_delivery(message, side.queue, Delivery.State.PENDING, due_at=None, attempts_made=0)
    if tell:
        queues.announce(side.queue)
    return delivery


def content(answer: Future[requests.Response]) -> str:
    response = answer.result(WITHIN_S)
    assert response.status_code == 200, response.text
    (row,) = response.json()["data"]
    told: str = row["payload"]["data"]["content"]
    return told


def test_who_waits_gets_the_text_when_it_comes(acme: House, wait: LiveWait) -> None:
    answer = asked(wait, acme.live)
    put(acme.live, "Votre code est 020005")
    assert content(answer) == "Votre code est 020005"
    response = answer.result()
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert wait.waiting() == 0


def test_what_is_there_is_answered_at_once_as_web_would(acme: House, wait: LiveWait) -> None:
    put(acme.live)
    answer = wait.get(path_of(acme.live, "wait=20"), acme.live.key)
    assert len(answer.json()["data"]) == 1
    assert wait.get(path_of(acme.live, ""), acme.live.key).json() == {
        "lease": None,
        "leasedUntil": None,
        "data": [],
    }


def test_a_lost_notice_costs_a_second(acme: House, wait: LiveWait) -> None:
    answer = asked(wait, acme.live)
    put(acme.live, tell=False)
    assert content(answer) == "code"


def test_when_the_time_is_up_the_answer_is_empty(acme: House, wait: LiveWait) -> None:
    before = time.monotonic()
    answer = wait.get(path_of(acme.live, "wait=1"), acme.live.key)
    assert answer.json() == {"lease": None, "leasedUntil": None, "data": []}
    assert time.monotonic() - before >= 1
    assert "Retry-After" not in answer.headers


def test_each_text_goes_to_one_of_those_who_wait(acme: House, borealis: House, wait: LiveWait) -> None:
    mine = [asked(wait, acme.live) for _ in range(5)]
    theirs = asked(wait, borealis.live)
    for number in range(5):
        put(acme.live, f"text {number}", tell=number == 0)
    assert sorted(content(answer) for answer in mine) == [f"text {number}" for number in range(5)]
    assert not theirs.done()
    put(borealis.live, "theirs")
    assert content(theirs) == "theirs"


def test_two_hundred_may_wait_and_others_are_still_answered(acme: House, wait: LiveWait) -> None:
    path, key = path_of(acme.live, "wait=20&limit=1"), acme.live.key
    answers = [wait.pool.submit(wait.get, path, key, 60) for _ in range(200)]
    until(lambda: wait.waiting() == 200)
    assert len(wait.app.pool._threads) == waiting.THREADS
    before = time.monotonic()
    assert (
        wait.get(f"/v1/endpoints/{acme.sandbox.ids['queue_id']}/queue", acme.sandbox.key).status_code == 200
    )
    assert wait.get("/healthz", "").status_code == 200
    assert time.monotonic() - before < 5
    put(acme.live, "for one")
    until(lambda: sum(answer.done() for answer in answers) == 1)
    services.update_endpoint(acme.live.queue, SYSTEM, disabled=True)  # who is woken now learns so
    for _ in range(199):
        queues.announce(acme.live.queue)
    refused = [answer for answer in answers if answer.result(WITHIN_S).status_code == 409]
    assert len(refused) == 199


def test_who_hung_up_takes_nothing(acme: House, wait: LiveWait) -> None:
    with pytest.raises(requests.exceptions.ReadTimeout):
        wait.get(path_of(acme.live, "wait=20"), acme.live.key, timeout=1)
    until(lambda: wait.waiting() == 0)
    delivery = put(acme.live)
    delivery.refresh_from_db()
    assert delivery.state == "pending"
    assert len(Api(acme.live.key).get(path_of(acme.live, "")).json()["data"]) == 1


def test_a_key_revoked_meanwhile_gets_nothing(acme: House, wait: LiveWait) -> None:
    answer = asked(wait, acme.live)
    acme.live.environment.keys.update(revoked_at=clock())
    put(acme.live)
    assert answer.result(WITHIN_S).status_code == 401
    assert Delivery.objects.get(endpoint=acme.live.queue).state == "pending"


def test_it_refuses_as_the_api_does(acme: House, wait: LiveWait) -> None:
    path = path_of(acme.live, "wait=20")
    for response, status, code in (
        (wait.get(path, "sk_live_nonsense"), 401, "invalid_key"),
        (wait.get(path, acme.sandbox.key), 404, "not_found"),
        (wait.get(path_of(acme.live, "wait=61"), acme.live.key), 400, "invalid_parameter"),
    ):
        assert (response.status_code, response.json()["code"]) == (status, code)
        assert response.headers["Content-Type"] == "application/problem+json"
    posted = requests.post(wait.url + path, headers={"Authorization": f"Bearer {acme.live.key}"}, timeout=20)
    assert posted.status_code == 405


def test_it_answers_nothing_but_queues_and_monitors(acme: House, wait: LiveWait) -> None:
    assert wait.get("/readyz", "").status_code == 200
    assert wait.get("/v1/messages", acme.live.key).status_code == 404
    assert wait.get("/login/", "").status_code == 404


def test_each_answer_names_its_request(acme: House, wait: LiveWait) -> None:
    name = uuid7().hex
    headers = {"Authorization": f"Bearer {acme.live.key}", "Request-Id": name}
    for path in ("/v1/messages", "/readyz", path_of(acme.live, "")):
        assert requests.get(wait.url + path, headers=headers, timeout=WITHIN_S).headers["Request-Id"] == name
    nowhere = wait.get("/v1/messages", acme.live.key)
    assert nowhere.json()["requestId"] == nowhere.headers["Request-Id"] != name
    assert nowhere.json()["errorCode"] == 1105


def test_who_waits_has_asked_once(
    acme: House, wait: LiveWait, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_READS, now = 10, clock()
    monkeypatch.setattr(rates, "clock", lambda: now)
    answer = asked(wait, acme.live)
    for _ in range(3):
        queues.announce(acme.live.queue)  # wakes who waits, for nothing
    put(acme.live)
    response = answer.result(WITHIN_S)
    rows = LoggedRequest.objects.filter(path="/v1/endpoints/{queue_id}/queue")
    until(rows.exists)
    assert [row.request_id for row in rows] == [response.headers["Request-Id"]]
    assert Api(acme.live.key).get("messages")["RateLimit"] == '"read";r=8;t=2'


def test_a_header_with_an_underscore_is_no_proxys() -> None:
    scope = {
        "method": "GET",
        "path": "/readyz",
        "query_string": b"",
        "headers": [(b"x_forwarded_for", b"203.0.113.9"), (b"accept", b"a"), (b"accept", b"b")],
    }
    environ = waiting.environ_of(scope)
    assert "HTTP_X_FORWARDED_FOR" not in environ
    assert environ["HTTP_ACCEPT"] == "a,b"


@pytest.mark.parametrize(
    ("end", "status", "code"), [("disabled", 409, "endpoint_disabled"), ("deleted", 404, "not_found")]
)
def test_who_waits_hears_that_the_queue_was_closed(
    acme: House, wait: LiveWait, end: str, status: int, code: str
) -> None:
    answers = [asked(wait, acme.live) for _ in range(3)]
    if end == "disabled":
        services.update_endpoint(acme.live.queue, SYSTEM, disabled=True)
    else:
        services.delete_endpoint(acme.live.queue, SYSTEM)
    for answer in answers:
        response = answer.result(WITHIN_S)
        assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_key_revoked_meanwhile_is_told_when_the_time_is_up(acme: House, wait: LiveWait) -> None:
    answer = asked(wait, acme.live, "wait=2")
    acme.live.environment.keys.update(revoked_at=clock())
    response = answer.result(WITHIN_S)
    assert (response.status_code, response.json()["code"]) == (401, "invalid_key")
