"""The first page: figures of this environment only, and the way to a first text."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client

from accounts import services as accounts
from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.roles import Role
from dashboard import chart
from tests.cast import House, member, sign_in, store_delivery, store_message
from tests.dashboard.browse import Person, text


def test_the_figures(acme: House, owner: Person) -> None:
    message = store_message(acme.live.assignment)
    now = clock()
    done = {"created_at": now - timedelta(milliseconds=30), "finished_at": now}
    store_delivery(message, acme.live.endpoint, "delivered", **done)
    store_delivery(message, acme.live.endpoint, "pending", created_at=now - timedelta(minutes=3))
    figures = owner.get("").context["figures"]
    assert (figures["day"], figures["delivered"], figures["failed"], figures["waiting"]) == (2, 1, 1, 1)
    assert 180 <= figures["oldest"] < 190
    assert 29_000 < figures["p95"] < 31_000


def test_failures_are_grouped_by_endpoint_and_reason(acme: House, owner: Person) -> None:
    store_delivery(acme.live.message, acme.live.endpoint)
    store_delivery(acme.live.message, acme.live.endpoint, error_code=5104)
    failures = owner.get("").context["failures"]
    assert sorted(failure.count for failure in failures) == [1, 2]


def test_the_hours_add_up(acme: House, owner: Person) -> None:
    old = clock() - timedelta(hours=30)
    store_message(acme.live.assignment, received_at=old)
    drawn = owner.get("").context["chart"]
    assert len(drawn.bars) == 24
    assert drawn.total == 1
    assert drawn.bars[-1].hour.failed == 1


def test_a_moved_sandbox_clock_moves_the_page(acme: House) -> None:
    environment = acme.sandbox.environment
    environment.clock_offset = timedelta(days=3)
    environment.save()
    store_message(acme.sandbox.assignment)
    context = Person(acme.users["owner"], acme.sandbox).get("").context
    assert context["figures"]["today"] == 1
    assert context["chart"].total == 1


def test_an_empty_environment_says_what_to_do_next(db: None) -> None:
    tenant = accounts.create_tenant("Fresh", SYSTEM)
    person = member(tenant, Role.OWNER)
    browser = Client()
    sign_in(browser, person)
    page = text(browser.get("/", follow=True))
    assert "From here to your first text" in page
    assert "Messages per hour" not in page
    assert "Test numbers and test texts only" in page


def test_the_command_is_complete_once_a_sandbox_channel_has_a_number(acme: House) -> None:
    side = acme.sandbox
    browser = Person(acme.users["owner"], side)
    browser.post("channels/new/?carrier=sandbox", secret="a-token-to-try")
    channel = side.environment.channels.get(carrier="sandbox")
    side.environment.assignments.update(channel=channel)
    side.environment.deliveries.all().delete()
    side.environment.messages.all().delete()
    page = text(browser.get(""))
    for part in (channel.path, "Bearer a-token-to-try", "+33639980001", "curl http"):
        assert part in page


def test_round_tops() -> None:
    assert [chart.ceiling(value) for value in (1, 3, 7, 11, 40, 41, 1001)] == [1, 4, 10, 20, 40, 50, 2000]
