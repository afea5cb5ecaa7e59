"""Each carrier's dialect, by a channel of one environment, names the numbers of all others: they get nothing.

Of those that do not post, their own tests tell.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from accounts import walls
from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.models import AuditEntry
from delivery.models import Delivery
from inbox.models import Message
from ingest import crossings, documents
from ingest.models import StrayText
from numbers import services as numbers
from numbers.carriers import CARRIERS, HTTP_CARRIERS
from numbers.carriers.base import Reply
from numbers.models import Channel
from sandbox.dialects import DIALECTS, ID_PREFIXES, PRIVATE_KEY, Text, Way, Written
from sandbox.simulator import seed_of, simulated_channel, way_of
from tests import sns
from tests.cast import House, Side
from tests.live import WITHIN_S, LiveDoor
from tests.sandbox import bound

SPOOFED = "Your bank: call +33639980999 at once"


@pytest.fixture
def sides(acme: House, borealis: House) -> list[Side]:
    return [acme.live, acme.sandbox, borealis.live, borealis.sandbox]


@pytest.fixture(autouse=True)
def amazon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "fetch", lambda url, total_s: Reply(200, sns.certificate()))


def channel_of(side: Side, carrier: str) -> Channel:
    """A channel of that carrier; in a sandbox the simulator's own, which brings texts to all its numbers."""
    if not side.environment.is_live:
        return simulated_channel(side.environment, SYSTEM, carrier)
    rules = CARRIERS[carrier].credentials
    known = DIALECTS[carrier].credentials(seed_of(side.environment))
    allowed = {name: text for name, text in known.items() if name in rules and not rules[name].sandbox_only}
    return numbers.create_channel(side.environment, SYSTEM, carrier=carrier, credentials=allowed)


def way(channel: Channel) -> Way:
    """To live, AWS writes as the tests' own SNS does."""
    known = way_of(channel)
    if channel.carrier != "aws" or channel.simulated:
        return known
    pem = sns.key(0).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    own = {"signingCertificate": sns.certificate().decode(), PRIVATE_KEY: pem.decode()}
    return replace(known, credentials={**known.credentials, **own})


def post(door: LiveDoor, channel: Channel, number: str, id: str) -> int:
    """The door's answer to a text of the channel's own carrier, signed as it signs."""
    id = ID_PREFIXES.get(channel.carrier, "") + id
    text = Text(id, "+33639980417", number, SPOOFED, clock())
    request = DIALECTS[channel.carrier].write(text, way(channel))
    assert isinstance(request, Written)
    url = door.url + channel.path + ("?" + request.query if request.query else "")
    answer = door.http.request(
        request.method, url, data=request.body, headers=dict(request.headers), timeout=WITHIN_S
    )
    return answer.status_code


def told(side: Side) -> list[dict[str, Any]]:
    rows = AuditEntry.objects.filter(action=walls.REFUSED, environment=side.environment)
    return [row.after or {} for row in rows.order_by("pk")]


def entry(channel: Channel, other: Side) -> dict[str, Any]:
    return {"code": "unknown_number", "channel": str(channel.pk), "ids": [other.ids["number_id"]]}


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
    for own, other in pairs:
        within = own.environment.tenant_id == other.environment.tenant_id
        assert told(own).count(entry(channels[own.environment.pk], other)) == within
    assert sum(len(told(side)) for side in sides) == len(sides)
    assert bound.crossings() == []
    for side in (sides[1], sides[3]):  # and to numbers of its own it brings them
        number = side.assignment.number.number
        assert post(door, channels[side.environment.pk], number, f"{99:032x}") // 100 == 2
        assert Message.objects.filter(environment=side.environment).latest("pk").content == SPOOFED


def test_a_flood_across_is_one_entry_an_hour(
    acme: House, door: LiveDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, number = channel_of(acme.sandbox, "generic"), acme.live.assignment.number.number
    door.view(channel)
    for place in range(3):
        post(door, channel, number, f"{place:032x}")
    assert told(acme.sandbox) == [entry(channel, acme.live)]
    came = crossings.Reach(channel.pk, acme.sandbox.environment.pk, acme.live.assignment.number_id)
    assert crossings.noted(came)  # as another process does, which remembers nothing
    assert len(told(acme.sandbox)) == 1
    monkeypatch.setattr(crossings, "ONCE_IN", timedelta(0))
    post(door, channel, number, f"{3:032x}")
    assert told(acme.sandbox) == [entry(channel, acme.live)] * 2


def test_a_number_that_is_nobodys_or_another_organisations_is_not_told(
    acme: House, borealis: House, door: LiveDoor
) -> None:
    channel = channel_of(acme.sandbox, "generic")
    door.view(channel)
    for place, number in enumerate((borealis.live.assignment.number.number, "+33639989999")):
        post(door, channel, number, f"{place:032x}")
    assert StrayText.objects.count() == 2
    assert told(acme.sandbox) == []


def test_what_is_too_much_for_the_trail_is_told_later(
    acme: House, door: LiveDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel, number = channel_of(acme.sandbox, "generic"), acme.live.assignment.number.number
    door.view(channel)
    monkeypatch.setattr(walls, "MOST_A_MINUTE", 0)
    post(door, channel, number, f"{0:032x}")
    assert told(acme.sandbox) == []
    monkeypatch.undo()
    post(door, channel, number, f"{1:032x}")
    assert told(acme.sandbox) == [entry(channel, acme.live)]
