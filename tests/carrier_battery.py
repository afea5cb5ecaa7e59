"""For each carrier, how it makes a request: what tests/test_carrier_conformance.py puts every carrier through.

A new carrier adds one Case; without it the conformance suite fails. Signatures are made here once more, from the
carriers' descriptions, or by the vendor's own package where there is one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from numbers.carriers import HTTP_CARRIERS, CarrierRequest, HttpCarrier
from numbers.carriers.base import Refused, Wanted
from tests import sns
from tests.carrier_requests import INGEST, NOW, a_request, json_body, twilio_fields, twilio_signature

SENDER, RECIPIENT = "+33639980417", "+33639980001"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

Credentials = Mapping[str, str]


@dataclass(frozen=True)
class Sms:
    """What a test wants sent."""

    text: str = "Hello"
    id: str = "id-1"
    sender: str = SENDER
    recipient: str = RECIPIENT
    at: datetime = NOW - timedelta(seconds=2)  # when it was sent


@dataclass(frozen=True)
class Case:
    """One carrier, or one of its schemes."""

    name: str
    credentials: Credentials
    wrong: Credentials  # the same fields, other secrets
    body: Callable[[Sms], bytes]
    # (URL, body, credentials, time) → the headers that vouch for the request
    sign: Callable[[str, bytes, Credentials, datetime], Mapping[str, str]]
    needs: tuple[str, ...]  # headers without any one of which nothing passes
    content_type: str = JSON
    refused: tuple[int, ...] = (401,)
    stale_s: int | None = None  # so old is too old; None: the scheme knows no time
    signs_body: bool = True
    signs_url: bool = False
    probe: bool = True  # an empty request is acknowledged
    charset: str = "utf-8"
    # (body, credentials, time) → the body with its own signature inside, for carriers that sign by no header
    enclose: Callable[[bytes, Credentials, datetime], bytes] | None = None
    fetched: Mapping[str, bytes] = field(default_factory=dict)  # what the carrier wants to see
    batch: Callable[[list[Sms]], bytes] | None = None
    in_query: bool = False  # a GET, whose query is the body below

    @property
    def carrier(self) -> HttpCarrier:
        return HTTP_CARRIERS[self.name]

    @property
    def url(self) -> str:
        return f"{INGEST}/{self.name}/t0ken"

    def request(self, body: bytes, at: datetime = NOW, url: str | None = None) -> CarrierRequest:
        """Signed at `at`, received at NOW."""
        url, body = url or self.url, self.enclosed(body, at)
        headers = {"content-type": self.content_type, **self.sign(url, body, self.credentials, at)}
        if self.in_query:
            return a_request(url + "?" + body.decode("latin-1"), headers=headers, method="GET")
        return replace(a_request(url, body=body, headers=headers), fetched=self.fetched)

    def verify(self, request: CarrierRequest, credentials: Credentials | None = None) -> None:
        """As the door does, to which a document that cannot be had is as bad as none."""
        try:
            self.carrier.verify(request, credentials or self.credentials)
        except Wanted:
            raise Refused(503, "unfetched") from None

    def enclosed(self, body: bytes, at: datetime) -> bytes:
        return self.enclose(body, self.credentials, at) if self.enclose and body else body

    def sms(self, sms: Sms | None = None, **fields: Any) -> CarrierRequest:
        return self.request(self.body(sms or Sms(**fields)))


def unix(at: datetime) -> str:
    return str(int(at.timestamp()))


def iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def mac(key: str, signed: bytes, algorithm: str = "sha256") -> str:
    return b64encode(hmac.digest(key.encode(), signed, algorithm)).decode()


def token(claims: Mapping[str, object], key: str, algorithm: str = "HS256") -> str:
    """A JSON Web Token."""
    head = {"alg": algorithm, "typ": "JWT"}
    signed = b".".join(
        urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, dict(claims))
    )
    digest = hmac.digest(key.encode(), signed, algorithm.replace("HS", "sha"))
    return (signed + b"." + urlsafe_b64encode(digest).rstrip(b"=")).decode()


def basic(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    pair = f"{credentials['username']}:{credentials['password']}"
    return {"authorization": "Basic " + b64encode(pair.encode()).decode()}


def bare(number: str) -> str:
    return number.removeprefix("+")


def dumped(document: object) -> bytes:
    return json.dumps(document).encode()


# twilio, generic, sandbox


def twilio_body(sms: Sms) -> bytes:
    return urlencode(
        twilio_fields(Body=sms.text, MessageSid=sms.id, From=sms.sender, To=sms.recipient)
    ).encode()


def twilio_sign(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    return {"x-twilio-signature": twilio_signature(url, pairs(body), credentials["authToken"])}


def pairs(body: bytes) -> dict[str, str]:
    """A form's fields, bytes that are no UTF-8 kept as they are."""
    text = body.decode("utf-8", "surrogateescape")
    return dict(parse_qsl(text, keep_blank_values=True, errors="surrogateescape"))


def generic_body(sms: Sms) -> bytes:
    return json_body(id=sms.id, sender=sms.sender, to=sms.recipient, text=sms.text)


def generic_sign(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    key = b64decode(credentials["secret"].removeprefix("whsec_"))
    signed = b"msg_1." + unix(at).encode() + b"." + body
    signature = b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": unix(at),
        "webhook-signature": "v1," + signature,
    }


def bearer(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    return {"authorization": "Bearer " + credentials["secret"]}


# Vonage

HARMLESS = str.maketrans("&=", "__")


def vonage_messages_body(sms: Sms) -> bytes:
    return dumped(
        {
            "to": bare(sms.recipient),
            "from": bare(sms.sender),
            "channel": "sms",
            "message_uuid": sms.id,
            "timestamp": iso(sms.at),
            "message_type": "text",
            "text": sms.text,
            "sms": {"num_messages": "1"},
        }
    )


def vonage_messages_sign(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    claims = {
        "iat": int(at.timestamp()),
        "jti": "c9b0dbb8-5a1e-4d8b-a0c9-1df2d4b2a0f5",
        "iss": "Vonage",
        "api_key": "a1b2c3d4",
        "payload_hash": hashlib.sha256(body).hexdigest(),
    }
    return {"authorization": "Bearer " + token(claims, credentials["signatureSecret"])}


def vonage_fields(sms: Sms) -> dict[str, str]:
    return {
        "type": "unicode",
        "to": bare(sms.recipient),
        "msisdn": bare(sms.sender),
        "messageId": sms.id,
        "message-timestamp": f"{sms.at:%Y-%m-%d %H:%M:%S}",
        "timestamp": unix(NOW),
        "nonce": "aaaaaaaa-bbbb-cccc",
        "text": sms.text,
    }


def vonage_body(sms: Sms) -> bytes:
    return urlencode(vonage_fields(sms)).encode()


def vonage_enclose(body: bytes, credentials: Credentials, at: datetime) -> bytes:
    fields = {**pairs(body), "timestamp": unix(at)}
    joined = "".join(f"&{name}={fields[name].translate(HARMLESS)}" for name in sorted(fields))
    signed = joined.encode("utf-8", "surrogateescape")
    digest = hmac.digest(credentials["signatureSecret"].encode(), signed, credentials["signatureMethod"])
    return urlencode({**fields, "sig": digest.hex()}, errors="surrogateescape").encode()


def unsigned(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    return {}


# Telnyx, Plivo, Sinch


def telnyx_body(sms: Sms) -> bytes:
    payload = {
        "id": sms.id,
        "direction": "inbound",
        "type": "SMS",
        "from": {"phone_number": sms.sender, "carrier": "Orange", "line_type": "Wireless"},
        "to": [{"phone_number": sms.recipient, "status": "webhook_delivered"}],
        "cc": [],
        "text": sms.text,
        "media": [],
        "encoding": "GSM-7",
        "parts": 1,
        "received_at": iso(sms.at),
        "sent_at": None,
    }
    event = {
        "event_type": "message.received",
        "id": "e-1",
        "occurred_at": iso(sms.at),
        "payload": payload,
    }
    return dumped({"data": event, "meta": {"attempt": 1}})


TELNYX_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TELNYX_PUBLIC = b64encode(TELNYX_KEY.public_key().public_bytes_raw()).decode()
TELNYX_OTHER = b64encode(
    Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
).decode()


def telnyx_sign(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    signature = b64encode(TELNYX_KEY.sign(unix(at).encode() + b"|" + body)).decode()
    return {"telnyx-signature-ed25519": signature, "telnyx-timestamp": unix(at)}


def plivo_body(sms: Sms) -> bytes:
    fields = {
        "From": bare(sms.sender),
        "To": bare(sms.recipient),
        "Text": sms.text,
        "Type": "sms",
        "MessageUUID": sms.id,
        "Units": "1",
        "TotalRate": "0",
        "TotalAmount": "0",
    }
    return urlencode(fields).encode()


def plivo_sign_v3(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    fields = pairs(body)
    joined = "".join(name + fields[name] for name in sorted(fields))
    signed = (url + ("?" + joined if fields else "") + ".12345").encode("utf-8", "surrogateescape")
    signature = mac(credentials["authToken"], signed)
    return {"x-plivo-signature-ma-v3": signature, "x-plivo-signature-v3-nonce": "12345"}


def plivo_sign_v2(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    signature = mac(credentials["authToken"], (url + "12345").encode())
    return {"x-plivo-signature-v2": signature, "x-plivo-signature-v2-nonce": "12345"}


def sinch_body(sms: Sms) -> bytes:
    return dumped(
        {
            "type": "mo_text",
            "id": sms.id,
            "from": bare(sms.sender),
            "to": bare(sms.recipient),
            "body": sms.text,
            "operator_id": "20801",
            "received_at": f"{sms.at:%Y-%m-%dT%H:%M:%S}.854Z",
        }
    )


def sinch_sign(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    signature = mac(credentials["webhookSecret"], body + b".abc123." + unix(at).encode())
    return {
        "x-sinch-webhook-signature": signature,
        "x-sinch-webhook-signature-nonce": "abc123",
        "x-sinch-webhook-signature-timestamp": unix(at),
    }


# MessageBird and Bird


def messagebird_body(sms: Sms) -> bytes:
    fields = {
        "id": sms.id,
        "recipient": bare(sms.recipient),
        "originator": bare(sms.sender),
        "body": sms.text,
        "createdDatetime": iso(sms.at),
    }
    return urlencode(fields).encode()


def messagebird_sign(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    claims: dict[str, object] = {
        "iss": "MessageBird",
        "nbf": int(at.timestamp()),
        "exp": int(at.timestamp()) + 60,
        "jti": "93e55006-a0e8-4526-a190-fa5ff00ea116",
        "url_hash": hashlib.sha256(url.encode()).hexdigest(),
    }
    if body:
        claims["payload_hash"] = hashlib.sha256(body).hexdigest()
    return {"messagebird-signature-jwt": token(claims, credentials["signingKey"])}


BIRD_CHANNEL = "614208aa-b153-4d5d-9989-2fddfc0ce4c3"


def bird_body(sms: Sms) -> bytes:
    payload = {
        "id": sms.id,
        "channelId": BIRD_CHANNEL if sms.recipient == RECIPIENT else "another-channel",
        "sender": {"contact": {"identifierKey": "phonenumber", "identifierValue": sms.sender}},
        "receiver": {"connector": {"id": "86cc4dc0-3dc0-41b7-ac43-8ec829ead56f"}},
        "body": {"type": "text", "text": {"text": sms.text}},
        "parts": [{"platformReference": "e8077d803532c0b5937c639b60216938"}],
        "status": "delivered",
        "direction": "incoming",
        "createdAt": f"{sms.at:%Y-%m-%dT%H:%M:%S}.736Z",
    }
    return dumped({"service": "channels", "event": "sms.inbound", "payload": payload})


def bird_sign(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    signed = f"{unix(at)}\n{url}\n".encode() + hashlib.sha256(body).digest()
    return {
        "messagebird-signature": mac(credentials["signingKey"], signed),
        "messagebird-request-timestamp": unix(at),
    }


# AWS


def aws_body(sms: Sms) -> bytes:
    message = sns.texted(sms.text, sms.id, sms.sender, sms.recipient)
    return dumped(sns.notification(message, sms.at))


def aws_enclose(body: bytes, credentials: Credentials, at: datetime) -> bytes:
    """Signed a moment after the text came, unless the body is no envelope at all."""
    try:
        envelope = json.loads(body)
        return sns.signed({**envelope, "Timestamp": sns.stamp(at - timedelta(seconds=2))})
    except (ValueError, TypeError, KeyError):
        return body


def aws_headers(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    return {"x-amz-sns-message-type": "Notification"}


# Carriers that sign nothing


def infobip_batch(many: list[Sms]) -> bytes:
    results = [
        {
            "messageId": sms.id,
            "from": bare(sms.sender),
            "to": bare(sms.recipient),
            "text": sms.text,
            "cleanText": sms.text,
            "keyword": "",
            "receivedAt": f"{sms.at:%Y-%m-%dT%H:%M:%S}.220+0000",
            "smsCount": 1,
            "price": {"pricePerMessage": 0, "currency": "EUR"},
        }
        for sms in many
    ]
    return dumped({"results": results, "messageCount": len(many), "pendingMessageCount": 0})


def bandwidth_batch(many: list[Sms]) -> bytes:
    return dumped(
        [
            {
                "type": "message-received",
                "time": iso(sms.at),
                "description": "Incoming message received",
                "to": sms.recipient,
                "message": {
                    "id": sms.id,
                    "time": iso(sms.at),
                    "to": [sms.recipient],
                    "from": sms.sender,
                    "text": sms.text,
                    "applicationId": "93de2206",
                    "owner": sms.recipient,
                    "direction": "in",
                    "segmentCount": 1,
                },
            }
            for sms in many
        ]
    )


def clickatell_body(sms: Sms) -> bytes:
    return dumped(
        {
            "messageId": sms.id,
            "fromNumber": bare(sms.sender),
            "toNumber": bare(sms.recipient),
            "timestamp": int(sms.at.timestamp()) * 1000,
            "text": quote_plus(sms.text.encode("utf-16-be", "surrogatepass")),
            "charset": "UTF-16BE",
        }
    )


def highconnection_body(sms: Sms) -> bytes:
    fields = {
        "FROM": sms.sender,
        "TO": sms.recipient,
        "MESSAGE": sms.text,
        "RECEPTION_DATE": f"{sms.at.astimezone(ZoneInfo('Europe/Paris')):%Y-%m-%dT%H:%M:%S}",
        "ID": sms.id,
    }
    return "&".join(f"{name}={quote(value, encoding='latin-1')}" for name, value in fields.items()).encode()


# Generic channels that say where the fields are


def nested(sms: Sms) -> dict[str, object]:
    return {
        "messageId": sms.id,
        "from": {"number": sms.sender},
        "to": [{"number": sms.recipient}],
        "content": [{"type": "text", "value": sms.text}],
        "at": int(sms.at.timestamp() * 1000),
    }


def nested_batch(many: list[Sms]) -> bytes:
    return dumped({"data": {"messages": [nested(sms) for sms in many]}})


def national(sms: Sms) -> bytes:
    """A form of France's, in its charset, hours and numbers."""
    fields = {
        "Msisdn": "0" + sms.sender.removeprefix("+33"),
        "msg.to": "0" + sms.recipient.removeprefix("+33"),
        "Content": sms.text,
        "MsgId": sms.id,
        "date": f"{sms.at.astimezone(ZoneInfo('Europe/Paris')):%d/%m/%Y %H:%M:%S}",
    }
    return "&".join(f"{name}={quote(value, encoding='latin-1')}" for name, value in fields.items()).encode()


def kannel(sms: Sms) -> bytes:
    fields = {
        "sender": sms.sender,
        "receiver": sms.recipient,
        "message": sms.text,
        "id": sms.id,
        "ts": unix(sms.at),
    }
    return urlencode(fields, errors="surrogateescape").encode()


def hex_hmac(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    digest = hmac.digest(credentials["hmacSecret"].encode(), body, "sha256").hex()
    return {"x-hub-signature-256": "sha256=" + digest}


def base64_hmac(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    return {"x-signature": mac(credentials["hmacSecret"], body)}


def shown_token(url: str, body: bytes, credentials: Credentials, at: datetime) -> Mapping[str, str]:
    return {"x-token": credentials["token"]}


NESTED = {
    "listField": "data.messages",
    "fromField": "from.number",
    "toField": "to[0].number",
    "textField": "content[0].value",
    "idField": "messageId",
    "sentAtField": "at",
    "sentAtFormat": "unixMs",
}
FRENCH = {
    "bodyKind": "form",
    "charset": "iso-8859-1",
    "fromField": "Msisdn",
    "toField": "msg.to",
    "textField": "Content",
    "idField": "MsgId",
    "sentAtField": "date",
    "sentAtFormat": "%d/%m/%Y %H:%M:%S",
    "sentAtZone": "Europe/Paris",
    "defaultCountry": "FR",
}
KANNEL = {
    "bodyKind": "query",
    "fromField": "sender",
    "toField": "receiver",
    "textField": "message",
    "sentAtField": "ts",
    "sentAtFormat": "unix",
}
HUB = {"hmacHeader": "X-Hub-Signature-256", "hmacPrefix": "sha256="}
BASE64 = {"hmacHeader": "X-Signature", "hmacEncoding": "base64"}

LOGIN = {"username": "carrier", "password": "s3cret-s3cret"}
WRONG_LOGIN = {"username": "carrier", "password": "an0ther"}
BASIC = ("authorization",)
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SINCH_HEADERS = tuple(f"x-sinch-webhook-signature{part}" for part in ("", "-nonce", "-timestamp"))


def name_of(case: Case) -> str:
    return f"{case.name}-{'-'.join(case.credentials)}"


CASES = [
    Case(
        "twilio",
        {"authToken": "12345"},
        {"authToken": "54321"},
        twilio_body,
        twilio_sign,
        ("x-twilio-signature",),
        FORM,
        (403,),
        signs_url=True,
        probe=False,
    ),
    Case(
        "generic",
        {"secret": WHSEC},
        {"secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"},
        generic_body,
        generic_sign,
        ("webhook-id", "webhook-timestamp", "webhook-signature"),
        stale_s=360,
        probe=False,
    ),
    Case(
        "sandbox",
        {"secret": "try-me-0123456789"},
        {"secret": "another-0123456789"},
        generic_body,
        bearer,
        BASIC,
        signs_body=False,
        probe=False,
    ),
    Case(
        "vonage-messages",
        {"signatureSecret": "s3cret"},
        {"signatureSecret": "other"},
        vonage_messages_body,
        vonage_messages_sign,
        BASIC,
        refused=(401, 503),
        stale_s=360,
    ),
    Case(
        "vonage",
        {"signatureSecret": "s3cret", "signatureMethod": "sha256"},
        {"signatureSecret": "other", "signatureMethod": "sha256"},
        vonage_body,
        unsigned,
        (),
        FORM,
        stale_s=360,
        enclose=vonage_enclose,
    ),
    Case("vonage", LOGIN, WRONG_LOGIN, vonage_body, basic, BASIC, FORM, signs_body=False),
    Case(
        "telnyx",
        {"publicKey": TELNYX_PUBLIC},
        {"publicKey": TELNYX_OTHER},
        telnyx_body,
        telnyx_sign,
        ("telnyx-signature-ed25519", "telnyx-timestamp"),
        stale_s=301,
    ),
    Case(
        "plivo",
        {"authToken": "my_auth_token"},
        {"authToken": "other"},
        plivo_body,
        plivo_sign_v3,
        ("x-plivo-signature-ma-v3", "x-plivo-signature-v3-nonce"),
        FORM,
        signs_url=True,
    ),
    Case(
        "plivo",
        {"authToken": "my_auth_token", "signatureVersion": "v2"},
        {"authToken": "other", "signatureVersion": "v2"},
        plivo_body,
        plivo_sign_v2,
        ("x-plivo-signature-v2", "x-plivo-signature-v2-nonce"),
        FORM,
        signs_body=False,
        signs_url=True,
    ),
    Case(
        "sinch",
        {"webhookSecret": "my-callback-secret"},
        {"webhookSecret": "other"},
        sinch_body,
        sinch_sign,
        SINCH_HEADERS,
        refused=(503,),
        stale_s=3 * 24 * 3600,
    ),
    Case(
        "sinch",
        LOGIN,
        WRONG_LOGIN,
        sinch_body,
        basic,
        BASIC,
        refused=(503,),
        signs_body=False,
    ),
    Case(
        "messagebird",
        {"signingKey": "36efdd1aace2e26cd490f0d951138253"},
        {"signingKey": "other"},
        messagebird_body,
        messagebird_sign,
        ("messagebird-signature-jwt",),
        FORM,
        stale_s=62,
        signs_url=True,
    ),
    Case(
        "bird",
        {"signingKey": "secureSigningKey", "channelNumber": f"{BIRD_CHANNEL}={RECIPIENT}"},
        {"signingKey": "other", "channelNumber": RECIPIENT},
        bird_body,
        bird_sign,
        ("messagebird-signature", "messagebird-request-timestamp"),
        stale_s=360,
        signs_url=True,
    ),
    Case(
        "aws",
        {"topicArn": sns.TOPIC, "signatureVersion": "2"},
        {"topicArn": sns.TOPIC + "2", "signatureVersion": "2"},
        aws_body,
        aws_headers,
        ("x-amz-sns-message-type",),
        "text/plain; charset=UTF-8",
        (503,),
        stale_s=3 * 3600,
        probe=False,
        enclose=aws_enclose,
        fetched={sns.CERTIFICATE_URL: sns.certificate()},
    ),
    Case(
        "infobip",
        LOGIN,
        WRONG_LOGIN,
        lambda sms: infobip_batch([sms]),
        basic,
        BASIC,
        signs_body=False,
        batch=infobip_batch,
    ),
    Case(
        "bandwidth",
        LOGIN,
        WRONG_LOGIN,
        lambda sms: bandwidth_batch([sms]),
        basic,
        BASIC,
        signs_body=False,
        batch=bandwidth_batch,
    ),
    Case("clickatell", LOGIN, WRONG_LOGIN, clickatell_body, basic, BASIC, signs_body=False),
    Case(
        "highconnection",
        LOGIN,
        WRONG_LOGIN,
        highconnection_body,
        basic,
        BASIC,
        FORM,
        signs_body=False,
        charset="latin-1",
    ),
    Case(
        "generic",
        {"hmacSecret": "between-us", **HUB, **NESTED},
        {"hmacSecret": "an0ther", **HUB, **NESTED},
        lambda sms: nested_batch([sms]),
        hex_hmac,
        ("x-hub-signature-256",),
        probe=False,
        batch=nested_batch,
    ),
    Case(
        "generic",
        {"hmacSecret": "between-us", **BASE64, "listField": "."},
        {"hmacSecret": "an0ther", **BASE64, "listField": "."},
        lambda sms: b"[" + generic_body(sms) + b"]",
        base64_hmac,
        ("x-signature",),
        probe=False,
        batch=lambda many: b"[" + b",".join(map(generic_body, many)) + b"]",
    ),
    Case(
        "generic",
        {"token": "let-me-in-0123", "tokenHeader": "X-Token", **FRENCH},
        {"token": "let-me-in-0124", "tokenHeader": "X-Token", **FRENCH},
        national,
        shown_token,
        ("x-token",),
        FORM,
        signs_body=False,
        probe=False,
        charset="latin-1",
    ),
    Case(
        "generic",
        {**LOGIN, **KANNEL},
        {**WRONG_LOGIN, **KANNEL},
        kannel,
        basic,
        BASIC,
        FORM,
        signs_body=False,
        probe=False,
        in_query=True,
    ),
    Case(
        "generic",
        {"secret": WHSEC, "textField": "text", "defaultCountry": "FR"},
        {"secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "textField": "text"},
        generic_body,
        generic_sign,
        ("webhook-id", "webhook-timestamp", "webhook-signature"),
        stale_s=360,
        probe=False,
    ),
]

every_case = pytest.mark.parametrize("case", CASES, ids=[name_of(case) for case in CASES])
