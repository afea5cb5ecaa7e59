"""The phone to type on, without script."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.ids import public
from sandbox.models import Simulation
from tests.cast import House
from tests.dashboard.browse import Person, text
from tests.sandbox.simulating import Simulator


@pytest.fixture
def person(acme: House, simulator: Simulator) -> Person:
    return Person(acme.users["developer"], acme.sandbox)


def fields(simulator: Simulator, **more: str) -> dict[str, Any]:
    usual = {"count": "1", "repeats": "0", "delay": "0", "skew": "0"}
    return {"sender_id": "Doctolib", "number_used": simulator.number, "content": "Bonjour"} | usual | more


def test_what_is_sent_arrives_below(person: Person, simulator: Simulator) -> None:
    page = text(person.post("simulator/", **fields(simulator, content="Votre code\r\nest 020005")))
    assert "The door took 1 request." in page
    [message] = simulator.messages()
    assert (message.sender_id, message.content) == ("Doctolib", "Votre code\nest 020005")
    assert f"messages/{public('message', message.pk)}/" in page
    assert 'value="Doctolib"' in page  # the conversation goes on


def test_counting_sends_nothing(person: Person, simulator: Simulator) -> None:
    page = text(person.post("simulator/", preview="1", **fields(simulator, content="Suivi n° 4 📦" * 10)))
    for told in ("UCS-2", '<code class="value">°</code>', "📦"):
        assert told in page
    assert simulator.messages() == []
    assert not Simulation.objects.exists()


def test_parts_are_sent_as_they_are_written(person: Person, simulator: Simulator) -> None:
    simulator.send(carrier="vonage")  # the door hears of the channel in a moment
    long = "Votre colis est au relais. " * 8
    asked = fields(simulator, content=long, carrier="vonage", parts="2, 1 1@0.5 2@60")
    page = text(person.post("simulator/", **asked))
    assert "The door took 2 requests." in page
    assert "2 are sent in their time." in page
    sent = Simulation.objects.latest("pk").texts.values_list("part", flat=True)
    assert list(sent) == [2, 1, 1, 2]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"parts": "1"}, "This carrier joins the parts itself."),
        ({"parts": "x"}, "Write it as in 3 1 1 2@10."),
        ({"parts": "1@-1"}, "Write it as in 3 1 1 2@10."),
        ({"parts": "1@nan"}, "Write it as in 3 1 1 2@10."),
        ({"parts": "9", "carrier": "vonage", "content": "a" * 200}, "This text has parts 1 to 2."),
        ({"number_used": "+33639989999"}, "This sandbox does not hold this number."),
        ({"sender_id": " "}, "This field is required."),
        ({"carrier": "plivo", "skew": "5"}, "This carrier does not say when a text was sent."),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(
    person: Person, simulator: Simulator, wrong: dict[str, str], told: str
) -> None:
    response = person.post("simulator/", **fields(simulator, **wrong))
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not Simulation.objects.exists()


def test_live_has_no_such_page(acme: House) -> None:
    live = Person(acme.users["owner"], acme.live)
    assert (live.get("simulator/").status_code, live.post("simulator/").status_code) == (404, 404)
    assert "simulator" not in text(live.get(""))


def test_who_may_not_configure_finds_no_way_there(acme: House) -> None:
    viewer = Person(acme.users["viewer"], acme.sandbox)
    assert viewer.get("simulator/").status_code == 403
    assert "simulator" not in text(viewer.get(""))


def test_a_sandbox_without_numbers_is_told_how_to_get_one(acme: House) -> None:
    acme.sandbox.environment.assignments.update(ends_at=acme.sandbox.assignment.starts_at)
    page = text(Person(acme.users["owner"], acme.sandbox).get("simulator/"))
    assert "No number to write to yet" in page
    assert "numbers/request/" in page
