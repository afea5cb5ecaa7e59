"""Whoever guesses keys, tokens or secrets is slowed down, and nobody else notices."""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from oauth2_provider.models import AccessToken

from accounts import clients, ids
from accounts.audit import SYSTEM
from accounts.models import AuditEntry
from accounts.proxies import household
from accounts.roles import SCOPES
from operations import rates
from operations.models import LoggedRequest
from tests.cast import Api, House
from tests.rates import Time, stopped

MOST = 5


@pytest.fixture
def time(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    settings.WRONG_KEYS_A_MINUTE = MOST
    with stopped(monkeypatch) as time:
        yield time


@pytest.fixture
def network() -> str:
    """A /64 from which nobody asked before."""
    return ":".join(["2001:db8", *(secrets.token_hex(2) for _ in range(2))])


def guess(like: str = "") -> str:
    """A key that is none, with the beginning of one that is."""
    return (like[:20] or "sk_live_" + secrets.token_urlsafe(9)) + secrets.token_urlsafe(32)


def asked(key: str, address: str) -> int:
    client = Api(key)
    client.http.defaults["REMOTE_ADDR"] = address
    status: int = client.get("channels").status_code
    return status


def test_ten_thousand_guesses_change_nothing_for_the_rightful_user(
    acme: House, network: str, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "django.request")  # ten thousand lines would take most of the time
    mine = Api(acme.live.key)
    mine.http.defaults["REMOTE_ADDR"] = f"{network}::1"
    before = mine.get("channels")
    entries, lines = AuditEntry.objects.count(), LoggedRequest.objects.count()
    likes = ("", acme.live.key, acme.sandbox.key, clients.TOKEN)
    guesser = RequestFactory(REMOTE_ADDR=f"{network}::1")
    door = ClientHandler(enforce_csrf_checks=False)
    door.load_middleware()
    answers = Counter(
        door.get_response(
            guesser.get("/v1/channels", headers={"Authorization": f"Bearer {guess(likes[turn % 4])}"})
        ).status_code
        for turn in range(10_000)
    )
    assert answers.total() == answers[401] + answers[429]
    assert MOST <= answers[401] <= 4 * MOST  # on a slow machine Valkey forgets the network after two minutes
    assert (AuditEntry.objects.count(), LoggedRequest.objects.count()) == (entries, lines)
    after = mine.get("channels")
    assert (before.status_code, after.status_code) == (200, 200)
    assert before.content == after.content
    assert after["RateLimit"] in {'"read";r=99998;t=1', before["RateLimit"]}  # after long, all is back


def test_who_guesses_is_told_when_to_come_back(acme: House, network: str, time: Time) -> None:
    client = Api("sk_live_" + "x" * 55)
    client.http.defaults["REMOTE_ADDR"] = f"{network}::1"
    answers = [client.get("channels") for _ in range(MOST + 1)]
    refused = answers[-1]
    assert [answer.status_code for answer in answers] == [401] * MOST + [429]
    assert (refused.json()["code"], refused.json()["errorCode"]) == ("too_many_wrong_keys", 1302)
    assert refused["Retry-After"] == "12"
    assert refused["Content-Type"] == "application/problem+json"
    time.move(12)
    assert [client.get("channels").status_code for _ in range(2)] == [401, 429]


def test_a_network_is_one_and_others_are_not_touched(acme: House, network: str, time: Time) -> None:
    for host in range(MOST):
        assert asked(guess(), f"{network}::{host:x}") == 401
    assert asked(guess(), f"{network}:ffff:ffff:ffff:ffff") == 429
    other = f"{network[:-1]}{int(network[-1], 16) ^ 1:x}::1"
    assert asked(guess(), other) == 401


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:", ""),
    ],
)
def test_what_one_party_has_to_itself(address: str, network: str) -> None:
    assert household(address) == network


def test_a_key_that_is_bound_to_other_addresses_counts_as_a_guess(
    acme: House, network: str, time: Time
) -> None:
    acme.live.environment.keys.update(allowed_networks=["192.0.2.0/24"])
    answers = [asked(acme.live.key, f"{network}::1") for _ in range(MOST + 1)]
    assert answers == [401] * MOST + [429]
    assert asked(acme.live.key, "192.0.2.7") == 200


def test_no_key_at_all_is_no_guess(acme: House, network: str, time: Time) -> None:
    for _ in range(MOST + 1):
        assert asked("", f"{network}::1") == 401


@pytest.fixture
def hub(acme: House) -> tuple[str, str]:
    """A client's id and secret."""
    client, secret = clients.create(acme.live.environment, SYSTEM, name="Hub", held=SCOPES)
    return ids.public("client", client.pk), secret


def token(id: str, secret: str, address: str) -> Any:
    body = {"grant_type": "client_credentials", "client_id": id, "client_secret": secret}
    return Client(REMOTE_ADDR=address).post("/oauth/token", body)


def test_guessed_secrets_of_clients_are_slowed_and_the_true_one_works(
    hub: tuple[str, str], network: str, time: Time
) -> None:
    id, secret = hub
    unknown = ids.public("client", ids.uuid7())
    for turn in range(MOST):
        assert token((id, unknown)[turn % 2], "cs_wrong", f"{network}::1").status_code == 401
    for one in (id, unknown):
        refused = token(one, "cs_wrong", f"{network}::1")
        assert (refused.status_code, refused["Retry-After"]) == (429, "12")
        assert refused.json() == {"error": "slow_down"}
    given = token(id, secret, f"{network}::1")
    assert given.status_code == 200
    assert asked(given.json()["access_token"], f"{network}::1") == 200


def test_a_client_gets_no_more_tokens_than_it_may_ask(
    hub: tuple[str, str], network: str, time: Time, settings: LazySettings
) -> None:
    settings.API_WRITES = 2
    answers = [token(*hub, f"{network}::1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1]["Retry-After"] == "5"
    assert AccessToken.objects.filter(application__name="Hub").count() == 2
    time.move(5)
    assert token(*hub, f"{network}::1").status_code == 200


def test_while_nobody_counts_a_wrong_key_is_a_wrong_key(
    acme: House, network: str, time: Time, settings: LazySettings
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    rates.Valkey.take.cache_clear()
    assert {asked(guess(), f"{network}::1") for _ in range(MOST + 2)} == {401}
    assert asked(acme.live.key, f"{network}::1") == 200
