"""A generic channel's own settings at the real door."""

from __future__ import annotations

import json

import pytest

from accounts.audit import SYSTEM
from delivery.models import Delivery
from inbox.models import Message
from ingest.models import StrayText
from numbers import services as numbers
from numbers.models import Channel
from tests.cast import House
from tests.live import WITHIN_S, LiveDoor

GATEWAY = {
    "token": "let-me-in-0123",
    "tokenParameter": "key",
    "bodyKind": "query",
    "fromField": "sender",
    "toField": "receiver",
    "textField": "message",
    "charset": "iso-8859-1",
    "defaultCountry": "FR",
    "answerBody": "ACK/Jasmin",
}


@pytest.fixture
def channel(door: LiveDoor, acme: House) -> Channel:
    """Acme's sandbox number on a channel called by GET."""
    made = numbers.create_channel(
        acme.sandbox.environment, SYSTEM, carrier="generic", credentials=dict(GATEWAY)
    )
    numbers.update_assignment(acme.sandbox.assignment, SYSTEM, channel=made)
    door.in_force(lambda known: (made.pk, "+33639980001") in known.holders)
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    return made


def get(door: LiveDoor, channel: Channel, query: str) -> tuple[int, str, bytes]:
    answer = door.http.get(f"{door.url}{channel.path}?{query}", timeout=WITHIN_S)
    return answer.status_code, answer.headers.get("content-type", ""), answer.content


def test_a_gateway_that_calls_by_get_is_answered_as_it_wants(door: LiveDoor, channel: Channel) -> None:
    query = "key=let-me-in-0123&sender=0639980417&receiver=0639980001&message=%E9t%E9&id=42"
    for _ in range(2):
        assert get(door, channel, query) == (200, "text/plain; charset=utf-8", b"ACK/Jasmin")
    message = Message.objects.get()
    assert (message.sender_id, message.number_used, message.content) == (
        "+33639980417",
        "+33639980001",
        "été",
    )
    assert message.carrier_message_id == "42"
    assert get(door, channel, query.replace("0123", "0124"))[0] == 401


def test_the_secret_in_a_query_is_not_kept_with_what_cannot_be_read(door: LiveDoor, channel: Channel) -> None:
    assert get(door, channel, "sender=%2B33639980417&key=let%2Dme-in-0123&receiver=%00")[0] == 400
    raw = StrayText.objects.get().raw
    assert raw is not None
    assert json.loads(raw.split(b"\n")[0]) == {
        "method": "GET",
        "query": "sender=%2B33639980417&receiver=%00",
    }


def test_an_answer_without_a_body_has_no_length(door: LiveDoor, channel: Channel) -> None:
    changed = {name: value for name, value in GATEWAY.items() if name != "answerBody"}
    numbers.update_channel(channel, SYSTEM, credentials={**changed, "answerStatus": "204"})
    door.in_force(lambda known: known.channels[channel.token].credentials.get("answerStatus"))
    query = "key=let-me-in-0123&sender=0639980417&receiver=0639980001&message=Hi"
    answer = door.http.get(f"{door.url}{channel.path}?{query}", timeout=WITHIN_S)
    assert (answer.status_code, answer.content) == (204, b"")
    assert {"content-length", "transfer-encoding", "content-type"}.isdisjoint(
        name.lower() for name in answer.headers
    )
    assert door.http.get(door.url + "/healthz", timeout=WITHIN_S).status_code == 200  # on the same connection
    assert Message.objects.get().content == "Hi"
