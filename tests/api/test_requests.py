"""What was asked of the API is found again: by what went wrong, by whom, when; never what it said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.clock import clock, stamp
from accounts.ids import earliest, public
from operations.models import LoggedRequest
from operations.tasks import purge
from tests.cast import Api, House, store_logged_request


def logged(api: Api, query: str = "") -> list[dict[str, Any]]:
    """The newest first, without those that asked for this list."""
    rows = api.get(f"requests?limit=100{query}").json()["data"]
    return [row for row in rows if row["path"] != "/v1/requests"]


def test_a_request_is_told_without_what_it_said(acme: House, api: Api) -> None:
    LoggedRequest.objects.all().delete()
    message = acme.live.ids["message_id"]
    answers = [
        api.get("messages?senderId=%2B33639980417"),
        api.get(f"messages/{message}"),
        api.post("routes", {"name": "secret words", "action": "explode"}),
    ]
    refused, read, listed = logged(api)
    assert {name: read[name] for name in ("method", "path", "status", "errorCode")} == {
        "method": "GET",
        "path": "/v1/messages/{message_id}",
        "status": 200,
        "errorCode": None,
    }
    assert (refused["status"], refused["errorCode"]) == (422, 1110)
    assert [row["requestId"] for row in (listed, read, refused)] == [
        answer["Request-Id"] for answer in answers
    ]
    assert read["actorId"] == public("key", acme.live.environment.keys.get().pk)
    assert read["address"] == "127.0.0.1"
    assert 0 < read["durationMs"] < 60_000
    kept = str(list(LoggedRequest.objects.values_list()))
    for said in ("33639980417", "secret words", message):
        assert said not in kept


def test_each_filter_finds_its_own(acme: House, api: Api) -> None:
    environment, now = acme.live.environment, clock()
    LoggedRequest.objects.all().delete()
    then = now - timedelta(hours=2)
    plain = store_logged_request(environment, id=earliest(then), at=then)
    mine = store_logged_request(
        environment,
        method="POST",
        path="/v1/routes",
        status=422,
        error_code=1110,
        actor_id=environment.keys.get().pk,
        request_id="4bf92f3577b34da6a3ce929d0e0e4736",
    )
    found = public("request", mine.pk)
    key = public("key", environment.keys.get().pk)
    for query in (
        "method=POST",
        "path=/v1/routes",
        "status=422",
        "refused=true",
        "errorCode=1110",
        f"actor={key}&status=422",
        "requestId=4bf92f3577b34da6a3ce929d0e0e4736",
        f"at[gte]={stamp(now - timedelta(hours=1))}&method=POST",
    ):
        assert [row["id"] for row in logged(api, f"&{query}")] == [found], query
    older = logged(api, f"&at[lt]={stamp(now - timedelta(hours=1))}")
    assert [row["id"] for row in older] == [public("request", plain.pk)]
    assert api.get(f"requests/{found}").json()["errorCode"] == 1110


@pytest.mark.parametrize(
    "query", ["method=BREW", "status=5", "status=x", "errorCode=1", "actor=key_x", "at[gte]=yesterday", "x=1"]
)
def test_a_wrong_filter_is_named(api: Api, query: str) -> None:
    refused = api.get(f"requests?{query}")
    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_parameter")
    assert refused.json()["errors"][0]["parameter"] == query.partition("=")[0]


def test_who_is_unknown_leaves_no_line(acme: House) -> None:
    before = LoggedRequest.objects.count()
    for key in (None, "sk_live_guessed"):
        assert Api(key).get("messages").status_code == 401
    assert LoggedRequest.objects.count() == before


def test_they_are_kept_for_some_days(acme: House, settings: LazySettings) -> None:
    settings.API_REQUESTS_KEPT_DAYS = 7
    LoggedRequest.objects.all().delete()
    for days in (1, 6, 8, 30):
        store_logged_request(acme.sandbox.environment, id=earliest(clock() - timedelta(days=days)))
    assert purge()["apiRequests"] == 2
    assert LoggedRequest.objects.count() == 2
