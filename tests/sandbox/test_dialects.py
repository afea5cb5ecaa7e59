"""Each carrier's dialect passes the real door, which checks its signature and reads what it says."""

from __future__ import annotations

from datetime import datetime

import pytest

from accounts.audit import SYSTEM
from numbers import services as numbers
from numbers.carriers import HTTP_CARRIERS
from numbers.models import Channel
from sandbox.dialects import DIALECTS
from tests.cast import House
from tests.sandbox.simulating import Simulator

SENT_AT = "2026-11-26T06:30:00.000Z"
TEXT = "Où en est ma commande ? [n° 40817] déjà"


def test_only_carriers_that_nobody_else_can_be_have_no_dialect() -> None:
    assert set(HTTP_CARRIERS) - set(DIALECTS) == {"aws"}


@pytest.mark.parametrize("carrier", DIALECTS)
def test_a_text_comes_by_a_simulated_channel(simulator: Simulator, carrier: str) -> None:
    told = simulator.send(TEXT, carrier=carrier, senderId="+33639980562")
    [text] = told["texts"]
    assert (text["state"], text["answer"] // 100, told["carrier"]) == ("accepted", 2, carrier)
    [message] = simulator.messages()
    assert (message.content, message.sender_id, message.number_used) == (TEXT, "+33639980562", simulator.number)
    assert message.carrier_message_id == text["carrierMessageId"]
    assert message.simulated
    assert Channel.objects.get(pk=message.channel_id).carrier == carrier


@pytest.mark.parametrize("carrier", [name for name, one in DIALECTS.items() if one.tells_time])
def test_the_carriers_time_is_told(simulator: Simulator, carrier: str) -> None:
    simulator.send(carrier=carrier, sentAt=SENT_AT)
    [message] = simulator.messages()
    assert message.sent_at == datetime.fromisoformat(SENT_AT)


@pytest.mark.parametrize("carrier", [name for name, one in DIALECTS.items() if not one.tells_time])
def test_a_carrier_without_times_cannot_be_told_one(simulator: Simulator, carrier: str) -> None:
    refused = 422, "#/sentAt", "carrier_tells_no_time"
    assert simulator.refused(carrier=carrier, sentAt=SENT_AT) == refused


@pytest.mark.parametrize("carrier", DIALECTS)
@pytest.mark.parametrize("sender", ["ACME", "36184", "+447700900117"])
def test_any_sender_is_brought_as_it_is(simulator: Simulator, carrier: str, sender: str) -> None:
    simulator.send(carrier=carrier, senderId=sender)
    assert [message.sender_id for message in simulator.messages()] == [sender]


LOGIN = {"username": "carrier", "password": "s3cret-s3cret"}
OWN = [
    ("vonage", LOGIN),
    ("vonage", {"signatureSecret": "s3cret", "signatureMethod": "md5hash"}),
    ("sinch", LOGIN),
    ("plivo", {"authToken": "my_auth_token"}),
    ("bird", {"signingKey": "k3y", "channelNumber": "other=+33639980009, ours=+33639980001"}),
    ("bird", {"signingKey": "k3y", "channelNumber": "+33639980001"}),
    ("generic", {"token": "let-me-in-0123"}),
    ("generic", {"token": "let-me-in-0123", "tokenHeader": "X-Token"}),
    ("generic", {"token": "let-me-in-0123", "tokenParameter": "key"}),
    ("generic", {"hmacSecret": "between-us", "hmacHeader": "X-Signature", "hmacPrefix": "sha256="}),
    ("generic", {"hmacSecret": "between-us", "hmacHeader": "X-Signature", "hmacEncoding": "base64"}),
    ("generic", LOGIN),
]


@pytest.mark.parametrize(("carrier", "credentials"), OWN, ids=lambda value: "-".join(value) if value else "")
def test_a_channel_of_ones_own_is_written_to_with_its_credentials(
    acme: House, simulator: Simulator, carrier: str, credentials: dict[str, str]
) -> None:
    channel = numbers.create_channel(
        acme.sandbox.environment, SYSTEM, carrier=carrier, credentials=credentials
    )
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=channel)
    simulator.send(TEXT)
    [message] = simulator.messages()
    assert (message.content, message.channel_id) == (TEXT, channel.pk)


@pytest.mark.parametrize(
    ("carrier", "credentials", "error"),
    [
        ("telnyx", {"publicKey": "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="}, ("#/carrier", "cannot_sign")),
        ("generic", {"token": "let-me-in-0123", "textField": "body"}, ("#/carrier", "format_of_its_own")),
        ("bird", {"signingKey": "k3y", "channelNumber": "x=+33639980009"}, ("#/numberUsed", "not_on_this_channel")),
    ],
)
def test_what_a_channel_could_not_have_brought_is_refused(
    acme: House, simulator: Simulator, carrier: str, credentials: dict[str, str], error: tuple[str, str]
) -> None:
    channel = numbers.create_channel(
        acme.sandbox.environment, SYSTEM, carrier=carrier, credentials=credentials
    )
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=channel)
    assert simulator.refused() == (422, *error)


def test_a_character_that_a_carriers_charset_lacks_is_refused(simulator: Simulator) -> None:
    assert simulator.refused(carrier="highconnection", content="Suivi 📦") == (422, "#/content", "not_in_charset")


@pytest.mark.parametrize("carrier", ["aws", "ovh", "smpp", "nobody"])
def test_a_carrier_that_cannot_be_simulated_is_refused(simulator: Simulator, carrier: str) -> None:
    assert simulator.refused(carrier=carrier) == (422, "#/carrier", "not_simulated")


def test_a_simulated_channel_is_made_once(acme: House, simulator: Simulator) -> None:
    for _ in range(2):
        simulator.send(carrier="twilio")
    made = acme.sandbox.environment.channels.filter(simulated=True)
    assert [channel.carrier for channel in made] == ["twilio"]
    assert len(simulator.messages()) == 2
