"""Carriers that sign nothing: Infobip, Bandwidth, Clickatell and High Connection, each with the payload it sends."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

import pytest

from numbers.carriers import Refused, Unreadable, bandwidth, basic, clickatell, highconnection, infobip
from tests.carrier_battery import LOGIN, Sms, bandwidth_batch, infobip_batch
from tests.carrier_requests import a_request


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "missingCredentials"),
        ("Bearer x", "missingCredentials"),
        ("Basic", "missingCredentials"),
        ("Basic é", "malformedHeader"),
        ("Basic ***", "malformedHeader"),
        ("Basic " + b64encode(b"carrier:wrong").decode(), "wrongCredentials"),
        ("Basic " + b64encode(b"carrier").decode(), "wrongCredentials"),
        ("Basic " + b64encode(b"\xff:\xff").decode(), "wrongCredentials"),
    ],
)
def test_basic_asks_for_the_right_login(value: str | None, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        basic.verify(a_request(headers={} if value is None else {"authorization": value}), LOGIN)
    assert (refused.value.status, refused.value.reason) == (401, reason)
    assert refused.value.headers == basic.CHALLENGE


def test_scheme_is_in_any_case() -> None:
    pair = b64encode(b"carrier:s3cret-s3cret").decode()
    basic.verify(a_request(headers={"authorization": f"bAsIc  {pair}"}), LOGIN)


# Infobip


def test_infobip_payload() -> None:
    body = (
        b'{"results":[{"messageId":"817790313235066447","from":"33639980001","to":"33937000001",'
        b'"text":"KEY hello","cleanText":"hello","keyword":"KEY","receivedAt":"2016-10-06T09:28:39.220+0000",'
        b'"smsCount":1,"price":{"pricePerMessage":0,"currency":"EUR"},"callbackData":"x"}],'
        b'"messageCount":1,"pendingMessageCount":0}'
    )
    [sms] = infobip.parse(a_request(body=body), LOGIN)
    assert (sms.carrier_id, sms.sender, sms.recipient) == (
        "817790313235066447",
        "+33639980001",
        "+33937000001",
    )
    assert (sms.content, sms.segments) == ("KEY hello", 1)
    assert sms.sent_at == datetime(2016, 10, 6, 9, 28, 39, 220_000, tzinfo=UTC)


def test_infobip_mms_and_reports() -> None:
    document = json.loads(infobip_batch([Sms(id="1"), Sms(id="2")]))
    mms = document["results"][0]
    del mms["text"]
    mms["message"] = [
        {"contentType": "text/plain", "value": "Look"},
        {"contentType": "image/jpeg", "url": "https://example.com/a.jpg"},
    ]
    document["results"][1]["status"] = {"groupId": 3, "name": "DELIVERED_TO_HANDSET"}
    [sms] = infobip.parse(a_request(body=json.dumps(document).encode()), LOGIN)
    assert (sms.content, sms.media) == ("Look", ("https://example.com/a.jpg",))


def test_infobip_holes_are_named() -> None:
    document = json.loads(infobip_batch([Sms(id="1"), Sms(id="2")]))
    del document["results"][1]["text"], document["results"][1]["from"]
    with pytest.raises(Unreadable) as unreadable:
        infobip.parse(a_request(body=json.dumps(document).encode()), LOGIN)
    assert unreadable.value.errors == [("/results/1/from", "is required"), ("/results/1/text", "is required")]
    with pytest.raises(Unreadable) as unreadable:
        infobip.parse(a_request(body=b'{"results":[{"messageId":"1","to":5}]}'), LOGIN)
    assert unreadable.value.errors == [("/results/0/to", "must be str, not int")]


# Bandwidth


def test_bandwidth_payload() -> None:
    body = (
        b'[{"type":"message-received","time":"2016-09-14T18:20:16Z","description":"Incoming message received",'
        b'"to":"+12345678902","message":{"id":"14762070468292kw2fuqty55yp2b2","time":"2016-09-14T18:20:16Z",'
        b'"to":["+12345678902"],"from":"+12345678901","text":"Hey","applicationId":"93de2206",'
        b'"media":["https://messaging.bandwidth.com/a.jpg"],"owner":"+12345678902","direction":"in",'
        b'"segmentCount":1,"tag":"","priority":"default"}}]'
    )
    [sms] = bandwidth.parse(a_request(body=body), LOGIN)
    assert (sms.carrier_id, sms.sender, sms.recipient) == (
        "14762070468292kw2fuqty55yp2b2",
        "+12345678901",
        "+12345678902",
    )
    assert (sms.content, sms.media) == ("Hey", ("https://messaging.bandwidth.com/a.jpg",))
    assert (sms.sent_at, sms.segments) == (datetime(2016, 9, 14, 18, 20, 16, tzinfo=UTC), 1)


def test_bandwidth_group_messages_share_an_id_and_differ_by_owner() -> None:
    many = [Sms(id="group", recipient="+33639980001"), Sms(id="group", recipient="+33639980002")]
    found = bandwidth.parse(a_request(body=bandwidth_batch(many)), LOGIN)
    assert [(sms.carrier_id, sms.recipient) for sms in found] == [(sms.id, sms.recipient) for sms in many]


def test_bandwidth_reports_are_no_texts_and_holes_are_named() -> None:
    report = {"type": "message-delivered", "message": {"id": "x"}}
    assert bandwidth.parse(a_request(body=json.dumps([report]).encode()), LOGIN) == []
    with pytest.raises(Unreadable, match="/0/message/from: is required"):
        bandwidth.parse(a_request(body=b'[{"type":"message-received","message":{"id":"x"}}]'), LOGIN)
    with pytest.raises(Unreadable, match="must be array, not object"):
        bandwidth.parse(a_request(body=b"{}"), LOGIN)


# Clickatell


def clickatell_body(text: str, charset: str | None) -> bytes:
    document = {
        "messageId": "1234",
        "fromNumber": "33639980417",
        "toNumber": "33639980001",
        "timestamp": 1516217711000,
        "text": text,
        "charset": charset,
    }
    return json.dumps({name: value for name, value in document.items() if value is not None}).encode()


@pytest.mark.parametrize(
    ("text", "charset", "content"),
    [
        ("%00m%00e%00x%00i%00c%00o%00+%00t%00e%00n%00%ED%00a", "UTF-16BE", "mexico tenía"),
        (quote_plus("été 😀 +1".encode("utf-16-be")), "utf-16be", "été 😀 +1"),
        ("hello%21", "ISO-8859-1", "hello!"),
        ("tr%E8s+bien", "ISO-8859-1", "très bien"),
        ("Hello World!", "UTF-8", "Hello World!"),
        ("caf%C3%A9+%F0%9F%98%80", "UTF-8", "café 😀"),
        ("+1", "UTF-8", "+1"),
        ("100 % sûr", "UTF-8", "100 % sûr"),
        ("100%", "UTF-8", "100%"),
        ("plain", None, "plain"),
    ],
)
def test_clickatell_charsets(text: str, charset: str | None, content: str) -> None:
    [sms] = clickatell.parse(a_request(body=clickatell_body(text, charset)), LOGIN)
    assert sms.content == content
    assert sms.sent_at == datetime(2018, 1, 17, 19, 35, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "charset", "error"),
    [
        ("%00m%00", "UTF-16BE", ("/text", "is not UTF-16BE")),
        ("%D8%3D", "UTF-16BE", ("/text", "is not UTF-16BE")),
        ("😀", "ISO-8859-1", ("/text", "is not ISO-8859-1")),
        ("%FF", "UTF-8", ("/text", "is not UTF-8")),
        ("x", "KOI8-R", ("/charset", "must be one of UTF-8, ISO-8859-1, UTF-16BE")),
    ],
)
def test_clickatell_texts_that_are_not_what_they_say(text: str, charset: str, error: tuple[str, str]) -> None:
    with pytest.raises(Unreadable) as unreadable:
        clickatell.parse(a_request(body=clickatell_body(text, charset)), LOGIN)
    assert unreadable.value.errors == [error]


def test_clickatell_reports_odd_times_and_holes() -> None:
    assert clickatell.parse(a_request(body=b'{"messageId":"msg1","statusCode":5}'), LOGIN) == []
    odd = clickatell_body("x", None).replace(b"1516217711000", b"9" * 18)
    assert clickatell.parse(a_request(body=odd), LOGIN)[0].sent_at is None
    with pytest.raises(Unreadable) as unreadable:
        clickatell.parse(a_request(body=b"{}"), LOGIN)
    assert [pointer for pointer, _detail in unreadable.value.errors] == [
        "/messageId",
        "/fromNumber",
        "/toNumber",
        "/text",
    ]


# High Connection


@pytest.mark.parametrize(
    ("message", "content"),
    [
        ("Hello+World", "Hello World"),
        ("je+suis+tr%E8s+satisfait+", "je suis très satisfait "),
        ("je%2Bsuis%2Btr%25E8s", "je suis très"),  # escaped twice
        ("100+%25", "100 %"),
        ("100%25", "100%"),
        ("%80", "\x80"),
        ("", ""),
    ],
)
def test_highconnection_payload(message: str, content: str) -> None:
    body = f"FROM=+33639980417&TO=5151&MESSAGE={message}&RECEPTION_DATE=2015-04-02T14%3A26%3A06&ID=123456"
    [sms] = highconnection.parse(a_request(body=body.encode()), LOGIN)
    assert (sms.carrier_id, sms.sender, sms.recipient, sms.content) == (
        "123456",
        "+33639980417",
        "5151",
        content,
    )
    assert sms.sent_at == datetime(2015, 4, 2, 12, 26, 6, tzinfo=UTC)  # summer in Paris


@pytest.mark.parametrize(
    ("date", "sent_at"),
    [
        ("2015-12-02T14:26:06", datetime(2015, 12, 2, 13, 26, 6, tzinfo=UTC)),
        ("2015-12-02T14:26:06Z", datetime(2015, 12, 2, 14, 26, 6, tzinfo=UTC)),
        ("yesterday", None),
        ("0001-01-01T00:00:00", None),
        ("", None),
    ],
)
def test_highconnection_times_are_those_of_paris(date: str, sent_at: datetime | None) -> None:
    body = f"FROM=+33639980417&TO=5151&MESSAGE=x&RECEPTION_DATE={quote(date)}".encode()
    [sms] = highconnection.parse(a_request(body=body), LOGIN)
    assert (sms.sent_at, sms.carrier_id) == (sent_at, None)


def test_highconnection_holes_are_named() -> None:
    with pytest.raises(Unreadable) as unreadable:
        highconnection.parse(a_request(body=b" "), LOGIN)
    assert [pointer for pointer, _detail in unreadable.value.errors] == ["/FROM", "/TO", "/MESSAGE"]
