"""Routes: the builder without a script, the order, and errors at their lines."""

from __future__ import annotations

from typing import Any

from accounts import ids
from accounts.models import AuditEntry, Membership
from tests.cast import House
from tests.dashboard.browse import Person, text


def add(person: Person, *conditions: tuple[str, str, str], **more: Any) -> str:
    columns = zip(*conditions, strict=True) if conditions else ([], [], [])
    data: dict[str, Any] = {
        f"condition-{name}": list(cells)
        for name, cells in zip(("field", "operator", "value"), columns, strict=True)
    }
    data |= {"name": "New", "action": "deliver", "endpoints": [person.side.ids["endpoint_id"]]}
    return text(person.post("routes/new/", **(data | more)))


def test_a_route_of_several_lines_and_empty_ones(acme: House, owner: Person) -> None:
    page = add(
        owner,
        ("firstWord", "in", "STOP, arrêt ,"),
        ("", "contains", "left out"),
        ("senderCountry", "equals", "FR"),
        position="1",
        routing_tag="opt-out",
    )
    assert "The route is in force." in page
    route = acme.live.environment.routes.get(name="New")
    assert (route.position, route.routing_tag) == (1, "opt-out")
    assert route.conditions == [
        {"field": "firstWord", "operator": "in", "value": ["STOP", "arrêt"]},
        {"field": "senderCountry", "operator": "equals", "value": "FR"},
    ]


def test_an_error_stands_at_its_line_and_nothing_typed_is_lost(owner: Person) -> None:
    page = add(
        owner, ("content", "contains", "kept"), ("content", "matches", "(?=x)"), ("senderId", "equals", " ")
    )
    assert "Say what to compare with" in page.partition('id="condition-3"')[2].partition("</p>")[0]
    page = add(owner, ("content", "contains", "kept"), ("content", "matches", "(?=x)"))
    assert "RE2 patterns have no look-around" in page.partition('id="condition-2"')[2].partition("</p>")[0]
    assert 'value="kept"' in page
    assert 'value="(?=x)"' in page


def test_delivering_needs_an_endpoint_and_dropping_none(acme: House, owner: Person) -> None:
    assert "needs at least one endpoint" in add(owner, endpoints=[])
    assert "The route is in force." in add(owner, action="drop")
    assert not acme.live.environment.routes.get(name="New").endpoints.exists()


def test_an_endpoint_of_others_cannot_be_chosen(acme: House, borealis: House, owner: Person) -> None:
    assert "Nothing was saved yet" in add(owner, endpoints=[borealis.live.ids["endpoint_id"]])
    assert not acme.live.environment.routes.filter(name="New").exists()


def test_up_down_and_to_a_position(acme: House, owner: Person) -> None:
    for name in ("B", "C"):
        add(owner, name=name)

    def order() -> list[str]:
        return list(acme.live.environment.routes.order_by("position").values_list("name", flat=True))

    assert order() == ["Codes", "B", "C"]
    for to, expected in (
        ("down", ["B", "Codes", "C"]),
        ("3", ["B", "C", "Codes"]),
        ("up", ["B", "Codes", "C"]),
    ):
        assert "is now asked in position" in text(owner.post("routes/{route_id}/move/", to=to))
        assert order() == expected
    assert "Give a position" in text(owner.post("routes/{route_id}/move/", to="²"))
    assert order() == ["B", "Codes", "C"]


def test_editing_shows_what_is_stored_and_deleting_removes_it(acme: House, owner: Person) -> None:
    page = text(owner.get("routes/{route_id}/"))
    assert '<option value="content" selected>' in page
    assert 'name="condition-value" value="code"' in page
    page = text(owner.post("routes/{route_id}/", name="Renamed", action="quarantine", position="1"))
    assert "Renamed" in page
    assert "is deleted" in text(owner.post("routes/{route_id}/delete/"))
    assert "No route yet" in text(owner.get("routes/"))


def test_a_senders_number_in_a_condition_is_personal(acme: House, owner: Person, viewer: Person) -> None:
    add(owner, ("senderId", "equals", "+33639980417"))
    assert "+33639980417" in text(owner.get("routes/"))
    assert "+33639980417" not in text(viewer.get("routes/"))
    Membership.objects.filter(user=acme.users["viewer"]).update(role="compliance")
    assert "+33639980417" in text(viewer.get("routes/"))


def test_a_number_that_no_text_can_come_to_is_refused_at_its_line(acme: House, owner: Person) -> None:
    page = add(owner, ("numberUsed", "equals", "06 39 98 00 01"))
    assert "Nothing was saved yet" in page
    assert "international form" in page.partition('id="condition-1"')[2].partition("</p>")[0]
    page = add(owner, ("numberUsed", "in", "+33 6 39 98 00 01, abc"))
    assert "short code" in page.partition('id="condition-1"')[2].partition("</p>")[0]
    assert "The route is in force." in add(owner, ("numberUsed", "in", "+33 6 39 98 00 01, 38383"))
    assert "The route is in force." in add(owner, ("numberUsed", "startsWith", "06"), name="Part")


def test_a_route_stored_with_such_a_number_can_still_be_moved(acme: House, owner: Person) -> None:
    add(owner, action="drop")
    route = acme.live.environment.routes.get(name="New")
    route.conditions = [{"field": "numberUsed", "operator": "equals", "value": "0639980001"}]
    route.save()
    owner.post(f"routes/{ids.public('route', route.pk)}/move/", to="1")
    route.refresh_from_db()
    assert route.position == 1


def test_a_text_is_tried_without_being_kept(acme: House, owner: Person) -> None:
    before = acme.live.environment.messages.count()
    typed: dict[str, Any] = {
        "number_used": "+33937000001",
        "sender_id": "+33639980417",
        "content": "Votre code",
    }
    page = text(owner.post("routes/try/", **typed))
    assert "Taken by the route “Codes”" in page
    page = text(owner.post("routes/try/", **typed | {"content": "Bonjour"}))
    assert "No route takes it, and there is no default endpoint" in page
    assert "<strong>Codes</strong>" in page
    assert owner.post("routes/try/", **typed | {"content": ""}).status_code == 422
    assert acme.live.environment.messages.count() == before


def test_the_last_texts_are_tried(acme: House, owner: Person) -> None:
    assert "0 texts would go elsewhere today" in text(owner.post("routes/try/", latest="1"))
    owner.post("routes/{route_id}/delete/")
    page = text(owner.post("routes/try/", latest="1"))
    assert "1 text would go elsewhere today" in page
    assert acme.live.ids["message_id"] in page
    assert AuditEntry.objects.get(action="message.read").target_id == acme.live.message.pk


def test_a_version_is_restored(acme: House, owner: Person) -> None:
    first = {"route_version_id": acme.live.ids["route_version_id"]}
    restore = "routes/versions/{route_version_id}/restore/".format(**first)
    assert "The routes are as this version has them." in text(owner.post(restore))
    add(owner, name="B")
    assert "B" in text(owner.get("routes/versions/"))
    assert "Version 1 is in force: 1 route changed." in text(owner.post(restore))
    assert [route.name for route in acme.live.environment.routes.all()] == ["Codes"]
