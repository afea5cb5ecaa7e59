"""A channel may take requests from its carrier's addresses only, seen through the proxies that we trust."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from django.conf import LazySettings

from accounts.audit import SYSTEM
from accounts.proxies import client_address
from inbox.models import Message
from ingest.models import StrayText
from numbers import services as numbers
from numbers.carriers import CARRIERS, Refused, validate_credentials
from numbers.models import Assignment, Channel
from tests.carrier_battery import CASES, LOGIN, RECIPIENT, Case, Sms, basic, infobip_batch
from tests.carrier_requests import NOW
from tests.cast import House
from tests.live import LiveDoor

ALLOWED = "192.0.2.7, 198.51.100.0/24,2001:db8::/32"
LISTED = [case for case in CASES if "allowedNetworks" in case.carrier.credentials]

every_case = pytest.mark.parametrize("case", LISTED, ids=lambda case: f"{case.name}-{len(case.credentials)}")


def test_carriers_without_a_signature_have_the_list() -> None:
    unsigned = {name for name, carrier in CARRIERS.items() if "username" in carrier.credentials}
    assert {case.name for case in LISTED} == unsigned | {"generic"}


@every_case
@pytest.mark.parametrize(
    "client", ["192.0.2.7", "198.51.100.200", "::ffff:198.51.100.9", "2001:db8:1::1", "2001:DB8:0::7"]
)
def test_listed_addresses_pass(case: Case, client: str) -> None:
    credentials = {**case.credentials, "allowedNetworks": ALLOWED}
    case.carrier.verify(replace(case.sms(), client=client), credentials)


@every_case
@pytest.mark.parametrize("client", ["192.0.2.8", "198.51.101.1", "::1", "::ffff:192.0.2.8", "", "unknown"])
def test_others_are_refused_whatever_they_show(case: Case, client: str) -> None:
    credentials = {**case.credentials, "allowedNetworks": ALLOWED}
    with pytest.raises(Refused) as refused:
        case.carrier.verify(replace(case.sms(), client=client), credentials)
    # After a 4xx Sinch gives the text up, and the list may be what is wrong.
    assert refused.value.status == (503 if case.name == "sinch" else 403)
    assert refused.value.reason == "wrongAddress"
    case.carrier.verify(replace(case.sms(), client=client), case.credentials)  # without a list


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 1),
        ("192.0.2.7,", 2),
        ("192.0.2.7, 192.0.2.300", 2),
        ("198.51.100.1/24", 1),  # host bits: one address or the network, who knows
        ("192.0.2.7;192.0.2.8", 1),
        ("example.com", 1),
        ("2001:db8::/129", 1),
    ],
)
def test_what_is_no_list_is_told_by_its_place(text: str, place: int) -> None:
    [(pointer, code, detail)] = validate_credentials(CARRIERS["infobip"], {**LOGIN, "allowedNetworks": text})
    assert (pointer, code) == ("/credentials/allowedNetworks", "invalid_value")
    assert detail.startswith(f"Entry {place} ")
    assert validate_credentials(CARRIERS["infobip"], {**LOGIN, "allowedNetworks": ALLOWED}) == []


def test_a_list_has_an_end() -> None:
    text = ",".join(["192.0.2.7"] * 101)
    assert validate_credentials(CARRIERS["infobip"], {**LOGIN, "allowedNetworks": text})


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "192.0.2.7", "203.0.113.5"),  # a stranger's own words
        ("10.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("10.0.0.1", "192.0.2.7, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "192.0.2.7, 10.0.0.2", "192.0.2.7"),
        ("10.0.0.1", " , ", "10.0.0.1"),
        ("", "192.0.2.7", ""),
    ],
)
def test_client_address(settings: LazySettings, peer: str, forwarded: str, client: str) -> None:
    settings.TRUSTED_PROXIES = (ip_network("10.0.0.0/8"),)
    assert client_address(peer, forwarded) == client


@pytest.fixture
def channel(door: LiveDoor, acme: House) -> Channel:
    """Acme's sandbox number on a channel of Infobip's that knows where it calls from."""
    credentials = {**LOGIN, "allowedNetworks": "192.0.2.7"}
    made = numbers.create_channel(
        acme.sandbox.environment, SYSTEM, carrier="infobip", credentials=credentials
    )
    Assignment.objects.filter(environment=acme.sandbox.environment).update(
        starts_at=datetime.now(UTC) - timedelta(hours=1)
    )
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=made)
    door.in_force(lambda known: (made.pk, RECIPIENT) in known.holders)
    return made


def test_the_door_asks_the_proxy_and_nobody_else(
    channel: Channel, door: LiveDoor, settings: LazySettings
) -> None:
    body = infobip_batch([Sms(id="through-the-proxy", at=datetime.now(UTC))])
    headers = dict(basic("", body, LOGIN, NOW))

    def status(forwarded: str) -> int:
        return door.post(channel.path, body, {**headers, "X-Forwarded-For": forwarded}).status_code

    assert status("192.0.2.7") == 403  # who says so is no proxy of ours
    settings.TRUSTED_PROXIES = (ip_network("127.0.0.0/8"),)
    assert status("192.0.2.8") == 403
    assert status("192.0.2.7, 192.0.2.8") == 403
    assert not StrayText.objects.exists()
    assert status("192.0.2.7") == 200
    assert Message.objects.filter(carrier_message_id="through-the-proxy").count() == 1
