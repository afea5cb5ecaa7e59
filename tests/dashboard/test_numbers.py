"""Numbers: held, renamed, released, and taken back while they rest."""

from __future__ import annotations

from datetime import timedelta

from accounts.audit import SYSTEM
from accounts.clock import clock
from numbers import services
from numbers.models import Number
from tests.cast import House
from tests.dashboard.browse import Person, text
from tests.dashboard.pool import id_of, pool_number


def held(house: House, number: Number) -> None:
    """The number of the pool, assigned to live."""
    assert number.channel is not None
    services.assign_number(
        house.live.environment, SYSTEM, number=number.number, channel=number.channel, label="Hotline"
    )


def test_the_list_shows_what_is_held(owner: Person) -> None:
    page = text(owner.get("numbers/"))
    assert "+33 9 37 00 00 01" in page
    assert "Front desk" in page
    assert "Platform" in page


def test_a_number_of_the_pool_shows_its_price_and_not_its_channel(acme: House, owner: Person) -> None:
    number = pool_number("+33937000070", monthly_price=1250, currency="EUR")
    held(acme, number)
    page = text(owner.get("numbers/"))
    assert "12.50\u00a0EUR" in page
    assert "Pool line" not in page
    page = text(owner.get(f"numbers/{id_of(number)}/"))
    assert 'name="channel"' not in page
    assert "Saved." in text(owner.post(f"numbers/{id_of(number)}/", label="Renamed"))
    assert acme.live.environment.assignments.get(number=number).label == "Renamed"


def test_renaming_and_releasing(acme: House, owner: Person) -> None:
    channel = acme.live.ids["channel_id"]
    assert "Accueil" in text(owner.post("numbers/{number_id}/", label="Accueil", channel=channel))
    assert "nobody else gets it" in text(owner.get("numbers/{number_id}/"))
    assert "You may take it back until" in text(owner.post("numbers/{number_id}/release/"))
    assert owner.get("numbers/{number_id}/").status_code == 404
    assert "No number yet" in text(owner.get("numbers/"))


def test_what_was_released_is_taken_back_as_it_was(acme: House, owner: Person) -> None:
    owner.post("numbers/{number_id}/release/")
    page = text(owner.get("numbers/", view="released"))
    assert "+33 9 37 00 00 01" in page
    assert "Take back" in page
    assert "+33937000001 is yours again." in text(owner.post("numbers/{number_id}/take-back/"))
    assignment = acme.live.environment.assignments.get(ends_at=None)
    assert (assignment.label, assignment.channel) == ("Front desk", acme.live.channel)
    assert "Nothing given back lately" in text(owner.get("numbers/", view="released"))


def test_a_number_of_the_pool_comes_back_on_the_pools_channel(acme: House, owner: Person) -> None:
    number = pool_number("+33937000070")
    held(acme, number)
    owner.post(f"numbers/{id_of(number)}/release/")
    assert "is yours again" in text(owner.post(f"numbers/{id_of(number)}/take-back/"))
    assert acme.live.environment.assignments.get(number=number, ends_at=None).channel == number.channel


def test_what_has_rested_is_no_longer_ones_own(acme: House, owner: Person) -> None:
    owner.post("numbers/{number_id}/release/")
    Number.objects.update(aging_until=clock() - timedelta(seconds=1))
    assert "+33 9 37 00 00 01" not in text(owner.get("numbers/", view="released"))
    assert "not available" in text(owner.post("numbers/{number_id}/take-back/"))
    assert not acme.live.environment.number_requests.filter(number="+33937000001").exists()


def test_without_its_channel_a_number_comes_back_on_another(acme: House, owner: Person) -> None:
    owner.post("numbers/{number_id}/release/")
    owner.post("channels/{channel_id}/delete/")
    page = text(owner.post("numbers/{number_id}/take-back/"))
    assert "Its channel is closed" in page
    assert "Bring a number" in page


def test_a_reader_sees_what_rests_and_takes_nothing_back(acme: House, owner: Person, viewer: Person) -> None:
    owner.post("numbers/{number_id}/release/")
    page = text(viewer.get("numbers/", view="released"))
    assert "+33 9 37 00 00 01" in page
    assert "Take back" not in page
    assert viewer.post("numbers/{number_id}/take-back/").status_code == 403
