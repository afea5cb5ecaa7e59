"""Receivers on their pages: made, told how to behave, watched; there are none in live."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry
from sandbox.receiver import Receiver, Request
from sandbox.recording import record
from tests.cast import House
from tests.dashboard.browse import Person, text


@pytest.fixture
def tester(acme: House) -> Person:
    return Person(acme.users["developer"], acme.sandbox)


def came(receiver: Receiver, **headers: str) -> None:
    given = [(name.replace("_", "-"), value) for name, value in headers.items()]
    record(
        receiver.token, Request("POST", f"/sandbox/receivers/{receiver.token}", given, b"code <b>020005</b>")
    )


def receiver_of(person: Person) -> Receiver:
    return person.side.environment.receivers.get(pk=person.side.receiver)


def test_one_is_made_and_told_how_to_behave(tester: Person) -> None:
    assert "The receiver is ready." in text(tester.post("receivers/", name="CI"))
    made = Receiver.objects.get(name="CI")
    url = text(tester.get("receivers/")).partition("CI")[2]
    assert made.token in url
    saved = tester.post(
        "receivers/{receiver_id}/", name="Bad", status="503", redirect="302", drip="on", fail_first="2"
    )
    assert "Saved. The next request is answered so." in text(saved)
    changed = receiver_of(tester)
    assert changed.name == "Bad"
    assert changed.behaviour == {"status": 503, "redirect": 302, "drip": True, "failFirst": 2}
    page = text(tester.get("receivers/{receiver_id}/"))
    assert 'value="503"' in page
    assert '<option value="302" selected>' in page
    assert AuditEntry.objects.filter(action="receiver.updated").exists()


def test_a_mistake_is_marked(tester: Person) -> None:
    refused = tester.post("receivers/{receiver_id}/", status="99")
    assert refused.status_code == 422
    assert 'id="id_status_error"' in refused.content.decode()
    assert receiver_of(tester).behaviour == {}


def test_what_came_is_shown_to_who_may_read(acme: House, tester: Person) -> None:
    came(receiver_of(tester), webhook_id="msg_1", smsgateway_attempt="3")
    page = text(tester.get("receivers/{receiver_id}/"))
    for told in ("Not signed", "Attempt 3", "HTTP 200", "code &lt;b&gt;020005&lt;/b&gt;"):
        assert told in page, told
    blind = Person(acme.users["support"], acme.sandbox)
    page = text(blind.get("receivers/{receiver_id}/"))
    assert ("Not signed" in page, "020005" in page) == (True, False)
    billing = text(Person(acme.users["billing"], acme.sandbox).get("receivers/{receiver_id}/"))
    assert "What came" not in billing


def test_it_is_emptied_and_removed(tester: Person) -> None:
    came(receiver_of(tester))
    assert "counts from one again" in text(tester.post("receivers/{receiver_id}/empty/"))
    assert receiver_of(tester).received == 0
    assert "The receiver is gone." in text(tester.post("receivers/{receiver_id}/delete/"))
    assert not tester.side.environment.receivers.exists()


def test_live_has_none_and_names_none(acme: House) -> None:
    live = Person(acme.users["owner"], acme.live)
    for page in ("receivers/", "receivers/{receiver_id}/"):
        assert live.get(page).status_code == 404
    assert live.post("receivers/", name="X").status_code == 404
    assert "Receivers" not in text(live.get("messages/"))
    # From a receiver one comes to the overview of live, where there is no such page.
    assert f'href="/e/{acme.live.ids["env_id"]}/"' in text(
        Person(acme.users["owner"], acme.sandbox).get("receivers/")
    )
