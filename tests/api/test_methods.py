"""Every address of the API treats methods and slashes alike."""

from __future__ import annotations

import re

import pytest

from api import urls
from tests.cast import Api, House, with_destinations, with_provider

PARAMETER = re.compile(r"<str:(\w+)>")
SUPPORTED = ("GET", "HEAD", "POST", "PATCH", "DELETE")
REPLACED = {"routes/import"}  # as a whole, by PUT


def paths() -> list[str]:
    found = [str(one.pattern) for one in urls.urlpatterns if "^" not in str(one.pattern)]
    assert len(found) > 30
    return found


@pytest.fixture
def acme(acme: House) -> House:
    return with_provider(with_destinations(acme))


def filled(path: str, house: House) -> str:
    return "/v1/" + PARAMETER.sub(lambda match: house.live.ids[match[1]], path)


@pytest.mark.parametrize("path", paths())
def test_what_is_not_supported_says_what_is(acme: House, path: str) -> None:
    house = acme.turned if path.startswith("sandbox") else acme
    api = Api(house.live.key)
    for method in ("OPTIONS", "TRACE", "BREW", *(() if path in REPLACED else ("PUT",))):
        refused = api(method, filled(path, house))
        assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")
        allowed = refused["Allow"].split(", ")
        assert set(allowed) <= set(SUPPORTED) | ({"PUT"} if path in REPLACED else set())
        assert allowed


@pytest.mark.parametrize("path", paths())
def test_a_slash_at_the_end_leads_nowhere(acme: House, api: Api, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        refused = api(method, filled(path, acme) + "/")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["messages", "openapi.json", "messages/{message_id}", "messages/absent"])
def test_head_is_get_without_the_body(acme: House, api: Api, path: str) -> None:
    path = path.format(**acme.live.ids)
    read, headed = api.get(path), api("HEAD", path)
    assert headed.status_code == read.status_code
    assert headed.content == b""
    for name in ("Content-Type", "Allow", "Cache-Control", "Vary"):
        assert headed[name] == read[name]


def test_nothing_is_taken_from_a_queue_by_head(acme: House, api: Api) -> None:
    refused = api("HEAD", f"endpoints/{acme.live.ids['queue_id']}/queue")
    assert (refused.status_code, refused["Allow"]) == (405, "GET")
