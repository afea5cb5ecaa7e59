"""AWS by way of SNS: signatures of both versions, certificates that count, and the handshake through the door."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sns_message_validator import SignatureVerificationFailureException, SNSMessageValidator

from accounts.audit import SYSTEM
from delivery.models import Delivery
from inbox.models import Message
from ingest import documents
from ingest.models import StrayText
from numbers import services as numbers
from numbers.calling import Unanswered
from numbers.carriers import CarrierRequest, Refused, Unreadable, aws, validate_credentials
from numbers.carriers.base import Reply, Wanted
from numbers.models import Channel
from tests import sns
from tests.carrier_battery import RECIPIENT, SENDER
from tests.carrier_requests import INGEST, NOW, a_request
from tests.cast import House
from tests.live import LiveDoor

CREDENTIALS = {"topicArn": sns.TOPIC}
TEXT = sns.texted("Votre code : 482913 😀", "cae173d2-66b9-564c-8309-21f858e9fb84", SENDER, RECIPIENT)


def request_of(
    envelope: Mapping[str, str], pem: bytes | None = None, by: int = 0, type: str | None = None
) -> CarrierRequest:
    headers = {"x-amz-sns-message-type": type or envelope["Type"]}
    made = a_request(f"{INGEST}/aws/t", body=sns.signed(envelope, sns.key(by)), headers=headers)
    return replace(made, fetched={envelope["SigningCertURL"]: pem or sns.certificate()})


def refusal(request: CarrierRequest, credentials: Mapping[str, str] = CREDENTIALS) -> str:
    with pytest.raises(Refused) as refused:
        aws.verify(request, credentials)
    assert refused.value.status == 503  # what gets a 4xx SNS gives up
    return refused.value.reason


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_notification_is_a_text(version: str) -> None:
    envelope = sns.notification(TEXT, NOW, SignatureVersion=version, UnsubscribeURL="https://x.example")
    request = request_of(envelope)
    aws.verify(request, CREDENTIALS)
    [sms] = aws.parse(request, CREDENTIALS)
    assert (sms.carrier_id, sms.sender, sms.recipient) == (
        "cae173d2-66b9-564c-8309-21f858e9fb84",
        SENDER,
        RECIPIENT,
    )
    assert (sms.content, sms.sent_at) == ("Votre code : 482913 😀", NOW)


def test_a_subject_is_signed_too() -> None:
    aws.verify(request_of(sns.notification(TEXT, NOW, Subject="Hello")), CREDENTIALS)
    request = request_of(sns.notification(TEXT, NOW))
    document = {**json.loads(request.body), "Subject": "Hello"}
    assert refusal(replace(request, body=json.dumps(document).encode())) == "wrongSignature"


def test_a_channel_of_version_2_cannot_be_talked_down() -> None:
    credentials = {**CREDENTIALS, "signatureVersion": "2"}
    aws.verify(request_of(sns.notification(TEXT, NOW)), credentials)
    assert refusal(request_of(sns.notification(TEXT, NOW, SignatureVersion="1")), credentials) == (
        "downgradedSignature"
    )
    request = request_of(sns.notification(TEXT, NOW))
    for version, reason in (("1", "wrongSignature"), ("3", "unknownVersion")):
        document = {**json.loads(request.body), "SignatureVersion": version}
        assert refusal(replace(request, body=json.dumps(document).encode())) == reason


validator = SNSMessageValidator()


@pytest.mark.parametrize("make", [sns.notification, sns.subscription])
@given(
    text=st.text(st.characters(exclude_categories=["Cs"])), subject=st.none() | st.text("ab\n", min_size=1)
)
def test_agrees_with_an_independent_validator(
    make: Callable[..., dict[str, str]], text: str, subject: str | None
) -> None:
    """`aws-sns-message-validator`, which knows version 1."""
    validator._cert_session = SimpleNamespace(get=lambda url: SimpleNamespace(content=sns.certificate()))
    envelope = {**make(*(("x",) if make is sns.notification else ()), NOW), "Message": text}
    envelope |= {"SignatureVersion": "1"} | (
        {"Subject": subject} if subject and "Token" not in envelope else {}
    )
    request = request_of(envelope)
    validator.validate_message(json.loads(request.body))
    aws.verify(request, CREDENTIALS)
    for name in ("Message", "MessageId", "Timestamp"):
        document = json.loads(request.body)
        document[name] = document[name].replace("2", "3") + ("" if name == "Timestamp" else "x")
        with pytest.raises(SignatureVerificationFailureException):
            validator.validate_message(document)
        assert refusal(replace(request, body=json.dumps(document).encode())) in (
            "wrongSignature",
            "staleTimestamp",
        )


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-3.amazonaws.com/a.pem",
        "https://sns.eu-west-1.amazonaws.com/a.pem",  # a real host, of another region
        "https://sns.eu-west-3.amazonaws.com.evil.example/a.pem",
        "https://sns.eu-west-3.amazonaws.com.cn/a.pem",
        "https://sns.eu-west-3.amazonaws.com:444/a.pem",
        "https://sns.eu-west-3.amazonaws.com@evil.example/a.pem",
        "https://evil.example/sns.eu-west-3.amazonaws.com/a.pem",
        "https://sns.eu-west-3.amazonaws.com/a/../b.pem",
        "https://sns.eu-west-3.amazonaws.com/?Action=Publish&x=a.pem",
        "https://sns.eu-west-3.amazonaws.com/a.pem#x",
        "https://sns.eu-west-3.amazonaws.com/a.pem\n",
        "https://SNS.eu-west-3.amazonaws.com/a.pem",
        "https://bucket.s3.eu-west-3.amazonaws.com/a.pem",
        "",
    ],
)
def test_a_certificate_from_elsewhere_is_not_even_fetched(url: str) -> None:
    request = replace(request_of(sns.notification(TEXT, NOW, SigningCertURL=url)), fetched={})
    assert refusal(request) == "wrongCertificateUrl"


@pytest.mark.parametrize(
    ("arn", "host"),
    [
        ("arn:aws:sns:us-east-1:123456789012:a", "sns.us-east-1.amazonaws.com"),
        ("arn:aws-cn:sns:cn-north-1:123456789012:a", "sns.cn-north-1.amazonaws.com.cn"),
        ("arn:aws-us-gov:sns:us-gov-west-1:123456789012:a", "sns.us-gov-west-1.amazonaws.com"),
    ],
)
def test_the_certificate_is_wanted_from_the_topics_own_region(arn: str, host: str) -> None:
    url = f"https://{host}/SimpleNotificationService-0.pem"
    request = request_of(sns.notification(TEXT, NOW, TopicArn=arn, SigningCertURL=url))
    with pytest.raises(Wanted) as wanted:
        aws.verify(replace(request, fetched={}), {"topicArn": arn})
    assert wanted.value.url == url
    assert wanted.value.keep_s > 3600
    aws.verify(request, {"topicArn": arn})
    assert validate_credentials(aws, {"topicArn": arn}) == []


@pytest.mark.parametrize(
    ("pem", "reason"),
    [
        (b"", "wrongCertificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "wrongCertificate"),
        (sns.certificate(common="evil.example"), "wrongCertificate"),
        (sns.certificate("evil.example", common="sns.amazonaws.com"), "wrongCertificate"),
        (sns.certificate("sns-signing.eu-west-1.amazonaws.com"), "wrongCertificate"),
        (sns.certificate(days=30), "expiredCertificate"),
        (sns.certificate(begins=NOW + timedelta(hours=1)), "expiredCertificate"),
    ],
)
def test_certificates_that_are_not_of_sns_or_of_now(pem: bytes, reason: str) -> None:
    request = replace(request_of(sns.notification(TEXT, NOW)), fetched={sns.CERTIFICATE_URL: pem})
    assert refusal(request) == reason


@pytest.mark.parametrize(
    "pem",
    [
        sns.certificate("sns.amazonaws.com"),
        sns.certificate(
            "sns-signing.eu-west-3.amazonaws.com", "sns.eu-west-3.amazonaws.com", common="whatever"
        ),
        sns.certificate(common="sns-eu-west-3.amazonaws.com"),
    ],
)
def test_names_that_certificates_of_sns_bear(pem: bytes) -> None:
    aws.verify(request_of(sns.notification(TEXT, NOW), pem), CREDENTIALS)


def test_wrong_keys_types_topics_and_times() -> None:
    good = sns.notification(TEXT, NOW)
    assert refusal(request_of(good, by=1)) == "wrongSignature"
    assert refusal(request_of(good, type="SubscriptionConfirmation")) == "wrongType"
    assert refusal(request_of(sns.notification(TEXT, NOW, TopicArn=sns.TOPIC + "x"))) == "wrongTopic"
    aws.verify(
        request_of(sns.notification(TEXT, NOW - timedelta(minutes=61))), CREDENTIALS
    )  # its last repeat
    assert refusal(request_of(sns.notification(TEXT, NOW - timedelta(hours=3)))) == "staleTimestamp"
    assert refusal(request_of(sns.notification(TEXT, NOW + timedelta(minutes=6)))) == "staleTimestamp"
    assert refusal(request_of(sns.notification(TEXT, NOW, Timestamp="now"))) == "staleTimestamp"
    request = request_of(good)
    document = {**json.loads(request.body), "Signature": "é"}
    assert refusal(replace(request, body=json.dumps(document).encode())) == "malformedSignature"
    assert refusal(replace(request, body=TEXT.encode())) == "malformedBody"  # raw message delivery


@pytest.mark.parametrize(
    ("message", "pointer"),
    [
        ("Hello", "/Message"),
        ("[]", "/Message"),
        (sns.texted("x", "i", SENDER, RECIPIENT).replace("messageBody", "body"), "/Message/messageBody"),
        (sns.texted("a\0b", "i", SENDER, RECIPIENT), "/Message/messageBody"),
        (sns.texted("x", "i", "", RECIPIENT), "/Message/originationNumber"),
    ],
)
def test_what_is_no_text_is_named(message: str, pointer: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        aws.parse(request_of(sns.notification(message, NOW)), CREDENTIALS)
    assert [found for found, _detail in unreadable.value.errors] == [pointer]


def test_credentials() -> None:
    for wrong in ("texts", "arn:aws:sqs:eu-west-3:123456789012:a", "arn:aws:sns:evil.com/:123456789012:a"):
        assert validate_credentials(aws, {"topicArn": wrong})
    assert validate_credentials(aws, {**CREDENTIALS, "signatureVersion": "1"})


@pytest.mark.parametrize(
    "url",
    [
        f"http://sns.eu-west-3.amazonaws.com/?Action=ConfirmSubscription&TopicArn={sns.TOPIC}&Token=x",
        f"https://evil.example/?Action=ConfirmSubscription&TopicArn={sns.TOPIC}&Token=x",
        f"{sns.HOST}/?Action=DeleteTopic&TopicArn={sns.TOPIC}&Token=x",
        f"{sns.HOST}/?Action=ConfirmSubscription&TopicArn={sns.TOPIC}2&Token=x",
        f"{sns.HOST}/?Action=ConfirmSubscription&Action=DeleteTopic&TopicArn={sns.TOPIC}",
        f"{sns.HOST}/?Action=ConfirmSubscription&TopicArn={sns.TOPIC}&Token=x#y",
        f"{sns.HOST}/?Action=ConfirmSubscription&TopicArn={sns.TOPIC}&Token=\r\n",
        "",
    ],
)
def test_no_other_url_is_called_to_confirm(url: str) -> None:
    """Even where SNS itself had signed it."""
    request = request_of(sns.subscription(NOW, SubscribeURL=url))
    aws.verify(request, CREDENTIALS)
    with pytest.raises(Unreadable, match="/SubscribeURL"):
        aws.parse(request, CREDENTIALS)


class Sns:
    """What the door fetches: answers by URL, and what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.certificate = Reply(200, sns.certificate())

    def fetch(self, url: str, total_s: float) -> Reply:
        self.asked.append(url)
        if url == sns.CERTIFICATE_URL:
            return self.certificate
        return Reply(200, b"<ConfirmSubscriptionResponse/>")


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Sns:
    made = Sns()
    monkeypatch.setattr(documents, "fetch", made.fetch)
    return made


@pytest.fixture
def channel(door: LiveDoor, acme: House) -> Channel:
    made = numbers.create_channel(
        acme.sandbox.environment, SYSTEM, carrier="aws", credentials=dict(CREDENTIALS)
    )
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=made)
    door.in_force(lambda known: (made.pk, RECIPIENT) in known.holders)
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    return made


def post(door: LiveDoor, channel: Channel, envelope: Mapping[str, str], by: int = 0) -> int:
    headers = {"x-amz-sns-message-type": envelope["Type"], "content-type": "text/plain; charset=UTF-8"}
    return door.post(channel.path, sns.signed(envelope, sns.key(by)), headers).status_code


def test_a_subscription_is_confirmed_and_its_texts_arrive(
    door: LiveDoor, channel: Channel, amazon: Sns
) -> None:
    now = datetime.now(UTC)
    subscription = sns.subscription(now)
    assert post(door, channel, subscription) == 200
    assert amazon.asked == [sns.CERTIFICATE_URL, subscription["SubscribeURL"]]
    for _repeat in range(2):
        assert post(door, channel, sns.notification(TEXT, now)) == 200
    assert Message.objects.get().content == "Votre code : 482913 😀"
    assert post(door, channel, {**subscription, "Type": "UnsubscribeConfirmation"}) == 200
    assert amazon.asked.count(sns.CERTIFICATE_URL) == 1  # kept


def test_a_forged_subscription_confirms_nothing(door: LiveDoor, channel: Channel, amazon: Sns) -> None:
    now = datetime.now(UTC)
    assert post(door, channel, sns.subscription(now), by=1) == 503
    assert post(door, channel, sns.subscription(now, TopicArn=sns.TOPIC + "2")) == 503
    assert amazon.asked == [sns.CERTIFICATE_URL]
    assert not StrayText.objects.exists()


def test_while_the_certificate_cannot_be_had_sns_is_asked_to_come_again(
    door: LiveDoor, channel: Channel, amazon: Sns, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(url: str, total_s: float) -> Reply:
        raise Unanswered("ConnectTimeout")

    now = datetime.now(UTC)
    with monkeypatch.context() as outage:
        outage.setattr(documents, "fetch", away)
        assert post(door, channel, sns.notification(TEXT, now)) == 503
    amazon.certificate = Reply(404, b"")
    assert post(door, channel, sns.notification(TEXT, now)) == 503
    assert not Message.objects.exists()
    amazon.certificate = Reply(200, sns.certificate())
    assert post(door, channel, sns.notification(TEXT, now)) == 200
    assert Message.objects.count() == 1
