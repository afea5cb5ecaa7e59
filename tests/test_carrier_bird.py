"""Bird: its signature, and how a number is found that it does not name."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from numbers.carriers import Unreadable, bird
from tests.carrier_battery import BIRD_CHANNEL, Sms, bird_body
from tests.carrier_requests import a_request

BODY = bird_body(Sms())
CONNECTOR = "86cc4dc0-3dc0-41b7-ac43-8ec829ead56f"


def test_vector() -> None:
    headers = {
        "messagebird-request-timestamp": "1719823259",
        "messagebird-signature": "fSYvjuIsgL1RRkqaFUx50/GDmcXxUOy7D3rPRcfpBnI=",
    }
    bird.verify(
        a_request(
            "https://domain.com/webhook/bird",
            body=b'{"service":"channels","event":"sms.inbound"}',
            headers=headers,
            received_at=datetime.fromtimestamp(1719823259, UTC),
        ),
        {"signingKey": "secureSigningKey"},
    )


@pytest.mark.parametrize(
    ("mapping", "recipient"),
    [
        ("+33639980001", "+33639980001"),
        ("0033 6 39 98 00 01", "+33639980001"),
        ("38600", "38600"),
        (f"{BIRD_CHANNEL}=+33639980001, other=+33639980002", "+33639980001"),
        (f"other=+33639980002,{CONNECTOR}=33639980001", "+33639980001"),
        ("other=+33639980002,+33639980001", "+33639980001"),
        ("other=+33639980002", BIRD_CHANNEL),
        (None, BIRD_CHANNEL),
    ],
)
def test_the_number_behind_a_bird_channel(mapping: str | None, recipient: str) -> None:
    settings = {"signingKey": "x"} if mapping is None else {"signingKey": "x", "channelNumber": mapping}
    if mapping is not None:
        assert bird.credentials["channelNumber"].problem(mapping) is None
    [sms] = bird.parse(a_request(body=BODY), settings)
    assert sms.recipient == recipient


@pytest.mark.parametrize("mapping", ["", "x", "a=b", "a=", "=1", ",", "+336,", "é=٣", "1=1" * 2000])
def test_a_mapping_that_makes_no_sense_is_refused_when_it_is_set(mapping: str) -> None:
    assert bird.credentials["channelNumber"].problem(mapping)


def test_a_number_that_bird_does_name_is_taken() -> None:
    document = json.loads(BODY)
    document["payload"]["receiver"]["connector"]["identifierValue"] = "+33639980009"
    [sms] = bird.parse(a_request(body=json.dumps(document).encode()), {"signingKey": "x"})
    assert sms.recipient == "+33639980009"


@pytest.mark.parametrize(
    ("body", "content", "media"),
    [
        ({"type": "text", "text": {"text": "Hi"}}, "Hi", ()),
        (
            {"type": "image", "image": {"text": "Look", "images": [{"mediaUrl": "https://example.com/a"}]}},
            "Look",
            ("https://example.com/a",),
        ),
        (
            {"type": "file", "file": {"files": [{"mediaUrl": "https://example.com/b"}]}},
            "",
            ("https://example.com/b",),
        ),
    ],
)
def test_kinds_of_content(body: dict[str, object], content: str, media: tuple[str, ...]) -> None:
    document = json.loads(BODY)
    document["payload"]["body"] = body
    [sms] = bird.parse(a_request(body=json.dumps(document).encode()), {})
    assert (sms.content, sms.media) == (content, media)


def test_other_events_are_no_texts_and_holes_are_named() -> None:
    assert bird.parse(a_request(body=b'{"service":"channels","event":"sms.outbound"}'), {}) == []
    assert bird.parse(a_request(body=BODY.replace(b"incoming", b"outgoing")), {}) == []
    for body, message in (
        (b'{"event":"sms.inbound"}', "/payload: is required"),
        (b"{}", "/event: is required"),
    ):
        with pytest.raises(Unreadable, match=message):
            bird.parse(a_request(body=body), {})
