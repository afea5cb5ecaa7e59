from __future__ import annotations

import json
import logging

import pytest
from django.conf import settings
from django.db import OperationalError

from accounts.problems import BY_CODE
from api import messages
from tests.cast import Api, House, store_message

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "errorCode", "errors", "requestId"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "messages/absent", 404, "not_found"),
        ("GET", "nothing/here", 404, "not_found"),
        ("GET", "", 404, "not_found"),
        ("GET", "/v1", 404, "not_found"),
        ("POST", "/v1", 404, "not_found"),
        ("POST", "messages/", 404, "not_found"),
        ("GET", "messages/msg_%00%ff", 404, "not_found"),
        ("PUT", "routes", 405, "method_not_allowed"),
        ("OPTIONS", "routes", 405, "method_not_allowed"),
        ("BREW", "routes", 405, "method_not_allowed"),
        ("GET", "messages?limit=0", 400, "invalid_parameter"),
        ("GET", "messages?" + "x=1&" * 1001, 400, "bad_request"),
        ("POST", "routes", 422, "invalid"),
    ],
)
def test_every_failure_is_a_problem(api: Api, method: str, path: str, status: int, code: str) -> None:
    response = api(method, path)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == MEMBERS
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["errorCode"] == BY_CODE[code].number
    assert problem["type"] == f"{settings.PUBLIC_URL}/docs/errors/{problem['errorCode']}"
    assert problem["requestId"] == response["Request-Id"]
    assert problem["title"]
    assert problem["detail"]


def test_the_allowed_methods_are_told(api: Api) -> None:
    assert api("PUT", "routes")["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("path", ["nothing", "messages/absent", "routes", "openapi.json"])
def test_nothing_is_cached(api: Api, path: str) -> None:
    assert api.get(path)["Cache-Control"] == "no-store"


def test_an_unknown_address_is_unknown_without_a_key_too() -> None:
    response = Api(None).get("nothing")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_any_accept_header_gets_json(acme: House, api: Api) -> None:
    assert api("GET", "messages", Accept="text/html").json()["hasMore"] is False
    assert api("GET", "messages/absent", Accept="image/png").status_code == 404


@pytest.mark.parametrize(
    "media_type",
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "", "application/xml"],
)
def test_a_body_of_another_kind_is_refused(api: Api, media_type: str) -> None:
    response = api.http.post("/v1/routes", b"name=x", content_type=media_type)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_json_may_name_its_charset(acme: House, api: Api) -> None:
    body = json.dumps({"name": "Émile", "action": "drop"}).encode()
    response = api.http.post("/v1/routes", body, content_type="Application/JSON; charset=utf-8")
    assert response.json()["name"] == "Émile"


def test_words_follow_the_reader_and_codes_do_not(api: Api) -> None:
    french = api("GET", "messages/absent", **{"Accept-Language": "fr"})
    assert french.json()["code"] == "not_found"
    assert "Accept-Language" in french["Vary"]


def test_what_nobody_foresaw_is_a_problem_and_no_leak(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("cannot read the text of +33639980417: Votre code est 020005")

    monkeypatch.setattr(messages, "search", broken)
    with caplog.at_level(logging.ERROR, "smsgateway.api"):
        response = api.get("messages")
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert "020005" not in response.content.decode()
    formatter = logging.getLogger().handlers[0].formatter
    assert formatter is not None
    written = "".join(formatter.format(record) for record in caplog.records)
    assert response.json()["requestId"] in written
    assert "020005" not in written
    assert "39980417" not in written


def test_an_unreachable_database_asks_to_try_again(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: object) -> None:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(messages, "search", away)
    response = api.get("messages")
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_a_text_in_any_script_survives(acme: House, api: Api) -> None:
    text = "\u202e👩‍👩‍👧 <script>alert(1)</script> Ω≈ç \u0001 =1+1"
    store_message(acme.live.assignment, text)
    assert api.get("messages?limit=1").json()["data"][0]["content"] == text


def test_a_host_that_is_not_ours_is_a_problem_too(api: Api) -> None:
    refused = api("GET", "messages", Host="elsewhere.example")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")
    assert refused["Content-Type"] == "application/problem+json"
    assert set(refused.json()) == MEMBERS


def test_what_breaks_behind_the_view_is_a_problem_too(
    acme: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("cannot count")

    monkeypatch.setattr("operations.counters.api_answered", broken)
    api.http.raise_request_exception = False
    response = api.get("messages")
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert (set(response.json()), response["Request-Id"]) == (MEMBERS, response.json()["requestId"])
