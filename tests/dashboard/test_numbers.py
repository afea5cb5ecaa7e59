"""Numbers: held, added, renamed, released."""

from __future__ import annotations

from tests.cast import House
from tests.dashboard.browse import Person, text


def test_the_list_shows_what_is_held(owner: Person) -> None:
    page = text(owner.get("numbers/"))
    assert "+33 9 37 00 00 01" in page
    assert "Main line" in page


def test_adding_takes_any_way_of_writing_it(acme: House, owner: Person) -> None:
    channel = acme.live.ids["channel_id"]
    page = text(owner.post("numbers/new/", number="0033 9 37 00 00 55", label="Lyon", channel=channel))
    assert "+33937000055 is yours." in page
    assert acme.live.environment.assignments.filter(number__number="+33937000055", label="Lyon").exists()


def test_what_is_wrong_is_said_at_its_field(acme: House, borealis: House, owner: Person) -> None:
    channel = acme.live.ids["channel_id"]
    for number, words in (
        ("06 39 98 00 01", "international form"),
        ("+33639980001", "reserved for fiction belong in a sandbox"),
        ("+33937000002", "not available"),
        ("", "This field is required"),
    ):
        page = text(owner.post("numbers/new/", number=number, channel=channel))
        field = page.partition('id="id_number_error"')[2].partition("</p>")[0]
        assert words in field, number


def test_a_channel_of_others_cannot_be_chosen(acme: House, borealis: House, owner: Person) -> None:
    for side in (borealis.live, acme.sandbox):
        page = text(owner.post("numbers/new/", number="+33937000056", channel=side.ids["channel_id"]))
        assert 'id="id_channel_error"' in page
    assert not acme.live.environment.assignments.filter(number__number="+33937000056").exists()


def test_renaming_and_releasing(acme: House, owner: Person) -> None:
    channel = acme.live.ids["channel_id"]
    assert "Accueil" in text(owner.post("numbers/{number_id}/", label="Accueil", channel=channel))
    assert "no longer yours" in text(owner.get("numbers/{number_id}/"))
    assert "was released" in text(owner.post("numbers/{number_id}/release/"))
    assert owner.get("numbers/{number_id}/").status_code == 404
    assert "No number yet" in text(owner.get("numbers/"))


def test_without_a_channel_the_page_says_what_is_missing(acme: House, owner: Person) -> None:
    acme.live.environment.assignments.update(ends_at=acme.live.message.received_at)
    acme.live.environment.channels.update(deleted_at=acme.live.message.received_at)
    assert "A number needs a channel" in text(owner.get("numbers/"))
    assert "A number needs a channel" in text(owner.get("numbers/new/"))
