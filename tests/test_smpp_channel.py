"""A channel of carrier smpp: what may be said of an SMSC, and where people see how the line to it stands."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.models import Environment
from ingest.models import Line
from ingest.smpp.bind import bind_of
from numbers import services as numbers
from numbers.alphabets import decode
from numbers.carriers import CARRIERS, smpp, validate_credentials
from numbers.models import Channel
from tests.cast import Api, House
from tests.dashboard.browse import Person, text
from tests.live import LiveDoor

ROOT = Path(__file__).resolve().parent.parent
GOOD: dict[str, Any] = {"host": "smsc.example.com", "systemId": "acme", "password": "secret"}


@pytest.fixture
def channel(acme: House) -> Channel:
    return open_line(acme.live.environment)


@pytest.fixture
def owner(acme: House) -> Person:
    return Person(acme.users["owner"], acme.live)


def open_line(environment: Environment) -> Channel:
    return numbers.create_channel(environment, SYSTEM, carrier="smpp", name="Trunk", credentials=GOOD)


def stand(channel: Channel, state: str, reason: str = "", session: int = 1) -> Line:
    return Line.objects.create(channel=channel, session=session, state=state, reason=reason, since=clock())


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("certificate") / "ca.crt"
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=smsc"]
    subprocess.run(
        ["openssl", "req", "-x509", *new, "-keyout", path.with_suffix(".key"), "-out", path],
        check=True,
        capture_output=True,
    )
    return path.read_text()


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"port": "2776", "bind": "transceiver", "sessions": "4", "systemType": "VMS", "enquireLinkS": "600"},
        {"host": "192.0.2.1"},
        {"host": "2001:db8::1"},
        {"addressRange": "^337", "addressTon": "1", "addressNpi": "1"},
        {"tls": "required", "tlsName": "other.example.com"},
        {"defaultAlphabet": "latin1", "defaultCountry": "FR"},
    ],
)
def test_good_credentials(more: dict[str, str]) -> None:
    assert validate_credentials(CARRIERS["smpp"], GOOD | more) == []
    assert bind_of(GOOD | more).request


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", ""),
        ("host", "smsc.example.com:2775"),
        ("host", "smpp://smsc"),
        ("host", "a b"),
        ("host", "127.1"),
        ("host", "0x7f.1"),
        ("host", "a" * 64 + ".example"),
        ("port", "0"),
        ("port", "65536"),
        ("port", "²"),
        ("port", "-1"),
        ("systemId", "a" * 16),
        ("systemId", "é"),
        ("systemId", "a\0b"),
        ("password", ""),
        ("bind", "transmitter"),
        ("sessions", "5"),
        ("enquireLinkS", "0"),
        ("defaultAlphabet", "ebcdic"),
        ("defaultCountry", "fr"),
        ("defaultCountry", "France"),
    ],
)
def test_a_wrong_credential_is_named(field: str, value: str) -> None:
    found = validate_credentials(CARRIERS["smpp"], GOOD | {field: value})
    assert [(pointer, code) for pointer, code, _detail in found] == [
        (f"/credentials/{field}", "invalid_value")
    ]


@pytest.mark.parametrize("text", ["nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
def test_a_certificate_must_be_one(text: str) -> None:
    assert smpp.certificate_problem(text)


def test_a_certificate_survives_a_form(certificate: str) -> None:
    assert smpp.certificate_problem(certificate) is None
    assert smpp.certificate_problem(certificate.replace("\n", "\r\n")) is None
    assert smpp.certificate_problem(" ".join(certificate.split("\n"))) is None
    trusting = GOOD | {"tls": "required", "caCertificate": certificate}
    context = bind_of(trusting).tls
    assert context is not None
    assert [one["subject"] for one in context.get_ca_certs()] == [((("commonName", "smsc"),),)]


@pytest.mark.parametrize(("field", "needs"), [("tlsName", "tls"), ("caCertificate", "tls")])
def test_what_is_about_tls_needs_tls(certificate: str, field: str, needs: str) -> None:
    value = {"tlsName": "smsc", "caCertificate": certificate}[field]
    found = validate_credentials(CARRIERS["smpp"], GOOD | {field: value})
    assert [(pointer, code) for pointer, code, _detail in found] == [(f"/credentials/{needs}", "required")]


def test_every_default_alphabet_can_be_decoded() -> None:
    for alphabet in ("gsm7", "ascii", "latin1", "cyrillic", "hebrew", "ucs2", "utf8"):
        assert validate_credentials(CARRIERS["smpp"], GOOD | {"defaultAlphabet": alphabet}) == []
        assert decode(b"", bind_of(GOOD | {"defaultAlphabet": alphabet}).reading.alphabet) == ""


def test_the_api_opens_one_and_gives_no_url(acme: House, api: Api) -> None:
    response = api.post("channels", {"carrier": "smpp", "credentials": GOOD | {"port": 2776}})
    assert response.status_code == 201
    made = response.json()
    assert (made["ingestUrl"], made["line"]) == (None, None)
    assert made["credentialsSet"] == ["host", "password", "port", "systemId"]
    assert acme.live.environment.channels.get(carrier="smpp").credentials()["port"] == "2776"


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"port": True}, "#/credentials/port"),
        ({"port": 2775.5}, "#/credentials/port"),
        ({"port": 0}, "#/credentials/port"),
        ({"sessions": 2}, "#/credentials/sessions"),
        ({"host": "127.1"}, "#/credentials/host"),
    ],
)
def test_the_api_names_what_is_wrong(api: Api, wrong: dict[str, Any], pointer: str) -> None:
    response = api.post("channels", {"carrier": "smpp", "credentials": GOOD | wrong})
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_the_api_tells_how_the_best_session_stands(channel: Channel, api: Api) -> None:
    stand(channel, "refused", "alreadyBound", session=2)
    line = stand(channel, "bound")
    (shown,) = [one for one in api.get("channels").json()["data"] if one["carrier"] == "smpp"]
    assert (shown["line"]["state"], shown["line"]["reason"]) == ("bound", None)
    line.delete()
    assert api.get(f"channels/{shown['id']}").json()["line"]["reason"] == "alreadyBound"


def test_other_channels_have_a_url_and_no_line(acme: House, api: Api) -> None:
    (shown,) = api.get("channels").json()["data"]
    assert shown["line"] is None
    assert shown["ingestUrl"].endswith(acme.live.channel.path)


def test_the_form_opens_one_and_the_page_tells_how_it_stands(acme: House, owner: Person) -> None:
    page = text(owner.post("channels/new/?carrier=smpp", name="Trunk", **GOOD))
    channel = acme.live.environment.channels.get(carrier="smpp")
    assert channel.credentials() == GOOD
    assert "Connection to the carrier" in page
    assert channel.token not in page
    stand(channel, "refused", "wrongPassword")
    acme.live.channel = channel
    page = text(owner.get("channels/{channel_id}/"))
    assert "The SMSC does not take the password." in page
    assert "Refused" in text(owner.get("channels/"))


def test_the_door_knows_no_such_url(door: LiveDoor, acme: House) -> None:
    channel = open_line(acme.sandbox.environment)
    door.in_force(lambda known: channel.token in known.channels)
    assert door.post(channel.path, b"anything").status_code == 404
    assert door.post(f"/in/generic/{channel.token}", b"anything").status_code == 404


def test_the_operators_gauge_counts_sessions_by_state(channel: Channel, client: Client) -> None:
    stand(channel, "refused", "wrongPassword")
    shown = client.get("/metrics").content.decode()
    assert 'smsgateway_lines{state="refused"} 1.0' in shown
    assert 'smsgateway_lines{state="bound"} 0.0' in shown
