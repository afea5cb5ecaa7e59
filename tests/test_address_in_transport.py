"""Attacks that got into the database all the same, or names that moved since: the transport opens no socket for them.

A port that leads nowhere listens on every address of this machine and counts who comes; names lead where a table
says. The same URLs do arrive there once the guard allows it, so that silence means something.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

import pycurl
import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from accounts.errors import Invalid
from accounts.ids import uuid7
from delivery import errand, exchange, services
from delivery.addresses import Guard, Lent, Network, host_of, is_within
from delivery.exchange import Exchange, Job, Result
from delivery.transport import Transport
from delivery.vetting import Vetting
from tests.cast import House
from tests.hostile_addresses import HOSTILE
from tests.hostile_urls import NAMES, URLS
from tests.live import receiving, until
from tests.sink import Sink, sinking

PUBLIC = "93.184.216.34"
HERE = tuple(map(ip_network, ("127.0.0.0/8", "0.0.0.0/32", "::1/128", "::/128", "::ffff:127.0.0.0/104")))
ARRIVING = """http://127.0.0.1 http://0.0.0.0 http://127.127.127.127 http://127.0.0.1./ http://[::]/ http://[::1]/
    http://[::ffff:127.0.0.1]/ http://127.1 http://0/ http://2130706433/ http://017700000001/ http://0x7f000001/
    http://0X7F000001/ http://0x7f.1/ http://0177.1/ http://127%2e0%2e0%2e1/ http://localhost http://localtest.me
    http://foo.localhost http://7f000001.1u.example.com/""".split()


class Watch(Guard):
    """Opens what lies on this machine, where that is allowed; what leads out of it is noted and not opened."""

    out: list[str] = []

    def opensocket(self, purpose: int, address: Any) -> Lent | int:
        answer = super().opensocket(purpose, address)
        if isinstance(answer, Lent) and not is_within(address[3][0], HERE):
            self.out.append(address[3][0])
            return int(pycurl.SOCKET_BAD)
        return answer


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that would have been connected to outside of this machine."""
    noted: list[str] = []
    monkeypatch.setattr(Watch, "out", noted)
    monkeypatch.setattr(exchange, "Guard", Watch)
    return noted


@pytest.fixture
def sink() -> Iterator[Sink]:
    with sinking() as sink:
        yield sink


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Sequence[str]]:
    """Where names lead, for libcurl and for ourselves; what is not in the table leads somewhere public."""
    table: dict[str, Sequence[str]] = {**NAMES, "example.com": [PUBLIC]}
    load = Exchange.load

    def loaded(self: Exchange, job: Job) -> Any:
        curl = load(self, job)
        curl.setopt(pycurl.RESOLVE, list(entries(job.url, table)))
        return curl

    monkeypatch.setattr(Exchange, "load", loaded)
    monkeypatch.setattr(services, "resolve", lambda host: numeric(host) or table.get(host, [PUBLIC]))
    return table


def entries(url: str, table: dict[str, Sequence[str]]) -> Iterator[str]:
    """What libcurl shall know of names, for each port that the URL may mean."""
    ports = {"80", "443", *(part.partition("/")[0] for part in url.split(":")[2:])}
    for port in filter(str.isdecimal, ports):
        for host, found in table.items():
            if host in url.lower():
                yield f"{host}:{port}:" + ",".join(f"[{one}]" if ":" in one else one for one in found)


def numeric(host: str) -> list[str]:
    """What the system's resolver makes of a host without asking anybody."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [str(info[4][0]) for info in found]


def a_job(url: str) -> Job:
    return Job(
        delivery=uuid7(),
        lease=uuid7(),
        endpoint=uuid7(),
        url=url,
        headers=["Expect:"],
        body=b"{}",
        deadline_s=3,
        start_by=time.monotonic() + 30,
    )


def by_transport(urls: Sequence[str], allowed: Sequence[Network]) -> list[Result]:
    with sending(allowed) as send:
        return send(urls)


@contextmanager
def sending(allowed: Sequence[Network]) -> Iterator[Callable[[Sequence[str]], list[Result]]]:
    """A running transport, as a function of URLs; connections stay open from call to call."""
    done: dict[str, Result] = {}
    transport = Transport(
        allow_networks=allowed,
        per_endpoint=32,
        in_flight=64,
        on_done=lambda job, result: done.update({job.url: result}),
        on_returned=lambda job: done.update({job.url: Result(None, "returned")}),
        allowed=lambda endpoint: 32,
    )

    def send(urls: Sequence[str]) -> list[Result]:
        done.clear()
        transport.submit([a_job(url) for url in urls])
        until(lambda: len(done) == len(urls))
        return [done[url] for url in urls]

    transport.start()
    yield send
    transport.drain(5)


def by_errand(urls: Sequence[str], allowed: Sequence[Network]) -> list[Result]:
    return [errand.run(a_job(url)) for url in urls]


Way = Callable[[Sequence[str], Sequence[Network]], list[Result]]
WAYS = pytest.mark.parametrize("way", [by_transport, by_errand])


def attacks(sink: Sink) -> list[str]:
    """As they are written, and led to the port that listens; without what is refused for its scheme or port alone."""
    return sorted(
        {
            written
            for url, code in URLS
            if not (code in ("port_forbidden", "scheme_forbidden") and "//example.com" in url)
            for written in (url, sink.lead(url))
        }
    )


@WAYS
def test_no_attack_connects(sink: Sink, out: list[str], settings: LazySettings, way: Way) -> None:
    settings.DELIVERY_ALLOW_NETWORKS = ()
    urls = attacks(sink)
    results = way(urls, ())
    assert {url: result for url, result in zip(urls, results, strict=True) if result.status is not None} == {}
    assert set(out) <= {PUBLIC}, out
    assert sink.connections() == 0


@WAYS
def test_the_same_arrive_where_the_guard_allows_it(
    sink: Sink, out: list[str], settings: LazySettings, way: Way
) -> None:
    settings.DELIVERY_ALLOW_NETWORKS = HERE
    for url in ARRIVING:
        way([sink.lead(url)], HERE)
        assert sink.connections(), url
    assert out == []


@pytest.mark.parametrize("address", [a for a in HOSTILE if "%" not in a])
def test_a_name_that_moved_there_connects_nowhere(
    sink: Sink, out: list[str], names: dict[str, Sequence[str]], address: str
) -> None:
    names["moved.example.com"] = [address]
    (result,) = by_transport([f"http://moved.example.com:{sink.port}/"], ())
    assert (result.status, result.error, out, sink.connections()) == (None, "refused_address", [], 0)


#: What a name answers when its endpoint is saved, and when a delivery goes out; whether anything may go out then.
TURNS = {
    "public, then private": ([PUBLIC], ["127.0.0.1"], False),
    "public, then private of version 6": ([PUBLIC], ["::1"], False),
    "public, then a mapped address": ([PUBLIC], ["::ffff:127.0.0.1"], False),
    "no such name, then private": ([], ["127.0.0.1"], False),
    "public, then all private": ([PUBLIC], ["127.0.0.1", "10.0.0.1", "::1"], False),
    "public, then private before public": ([PUBLIC], ["127.0.0.1", PUBLIC], True),
    "public, then public before private": ([PUBLIC], [PUBLIC, "127.0.0.1"], True),
    "public, then more than fifty private": ([PUBLIC], [f"127.0.0.{last}" for last in range(1, 61)], False),
}


@pytest.mark.parametrize("turn", TURNS)
def test_a_name_that_turns_is_not_followed_inside(
    acme: House, sink: Sink, out: list[str], names: dict[str, Sequence[str]], turn: str
) -> None:
    at_first, later, goes_out = TURNS[turn]
    names["turning.example.com"] = at_first
    url = "https://turning.example.com:8443/"
    assert services.check_url(acme.live.environment, SYSTEM, url) == [] or not at_first
    names["turning.example.com"] = later
    (result,) = by_transport([url.replace("8443", str(sink.port))], ())
    assert (result.status, result.error) == (None, "refused_address")
    assert (set(out), sink.connections()) == ({PUBLIC} if goes_out else set(), 0)


#: What a name answers when its endpoint is saved; each is refused.
ANSWERS = {
    "private": ["10.0.0.1"],
    "private of version 6 alone": ["fd00::1"],
    "public and private": [PUBLIC, "10.0.0.1"],
    "public, and private of version 6": [PUBLIC, "::1"],
    "public of version 6, and private": ["2606:4700:4700::1111", "127.0.0.1"],
    "more than fifty": [f"93.184.216.{last}" for last in range(1, 53)],
}
CHAIN = {
    "a.example.com": "b.example.net",
    "b.example.net": "c.example.org",
    "c.example.org": "169.254.169.254",
}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_name_that_leads_inside_is_not_saved(
    acme: House, names: dict[str, Sequence[str]], settings: LazySettings, answer: str
) -> None:
    settings.DELIVERY_ALLOW_NETWORKS = ()
    names["leading.example.com"] = ANSWERS[answer]
    with pytest.raises(Invalid) as refused:
        services.check_url(acme.live.environment, SYSTEM, "https://leading.example.com/")
    assert [code for _pointer, code, _text in refused.value.errors] == ["address_forbidden"]


def test_a_chain_of_names_is_judged_by_its_end(
    acme: House, sink: Sink, out: list[str], names: dict[str, Sequence[str]], settings: LazySettings
) -> None:
    settings.DELIVERY_ALLOW_NETWORKS = ()
    end = "a.example.com"
    while end in CHAIN:  # as a resolver follows CNAME records
        end = CHAIN[end]
    names["a.example.com"] = [end]
    with pytest.raises(Invalid):
        services.check_url(acme.live.environment, SYSTEM, "https://a.example.com/")
    (result,) = by_transport([f"http://a.example.com:{sink.port}/"], ())
    assert (result.error, out) == ("refused_address", [])


def test_a_connection_that_is_open_already_is_no_way_in(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as receiver, sending(HERE) as send:
        url = receiver.url + "/"
        (result,) = send([url])
        assert result.status == 200
        monkeypatch.setattr(Guard, "permits", lambda self, address: bool(self.refused.append(address)))
        (refused,) = send([url])
    assert (refused.status, refused.error, len(receiver.requests)) == (None, "refused_address", 1)


def test_no_proxy_gets_an_address_inside(sink: Sink) -> None:
    passed: list[str] = []
    done: dict[str, Result] = {}
    vetting = Vetting(
        allow_networks=(),
        resolve=lambda host: services.resolve(host),
        forward=lambda jobs: passed.extend(job.url for job in jobs),
        on_done=lambda job, result: done.update({job.url: result}),
    )
    urls = attacks(sink)
    vetting.submit([a_job(url) for url in urls])
    until(lambda: len(done) + len(passed) == len(urls))
    vetting.close()
    assert {address for url in passed for address in services.resolve(host_of(url))} <= {PUBLIC}
    assert {result.error for result in done.values()} == {"refused_address", "other"}
