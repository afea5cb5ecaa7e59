"""Amazon SNS as far as a subscriber sees it: notifications signed by a key and a certificate of our own."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

TOPIC = "arn:aws:sns:eu-west-3:123456789012:texts"
HOST = "https://sns.eu-west-3.amazonaws.com"
CERTIFICATE_URL = f"{HOST}/SimpleNotificationService-9c6465fa7f48f5cacd23014631ec1136.pem"
SIGNED = {
    "Notification": "Message MessageId Subject Timestamp TopicArn Type",
    "SubscriptionConfirmation": "Message MessageId SubscribeURL Timestamp Token TopicArn Type",
    "UnsubscribeConfirmation": "Message MessageId SubscribeURL Timestamp Token TopicArn Type",
}
HASHES: dict[str, HashAlgorithm] = {"1": SHA1(), "2": SHA256()}  # noqa: S303  SNS's own choice


@cache
def key(which: int) -> rsa.RSAPrivateKey:
    """Number 0 is SNS's, number 1 somebody else's."""
    return rsa.generate_private_key(65537, 2048)


@cache
def certificate(
    *names: str,
    common: str = "sns.amazonaws.com",
    begins: datetime = datetime(2026, 1, 1, tzinfo=UTC),
    days: int = 40_000,
) -> bytes:
    """PEM of a certificate for `key(0)`; without `names` the common name is all it has."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Amazon")]))
        .public_key(key(0).public_key())
        .serial_number(1)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    return builder.sign(key(1), SHA256()).public_bytes(Encoding.PEM)


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def notification(message: str, at: datetime, **members: str) -> dict[str, str]:
    """An envelope without its signature."""
    return {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": message,
        "Timestamp": stamp(at),
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE_URL,
        **members,
    }


def subscription(at: datetime, **members: str) -> dict[str, str]:
    token = "2336412f37fb687f5d51e6e241d09c805a5a57b30d712f794cc5f6a988666d92768dd60a747ba6f3beb71854e285d6ad"
    return {
        **notification("You have chosen to subscribe to the topic …", at),
        "Type": "SubscriptionConfirmation",
        "Token": token,
        "SubscribeURL": f"{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token={token}",
        **members,
    }


def signed(envelope: Mapping[str, str], by: rsa.RSAPrivateKey | None = None) -> bytes:
    """The envelope as SNS posts it."""
    present = [name for name in SIGNED[envelope["Type"]].split() if name in envelope]
    text = "".join(f"{name}\n{envelope[name]}\n" for name in present)
    signature = (by or key(0)).sign(text.encode(), PKCS1v15(), HASHES[envelope["SignatureVersion"]])
    return json.dumps({**envelope, "Signature": b64encode(signature).decode()}).encode()


def texted(text: str, id: str, sender: str, recipient: str) -> str:
    """What End User Messaging publishes about a text."""
    return json.dumps(
        {
            "originationNumber": sender,
            "destinationNumber": recipient,
            "messageKeyword": "KEYWORD_123456789012",
            "messageBody": text,
            "inboundMessageId": id,
            "previousPublishedMessageId": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY",
        }
    )
