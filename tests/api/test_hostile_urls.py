"""Wherever a URL can be given, none of the published attacks is saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.conf import LazySettings

from delivery import services
from delivery.models import Endpoint
from tests.cast import Api, House
from tests.dashboard.browse import Person
from tests.hostile_addresses import HOSTILE
from tests.hostile_urls import CORPUS, NAMES

URLS = [(url, code) for code, urls in CORPUS.items() for url in urls]
GOOD = "https://hooks.example.com/sms"
PLAIN = re.compile(r"[\x21-\x7e]{1,2000}")  # else the field refuses it before anybody reads it as a URL


@pytest.fixture(autouse=True)
def outside(acme: House, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing private is allowed, and names lead where the table says."""
    settings.DELIVERY_ALLOW_NETWORKS = ()
    monkeypatch.setattr(services, "resolve", lambda host: NAMES.get(host, ["93.184.216.34"]))


def oauth2(url: str) -> dict[str, Any]:
    return {"oauth2": {"tokenUrl": url, "clientId": "a", "clientSecret": "b"}}


#: Method, path, the body that says a URL, and where in it.
Place = tuple[str, str, Callable[[str], Mapping[str, Any]], str]
PLACES: Mapping[str, Place] = {
    "a new webhook": ("POST", "endpoints", lambda url: {"kind": "webhook", "url": url}, "#/url"),
    "a new callback": (
        "POST",
        "endpoints",
        lambda url: {"kind": "callback", "url": url, "template": {"method": "GET"}},
        "#/url",
    ),
    "a new token server": (
        "POST",
        "endpoints",
        lambda url: {"kind": "webhook", "url": GOOD, "access": oauth2(url)},
        "#/access/oauth2/tokenUrl",
    ),
    "a changed webhook": ("PATCH", "endpoints/{endpoint_id}", lambda url: {"url": url}, "#/url"),
    "a changed callback": ("PATCH", "endpoints/{callback_id}", lambda url: {"url": url}, "#/url"),
    "a changed token server": (
        "PATCH",
        "endpoints/{callback_id}",
        lambda url: {"access": oauth2(url)},
        "#/access/oauth2/tokenUrl",
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_none_is_saved(acme: House, api: Api, place: str) -> None:
    method, path, body, pointer = PLACES[place]
    before = stored()
    wrong = [
        (url, code, answer)
        for url, code in URLS
        if (answer := answered(api(method, path.format(**acme.live.ids), body(url)), url, pointer)) != code
    ]
    assert wrong == []
    assert stored() == before


def answered(response: Any, url: str, pointer: str) -> str | None:
    """The code of the one error, where it is about the URL; that of the guard where the field lets it pass."""
    if response.status_code != 422:
        return f"status {response.status_code}"
    (error,) = response.json()["errors"]
    if error["pointer"] != pointer:
        return str(error["pointer"])
    if PLAIN.fullmatch(url):
        return str(error["code"])
    return dict(URLS)[url]


def stored() -> list[tuple[Any, ...]]:
    return sorted((row.pk, row.url, row.sealed_access) for row in Endpoint.objects.all())


def test_nor_by_a_list_that_allows_every_destination(api: Api) -> None:
    for pattern in ("0.0.0.0/0", "::/0", *NAMES):
        api.post("destinations", {"pattern": pattern})
    taken = [url for url, _code in URLS if saved(api, url)]
    assert taken == []
    assert saved(api, GOOD)


def test_nor_by_a_list_that_names_the_address(api: Api) -> None:
    for address in (a for a in HOSTILE if "%" not in a):
        api.post("destinations", {"pattern": address})
        assert not saved(api, f"https://[{address}]/" if ":" in address else f"https://{address}/"), address


def saved(api: Api, url: str) -> bool:
    return bool(api.post("endpoints", {"kind": "webhook", "url": url}).status_code == 201)


def test_no_list_takes_a_url_or_a_zone(api: Api) -> None:
    taken = [url for url, _code in URLS if "//" in url and listed(api, url)]
    assert taken == []
    assert not listed(api, "fe80::1%eth0")


def listed(api: Api, pattern: str) -> bool:
    return bool(api.post("destinations", {"pattern": pattern}).status_code == 201)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1",
        "https://2130706433/",
        "https://a@127.0.0.1/",
        "https://[::1%lo]/",
        "file:///etc/passwd",
    ],
)
def test_nor_by_hand(acme: House, url: str) -> None:
    before = stored()
    owner = Person(acme.users["owner"], acme.live)
    answer = owner.post("endpoints/{endpoint_id}/edit/", url=url, description="")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()
    assert stored() == before
