"""AWS by the simulator: notifications as SNS posts them, signed with a key that nobody sees and nothing else trusts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.db import IntegrityError, connection

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import public
from accounts.models import AuditEntry
from ingest import documents
from numbers import services as numbers
from numbers.carriers.base import Reply
from numbers.models import Channel
from sandbox.dialects import PRIVATE_KEY, Text, Written, aws
from sandbox.simulator import simulated_channel, way_of
from tests import sns
from tests.cast import Api, House
from tests.dashboard.browse import Person, text
from tests.live import LiveDoor
from tests.sandbox.simulating import Simulator

OWN = {"topicArn": sns.TOPIC}
OTHERS = {"topicArn": sns.TOPIC, "signingCertificate": sns.certificate().decode()}


@pytest.fixture
def channel(simulator: Simulator, door: LiveDoor) -> Channel:
    """The simulator's own of Acme's sandbox."""
    made = simulated_channel(simulator.house.sandbox.environment, SYSTEM, "aws")
    door.view(made)
    return made


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URLs of certificates that the door wanted from Amazon, which has them."""
    urls: list[str] = []

    def fetch(url: str, total_s: float) -> Reply:
        urls.append(url)
        return Reply(200, sns.certificate())

    monkeypatch.setattr(documents, "fetch", fetch)
    return urls


def written(channel: Channel, number: str, content: str = "Votre code : 482913 😀") -> Written:
    said = Text("cae173d2-66b9-564c-8309-21f858e9fb84", "+33639980417", number, content, clock())
    return aws.write(said, way_of(channel))


def post(door: LiveDoor, channel: Channel, request: Written, **members: str) -> int:
    body = json.dumps({**json.loads(request.body), **members})
    return door.post(channel.path, body, dict(request.headers)).status_code


def test_the_request_is_what_sns_posts(simulator: Simulator, channel: Channel) -> None:
    request = written(channel, simulator.number)
    envelope = json.loads(request.body)
    assert envelope.keys() == {*sns.notification("", clock()), "Signature", "UnsubscribeURL"}
    assert (envelope["Type"], envelope["SignatureVersion"]) == ("Notification", "2")
    assert envelope["SigningCertURL"].startswith(
        "https://sns.eu-west-3.amazonaws.com/SimpleNotificationService-"
    )
    assert {name: value for name, value in request.headers.items() if name.startswith("x-amz-sns-")} == {
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": envelope["MessageId"],
        "x-amz-sns-topic-arn": envelope["TopicArn"],
        "x-amz-sns-subscription-arn": envelope["UnsubscribeURL"].partition("SubscriptionArn=")[2],
    }
    said = json.loads(sns.texted("", "", "", ""))
    del said["previousPublishedMessageId"]  # nobody wrote before
    assert json.loads(envelope["Message"]).keys() == said.keys()
    assert envelope == json.loads(
        sns.signed(envelope, private_key(channel))
    )  # by other code, the same signature


def private_key(channel: Channel) -> RSAPrivateKey:
    key = load_pem_private_key((channel.private_key() or "").encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def test_what_is_not_signed_by_its_key_is_refused(
    simulator: Simulator, channel: Channel, door: LiveDoor, asked: list[str]
) -> None:
    request = written(channel, simulator.number)
    other = json.loads(written(channel, simulator.number, "Send money").body)
    forged = json.loads(sns.signed(json.loads(request.body), sns.key(1)))
    for members in (
        {"Message": other["Message"]},
        {"MessageId": "x"},
        {"Timestamp": sns.stamp(clock() + timedelta(seconds=1))},
        {"Signature": other["Signature"]},
        {"Signature": forged["Signature"]},
        {"TopicArn": sns.TOPIC},
        {"SignatureVersion": "1"},
    ):
        assert post(door, channel, request, **members) == 503, members
    assert simulator.messages() == []
    assert post(door, channel, request) == 200
    assert len(simulator.messages()) == 1
    assert asked == []


def test_no_other_channel_trusts_its_key(
    acme: House, channel: Channel, door: LiveDoor, asked: list[str]
) -> None:
    topic = channel.credentials()["topicArn"]
    for side in (acme.live, acme.sandbox):
        other = numbers.create_channel(
            side.environment, SYSTEM, carrier="aws", credentials={"topicArn": topic}
        )
        door.view(other)
        assert post(door, other, written(channel, side.assignment.number.number)) == 503
    assert len(asked) == 1  # and kept: Amazon's own, which did not sign this


def test_the_private_key_is_shown_nowhere(acme: House, simulator: Simulator) -> None:
    simulator.send("By Amazon", carrier="aws")
    channel = Channel.objects.get(simulated=True)
    pem = channel.private_key() or ""
    id, path = public("channel", channel.pk), f"channels/{public('channel', channel.pk)}/"
    told = simulator.api.get(f"channels/{id}")
    assert told.json()["credentialsSet"] == ["signatureVersion", "signingCertificate", "topicArn"]
    person = Person(acme.users["owner"], acme.sandbox)
    seen = [told.content.decode(), simulator.api.get("channels").content.decode()]
    seen += [text(person.get(path)), text(person.get("channels/")), text(person.get("audit/"))]
    seen += [str(entry.after) for entry in AuditEntry.objects.all()]
    for line in pem.splitlines():
        assert not any(line in page for page in seen)
    assert not any(PRIVATE_KEY in page for page in seen)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(c)::text FROM numbers_channel c WHERE simulated")
        assert pem.encode().hex()[:80] not in cursor.fetchone()[0]


def test_a_page_that_is_saved_keeps_the_channel_as_it_is(acme: House, simulator: Simulator) -> None:
    simulator.send("Before", carrier="aws")
    channel = Channel.objects.get(simulated=True)
    given = channel.credentials()
    as_a_browser_does: dict[str, Any] = {name: value.replace("\n", "\r\n") for name, value in given.items()}
    person = Person(acme.users["owner"], acme.sandbox)
    path = f"channels/{public('channel', channel.pk)}/"
    assert given["signingCertificate"].splitlines()[1] in text(person.get(path))
    text(person.post(path, name="Amazon", **as_a_browser_does))
    channel.refresh_from_db()
    assert channel.name == "Amazon"
    simulator.send("After", carrier="aws")
    assert [message.content for message in simulator.messages()] == ["Before", "After"]


def test_live_and_the_pool_trust_amazon_alone(acme: House) -> None:
    live, body = Api(acme.live.key), {"carrier": "aws", "credentials": OTHERS}
    refused = [live.post("channels", body)]
    made = live.post("channels", body | {"credentials": OWN}).json()
    refused.append(live.patch(f"channels/{made['id']}", {"credentials": OTHERS}))
    for answer in refused:
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["pointer"], error["code"]) == (
            422,
            "#/credentials/signingCertificate",
            "sandbox_only",
        )
    assert live.get(f"channels/{made['id']}").json()["credentialsSet"] == ["topicArn"]
    with pytest.raises(Exception, match="sandbox_only"):
        numbers.create_channel(None, SYSTEM, carrier="aws", credentials=OTHERS)
    assert Api(acme.sandbox.key).post("channels", body).status_code == 201
    field = 'name="signingCertificate"'
    owner = acme.users["owner"]
    assert field not in text(Person(owner, acme.live).get("channels/new/", carrier="aws"))
    assert field in text(Person(owner, acme.sandbox).get("channels/new/", carrier="aws"))


def test_only_a_simulated_channel_has_a_private_key(acme: House) -> None:
    with pytest.raises(IntegrityError, match="channel_private_key_simulated"):
        numbers.create_channel(
            acme.sandbox.environment, SYSTEM, carrier="aws", credentials=OWN, private_key="PEM"
        )


@pytest.mark.parametrize("pem", ["Amazon", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"])
def test_a_certificate_is_one(acme: House, pem: str) -> None:
    body: dict[str, Any] = {"carrier": "aws", "credentials": OWN | {"signingCertificate": pem}}
    answer = Api(acme.sandbox.key).post("channels", body)
    [error] = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("#/credentials/signingCertificate", "invalid_value")


def test_an_emulator_of_ones_own_is_believed(acme: House, door: LiveDoor) -> None:
    sandbox = acme.sandbox.environment
    channel = numbers.create_channel(sandbox, SYSTEM, carrier="aws", credentials=OTHERS)
    numbers.update_assignment(sandbox.assignments.get(ends_at=None), SYSTEM, channel=channel)
    number = acme.sandbox.assignment.number.number
    door.in_force(lambda known: (channel.pk, number) in known.holders)
    message = sns.texted("From an emulator", "id-1", "+33639980417", number)
    url = "http://localhost.example:4566/SimpleNotificationService-1.pem"
    envelope = sns.notification(message, datetime.now(UTC), SigningCertURL=url)
    headers = {"x-amz-sns-message-type": "Notification"}
    assert door.post(channel.path, sns.signed(envelope, sns.key(1)), headers).status_code == 503
    assert door.post(channel.path, sns.signed(envelope), headers).status_code == 200
    assert sandbox.messages.latest("pk").content == "From an emulator"


def test_sns_signs_with_the_time_that_it_tells(simulator: Simulator) -> None:
    now = datetime.now(UTC)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"sentAt": (now - timedelta(hours=2)).isoformat()}, "#/sentAt"),
        ({"sentAt": (now + timedelta(minutes=6)).isoformat()}, "#/sentAt"),
        ({"skewSeconds": -7200}, "#/skewSeconds"),
    ]
    for fields, pointer in wrong:
        assert simulator.refused(carrier="aws", **fields) == (422, pointer, "out_of_range")
    simulator.send("Now", carrier="aws")
    [told] = simulator.ask("An hour on its way", carrier="aws", skewSeconds=-3500).json()["texts"]
    assert told["state"] == "accepted"


def test_a_text_that_comes_again_has_the_same_id(simulator: Simulator) -> None:
    told = simulator.send("Once", carrier="aws", repeats=2)
    assert [one["state"] for one in told["texts"]] == ["accepted"] * 3
    assert len(simulator.messages()) == 1
