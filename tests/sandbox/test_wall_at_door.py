"""Each carrier's dialect, by a channel of one environment, names the numbers of all others: they get nothing."""

from __future__ import annotations

from itertools import permutations

import pytest

from accounts.audit import SYSTEM
from accounts.clock import clock
from delivery.models import Delivery
from inbox.models import Message
from ingest.models import StrayText
from numbers import services as numbers
from numbers.carriers import HTTP_CARRIERS
from numbers.models import Channel
from sandbox.dialects import DIALECTS, ID_PREFIXES, Text, Written
from sandbox.simulator import seed_of, way_of
from tests.cast import House, Side
from tests.live import WITHIN_S, LiveDoor
from tests.sandbox import bound

SPOOFED = "Your bank: call +33639980999 at once"


@pytest.fixture
def sides(acme: House, borealis: House) -> list[Side]:
    return [acme.live, acme.sandbox, borealis.live, borealis.sandbox]


def channel_of(side: Side, carrier: str) -> Channel:
    """A channel of that carrier; in a sandbox the simulator's own, which brings texts to all its numbers."""
    known = DIALECTS[carrier].credentials(seed_of(side.environment))
    simulated = not side.environment.is_live
    return numbers.create_channel(
        side.environment, SYSTEM, carrier=carrier, credentials=known, simulated=simulated
    )


def post(door: LiveDoor, channel: Channel, number: str, id: str) -> int:
    """The door's answer to a text of the channel's own carrier, signed as it signs."""
    id = ID_PREFIXES.get(channel.carrier, "") + id
    text = Text(id, "+33639980417", number, SPOOFED, clock())
    request = DIALECTS[channel.carrier].write(text, way_of(channel))
    assert isinstance(request, Written)
    url = door.url + channel.path + ("?" + request.query if request.query else "")
    answer = door.http.request(
        request.method, url, data=request.body, headers=dict(request.headers), timeout=WITHIN_S
    )
    return answer.status_code


@pytest.mark.parametrize("carrier", [name for name in DIALECTS if name in HTTP_CARRIERS])
def test_no_number_of_another_environment_gets_a_text(
    carrier: str, sides: list[Side], door: LiveDoor
) -> None:
    channels = {side.environment.pk: channel_of(side, carrier) for side in sides}
    for channel in channels.values():
        door.view(channel)
    messages, deliveries = Message.objects.count(), Delivery.objects.count()
    pairs = list(permutations(sides, 2))
    for place, (own, other) in enumerate(pairs):
        number = other.assignment.number.number
        assert post(door, channels[own.environment.pk], number, f"{place:032x}") // 100 == 2
    assert (Message.objects.count(), Delivery.objects.count()) == (messages, deliveries)
    assert StrayText.objects.count() == len(pairs)
    assert bound.crossings() == []
    for side in (sides[1], sides[3]):  # and to numbers of its own it brings them
        number = side.assignment.number.number
        assert post(door, channels[side.environment.pk], number, f"{99:032x}") // 100 == 2
        assert Message.objects.filter(environment=side.environment).latest("pk").content == SPOOFED
