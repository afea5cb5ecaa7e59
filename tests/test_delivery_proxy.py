"""Deliveries through an egress proxy: tunnelled whole, vetted first, and its troubles are ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured

from accounts.audit import SYSTEM
from delivery import destinations, services
from delivery.engine import Engine
from delivery.models import Attempt
from smsgateway.settings import egress_addresses, proxy_url
from tests.cast import House
from tests.certificates import authority, server_context
from tests.deliveries import begun, endpoint_at, settled, tried
from tests.live import Receiver, delivering, receiving
from tests.proxy import Proxy, proxying

Delivering = Callable[[], AbstractContextManager[Engine]]
ADDRESSES = {"hooks.example.com": ["93.184.216.34"], "inside.example.com": ["93.184.216.34", "10.0.0.1"]}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def proxy(receiver: Receiver, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy whose tunnels all end at the receiver, and names that only this test knows."""

    def resolve(host: str) -> Sequence[str]:
        return ADDRESSES.get(host, [])

    monkeypatch.setattr(services, "resolve", resolve)
    with proxying() as proxy:
        proxy.leads_to = ("127.0.0.1", int(receiver.url.rpartition(":")[2]))
        settings.DELIVERY_PROXY = proxy.url.replace("//", "//ops:s3cret@")
        yield proxy


@pytest.fixture
def engine(proxy: Proxy, transactional_db: None) -> Iterator[Engine]:
    with delivering() as engine:
        yield engine


def test_everything_goes_through_it(acme: House, receiver: Receiver, proxy: Proxy, engine: Engine) -> None:
    access = {"bearer": {"token": "b34rer"}}
    endpoint = endpoint_at(acme, "http://127.0.0.1:9/sms", access=access)
    for _ in range(3):
        done = tried(engine, acme, endpoint)
        assert done.state == "delivered"
    assert [request.path for request in receiver.requests] == ["/sms"] * 3
    (asked,) = proxy.asked  # one tunnel, kept open
    assert asked.startswith("CONNECT 127.0.0.1:9 HTTP/1.1")
    assert "Proxy-Authorization: Basic" in asked
    assert "b34rer" not in asked
    assert "webhook-signature" not in asked
    assert {request.headers.get("proxy-authorization") for request in receiver.requests} == {None}
    assert Attempt.objects.get(delivery=done).address == ""  # it is the proxy's
    endpoint.refresh_from_db()
    assert endpoint.disabled_at is None  # whatever headers the proxy's own answer had


def test_tls_reaches_the_endpoint_itself(acme: House, proxy: Proxy, engine: Engine, tmp_path: Path) -> None:
    with receiving(server_context(tmp_path)) as receiver:
        proxy.leads_to = ("127.0.0.1", int(receiver.url.rpartition(":")[2]))
        access = {"caCertificate": authority().pem}
        assert tried(engine, acme, endpoint_at(acme, receiver.url, access=access)).state == "delivered"
        assert tried(engine, acme, endpoint_at(acme, receiver.url)).error_code == 5103


def test_tokens_are_got_through_it_too(acme: House, proxy: Proxy, receiver: Receiver, engine: Engine) -> None:
    token = json.dumps({"access_token": "t1"}).encode()
    receiver.behave = lambda request: (200, {}, token if request.path == "/token" else b"")
    oauth2 = {"tokenUrl": "http://127.0.0.1:9/token", "clientId": "a", "clientSecret": "b"}
    endpoint = endpoint_at(acme, "http://127.0.0.1:9/sms", access={"oauth2": oauth2})
    assert tried(engine, acme, endpoint).state == "delivered"
    assert receiver.requests[-1].headers["authorization"] == "Bearer t1"


@pytest.mark.parametrize("answers", [407, 400, 500])
def test_a_proxy_in_trouble_is_our_fault(acme: House, proxy: Proxy, engine: Engine, answers: int) -> None:
    proxy.answers = answers
    waiting = tried(engine, acme, endpoint_at(acme, "http://127.0.0.1:9/sms"))
    assert (waiting.state, waiting.reason, waiting.attempts_made) == ("pending", "ours", 0)
    assert not Attempt.objects.filter(delivery=waiting).exists()
    assert waiting.due_at is not None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://no-such-proxy.invalid:3128"])
def test_a_proxy_that_is_not_there_is_our_fault(
    acme: House, proxy: Proxy, settings: LazySettings, transactional_db: None, url: str
) -> None:
    settings.DELIVERY_PROXY = url
    with delivering() as engine:
        waiting = tried(engine, acme, endpoint_at(acme, "http://127.0.0.1:9/sms"))
        oauth2 = {"tokenUrl": "http://127.0.0.1:9/token", "clientId": "a", "clientSecret": "b"}
        tokenless = tried(engine, acme, endpoint_at(acme, "http://127.0.0.1:9/", access={"oauth2": oauth2}))
    for one in (waiting, tokenless):
        assert (one.state, one.reason, one.attempts_made) == ("pending", "ours", 0)


@pytest.mark.parametrize(("answers", "code"), [(502, 5102), (503, 5102), (504, 5102), (403, 5107)])
def test_what_it_says_of_the_endpoint_counts(
    acme: House, proxy: Proxy, engine: Engine, answers: int, code: int
) -> None:
    proxy.answers = answers
    failed = tried(engine, acme, endpoint_at(acme, "http://127.0.0.1:9/sms"))
    assert (failed.state, failed.error_code, failed.attempts_made) == ("pending", code, 1)


def test_names_are_vetted_before_it_gets_them(acme: House, proxy: Proxy, engine: Engine) -> None:
    moved = endpoint_at(acme, "https://hooks.example.com/")
    ADDRESSES["hooks.example.com"] = ["10.0.0.1"]
    try:
        assert tried(engine, acme, moved).error_code == 5107
    finally:
        ADDRESSES["hooks.example.com"] = ["93.184.216.34"]
    assert proxy.asked == []


def test_destinations_are_vetted_before_it_gets_them(acme: House, proxy: Proxy, engine: Engine) -> None:
    named, lying = (
        endpoint_at(acme, "https://gone.example.com/"),
        endpoint_at(acme, "https://hooks.example.com/"),
    )
    other = endpoint_at(acme, "https://gone.example.net/")
    for pattern in ("gone.example.com", "198.51.100.0/24"):
        destinations.allow(acme.live.environment, SYSTEM, pattern)
    assert tried(engine, acme, lying).error_code == 5115
    assert tried(engine, acme, other).error_code == 5115  # we cannot tell where it lies
    assert proxy.asked == []
    tried(engine, acme, named)
    assert [line.split()[1] for line in proxy.asked] == ["gone.example.com:443"]


def test_many_to_one_name_look_it_up_once(
    acme: House, receiver: Receiver, proxy: Proxy, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def resolve(host: str) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    endpoint = endpoint_at(acme, "http://127.0.0.1:9/sms")
    monkeypatch.setattr(services, "resolve", resolve)
    assert {settled(one).state for one in begun(engine, acme, endpoint, 20)} == {"delivered"}
    assert asked == ["127.0.0.1"]


@pytest.mark.parametrize(
    "url", ["socks5://127.0.0.1:1080", "proxy:3128", "http://", "http://p:x", "http://p/?q=1"]
)
def test_a_proxy_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DELIVERY_PROXY", url)
    with pytest.raises(ImproperlyConfigured, match="DELIVERY_PROXY"):
        proxy_url("DELIVERY_PROXY")


def test_addresses_that_customers_are_to_see(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGRESS_ADDRESSES", "198.51.100.7, 2001:db8::/48,2001:db8:1::1")
    assert egress_addresses("EGRESS_ADDRESSES") == ["198.51.100.7", "2001:db8::/48", "2001:db8:1::1"]
    monkeypatch.setenv("EGRESS_ADDRESSES", "198.51.100.300")
    with pytest.raises(ImproperlyConfigured, match="EGRESS_ADDRESSES"):
        egress_addresses("EGRESS_ADDRESSES")
