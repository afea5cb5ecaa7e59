"""The feed: from the oldest message on, each page acknowledged by asking for the next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts import keyring, keys, services
from accounts.audit import SYSTEM
from accounts.clock import clock, stamp
from accounts.ids import public
from accounts.models import AuditEntry
from accounts.roles import SCOPES
from inbox import erasure
from numbers.services import assign_number, create_channel
from tests.cast import Api, House, store_message
from tests.live import WITHIN_S
from tests.live_wait import LiveWait, committing_late

pytestmark = pytest.mark.django_db(transaction=True)


def contents(page: dict[str, Any]) -> list[str]:
    return [message["content"] for message in page["data"]]


def after(api: Api, page: dict[str, Any], more: str = "") -> dict[str, Any]:
    told: dict[str, Any] = api.get(f"feed?cursor={page['nextCursor']}{more}").json()
    return told


def test_it_goes_from_the_oldest_to_the_newest_and_on(acme: House, api: Api) -> None:
    for number in range(4):
        store_message(acme.live.assignment, f"text {number}")
    first = api.get("feed?limit=3").json()
    assert contents(first) == [acme.live.message.content, "text 0", "text 1"]
    second = after(api, first, "&limit=3")
    assert (first["hasMore"], second["hasMore"]) == (True, False)
    assert contents(second) == ["text 2", "text 3"]
    assert contents(after(api, second)) == []
    store_message(acme.live.assignment, "later")
    assert contents(after(api, second)) == ["later"]
    assert contents(after(api, first)) == ["text 2", "text 3", "later"]  # not acknowledged, so it comes again


def test_what_was_accepted_late_is_not_skipped(acme: House, api: Api) -> None:
    with committing_late(acme.live.message) as (link, late):
        store_message(acme.live.assignment, "overtaking")
        first = api.get("feed").json()
        link.commit()
    assert public("message", late) not in [message["id"] for message in first["data"]]
    assert [message["id"] for message in after(api, first)["data"]] == [public("message", late)]


def test_it_may_begin_at_a_time_or_behind_a_message(acme: House, api: Api) -> None:
    mark = stamp(clock())
    store_message(acme.live.assignment, "behind")
    behind = acme.live.ids["message_id"]
    for cursor in (mark, behind):
        assert contents(api.get(f"feed?cursor={cursor}").json()) == ["behind"]
    assert contents(api.get(f"feed?cursor={stamp(clock() + timedelta(hours=1))}").json()) == []
    assert len(api.get("feed?cursor=0001-01-01T00:00:00Z").json()["data"]) == 2


def test_each_environment_has_its_own(acme: House, borealis: House, api: Api) -> None:
    store_message(borealis.live.assignment, "theirs")
    page = api.get("feed").json()
    assert contents(page) == [acme.live.message.content]
    for other in (acme.sandbox, borealis.live):
        answer = Api(other.key).get(f"feed?cursor={page['nextCursor']}")
        assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "cursor")


def test_the_trail_says_what_was_read(acme: House, api: Api) -> None:
    store_message(acme.live.assignment)
    page = api.get("feed").json()
    after(api, page)
    (entry,) = AuditEntry.objects.filter(environment=acme.live.environment, action="message.read")
    assert entry.after == {"messageIds": [message["id"] for message in page["data"]]}


def test_what_was_erased_or_does_not_open_keeps_its_place(acme: House, api: Api) -> None:
    erasure.erase([store_message(acme.live.assignment).pk], clock())
    broken = keyring.of(acme.tenant.pk).seal(b"x", "elsewhere", acme.live.message.pk)
    store_message(acme.live.assignment, sealed_content=broken)
    store_message(acme.live.assignment, "last")
    page = api.get(f"feed?cursor={acme.live.ids['message_id']}").json()
    assert contents(page) == [None, None, "last"]
    assert [message["contentErasedAt"] is None for message in page["data"]] == [False, True, True]


def test_an_empty_feed_has_a_cursor_too(acme: House) -> None:
    empty = services.create_tenant("New", SYSTEM).environments.get(kind="sandbox")
    api = Api(keys.create(empty, SYSTEM, name="tests", held=SCOPES)[1])
    page = api.get("feed").json()
    assert (page["data"], page["hasMore"]) == ([], False)
    channel = create_channel(empty, SYSTEM, carrier="sandbox", credentials={"secret": "a-long-enough-secret"})
    store_message(assign_number(empty, SYSTEM, number="+33639989998", channel=channel), "first")
    assert contents(after(api, page)) == ["first"]


def test_who_waits_for_the_next_page_gets_it_when_it_comes(acme: House, api: Api, wait: LiveWait) -> None:
    page = api.get("feed").json()
    answer = wait.ask(f"/v1/feed?wait=30&cursor={page['nextCursor']}", acme.live.key)
    store_message(acme.live.assignment, "next")
    assert contents(answer.result(WITHIN_S).json()) == ["next"]
    empty = wait.get(f"/v1/feed?wait=1&cursor={answer.result().json()['nextCursor']}", acme.live.key)
    assert (empty.status_code, empty.json()["data"]) == (200, [])


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "wait=61", "wait=-1", "cursor=", "cursor=x", "page=2"]
)
def test_a_wrong_parameter_is_named(acme: House, api: Api, query: str) -> None:
    response = api.get(f"feed?{query}")
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [query.partition("=")[0]]
