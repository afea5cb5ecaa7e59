"""What an environment does not allow gets nothing: asked again when a connection opens, whatever a name says then."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

import pycurl
import pytest

from accounts.audit import SYSTEM
from delivery import destinations, services
from delivery.access_store import lies_outside
from delivery.addresses import Guard
from delivery.composing import load_targets
from delivery.destinations import allowlist_of
from delivery.engine import Engine
from delivery.models import Attempt, Endpoint
from tests.cast import House
from tests.deliveries import endpoint_at, heard, tried
from tests.live import Receiver, delivering, receiving
from tests.test_address_on_connect import LOOPBACK, Spy, a_handle, failure


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def engine(transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def allow(house: House, *patterns: str) -> None:
    for pattern in patterns:
        destinations.allow(house.live.environment, SYSTEM, pattern)


def test_an_endpoint_of_before_gets_nothing_until_it_is_allowed(
    acme: House, receiver: Receiver, engine: Engine
) -> None:
    endpoint = endpoint_at(acme, receiver.url)
    assert tried(engine, acme, endpoint).state == "delivered"  # over a connection that stays open
    allow(acme, "hooks.example.com", "198.51.100.0/24")
    refused = tried(engine, acme, endpoint)
    assert (refused.state, refused.error_code, refused.attempts_made) == ("pending", 5115, 1)
    assert Attempt.objects.get(delivery=refused).status is None
    allow(acme, "127.0.0.0/8")
    assert tried(engine, acme, endpoint).state == "delivered"
    assert len(receiver.requests) == 2


def test_an_environment_without_a_list_is_as_before(
    acme: House, borealis: House, receiver: Receiver, engine: Engine
) -> None:
    allow(borealis, "hooks.example.com")
    assert tried(engine, acme, endpoint_at(acme, receiver.url)).state == "delivered"


def test_a_token_server_outside_gets_no_secret(acme: House, receiver: Receiver, engine: Engine) -> None:
    with receiving() as server:
        oauth2 = {"tokenUrl": server.url, "clientId": "a", "clientSecret": "b"}
        endpoint = endpoint_at(acme, "https://hooks.invalid/", access={"oauth2": oauth2})
        allow(acme, "hooks.invalid")
        failed = tried(engine, acme, endpoint)
        assert (failed.error_code, server.requests) == (5114, [])
        assert heard(failed) == "The token server gave no answer: not_allowed_destination."


def test_a_name_that_moved_elsewhere_opens_no_socket() -> None:
    guard = Spy()
    guard.clear((ip_network("93.184.216.0/24"),))
    failure(a_handle(guard, "https://example.com/", "example.com:443:8.8.8.8"))
    assert (guard.opened, guard.unlisted, guard.refused) == (0, ["8.8.8.8"], [])


def test_of_several_addresses_only_a_listed_one_is_used() -> None:
    guard = Spy()
    guard.clear((ip_network("93.184.216.0/24"),))
    failure(a_handle(guard, "https://example.com/", "example.com:443:8.8.8.8,93.184.216.34"))
    assert (guard.opened, guard.unlisted) == (1, ["8.8.8.8"])


def test_a_list_opens_nothing_that_the_guard_forbids() -> None:
    guard = Spy()
    guard.clear((ip_network("10.0.0.0/8"),))
    failure(a_handle(guard, "https://example.com/", "example.com:443:10.0.0.1"))
    assert (guard.opened, guard.refused) == (0, ["10.0.0.1"])


def test_a_reused_connection_is_asked_about_too(receiver: Receiver) -> None:
    guard = Guard(LOOPBACK)
    curl = a_handle(guard, receiver.url)
    curl.perform()
    guard.clear((ip_network("198.51.100.0/24"),))
    assert failure(curl) == pycurl.E_ABORTED_BY_CALLBACK
    assert guard.unlisted == ["127.0.0.1"]


def test_a_url_that_is_none_harms_no_other_endpoint(acme: House, receiver: Receiver, engine: Engine) -> None:
    fine, odd = endpoint_at(acme, receiver.url), endpoint_at(acme, receiver.url)
    Endpoint.objects.filter(pk=odd.pk).update(url="http://é/")
    allow(acme, "127.0.0.0/8")
    assert load_targets([fine.pk, odd.pk])[odd.pk].only == ()
    assert tried(engine, acme, fine).state == "delivered"
    assert lies_outside(Endpoint.objects.get(pk=odd.pk), allowlist_of(acme.live.environment.pk))


def test_a_queue_lies_nowhere_and_is_never_outside(acme: House) -> None:
    environment = acme.live.environment
    queue = services.create_endpoint(environment, SYSTEM, kind=Endpoint.Kind.POLLING).endpoint
    allow(acme, "hooks.example.com")
    assert not lies_outside(queue, allowlist_of(environment.pk))
    assert load_targets([queue.pk])[queue.pk].stopped is False
