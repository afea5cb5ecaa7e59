"""Why earlier routes did not take a text: one row for all texts of which the same is told."""

from __future__ import annotations

import pytest

from accounts.audit import SYSTEM
from inbox.models import Explanation, Message
from ingest.explanations import Explanations
from numbers import services as numbers
from numbers.models import Channel
from routing import services as routing
from routing.match import Decision
from tests.cast import House
from tests.live import LiveDoor

NUMBER = "+33639980001"


@pytest.fixture
def channel(door: LiveDoor, acme: House) -> Channel:
    """Acme's sandbox number on a channel of its own, behind a route that only takes what begins with STOP."""
    sandbox = acme.sandbox
    channel = numbers.create_channel(
        sandbox.environment, SYSTEM, carrier="sandbox", credentials={"secret": "s" * 24}
    )
    numbers.update_assignment(sandbox.assignment, SYSTEM, channel=channel)
    stop = {"field": "firstWord", "operator": "equals", "value": "STOP"}
    routing.create_route(
        sandbox.environment, SYSTEM, name="Stop", conditions=[stop], action="drop", position=1
    )
    door.in_force(
        lambda known: (
            (channel.pk, NUMBER) in known.holders
            and len(known.environments[sandbox.environment.pk].routes.compiled) > 1
        )
    )
    return channel


def told(id: str) -> Message:
    return Message.objects.select_related("why").get(carrier_message_id=id)


def test_equal_explanations_are_one_row(door: LiveDoor, channel: Channel, acme: House) -> None:
    assert door.text(channel, NUMBER, "Votre code : 1", id="e-1").status_code == 200
    assert door.text(channel, NUMBER, "Votre code : 2", id="e-2").status_code == 200
    assert door.text(channel, NUMBER, "STOP", id="e-3").status_code == 200
    assert told("e-1").why == told("e-2").why == Explanation.objects.get()
    (passed,) = told("e-2").explanation
    assert (passed["name"], passed["failed"]["value"]) == ("Stop", "STOP")
    assert told("e-3").explanation == []
    assert Explanation.objects.get().environment == acme.sandbox.environment


def test_two_environments_share_none(acme: House, borealis: House) -> None:
    decision, known = Decision(None, ('{"routeId":"rte_x","name":"Same","failed":{}}',)), Explanations()
    first = known.of(acme.live.environment.pk, decision)
    second = Explanations().of(borealis.live.environment.pk, decision)
    assert first is not None
    assert second is not None
    assert first.id != second.id
    assert known.of(acme.live.environment.pk, decision) is first
