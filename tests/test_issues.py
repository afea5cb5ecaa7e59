"""Issues by API, and what is said about them."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.ids import public
from accounts.models import AuditEntry
from delivery import services
from delivery.models import Delivery, Event, Issue
from delivery.remedies import REMEDIES
from delivery.retry import ERRORS
from operations import counters
from tests.cast import Api, House, store_delivery, store_issue, store_message

DOCS = Path(__file__).parent.parent / "docs"


def test_an_issue_tells_its_cause_and_what_to_do(acme: House, api: Api) -> None:
    row = api.get(f"issues/{acme.live.ids['issue_id']}").json()
    assert row["cause"] == str(ERRORS["status"].explanation)
    assert row["remedy"] == str(REMEDIES["status"])
    assert row["lastDeliveryId"] == acme.live.ids["delivery_id"]


def test_issues_are_listed_by_state_and_endpoint(acme: House, api: Api) -> None:
    resolved = store_issue(acme.live.delivery, error_code=5104, state="resolved")
    listed = api.get("issues?state=resolved").json()["data"]
    assert [row["id"] for row in listed] == [public("issue", resolved.pk)]
    assert len(api.get(f"issues?endpointId={acme.live.ids['endpoint_id']}").json()["data"]) == 2
    assert api.get(f"issues?endpointId={acme.sandbox.ids['endpoint_id']}").json()["data"] == []
    assert api.get("issues?endpointId=nonsense").status_code == 400
    assert api.get("issues?state=over").status_code == 400


def test_a_person_resolves_an_issue_which_is_told_and_kept_on_the_trail(acme: House, api: Api) -> None:
    path = f"issues/{acme.live.ids['issue_id']}"
    assert api.patch(path, {"state": "acknowledged"}).json()["state"] == "acknowledged"
    assert api.patch(path, {"state": "resolved"}).json()["resolvedAt"]
    entries = AuditEntry.objects.filter(action="issue.updated", target_id=acme.live.issue.pk)
    assert [entry.after for entry in entries.order_by("pk")] == [
        {"state": "acknowledged"},
        {"state": "resolved"},
    ]
    event = Event.objects.get(type="issue.resolved", environment=acme.live.environment)
    assert event.payload["because"] == "person"
    assert event.payload["issueId"] == acme.live.ids["issue_id"]


@pytest.mark.parametrize("state", ["over", 1, None])
def test_no_other_state_is_taken(acme: House, api: Api, state: object) -> None:
    answer = api.patch(f"issues/{acme.live.ids['issue_id']}", {"state": state})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "#/state"
    assert Issue.objects.get(pk=acme.live.issue.pk).state == "open"


@pytest.mark.parametrize("word", ERRORS)
def test_each_code_has_a_remedy_and_a_section_in_the_docs(word: str) -> None:
    kind = ERRORS[word]
    assert word in REMEDIES
    text = (DOCS / "errors.md").read_text()
    section = re.search(rf"^### {kind.code} .*?(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert section, kind.code
    assert str(kind.explanation) in section[0]
    assert str(kind.remedy) in section[0]


def test_an_endpoint_tells_what_waits_and_since_when(acme: House, api: Api) -> None:
    path, now = f"endpoints/{acme.live.ids['endpoint_id']}", clock()
    answer = api.get(path).json()
    assert (answer["waiting"], answer["oldestUndeliveredAt"]) == (0, None)
    for minutes, state in ((5, "pending"), (7, "held"), (9, "sending"), (20, "delivered"), (30, "failed")):
        message = store_message(acme.live.assignment)
        at = now - timedelta(minutes=minutes)
        store_delivery(message, acme.live.endpoint, state, created_at=at)
    answer = api.get(path).json()
    assert answer["waiting"] == 3
    oldest = Delivery.objects.get(state="sending").created_at
    assert answer["oldestUndeliveredAt"] == oldest.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    listed = {one["id"]: one["waiting"] for one in api.get("endpoints").json()["data"]}
    assert listed[acme.live.ids["endpoint_id"]] == 3


@pytest.mark.django_db
def test_the_gauge_tells_the_age_of_the_oldest_that_is_to_be_sent(acme: House) -> None:
    def age() -> float:
        return float(counters.undelivered().samples[0].value)

    assert age() == 0
    parked = {"due_at": None, "reason": "circuit", "created_at": clock() - timedelta(minutes=5)}
    store_delivery(acme.live.message, acme.live.endpoint, "pending", **parked)
    services.update_endpoint(acme.live.callback, SYSTEM, disabled=True)
    store_delivery(acme.live.message, acme.live.callback, "held", created_at=clock() - timedelta(minutes=50))
    assert 299 < age() < 310
