"""The list of destinations that an environment allows: while it is empty, everything public is."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from accounts.models import AuditEntry
from delivery import services
from tests.cast import Api, House

ADDRESSES = {"hooks.example.com": ["93.184.216.34"], "two.example.net": ["93.184.216.34", "8.8.8.8"]}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str) -> Sequence[str]:
        return ADDRESSES.get(host, [])

    monkeypatch.setattr(services, "resolve", resolve)


def saved(api: Api, url: str) -> str:
    """What saving an endpoint there comes to: nothing, or the error's pointer and code."""
    response = api.post("endpoints", {"kind": "webhook", "url": url})
    if response.status_code == 201:
        return ""
    (error,) = response.json()["errors"]
    return f"{error['pointer']} {error['code']}"


REFUSED = "#/url not_allowed_destination"


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("patterns", "url", "outcome"),
    [
        ([], "https://hooks.example.com/", ""),
        (["hooks.example.com"], "https://hooks.example.com/", ""),
        (["hooks.example.com"], "https://HOOKS.example.com./", ""),
        (["hooks.example.com"], "https://two.example.net/", REFUSED),
        (["*.example.com"], "https://hooks.example.com/", ""),
        (["*.example.com"], "https://gone.example.com/", ""),
        (["*.example.com"], "https://example.com/", REFUSED),
        (["*.example.com"], "https://hooksexample.com/", REFUSED),
        (["*.example.com"], "https://hooks.example.com.two.example.net/", REFUSED),
        (["93.184.216.0/24"], "https://hooks.example.com/", ""),
        (["93.184.216.34"], "https://hooks.example.com/", ""),
        (["93.184.216.0/24"], "https://two.example.net/", REFUSED),
        (["93.184.216.0/24", "8.8.8.8"], "https://two.example.net/", ""),
        (["93.184.216.0/24"], "https://gone.example.com/", REFUSED),
        (["93.184.216.0/24"], "https://8.8.8.8/", REFUSED),
        (["127.0.0.0/8"], "http://127.0.0.1:9/", ""),
        (["192.0.2.0/24"], "http://127.0.0.1:9/", REFUSED),
        (["10.0.0.0/8"], "https://10.0.0.1/", "#/url address_forbidden"),
    ],
)
def test_an_endpoint_lies_where_it_may(api: Api, patterns: list[str], url: str, outcome: str) -> None:
    for pattern in patterns:
        assert api.post("destinations", {"pattern": pattern}).status_code == 201
    assert saved(api, url) == outcome


@pytest.mark.usefixtures("names")
def test_a_token_server_lies_where_it_may(api: Api) -> None:
    api.post("destinations", {"pattern": "hooks.example.com"})
    oauth2 = {"tokenUrl": "https://two.example.net/token", "clientId": "a", "clientSecret": "b"}
    body = {"kind": "webhook", "url": "https://hooks.example.com/", "access": {"oauth2": oauth2}}
    (error,) = api.post("endpoints", body).json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/access/oauth2/tokenUrl", "not_allowed_destination")


def test_endpoints_of_before_show_that_they_are_left_out(acme: House, api: Api) -> None:
    path = f"endpoints/{acme.live.ids['endpoint_id']}"
    assert api.get(path).json()["destinationAllowed"] is True
    listed = api.post("destinations", {"pattern": "*.Example.com"}).json()
    assert listed["pattern"] == "*.example.com"
    assert api.get(path).json()["destinationAllowed"] is False
    rows = api.get("endpoints").json()["data"]
    assert [row["destinationAllowed"] for row in rows if path.endswith(row["id"])] == [False]
    listed_endpoints = api.get("endpoints").json()["data"]
    assert [row["kind"] for row in listed_endpoints if row["destinationAllowed"]] == ["polling"]
    assert len(listed_endpoints) == 3
    assert api.get("destinations").json()["data"] == [listed]
    assert api.delete(f"destinations/{listed['id']}").status_code == 204
    assert api.get(path).json()["destinationAllowed"] is True
    actions = AuditEntry.objects.filter(action__startswith="destination.").order_by("id")
    assert [(entry.action, entry.after) for entry in actions] == [
        ("destination.created", {"pattern": "*.example.com"}),
        ("destination.deleted", {"pattern": "*.example.com"}),
    ]


def test_a_list_is_its_environments_own(acme: House, api: Api) -> None:
    Api(acme.sandbox.key).post("destinations", {"pattern": "hooks.example.com"})
    assert api.get("destinations").json()["data"] == []
    assert saved(api, "http://127.0.0.1:9/") == ""


@pytest.mark.parametrize(
    "pattern",
    "com example * *. *.com. 10.0.0.1/8 300.0.0.0/8 1.2.3 https://a.com a/24 a..b *.*.a.com a*.com é.com ::1%1".split(),
)
def test_a_mistake_is_named(api: Api, pattern: str) -> None:
    response = api.post("destinations", {"pattern": pattern})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == ["#/pattern"]


def test_nothing_is_listed_twice(api: Api) -> None:
    assert api.post("destinations", {"pattern": "192.0.2.1"}).json()["pattern"] == "192.0.2.1/32"
    again = api.post("destinations", {"pattern": "192.0.2.1/32"})
    assert (again.status_code, again.json()["code"]) == (409, "destination_exists")
