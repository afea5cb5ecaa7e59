"""What is kept back because of its sender is released on pages as well, one text at a time."""

from __future__ import annotations

import pytest

from accounts.audit import SYSTEM
from accounts.ids import public
from accounts.models import AuditEntry
from inbox.models import Message
from routing import services as routing
from routing.models import Route
from sandbox import magic
from tests.cast import House
from tests.dashboard.browse import Person, text
from tests.sandbox.simulating import Simulator


@pytest.fixture
def person(acme: House) -> Person:
    return Person(acme.users["developer"], acme.sandbox)


@pytest.fixture
def kept(simulator: Simulator) -> Message:
    simulator.send("Votre code est 020005", senderId=magic.QUARANTINED.number)
    [message] = simulator.messages()
    return message


def page_of(message: Message) -> str:
    return f"messages/{public('message', message.pk)}/"


@pytest.mark.parametrize("place", ["the simulator", "its own page"])
def test_a_button_lets_it_go_where_routes_say(acme: House, person: Person, kept: Message, place: str) -> None:
    own = page_of(kept)
    shows = own if place == "its own page" else "simulator/"
    page = text(person.get(shows))
    assert f'action="{person.url(own)}release/"' in page
    after = text(person.post(f"{own}release/", next=person.url(shows)))
    assert "The text is released: it goes where your other routes send it." in after
    assert "release/" not in after
    kept.refresh_from_db()
    assert (kept.state, kept.route_id) == (Message.State.RECEIVED, acme.sandbox.route.pk)
    assert [one.endpoint_id for one in kept.deliveries.all()] == [acme.sandbox.endpoint.pk]


def test_it_is_on_the_trail_once(acme: House, person: Person, kept: Message) -> None:
    person.post(f"{page_of(kept)}release/")
    again = text(person.post(f"{page_of(kept)}release/"))
    assert "This text is not kept back any more." in again
    [entry] = AuditEntry.objects.filter(action="message.released")
    assert (entry.target_id, entry.environment_id) == (kept.pk, acme.sandbox.environment.pk)
    assert (entry.before, entry.after) == ({"state": "quarantined"}, {"state": "received"})
    assert (entry.actor_kind, entry.actor_id) == ("user", acme.users["developer"].pk)
    assert kept.deliveries.count() == 1


def test_it_can_be_released_when_its_simulation_is_forgotten(
    acme: House, person: Person, kept: Message
) -> None:
    acme.sandbox.environment.simulations.all().delete()
    person.post(f"{page_of(kept)}release/")
    kept.refresh_from_db()
    assert kept.state == Message.State.RECEIVED


def test_what_a_route_of_ones_own_holds_stays_held(acme: House, person: Person) -> None:
    message = acme.sandbox.message
    acme.sandbox.environment.messages.filter(pk=message.pk).update(state=Message.State.QUARANTINED)
    for path in (page_of(message), "simulator/"):
        assert "release/" not in text(person.get(path))
    assert "This text is not kept back any more." in text(person.post(f"{page_of(message)}release/"))
    message.refresh_from_db()
    assert message.state == Message.State.QUARANTINED


def test_what_another_route_holds_too_is_said_to_be_so(acme: House, person: Person, kept: Message) -> None:
    conditions = [{"field": "numberUsed", "operator": "equals", "value": kept.number_used}]
    environment, action = acme.sandbox.environment, Route.Action.QUARANTINE
    routing.create_route(environment, SYSTEM, name="All", conditions=conditions, action=action, position=1)
    assert "Another of your routes keeps this text back." in text(person.post(f"{page_of(kept)}release/"))
    kept.refresh_from_db()
    assert kept.state == Message.State.QUARANTINED
    assert not AuditEntry.objects.filter(action="message.released").exists()


@pytest.mark.parametrize("role", ["viewer", "support", "compliance"])
def test_who_may_not_configure_has_no_button(acme: House, kept: Message, role: str) -> None:
    other = Person(acme.users[role], acme.sandbox)
    assert "release/" not in text(other.get(page_of(kept)))
    assert other.post(f"{page_of(kept)}release/").status_code == 403
    kept.refresh_from_db()
    assert kept.state == Message.State.QUARANTINED
