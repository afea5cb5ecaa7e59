"""The stream on a socket: each message as it comes, once, and on from where a lost connection was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts import keyring, keys
from accounts.audit import SYSTEM
from accounts.clock import clock, stamp
from accounts.ids import public
from accounts.models import AuditEntry
from accounts.roles import SCOPES
from api import flowing, stream, tails, waiting
from tests.cast import House, Side, store_message
from tests.live import WITHIN_S, until
from tests.live_wait import LATE, Events, LiveWait, committing_late


def come(side: Side, *contents: str) -> None:
    for content in contents:
        store_message(side.assignment, content)


def read_entries(side: Side) -> list[list[str]]:
    rows = AuditEntry.objects.filter(environment=side.environment, action="message.read").order_by("pk")
    return [row.after["messageIds"] for row in rows if row.after]


def test_each_message_is_told_when_it_comes(acme: House, wait: LiveWait) -> None:
    client = wait.stream(acme.live.key)
    assert client.response.status == 200
    assert client.response.headers["Content-Type"] == "text/event-stream"
    assert client.response.headers["Cache-Control"] == "no-store"
    assert client.response.headers["X-Accel-Buffering"] == "no"
    assert client.response.headers["Request-Id"].startswith("req_")
    come(acme.live, "one", "two 👋\nthree")
    client.heard("one", "two 👋\nthree")
    answer = wait.get(f"/v1/endpoints/{acme.live.ids['queue_id']}/queue", acme.live.key)
    assert answer.status_code == 200  # others are answered meanwhile
    assert client.retry == "3000"
    shown = client.messages[0]
    assert (shown["id"], shown["status"]) == (client.ids[1].partition(".")[0], "received")


def test_it_shows_what_a_read_shows(acme: House, api: Any, wait: LiveWait) -> None:
    client = wait.stream(acme.live.key, f"?since={public('message', acme.live.message.pk)}")
    come(acme.live, "same")
    client.heard("same")
    assert api.get(f"messages/{client.messages[0]['id']}").json() == client.messages[0]


def test_who_comes_again_goes_on_where_it_was(acme: House, wait: LiveWait) -> None:
    client = wait.stream(acme.live.key)
    with committing_late(acme.live.message) as (link, _late):
        come(acme.live, "one", "two")
        client.heard("one", "two")
        client.leave()
        link.commit()
    come(acme.live, "three")
    wait.stream(acme.live.key, Last_Event_ID=client.ids[-1]).heard(LATE, "three")
    wait.stream(acme.live.key, Last_Event_ID=client.ids[1]).heard(LATE, "two", "three")


def test_who_lost_it_before_the_first_message_misses_none(acme: House, wait: LiveWait) -> None:
    client = wait.stream(acme.live.key)
    client.leave()
    come(acme.live, "meanwhile")
    wait.stream(acme.live.key, Last_Event_ID=client.ids[0]).heard("meanwhile")


def test_it_begins_at_a_time_of_the_environments_clock(acme: House, wait: LiveWait) -> None:
    side = acme.sandbox
    side.environment.clock_offset = timedelta(days=3)
    side.environment.save(update_fields=["clock_offset"])
    before = stamp(clock(side.environment))
    come(side, "one", "two")
    client = wait.stream(side.key, f"?since={before}")
    client.heard("one", "two")
    come(side, "three")
    client.heard("one", "two", "three")


def test_what_is_more_than_a_page_comes_page_by_page(
    acme: House, wait: LiveWait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LIMIT", 2)
    before = stamp(clock())
    contents = [f"text {number}" for number in range(7)]
    come(acme.live, *contents)
    wait.stream(acme.live.key, f"?since={before}").heard(*contents)


def test_who_is_told_too_much_at_once_reads_it_itself(
    acme: House, wait: LiveWait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tails, "MOST_KEPT", 0)
    client = wait.stream(acme.live.key)
    contents = [f"text {number}" for number in range(10)]
    come(acme.live, *contents)
    client.heard(*contents)
    come(acme.live, "and one")
    client.heard(*contents, "and one")


def test_nobody_hears_of_others(acme: House, borealis: House, wait: LiveWait) -> None:
    mine, sandbox, theirs = (wait.stream(side.key) for side in (acme.live, acme.sandbox, borealis.live))
    come(borealis.live, "theirs")
    come(acme.live, "mine")
    theirs.heard("theirs")
    mine.heard("mine")
    come(acme.sandbox, "sandbox")
    sandbox.heard("sandbox")
    assert wait.stream(acme.live.key, Last_Event_ID=theirs.ids[0]).response.status == 400


def test_many_hear_what_is_read_once(
    acme: House, borealis: House, wait: LiveWait, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[int] = []
    original = tails.all_heard

    def counted(news: Sequence[Any]) -> list[tails.Heard]:
        pages.extend(len(page.ids) for _environment, page, _listeners in news)
        return original(news)

    monkeypatch.setattr(tails, "all_heard", counted)
    clients = [wait.stream(side.key) for side in (acme.live, borealis.live) for _ in range(40)]
    until(lambda: len(wait.app.streams) == 80)
    come(acme.live, "to all of us")
    for client in clients[:40]:
        client.heard("to all of us")
    assert pages == [1]
    assert not any(client.messages for client in clients[40:])
    assert len(wait.app.tails.tails) == 2


def test_while_nobody_listens_nobody_looks(acme: House, wait: LiveWait) -> None:
    client = wait.stream(acme.live.key)
    until(lambda: wait.app.streams)
    client.leave()
    until(lambda: not wait.app.tails.tails)
    assert not wait.app.tails.somebody.is_set()
    assert wait.held() == 0


def test_a_silent_stream_shows_that_it_is_there(
    acme: House, wait: LiveWait, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert flowing.HEARTBEAT_S == 15
    monkeypatch.setattr(flowing, "HEARTBEAT_S", 0.05)
    client = wait.stream(acme.live.key)
    until(lambda: client.beats > 2)
    come(acme.live, "still there")
    client.heard("still there")


def test_it_ends_with_its_key(acme: House, wait: LiveWait) -> None:
    mine, others = wait.stream(acme.live.key), wait.stream(acme.sandbox.key)
    acme.live.environment.keys.update(revoked_at=clock())
    assert mine.over.wait(WITHIN_S)
    come(acme.live, "too late")
    assert wait.stream(acme.live.key, Last_Event_ID=mine.ids[-1]).response.status == 401
    assert not others.over.is_set()
    assert mine.contents == []


def test_it_ends_when_its_key_expires(acme: House, wait: LiveWait) -> None:
    client = wait.stream(acme.live.key)
    acme.live.environment.keys.update(expires_at=clock())
    assert client.over.wait(WITHIN_S)


def test_who_may_not_read_content_hears_none(acme: House, wait: LiveWait) -> None:
    key = keys.create(acme.live.environment, SYSTEM, name="m", held=SCOPES, scopes=["readMessages"])[1]
    masked, open = wait.stream(key), wait.stream(acme.live.key)
    come(acme.live, "a code")
    open.heard("a code")
    until(lambda: masked.messages)
    assert masked.messages == [open.messages[0] | {"content": None, "senderId": None}]
    assert "a code" not in masked.told
    masked.leave()
    open.leave()
    until(lambda: read_entries(acme.live))
    assert read_entries(acme.live) == [[open.messages[0]["id"]]]


def test_a_database_that_went_away_costs_a_moment(acme: House, wait: LiveWait) -> None:
    client = wait.stream(acme.live.key)
    until(lambda: wait.app.streams)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%%unnest%%'"
        )
    come(acme.live, "after all")
    client.heard("after all")


def test_the_trail_says_once_a_connection_what_was_read(acme: House, wait: LiveWait) -> None:
    client = wait.stream(acme.live.key)
    come(acme.live, "one", "two", "three")
    client.heard("one", "two", "three")
    assert read_entries(acme.live) == []
    client.leave()
    until(lambda: read_entries(acme.live))
    assert read_entries(acme.live) == [[message["id"] for message in client.messages]]


def test_of_much_the_trail_says_it_in_parts(
    acme: House, wait: LiveWait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flowing, "AT_ONCE", 2)
    client = wait.stream(acme.live.key)
    for number in range(5):
        come(acme.live, f"text {number}")
        client.heard(*(f"text {one}" for one in range(number + 1)))
    client.leave()
    until(lambda: sum(map(len, read_entries(acme.live))) == 5)
    assert len(read_entries(acme.live)) > 1


def test_it_refuses_as_the_api_does(acme: House, wait: LiveWait) -> None:
    for client, status, code in (
        (wait.stream("sk_live_nonsense"), 401, "invalid_key"),
        (wait.stream(acme.live.key, Last_Event_ID="msg_1"), 400, "invalid_parameter"),
        (wait.stream(acme.live.key, "?since=yesterday"), 400, "invalid_parameter"),
        (wait.stream(acme.live.key, "?number=1"), 400, "invalid_parameter"),
    ):
        assert client.response.status == status
        assert client.response.headers["Content-Type"] == "application/problem+json"
        assert code in client.told
    assert wait.held() == 0


def test_one_environment_cannot_take_all_places(
    acme: House, borealis: House, wait: LiveWait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_OF_ONE", 1)
    wait.stream(acme.live.key)
    until(lambda: wait.held() == 1)
    refused = wait.stream(acme.live.key)
    assert (refused.response.status, refused.response.headers["Retry-After"]) == (503, "5")
    assert wait.stream(borealis.live.key).response.status == 200


def test_a_message_that_does_not_open_keeps_no_other_from_coming(acme: House, wait: LiveWait) -> None:
    client = wait.stream(acme.live.key)
    broken = keyring.of(acme.tenant.pk).seal(b"x", "elsewhere", acme.live.message.pk)
    store_message(acme.live.assignment, sealed_content=broken)
    come(acme.live, "next")
    until(lambda: len(client.messages) == 2)
    assert client.contents == [None, "next"]
    assert client.messages[0]["contentErasedAt"] is None


def events(answer: Any) -> Events:
    """What web's whole answer says."""
    told = Events()
    for line in answer.content.decode().split("\n"):
        told.hear(line)
    return told


def test_web_alone_answers_what_there_is_and_where_to_go_on(
    acme: House, transactional_db: None, api: Any
) -> None:
    first = events(api.get("messages/stream"))
    assert (first.messages, first.retry, len(first.ids)) == ([], "1000", 2)
    come(acme.live, "one", "two")
    second = events(api("GET", "messages/stream", None, **{"Last-Event-ID": first.ids[-1]}))
    assert second.contents == ["one", "two"]
    third = events(api("GET", "messages/stream", None, **{"Last-Event-ID": second.ids[-1]}))
    assert third.messages == []
    assert read_entries(acme.live) == [[one["id"] for one in second.messages]]
