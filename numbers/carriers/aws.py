"""AWS End User Messaging: two-way SMS by way of an SNS topic, whose notifications are signed with RSA.

The certificate lies at a URL that the notification names; it counts only on the host of SNS in the topic's own region.
In a sandbox a channel may have the certificate of another signer, which then counts alone.
Which names a certificate may bear: as in AWS's `sns-message-manager` for Java, `SnsHostProvider`. A subscription is
confirmed by calling its URL, once signature and topic are right. What SNS gets a 4xx for it gives up; anything else it
repeats for up to an hour, with the time of the first try.
Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html,
https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms-payload.html
"""

from __future__ import annotations

import hmac
import logging
import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.carriers.base import (
    Answer,
    CarrierRequest,
    CredentialField,
    InboundSms,
    Refused,
    Unreadable,
    Wanted,
    build_sms,
    busy,
    check_time,
    moment,
)
from numbers.carriers.documents import decode

log = logging.getLogger("smsgateway.carriers")

TEXT = "text/plain"
REFUSED = 503
REPEATED_FOR_S = 2 * 60 * 60
CERTIFICATE_KEPT_S = 24 * 60 * 60
NOTIFICATION, SUBSCRIBE, UNSUBSCRIBE = "Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"
# What is signed, by name, in this order; a member that is not there is left out.
SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    **dict.fromkeys(
        (SUBSCRIBE, UNSUBSCRIBE),
        ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    ),
}
HASHES: Mapping[str, HashAlgorithm] = {"1": SHA1(), "2": SHA256()}  # noqa: S303  version 1 is SHA-1
TOPIC = re.compile(
    r"arn:(aws|aws-cn|aws-us-gov):sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[A-Za-z0-9_-]{1,256}", re.ASCII
)
CERTIFICATE = re.compile(r"[A-Za-z0-9_-]{1,200}\.pem")
FIELDS = ("inboundMessageId", "originationNumber", "destinationNumber", "messageBody")


def _topic_problem(arn: str) -> str | None:
    if TOPIC.fullmatch(arn):
        return None
    return _("Must be the ARN of an SNS topic, such as arn:aws:sns:eu-west-3:123456789012:texts.")


def _version_problem(version: str) -> str | None:
    return None if version == "2" else _("Must be 2, or empty to take version 1 as well.")


def _certificate_problem(pem: str) -> str | None:
    if _certificate(pem.encode(errors="replace")):
        return None
    return _("Must be a certificate with an RSA key in PEM form, BEGIN and END lines included.")


name = "aws"
methods = frozenset({"POST"})
credentials: Mapping[str, CredentialField] = {
    "topicArn": CredentialField(
        gettext_lazy("The ARN of the SNS topic that your number's two-way messages go to."),
        _topic_problem,
        secret=False,
    ),
    "signatureVersion": CredentialField(
        gettext_lazy(
            "2 refuses signatures with SHA-1. Set the topic's SignatureVersion attribute to 2 as well."
        ),
        _version_problem,
        required=False,
        secret=False,
    ),
    "signingCertificate": CredentialField(
        gettext_lazy(
            "The certificate of who signs in Amazon’s place, in PEM form, where your tests have an emulator of SNS. "
            "For sandboxes only."
        ),
        _certificate_problem,
        required=False,
        secret=False,
        multiline=True,
        sandbox_only=True,
    ),
}
accepted = Answer(200, TEXT, b"OK")
deadline_s = 8.0  # SNS gives an exchange 15, of which fetching a certificate may take some


def try_again(retry_after: int) -> Answer:
    """SNS comes again by the delivery policy of its subscription: by default three times in a minute."""
    return busy(retry_after, TEXT, b"try again")


class _Envelope(msgspec.Struct):
    type: str = msgspec.field(name="Type")
    id: str = msgspec.field(name="MessageId")
    topic: str = msgspec.field(name="TopicArn")
    message: str = msgspec.field(name="Message")
    timestamp: str = msgspec.field(name="Timestamp")
    version: str = msgspec.field(name="SignatureVersion")
    signature: str = msgspec.field(name="Signature")
    certificate_url: str = msgspec.field(name="SigningCertURL")
    subject: str | None = msgspec.field(name="Subject", default=None)
    token: str | None = msgspec.field(name="Token", default=None)
    subscribe_url: str | None = msgspec.field(name="SubscribeURL", default=None)


_envelopes = msgspec.json.Decoder(_Envelope)


def verify(request: CarrierRequest, credentials: Mapping[str, str]) -> None:
    """Check type, topic, time, certificate and signature, in this order; wants the certificate."""
    try:
        envelope = decode(_envelopes, request.body)
    except Unreadable:
        raise Refused(REFUSED, "malformedBody") from None
    if envelope.type not in SIGNED or request.headers.get("x-amz-sns-message-type") != envelope.type:
        raise Refused(REFUSED, "wrongType")
    if not hmac.compare_digest(envelope.topic.encode(), credentials["topicArn"].encode()):
        raise Refused(REFUSED, "wrongTopic")
    signed_at = moment(envelope.timestamp)
    if signed_at is None:
        raise Refused(REFUSED, "staleTimestamp")
    check_time(request, signed_at.timestamp(), REPEATED_FOR_S, status=REFUSED)
    algorithm = _hash(envelope, credentials)
    key = _key(request, envelope, credentials)
    try:
        key.verify(_signature(envelope), _signed(envelope), PKCS1v15(), algorithm)
    except InvalidSignature:
        raise Refused(REFUSED, "wrongSignature") from None


def _hash(envelope: _Envelope, credentials: Mapping[str, str]) -> HashAlgorithm:
    """The hash of the signature; the request has its say only where the channel leaves it one."""
    if credentials.get("signatureVersion", envelope.version) != envelope.version:
        raise Refused(REFUSED, "downgradedSignature")
    if envelope.version not in HASHES:
        raise Refused(REFUSED, "unknownVersion")
    return HASHES[envelope.version]


def _signature(envelope: _Envelope) -> bytes:
    try:
        return b64decode(envelope.signature, validate=True)
    except (Error, ValueError):  # ValueError: not ASCII
        raise Refused(REFUSED, "malformedSignature") from None


def _signed(envelope: _Envelope) -> bytes:
    values = {
        "Message": envelope.message,
        "MessageId": envelope.id,
        "Subject": envelope.subject,
        "SubscribeURL": envelope.subscribe_url,
        "Timestamp": envelope.timestamp,
        "Token": envelope.token,
        "TopicArn": envelope.topic,
        "Type": envelope.type,
    }
    present = (name for name in SIGNED[envelope.type] if values[name] is not None)
    return "".join(f"{name}\n{values[name]}\n" for name in present).encode()


class _Certificate(NamedTuple):
    key: RSAPublicKey
    names: frozenset[str]
    begins: datetime
    ends: datetime


def _key(request: CarrierRequest, envelope: _Envelope, credentials: Mapping[str, str]) -> RSAPublicKey:
    """The key that signed, if it is SNS's own, or that of who signs in its place."""
    given = credentials.get("signingCertificate")
    certificate = _certificate(given.encode(errors="replace")) if given else _fetched(request, envelope)
    if certificate is None:
        raise Refused(REFUSED, "wrongCertificate")
    if not certificate.begins <= request.received_at <= certificate.ends:
        raise Refused(REFUSED, "expiredCertificate")
    return certificate.key


def _fetched(request: CarrierRequest, envelope: _Envelope) -> _Certificate | None:
    """The certificate that the envelope names, if it is one of SNS in the topic's own region."""
    url, host = envelope.certificate_url, host_of(envelope.topic)
    if not (url.startswith(f"https://{host}/") and CERTIFICATE.fullmatch(url, len(host) + 9)):
        raise Refused(REFUSED, "wrongCertificateUrl")
    pem = request.fetched.get(url)
    if pem is None:
        raise Wanted(url, CERTIFICATE_KEPT_S)
    certificate = _certificate(pem)
    return certificate if certificate and certificate.names & set(_known_names(envelope.topic)) else None


def host_of(topic: str) -> str:
    """The one host that speaks for SNS in the region of a topic."""
    _arn, partition, _sns, region, *_rest = topic.split(":")
    return f"sns.{region}.amazonaws.com" + (".cn" if partition == "aws-cn" else "")


def _known_names(topic: str) -> Iterator[str]:
    """What a certificate of SNS may call itself: one name for most regions, their own for the later ones."""
    host = host_of(topic)
    region, domain = host.removeprefix("sns.").split(".", 1)
    yield from ("sns.amazonaws.com", host, f"sns-signing.{region}.{domain}", f"sns-{region}.{domain}")
    if region.startswith("us-gov-"):
        yield "sns-us-gov-west-1.amazonaws.com"


@lru_cache(maxsize=64)
def _certificate(pem: bytes) -> _Certificate | None:
    """What counts of a certificate; None where it is none with an RSA key."""
    try:
        read = x509.load_pem_x509_certificate(pem)
        key = read.public_key()
        names = frozenset(_names(read))
    except (ValueError, TypeError, UnicodeError, x509.InvalidVersion, x509.DuplicateExtension):
        return None
    if not isinstance(key, RSAPublicKey):
        return None
    return _Certificate(key, names, read.not_valid_before_utc, read.not_valid_after_utc)


def _names(certificate: x509.Certificate) -> list[str]:
    """The host names that it is for: the alternative ones, or the common one where there are none."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        return extension.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        return [str(attribute.value) for attribute in common]


class _Body(msgspec.Struct):
    id: str = msgspec.field(name="inboundMessageId")
    sender: str = msgspec.field(name="originationNumber")
    to: str = msgspec.field(name="destinationNumber")
    text: str = msgspec.field(name="messageBody")


_decoder = msgspec.json.Decoder(_Body)


def parse(request: CarrierRequest, credentials: Mapping[str, str]) -> list[InboundSms]:
    """One text; [] for a subscription that begins, once it is confirmed, or ends."""
    envelope = decode(_envelopes, request.body)
    if envelope.type == SUBSCRIBE:
        _confirm(request, envelope)
        return []
    if envelope.type == UNSUBSCRIBE:
        log.warning("the subscription of an SNS topic was ended", extra={"carrier": name})
        return []
    body = _inner(envelope.message)
    id, sender, to, text = (f"Message/{field}" for field in FIELDS)
    sent_at = moment(envelope.timestamp)
    return [build_sms((id, sender, to, text), body.id, body.sender, body.to, body.text, sent_at=sent_at)]


def _confirm(request: CarrierRequest, envelope: _Envelope) -> None:
    """Want the URL called that confirms this very subscription, and none other."""
    url = envelope.subscribe_url or ""
    query = url.removeprefix(f"https://{_safe_host(envelope.topic)}/?")
    asked = parse_qs(query) if query != url and url.isascii() and url.isprintable() and "#" not in url else {}
    if asked.get("Action") != ["ConfirmSubscription"] or asked.get("TopicArn") != [envelope.topic]:
        raise Unreadable([("/SubscribeURL", "does not confirm a subscription to the topic")])
    if url not in request.fetched:
        raise Wanted(url)


def _safe_host(topic: str) -> str:
    if not TOPIC.fullmatch(topic):
        raise Unreadable([("/TopicArn", "is no topic")])
    return host_of(topic)


def _inner(message: str) -> _Body:
    """What End User Messaging put into the notification."""
    try:
        return decode(_decoder, message.encode())
    except Unreadable as unreadable:
        raise Unreadable((f"/Message{pointer}", detail) for pointer, detail in unreadable.errors) from None
