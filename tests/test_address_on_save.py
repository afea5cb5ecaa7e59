"""An endpoint's URL is judged when it is saved."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.addresses import Network, Verdict, check_url
from tests.hostile_addresses import HOSTILE, PUBLIC
from tests.hostile_urls import NAMES as LEADING
from tests.hostile_urls import URLS, missing

NAMES = {
    **LEADING,
    "example.com": ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"],
    "mixed.example.com": ["93.184.216.34", "10.0.0.1"],
    "six.example.com": ["fd00::1"],
    "many.example.com": ["93.184.216.34"] * 51,
    "empty.example.com": [],
    "receiver": ["172.20.0.5"],
}
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"), ip_network("172.20.0.0/16"))


def resolve(host: str) -> Sequence[str]:
    if host not in NAMES:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    return NAMES[host]


def check(url: str, allow_networks: Sequence[Network] = ()) -> Verdict:
    return check_url(url, allow_networks=allow_networks, resolve=resolve)


def test_no_kind_of_attack_is_missing() -> None:
    assert missing() == []


@pytest.mark.parametrize(("url", "code"), URLS)
def test_hostile_url_is_refused(url: str, code: str) -> None:
    verdict = check(url)
    assert verdict.code == code
    assert verdict.detail


@pytest.mark.parametrize("host", ["mixed.example.com", "six.example.com", "many.example.com"])
def test_suspicious_answers_are_refused(host: str) -> None:
    assert check(f"https://{host}/").code == "address_forbidden"


@pytest.mark.parametrize("address", HOSTILE)
def test_name_that_resolves_to_it_is_refused(address: str) -> None:
    verdict = check_url("https://x.example.com/", allow_networks=(), resolve=lambda host: [address])
    assert verdict.code == "address_forbidden"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_accepted(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    assert check(f"https://{host}/hook").errors == ()


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://example.com/hook?a=1&b=%20", "https://example.com/hook?a=1&b=%20"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com?x=1", "https://example.com/?x=1"),
        ("HTTPS://EXAMPLE.com:443/Hook", "https://example.com/Hook"),
        ("https://example.com.:8443/", "https://example.com:8443/"),
        ("https://[2606:4700:4700:0::1111]/", "https://[2606:4700:4700::1111]/"),
    ],
)
def test_good_url_is_put_into_its_normal_form(url: str, normal: str) -> None:
    verdict = check(url)
    assert (verdict.errors, verdict.warnings, verdict.url) == ((), (), normal)


@pytest.mark.parametrize("answer", [OSError("down"), UnicodeError("label too long")])
def test_name_without_address_is_accepted_with_a_warning(answer: Exception) -> None:
    def fails(host: str) -> list[str]:
        raise answer

    for verdict in (
        check("https://new.example.com/"),
        check("https://empty.example.com/"),
        check_url("https://x.example.com/", allow_networks=(), resolve=fails),
    ):
        assert verdict.code is None
        assert len(verdict.warnings) == 1


def test_every_problem_is_told() -> None:
    codes = [code for code, _detail in check("http://10.0.0.1:8080/").errors]
    assert codes == ["address_forbidden", "scheme_forbidden", "port_forbidden"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9000/hook",
        "http://[::1]:9000/",
        "http://localhost:9000/",
        "http://receiver/",
        "https://receiver:1/",
    ],
)
def test_opened_networks_take_http_any_port_and_local_names(url: str) -> None:
    assert check(url, LOOPBACK).errors == ()
    assert check(url).errors != ()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com/", "scheme_forbidden"),
        ("https://example.com:9000/", "port_forbidden"),
        ("https://10.0.0.1/", "address_forbidden"),
        ("https://metadata/", "host_forbidden"),
        ("http://2130706433/", "host_forbidden"),
        ("http://127.0.0.1:0/", "port_forbidden"),
        ("file:///etc/passwd", "scheme_forbidden"),
    ],
)
def test_the_rest_stays_closed(url: str, code: str) -> None:
    assert check(url, LOOPBACK).code == code


@given(
    st.text(st.characters(), max_size=60).map(lambda t: "https://" + t)
    | st.text(st.characters(), max_size=60)
)
def test_no_text_makes_it_raise(url: str) -> None:
    check(url)
