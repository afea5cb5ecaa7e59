"""AWS End User Messaging: a notification of SNS about a text, signed with RSA; a channel knows the certificate alone.

A channel of the simulator's has a certificate of its own instead of Amazon's, so it can speak for those alone.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.utils.translation import gettext as _

from accounts.clock import stamp
from numbers.carriers import aws
from sandbox.dialects.base import PRIVATE_KEY, CannotWrite, Text, Way, Written

hands_over_parts = False
tells_time = True
TOPIC = "arn:aws:sns:eu-west-3:000000000000:simulator"
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Simulator of SNS, known to nobody")])
BEGINS, ENDS = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
LATEST_S, AHEAD_S = 60 * 60, 5 * 60  # SNS gives up after an hour, with the time of its first try


def credentials(seed: bytes) -> dict[str, str]:
    """Another key each time: RSA's do not come from a seed."""
    key = generate_private_key(65537, 2048)
    return {
        "topicArn": TOPIC,
        "signatureVersion": "2",
        "signingCertificate": certificate(key),
        PRIVATE_KEY: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    }


def certificate(key: RSAPrivateKey) -> str:
    builder = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGINS)
        .not_valid_after(ENDS)
    )
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


def write(text: Text, way: Way) -> Written:
    key = key_of(way)
    if not -AHEAD_S <= (way.now - text.sent_at).total_seconds() <= LATEST_S:
        detail = _("SNS signs with the time that it says: an hour ago at most, and five minutes ahead.")
        raise CannotWrite("/sentAt", "out_of_range", detail)
    envelope = notification(text, way.credentials["topicArn"])
    names = [name for name in aws.SIGNED[aws.NOTIFICATION] if name in envelope]
    signed = "".join(f"{name}\n{envelope[name]}\n" for name in names)
    envelope["Signature"] = b64encode(key.sign(signed.encode(), PKCS1v15(), SHA256())).decode()
    headers = {
        "Content-Type": "text/plain; charset=UTF-8",
        "User-Agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": envelope["Type"],
        "x-amz-sns-message-id": envelope["MessageId"],
        "x-amz-sns-topic-arn": envelope["TopicArn"],
        "x-amz-sns-subscription-arn": subscription(envelope["TopicArn"]),
    }
    return Written(json.dumps(envelope, indent=2, separators=(",", " : ")).encode(), headers)


def key_of(way: Way) -> RSAPrivateKey:
    """Raises CannotWrite unless it is the one of the channel's certificate."""
    known, pem = way.credentials.get("signingCertificate"), way.credentials.get(PRIVATE_KEY)
    if known and pem:
        key = loaded(pem)
        if x509.load_pem_x509_certificate(known.encode(errors="replace")).public_key() == key.public_key():
            return key
    detail = _("Only Amazon can sign for this channel. Name the carrier aws to use a simulated one.")
    raise CannotWrite("/carrier", "cannot_sign", detail)


@lru_cache(maxsize=64)
def loaded(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


def notification(text: Text, topic: str) -> dict[str, str]:
    """The envelope without its signature. The same text comes under the same id."""
    host = aws.host_of(topic)
    return {
        "Type": aws.NOTIFICATION,
        "MessageId": str(uuid5(NAMESPACE_URL, text.id)),
        "TopicArn": topic,
        "Message": json.dumps(message(text)),
        "Timestamp": stamp(text.sent_at) or "",
        "SignatureVersion": "2",
        "SigningCertURL": f"https://{host}/SimpleNotificationService-{'0' * 32}.pem",
        "UnsubscribeURL": f"https://{host}/?Action=Unsubscribe&SubscriptionArn={subscription(topic)}",
    }


def message(text: Text) -> dict[str, str]:
    """What End User Messaging publishes about a text."""
    return {
        "originationNumber": text.sender,
        "destinationNumber": text.recipient,
        "messageKeyword": "KEYWORD_000000000000",
        "messageBody": text.content,
        "inboundMessageId": text.id,
    }


def subscription(topic: str) -> str:
    return f"{topic}:{uuid5(NAMESPACE_URL, topic)}"
