"""Waiting for one message: the first that comes and is the one, whoever else waits for it as well."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts import keys
from accounts.audit import SYSTEM
from accounts.clock import clock, stamp
from accounts.ids import public
from accounts.models import AuditEntry
from accounts.roles import SCOPES
from api import awaiting, holding
from inbox import erasure
from tests.cast import Api, House, Side, store_message
from tests.live import WITHIN_S, until
from tests.live_wait import LiveWait, committing_late

PATH = "/v1/messages/wait"


def content(answer: Any) -> str:
    response = answer.result(WITHIN_S)
    assert response.status_code == 200, response.text
    told: str = response.json()["content"]
    return told


def test_the_first_that_comes_is_the_answer(acme: House, wait: LiveWait) -> None:
    answer = wait.ask(PATH, acme.live.key)
    message = store_message(acme.live.assignment, "Votre code est 020005")
    store_message(acme.live.assignment, "and another")
    assert content(answer) == "Votre code est 020005"
    assert (
        answer.result().json() == Api(acme.live.key).get(f"messages/{public('message', message.pk)}").json()
    )
    assert wait.held() == 0
    entries = AuditEntry.objects.filter(environment=acme.live.environment, action="message.read")
    assert set(entries.values_list("target_id", flat=True)) == {message.pk}


@pytest.mark.parametrize(
    "query",
    [
        "numberUsed=0033 9 37 00 00 01&contains=wanted",
        "senderId=doctolib",
        "contains=WANTÈD",
        r"matches=\b[0-9]{6}\b",
        r"senderId=Doctolib&contains=code&matches=^The wanted",
    ],
)
def test_what_does_not_match_is_passed_over(acme: House, wait: LiveWait, query: str) -> None:
    answer = wait.ask(f"{PATH}?{query}", acme.live.key)
    store_message(acme.live.assignment, "Bonjour, votre rendez-vous")
    store_message(acme.sandbox.assignment, "The wanted code 020005", "Doctolib")
    assert not answer.done()
    store_message(acme.live.assignment, "The wanted code 020005", "Doctolib")
    assert content(answer) == "The wanted code 020005"


def test_another_number_is_passed_over(acme: House, wait: LiveWait) -> None:
    answer = wait.ask(f"{PATH}?numberUsed=%2B33937000009&timeout=1", acme.live.key)
    store_message(acme.live.assignment)
    assert answer.result(WITHIN_S).status_code == 204


def test_everybody_who_waits_for_it_gets_it(acme: House, borealis: House, wait: LiveWait) -> None:
    answers = [wait.ask(f"{PATH}?contains=code&timeout=60", acme.live.key) for _ in range(20)]
    theirs = wait.ask(f"{PATH}?timeout=2", borealis.live.key)
    store_message(acme.live.assignment, "the code")
    assert {content(answer) for answer in answers} == {"the code"}
    assert theirs.result(WITHIN_S).status_code == 204


def test_what_was_there_before_does_not_count(acme: House, wait: LiveWait) -> None:
    with committing_late(acme.live.message) as (link, late):
        answer = wait.ask(PATH, acme.live.key)
        assert not answer.done()
        link.commit()  # which is now
        assert answer.result(WITHIN_S).json()["id"] == public("message", late)


def test_when_the_time_is_up_one_learns_where_to_go_on(acme: House, wait: LiveWait) -> None:
    response = wait.get(f"{PATH}?timeout=1&contains=code", acme.live.key)
    assert (response.status_code, response.content) == (204, b"")
    store_message(acme.live.assignment, "no")
    message = store_message(acme.live.assignment, "code, between two requests")
    again = wait.get(f"{PATH}?contains=code&since={response.headers['Next-Since']}", acme.live.key)
    assert again.json()["id"] == public("message", message.pk)
    over = wait.get(f"{PATH}?timeout=1&contains=code&since={again.headers['Next-Since']}", acme.live.key)
    assert over.status_code == 204


def test_since_is_a_time_of_the_environments_clock_or_a_message(acme: House, wait: LiveWait) -> None:
    side = acme.sandbox
    side.environment.clock_offset = timedelta(days=3)
    side.environment.save(update_fields=["clock_offset"])
    mark = stamp(clock(side.environment))
    message = store_message(side.assignment, "behind the mark")
    assert wait.get(f"{PATH}?since={mark}", side.key).json()["id"] == public("message", message.pk)
    behind = public("message", side.message.pk)
    assert wait.get(f"{PATH}?since={behind}", side.key).json()["id"] == public("message", message.pk)
    later = stamp(clock(side.environment) + timedelta(minutes=1))
    assert wait.get(f"{PATH}?timeout=1&since={later}", side.key).status_code == 204


def test_of_long_ago_only_the_last_hour_counts(
    acme: House, wait: LiveWait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(awaiting, "LOOKED_THROUGH", -timedelta(minutes=1))
    assert wait.get(f"{PATH}?timeout=1&since=2020-01-01T00:00:00Z", acme.live.key).status_code == 204


def test_much_is_looked_through_step_by_step(
    acme: House, wait: LiveWait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(awaiting, "LIMIT", 1)
    monkeypatch.setattr(awaiting, "PAGES", 2)
    mark = stamp(clock())
    for number in range(9):
        store_message(acme.live.assignment, f"text {number}")
    assert wait.get(f"{PATH}?since={mark}&contains=8", acme.live.key).json()["content"] == "text 8"


def test_what_was_erased_is_nobodys(acme: House, wait: LiveWait) -> None:
    mark = stamp(clock())
    erasure.erase([store_message(acme.live.assignment, "a code").pk], clock())
    store_message(acme.live.assignment, "a code that is there")
    answer = wait.get(f"{PATH}?since={mark}&contains=code", acme.live.key)
    assert answer.json()["content"] == "a code that is there"


def test_a_key_revoked_meanwhile_gets_nothing(acme: House, wait: LiveWait) -> None:
    answer = wait.ask(PATH, acme.live.key)
    acme.live.environment.keys.update(revoked_at=clock())
    assert wait.get(PATH, acme.live.key).status_code == 401  # and whatever was being looked at has been
    store_message(acme.live.assignment)
    assert answer.result(WITHIN_S).status_code == 401


def test_a_look_that_waits_for_nothing_marks_the_place(acme: House, wait: LiveWait) -> None:
    store_message(acme.live.assignment, "an older code")
    mark = wait.get(f"{PATH}?timeout=0", acme.live.key)
    assert (mark.status_code, wait.held()) == (204, 0)
    since = f"{PATH}?contains=code&since={mark.headers['Next-Since']}"
    assert wait.get(f"{since}&timeout=0", acme.live.key).status_code == 204
    store_message(acme.live.assignment, "a newer code")
    assert wait.get(since, acme.live.key).json()["content"] == "a newer code"


@pytest.mark.parametrize(
    ("query", "parameter", "code"),
    [
        ("timeout=-1", "timeout", "min_value"),
        ("timeout=61", "timeout", "max_value"),
        ("matches=(", "matches", "pattern_invalid"),
        ("matches=(?=a)", "matches", "pattern_unsupported"),
        ("matches=(.{0,400}){40}", "matches", None),
        ("contains=", "contains", None),
        ("since=now", "since", "invalid_value"),
        ("since=2026-11-26T10:00:00", "since", "invalid_value"),
        ("since=2026-02-30T10:00:00Z", "since", "invalid_value"),
        ("since=ep_00000000000000000000000000", "since", "invalid_value"),
        ("number=1", "number", "unknown_field"),
    ],
)
def test_a_wrong_parameter_is_named(
    acme: House, api: Api, query: str, parameter: str, code: str | None
) -> None:
    response = api.get(f"messages/wait?{query}")
    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["parameter"] == parameter
    assert code in (None, error["code"])


def waiting_at_web(side: Side, path: str) -> tuple[threading.Thread, list[Any]]:
    answers: list[Any] = []

    def ask() -> None:
        answers.append(Api(side.key).get(path))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, answers


@pytest.mark.parametrize("path", ["messages/wait?timeout=60", "feed?wait=60", "messages/stream"])
def test_web_waits_for_a_few_and_answers_the_others_at_once(
    acme: House, transactional_db: None, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(holding, "PLACES", threading.BoundedSemaphore(1))
    cursor = Api(acme.live.key).get("feed").json()["nextCursor"]
    thread, answers = waiting_at_web(acme.live, path.replace("wait=60", f"wait=60&cursor={cursor}"))
    until(lambda: holding.PLACES._value == 0)
    at_once = Api(acme.live.key).get("messages/wait?timeout=60")
    assert (at_once.status_code, at_once["Retry-After"]) == (204, "1")
    store_message(acme.live.assignment, "here it is")
    thread.join(WITHIN_S)
    assert "here it is" in answers[0].content.decode()
    assert holding.PLACES._value == 1


def test_who_may_not_read_content_does_not_learn_it_by_waiting(acme: House) -> None:
    masked = keys.create(acme.live.environment, SYSTEM, name="m", held=SCOPES, scopes=["readMessages"])[1]
    for query in ("senderId=Doctolib", "contains=code", "matches=.", "timeout=1&numberUsed=1&contains=a"):
        response = Api(masked).get(f"messages/wait?{query}")
        assert (response.status_code, response.json()["code"]) == (403, "missing_scope")
    found = Api(masked).get("messages/wait?since=2020-01-01T00:00:00Z&numberUsed=%2B33937000001")
    assert (found.status_code, found.json()["content"], found.json()["senderId"]) == (200, None, None)
