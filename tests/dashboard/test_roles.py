"""Who may do what, on every page that changes something."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEntry, Membership
from tests.cast import House
from tests.dashboard.browse import Person, text

CHANGING = (
    "channels/new/",
    "channels/{channel_id}/",
    "channels/{channel_id}/buy/",
    "channels/{channel_id}/try/",
    "channels/{channel_id}/delete/",
    "numbers/new/",
    "numbers/{number_id}/",
    "numbers/{number_id}/release/",
    "numbers/{number_id}/take-back/",
    "numbers/request/",
    "numbers/requests/{number_request_id}/cancel/",
    "numbers/requests/{number_request_id}/documents/",
    "routes/new/",
    "routes/try/",
    "routes/versions/{route_version_id}/restore/",
    "routes/{route_id}/",
    "routes/{route_id}/move/",
    "routes/{route_id}/delete/",
    "endpoints/new/",
    "endpoints/{endpoint_id}/edit/",
    "endpoints/{callback_id}/template/",
    "endpoints/{endpoint_id}/access/",
    "endpoints/{endpoint_id}/switch/",
    "endpoints/{endpoint_id}/default/",
    "endpoints/{endpoint_id}/delete/",
    "endpoints/{endpoint_id}/check/",
    "endpoints/{endpoint_id}/events/",
    "destinations/",
)
READING = (
    "",
    "messages/",
    "messages/{message_id}/",
    "deliveries/",
    "issues/",
    "issues/{issue_id}/",
    "replays/",
    "replays/{replay_id}/",
    "numbers/",
    "numbers/?view=requests",
    "numbers/?view=released",
    "numbers/available/",
    "numbers/requests/{number_request_id}/",
    "channels/",
    "channels/{channel_id}/",
    "routes/",
    "routes/versions/",
    "endpoints/",
    "endpoints/{endpoint_id}/",
    "endpoints/{callback_id}/",
    "endpoints/{queue_id}/",
    "destinations/",
    "retention/",
    "requests/",
)


REPLAYING = (
    "issues/{issue_id}/state/",
    "deliveries/replay/",
    "deliveries/{delivery_id}/replay/",
    "replays/new/",
    "replays/{replay_id}/run/",
    "replays/{replay_id}/cancel/",
)


@pytest.mark.parametrize("path", CHANGING)
def test_a_viewer_changes_nothing_and_learns_who_can(viewer: Person, path: str) -> None:
    before = AuditEntry.objects.count()
    response = viewer.post(path)
    assert response.status_code == 403
    page = response.content.decode()
    assert "Your role at Acme Santé is Viewer" in page
    assert "<li>Developer</li>" in page
    assert "<li>Viewer</li>" not in page
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("path", REPLAYING)
def test_sending_again_has_its_own_permission(acme: House, viewer: Person, path: str) -> None:
    assert viewer.post(path).status_code == 403
    Membership.objects.filter(user=acme.users["viewer"]).update(role="compliance")
    assert viewer.post(path).status_code == 403


def test_a_page_that_only_shows_takes_no_form(owner: Person) -> None:
    assert owner.post("messages/").status_code == 405


@pytest.mark.parametrize("path", READING)
def test_everybody_reads(viewer: Person, developer: Person, owner: Person, path: str) -> None:
    for person in (viewer, developer, owner):
        text(person.get(path))


@pytest.mark.parametrize("path", READING)
def test_a_viewer_finds_no_button_that_would_be_refused(viewer: Person, path: str) -> None:
    page = text(viewer.get(path))
    for form in page.split('method="post" action="')[1:]:
        assert form.partition('"')[0] in {"/logout/", "/preferences/"}


def test_pages_are_kept_by_no_cache(owner: Person) -> None:
    response: Any = owner.get("messages/")
    assert "no-store" in response["Cache-Control"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
