"""Finding and mending on pages: issues, health in words, replays from the plan to the report."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.clock import clock
from accounts.ids import public
from delivery.models import Delivery, Health, Issue, Replay
from operations.tasks import run_replays
from tests.cast import House, store_delivery, store_issue, store_message
from tests.dashboard.browse import Person, text


def test_an_issue_says_what_is_wrong_and_what_to_do(acme: House, owner: Person) -> None:
    page = text(owner.get("issues/"))
    assert "The endpoint answered with an error of its own." in page
    assert "Look for the error in your application" in page
    one = text(owner.get("issues/{issue_id}/"))
    assert "What to do" in one
    assert "5105" in one


def test_an_issue_is_acknowledged_and_resolved(acme: House, owner: Person) -> None:
    assert "somebody deals with it" in text(owner.post("issues/{issue_id}/state/", state="acknowledged"))
    assert "The issue is resolved." in text(owner.post("issues/{issue_id}/state/", state="resolved"))
    assert Issue.objects.get(pk=acme.live.issue.pk).state == "resolved"
    assert "There is no such state." in text(owner.post("issues/{issue_id}/state/", state="gone"))
    assert "No issue" in text(owner.get("issues/"))
    assert "Orders" in text(owner.get("issues/", view="resolved"))


def test_an_endpoint_shows_its_open_issues_only(acme: House, owner: Person) -> None:
    store_issue(acme.live.delivery, error_code=5104, state="resolved")
    page = text(owner.get("endpoints/{endpoint_id}/"))
    assert "error of its own" in page
    assert "did not answer in time" not in page


@pytest.mark.parametrize(
    ("opened", "probe_in_s", "says"),
    [
        (False, None, "3 tries in a row."),
        (True, 300, "but for a probe, in 5 min"),
        (True, -5, "sent as a probe"),
    ],
)
def test_health_in_words(acme: House, owner: Person, opened: bool, probe_in_s: int | None, says: str) -> None:
    assert "Healthy" in text(owner.get("endpoints/{endpoint_id}/"))
    now = clock()
    Health.objects.create(
        endpoint=acme.live.endpoint,
        failing_since=now - timedelta(hours=1),
        failures=3,
        opened_at=now if opened else None,
        probe_at=None if probe_in_s is None else now + timedelta(seconds=probe_in_s + 1),
    )
    assert says in text(owner.get("endpoints/{endpoint_id}/"))


def test_a_disabled_endpoint_says_why(acme: House, owner: Person) -> None:
    owner.post("endpoints/{endpoint_id}/switch/", disabled="1")
    assert "It was disabled by hand. What comes for it is held." in text(
        owner.get("endpoints/{endpoint_id}/")
    )


def test_the_age_of_what_waits_shows(acme: House, owner: Person) -> None:
    at = clock() - timedelta(minutes=12)
    store_delivery(store_message(acme.live.assignment), acme.live.endpoint, "held", created_at=at)
    assert "12 min ago" in text(owner.get("endpoints/{endpoint_id}/")).partition("the oldest made")[2][:400]


def test_a_replay_from_the_plan_to_the_report(acme: House, owner: Person) -> None:
    form = text(owner.get("replays/new/", kind="recover", endpoint=acme.live.ids["endpoint_id"]))
    assert f'value="{acme.live.ids["endpoint_id"]}" selected' in form
    endpoint = acme.live.ids["endpoint_id"]
    planned = text(owner.post("replays/new/", kind="recover", endpoint=endpoint, since="2026-01-01T00:00"))
    assert "1 delivery would be sent" in planned
    assert Delivery.objects.get(pk=acme.live.delivery.pk).state == "failed"
    job = Replay.objects.filter(environment=acme.live.environment).latest("pk")
    acme.live.replay = job
    assert "Cancel the replay" in text(owner.post("replays/{replay_id}/run/"))
    assert run_replays() == 1
    run_replays()
    Delivery.objects.filter(pk=acme.live.delivery.pk).update(state="delivered", due_at=None)
    done = text(owner.get("replays/{replay_id}/"))
    assert "What became of them" in done
    assert "Done" in done
    assert "This replay is over" in text(owner.post("replays/{replay_id}/cancel/"))
    assert public("replay", job.pk) in text(owner.get("replays/"))


def test_a_mistaken_form_says_so_at_its_field(acme: House, owner: Person) -> None:
    response = owner.post("replays/new/", kind="missing", since="2026-01-01T00:00")
    assert response.status_code == 422
    assert 'id="id_endpoint_error"' in response.content.decode()
    response = owner.post("replays/new/", kind="matching", since="soon")
    assert 'id="id_since_error"' in response.content.decode()


def test_since_is_meant_in_the_readers_zone(acme: House, owner: Person) -> None:
    acme.users["owner"].time_zone = "America/Cayenne"
    acme.users["owner"].save(update_fields=["time_zone"])
    owner.post("replays/new/", kind="matching", since="2026-11-01T00:00")
    job = Replay.objects.filter(environment=acme.live.environment).latest("pk")
    assert job.filter["since"] == "2026-11-01T03:00:00.000Z"


def test_a_replay_is_cancelled_before_it_runs(acme: House, owner: Person) -> None:
    assert "Nothing more is sent again." in text(owner.post("replays/{replay_id}/cancel/"))
    assert Replay.objects.get(pk=acme.live.replay.pk).state == "cancelled"


def test_events_are_ticked(acme: House, owner: Person) -> None:
    assert "0 events" in text(owner.get("endpoints/{endpoint_id}/"))
    page = text(owner.post("endpoints/{endpoint_id}/events/", event=["issue.opened", "endpoint.warned"]))
    assert "2 events" in page
    assert 'value="issue.opened" checked' in page
    acme.live.endpoint.refresh_from_db()
    assert acme.live.endpoint.events == ["endpoint.warned", "issue.opened"]
    assert "no such event" in text(owner.post("endpoints/{endpoint_id}/events/", event=["message.received"]))
    assert "0 events" in text(owner.post("endpoints/{endpoint_id}/events/"))


def test_a_queue_is_neither_checked_nor_told_of_events(acme: House, owner: Person) -> None:
    page = text(owner.get("endpoints/{queue_id}/"))
    assert "Check your code" not in page
    assert "hears of" not in page
    assert "Only the code behind a webhook" in text(owner.post("endpoints/{queue_id}/check/"))
    assert "has no such field" in text(owner.post("endpoints/{queue_id}/events/", event="issue.opened"))
