"""Each carrier's dialect passes the real door, which checks its signature and reads what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

from accounts.audit import SYSTEM
from ingest.polling import Poller
from numbers import services as numbers
from numbers.carriers import HTTP_CARRIERS
from numbers.models import Assignment, Channel
from sandbox.dialects import DIALECTS
from tests.cast import House
from tests.live_smpp import LiveLines
from tests.sandbox.simulating import Simulator
from tests.sns import TOPIC, certificate

TEXT = "Où en est ma commande ? [n° 40817] déjà"
SENDERS = ("+33639980562", "+447700900117", "ACME", "36184")
LOGIN = {"username": "carrier", "password": "s3cret-s3cret"}
#: Channels of one's own, in all the ways in which they check who calls.
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
CERTIFICATE = certificate().decode()
OVH = {
    "applicationKey": "simulator",
    "applicationSecret": "secret",
    "consumerKey": "consumer",
    "serviceName": "sms-simulator-1",
}
#: Channels of one's own that only their carrier can write to, or that know this number not.
CLOSED = [
    ("telnyx", {"publicKey": "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="}, "#/carrier", "cannot_sign"),
    ("aws", {"topicArn": TOPIC}, "#/carrier", "cannot_sign"),
    ("aws", {"topicArn": TOPIC, "signingCertificate": CERTIFICATE}, "#/carrier", "cannot_sign"),
    ("ovh", OVH, "#/carrier", "cannot_sign"),
    ("generic", {"token": "let-me-in-0123", "textField": "body"}, "#/carrier", "format_of_its_own"),
    (
        "smpp",
        {"host": "smsc.example.net", "systemId": "acme", "password": "secret"},
        "#/carrier",
        "line_of_its_own",
    ),
    ("bird", {"signingKey": "k3y", "channelNumber": "x=+33639980009"}, "#/numberUsed", "not_on_this_channel"),
]


def bind(acme: House, carrier: str, credentials: dict[str, str]) -> Channel:
    """A channel of Acme's own, with its number on it."""
    environment = acme.sandbox.environment
    channel = numbers.create_channel(environment, SYSTEM, carrier=carrier, credentials=credentials)
    numbers.update_assignment(environment.assignments.get(ends_at=None), SYSTEM, channel=channel)
    return channel


def test_each_carrier_that_is_reached_by_http_has_a_dialect() -> None:
    assert {*HTTP_CARRIERS, "ovh"} <= set(DIALECTS)


def test_texts_come_by_a_simulated_channel_of_each_carrier(
    simulator: Simulator, poller: Poller, simulated_lines: LiveLines
) -> None:
    for carrier, sender in product(DIALECTS, SENDERS):
        told = simulator.send(TEXT, carrier=carrier, senderId=sender)
        [text] = told["texts"]
        assert (text["state"], text["answer"] // 100, told["carrier"]) == ("accepted", 2, carrier)
        message = simulator.messages()[-1]
        assert (message.content, message.sender_id) == (TEXT, sender), carrier
        assert message.carrier_message_id == text["carrierMessageId"]
        assert message.simulated
    assert len(simulator.messages()) == len(DIALECTS) * len(SENDERS)
    made = simulator.house.sandbox.environment.channels.filter(simulated=True)
    assert sorted(channel.carrier for channel in made) == sorted(DIALECTS.keys() - {"generic"})  # once each


def test_the_carriers_time_is_told_where_the_carrier_has_one(simulator: Simulator, poller: Poller) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=90)
    Assignment.objects.filter(pk=simulator.house.sandbox.assignment.pk).update(starts_at=at)
    for carrier, dialect in DIALECTS.items():
        if dialect.tells_time:
            simulator.send(carrier=carrier, sentAt=at.isoformat())
            assert simulator.messages()[-1].sent_at == at, carrier
        else:
            refused = 422, "#/sentAt", "carrier_tells_no_time"
            assert simulator.refused(carrier=carrier, sentAt=at.isoformat()) == refused


def test_a_channel_of_ones_own_is_written_to_with_its_credentials(acme: House, simulator: Simulator) -> None:
    for carrier, credentials in OWN:
        channel = bind(acme, carrier, credentials)
        simulator.send(TEXT)
        message = simulator.messages()[-1]
        assert (message.content, message.channel_id) == (TEXT, channel.pk), credentials


def test_what_a_channel_could_not_have_brought_is_refused(acme: House, simulator: Simulator) -> None:
    for carrier, credentials, *error in CLOSED:
        bind(acme, carrier, credentials)
        assert simulator.refused() == (422, *error)
    not_latin = simulator.refused(carrier="highconnection", content="Suivi 📦")
    assert not_latin == (422, "#/content", "not_in_charset")


def test_the_name_of_a_carrier_that_alone_can_write_to_ones_channel_means_the_simulated_one(
    acme: House, simulator: Simulator, poller: Poller, simulated_lines: LiveLines
) -> None:
    for carrier, credentials, _pointer, code in CLOSED:
        if code in ("cannot_sign", "line_of_its_own"):
            own = bind(acme, carrier, credentials)
            simulator.send(TEXT, carrier=carrier)
            message = simulator.messages()[-1]
            assert (message.content, message.channel_id == own.pk) == (TEXT, False), carrier


def test_a_carrier_that_cannot_be_simulated_is_refused(simulator: Simulator) -> None:
    assert simulator.refused(carrier="nobody") == (422, "#/carrier", "not_simulated")
