"""One message's page tells its whole story."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from accounts.ids import public
from dashboard import trace
from tests.cast import House, store_attempt, store_delivery, store_message
from tests.dashboard.browse import Person, text


def test_the_story_in_order(owner: Person) -> None:
    page = text(owner.get("messages/{message_id}/"))
    told = [
        "Accepted from the carrier",
        "Taken by the route “Codes”",
        "Attempt 1",
        "HTTP 503",
        "The endpoint answered with an error of its own.",
        "out of order",
        "Send again",
        "Receipt",
    ]
    places = [page.index(words) for words in told]
    assert places == sorted(places)


def test_why_earlier_routes_did_not_take_it(acme: House, owner: Person) -> None:
    failed = {"field": "firstWord", "operator": "in", "value": ["STOP", "ARRET"]}
    explanation: list[dict[str, Any]] = [
        {"routeId": "rte_x", "name": "Opt-out", "failed": failed},
        {"omitted": 12},
    ]
    message = store_message(acme.live.assignment, explanation=explanation)
    page = text(owner.get(f"messages/{public('message', message.pk)}/"))
    assert "Opt-out" in page
    assert "First word is one of" in page
    assert "STOP, ARRET" in page
    assert "and 12 more" in page


def test_without_a_route_it_says_where_the_text_waits(acme: House, owner: Person) -> None:
    message = store_message(acme.live.assignment)
    page = text(owner.get(f"messages/{public('message', message.pk)}/"))
    assert "No route took it, and there is no default endpoint" in page
    assert "It waits to be fetched through the API." in page


def test_a_pending_delivery_tells_when_it_is_tried_next(acme: House, owner: Person) -> None:
    message = store_message(acme.live.assignment)
    store_delivery(message, acme.live.endpoint, "pending")
    page = text(owner.get(f"messages/{public('message', message.pk)}/"))
    assert "Next try" in page
    assert "in 4 min" in page
    assert "Send now" in page


def test_phases_are_what_lies_between_the_stored_marks(acme: House) -> None:
    attempt = store_attempt(
        acme.live.delivery, 2, dns_us=None, connect_us=300, tls_us=0, first_byte_us=900, total_us=1000
    )
    assert [
        (phase.name, phase.microseconds, phase.start, phase.width) for phase in trace.phases(attempt)
    ] == [
        ("connect", 300, "0.00%", "30.00%"),
        ("first-byte", 600, "30.00%", "60.00%"),
        ("rest", 100, "90.00%", "10.00%"),
    ]


def test_a_try_without_an_answer_shows_no_byte_of_one(acme: House) -> None:
    marks: dict[str, Any] = {
        "dns_us": 40,
        "connect_us": 0,
        "tls_us": 0,
        "first_byte_us": 200,
        "total_us": 250,
    }
    refused = store_attempt(acme.live.delivery, 2, status=None, error_code=5102, **marks)
    assert [(phase.words, phase.microseconds) for phase in trace.phases(refused)] == [
        ("DNS", 40),
        ("No answer", 210),
    ]


def test_the_receipt_counts_only_when_every_delivery_arrived(acme: House) -> None:
    message = store_message(acme.live.assignment)
    done = message.received_at + timedelta(milliseconds=21)
    store_delivery(message, acme.live.endpoint, "delivered", finished_at=done)
    assert trace.of(message, with_answers=True).took_us == 21_000
    store_delivery(message, acme.live.endpoint, "pending")
    assert trace.of(message, with_answers=True).took_us is None


def test_a_carriers_clock_ahead_of_ours_tells_nothing(acme: House) -> None:
    message = store_message(acme.live.assignment)
    message.sent_at = message.received_at + timedelta(seconds=2)
    assert trace.carrier_took(message) is None
    message.sent_at = message.received_at - timedelta(seconds=2)
    assert trace.carrier_took(message) == 2_000_000
