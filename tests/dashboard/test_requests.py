"""The page of API requests: who looks for a mistake finds it there."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from operations.models import LoggedRequest
from tests.cast import Api, House, store_logged_request


@pytest.fixture
def browser(acme: House) -> Client:
    client = Client()
    client.force_login(acme.users["viewer"])
    return client


def shown(browser: Client, acme: House, **filters: str) -> str:
    url = reverse("requests", kwargs={"env_id": acme.live.ids["env_id"]})
    page = browser.get(url, filters)
    assert page.status_code == 200
    return page.content.decode()


def test_a_refusal_is_explained_where_it_is_listed(acme: House, api: Api, browser: Client) -> None:
    refused = api.post("routes", {"name": "R", "action": "explode"})
    page = shown(browser, acme, view="refused")
    assert refused["Request-Id"] in page
    assert "POST /v1/routes" in page
    assert "/docs/errors/1110" in page


def test_filters_narrow_and_malformed_ones_do_nothing(acme: House, browser: Client) -> None:
    LoggedRequest.objects.all().delete()
    key = acme.live.environment.keys.get()
    mine = store_logged_request(acme.live.environment, method="POST", path="/v1/routes", actor_id=key.pk)
    client = acme.live.environment.clients.get()
    other = store_logged_request(acme.live.environment, actor_kind="client", actor_id=client.pk)
    for filters in (
        {"method": "POST"},
        {"path": "/v1/routes"},
        {"actor": str(key.pk)},
        {"request_id": mine.request_id},
    ):
        page = shown(browser, acme, **filters)
        assert mine.request_id in page
        assert other.request_id not in page
    for filters in ({"actor": "x"}, {"path": "\0"}, {"method": "BREW"}, {"view": "?"}, {"before": "?"}):
        page = shown(browser, acme, **filters)
        assert mine.request_id in page
        assert other.request_id in page


def test_where_there_is_none_the_page_says_what_would_be(acme: House, browser: Client) -> None:
    LoggedRequest.objects.all().delete()
    assert "No request yet" in shown(browser, acme)
    assert "No such request" in shown(browser, acme, method="POST")
