"""The audit log on its page: who may see it, what narrows it, and who saw which content."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from accounts.audit import SYSTEM, record
from accounts.clock import clock
from accounts.ids import public
from accounts.models import AuditEntry
from tests.cast import House, store_message
from tests.dashboard.browse import Person, text


def reads(house: House) -> list[tuple[str | None, object]]:
    """The looks at texts in live, the first first."""
    rows = house.live.environment.audit_entries.filter(action="message.read").order_by("pk")
    return [(public("message", row.target_id) if row.target_id else None, row.after) for row in rows]


def test_a_change_shows_with_its_fields_before_and_after(acme: House, owner: Person) -> None:
    owner.post("retention/", content_kept_days="7", attempts_kept_days="")
    page = text(owner.get("audit/"))
    assert "Retention changed" in page
    assert "<code>content_kept_days</code>" in page
    assert "<ins>7</ins>" in page
    assert str(acme.users["owner"]) in page
    assert "127.0.0.1" in page


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("developer", 403), ("viewer", 403)])
def test_who_may_open_it(acme: House, role: str, status: int) -> None:
    person = Person(acme.users[role], acme.live)
    assert person.get("audit/").status_code == status
    assert person.get("audit/export/").status_code == status
    assert ("Audit log" in person.get("").content.decode()) is (status == 200)


def test_links_of_the_list_narrow_it(acme: House, owner: Person) -> None:
    owner.post("retention/", content_kept_days="7")
    entry = AuditEntry.objects.latest("pk")
    for query in (
        {"action": "retention.updated"},
        {"actor": public("user", acme.users["owner"].pk)},
        {"target": public("environment", acme.live.environment.pk)},
        {"request": entry.request_id},
        {"address": "127.0.0.1"},
    ):
        page = text(owner.get("audit/", **query))
        assert "Retention changed</a>" in page
        assert "Endpoint created</a>" not in page


def test_days_are_the_readers_own(acme: House, owner: Person) -> None:
    """Half past midnight in Paris is still the day before in UTC."""
    with time_machine.travel("2026-11-23T23:30:00Z", tick=False):
        record(SYSTEM, "replay.planned", None, environment=acme.live.environment)
    shown = "Replay planned</a>"
    assert shown in text(owner.get("audit/", since="2026-11-24", until="2026-11-24"))
    assert shown not in text(owner.get("audit/", since="2026-11-23", until="2026-11-23"))


def test_what_is_wrong_in_a_filter_is_said(owner: Person) -> None:
    page = text(owner.get("audit/", address="here", since="soon", action="no.such"))
    assert page.count('class="wrong-text"') == 3
    assert "Endpoint created</a>" in page


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_no_day_breaks_it(owner: Person, day: str) -> None:
    text(owner.get("audit/", since=day, until=day))


def test_the_organisations_entries_have_a_place(owner: Person) -> None:
    assert "Member added</a>" not in text(owner.get("audit/"))
    page = text(owner.get("audit/", scope="organisation"))
    assert "Member added</a>" in page
    assert "?scope=organisation&amp;action=member.added" in page.replace("&action", "&amp;action")


def test_looks_at_texts_are_noted_once_in_ten_minutes(acme: House, owner: Person) -> None:
    first = acme.live.ids["message_id"]
    owner.get("messages/")
    owner.get("messages/")  # as a page that follows new texts does
    owner.get("messages/{message_id}/")
    assert reads(acme) == [(first, None)]
    two = [public("message", store_message(acme.live.assignment, "Votre code est 1").pk) for _ in range(2)]
    owner.get("messages/")
    assert reads(acme)[1:] == [(None, {"messageIds": two[::-1]})]
    with time_machine.travel(clock() + timedelta(minutes=11)):
        owner.get("messages/{message_id}/")
    assert reads(acme)[2:] == [(first, None)]


def test_each_person_counts_for_themselves(acme: House, owner: Person, developer: Person) -> None:
    owner.get("messages/")
    developer.get("messages/")
    actors = acme.live.environment.audit_entries.filter(action="message.read").values_list(
        "actor_id", flat=True
    )
    assert set(actors) == {acme.users["owner"].pk, acme.users["developer"].pk}


def test_who_sees_no_content_leaves_no_look(acme: House, viewer: Person) -> None:
    viewer.get("messages/")
    viewer.get("messages/{message_id}/")
    assert reads(acme) == []


def test_who_saw_a_text(acme: House, owner: Person) -> None:
    owner.get("messages/")
    page = text(owner.get("audit/", seen="on", target=acme.live.ids["message_id"]))
    assert "Content of texts shown</a>" in page
    assert "Endpoint created</a>" not in page


def test_a_file_of_what_is_shown(acme: House, owner: Person) -> None:
    owner.post("retention/", content_kept_days="7")
    answer = owner.get("audit/export/", format="csv", action="retention.updated")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    lines = answer.getvalue().decode().splitlines()
    assert len(lines) == 2
    assert "retention.updated" in lines[1]
    last = AuditEntry.objects.latest("pk")
    assert (last.action, last.actor_id) == ("audit.exported", acme.users["owner"].pk)
    assert owner.get("audit/export/", format="jsonl")["Content-Type"] == "application/x-ndjson"


def test_a_hostile_name_is_shown_as_text(acme: House, owner: Person) -> None:
    after = {"name": "<script>alert(1)</script>"}
    record(SYSTEM, "route.created", None, environment=acme.live.environment, after=after)
    page = text(owner.get("audit/"))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
