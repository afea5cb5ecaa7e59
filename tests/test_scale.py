"""What `make scale` fills the tables with, and when it says that it is too much."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection

from accounts import services as accounts
from accounts.audit import SYSTEM
from accounts.models import Environment
from bench.backlog import Drained
from bench.history import EXPLAIN, FILL, PLACES, History, refuse_if_short
from bench.load import Outcome
from bench.pages import Page
from bench.scale import Figures, bars
from bench.stack import Failed
from bench.texts import FIRST_NUMBER, NUMBERS
from delivery import services as delivery
from delivery.models import Attempt, Delivery
from inbox.models import Message, RepeatKey
from numbers import services as numbers
from tests.cast import URL

HISTORY = History(total=1000, end=1_790_000_000_000)


def live(name: str) -> Environment:
    return accounts.create_tenant(name, SYSTEM).environments.get(kind=Environment.Kind.LIVE)


def big() -> Environment:
    """The bench tenant as bench.seed makes it, as far as its history asks for it."""
    environment = live("Bench")
    channel = numbers.create_channel(
        environment, SYSTEM, carrier="twilio", credentials={"authToken": "t" * 32}
    )
    for index in range(NUMBERS + 1):
        numbers.assign_number(environment, SYSTEM, number=f"+{FIRST_NUMBER + index}", channel=channel)
    for description in ("", "waits", "disabled"):
        delivery.create_endpoint(environment, SYSTEM, url=URL, description=description)
    return environment


def other() -> Environment:
    environment = live("Another")
    channel = numbers.create_channel(
        environment, SYSTEM, carrier="twilio", credentials={"authToken": "u" * 32}
    )
    numbers.assign_number(environment, SYSTEM, number="+33938000000", channel=channel)
    delivery.create_endpoint(environment, SYSTEM, url=URL, is_default=True)
    return environment


def fill(first: int, count: int) -> None:
    with connection.cursor() as cursor:
        for statement in FILL.values():
            cursor.execute(statement, HISTORY.slice(first, count))


@pytest.mark.django_db
def test_each_message_has_its_delivery_and_attempt_and_belongs_to_whoever_holds_its_number() -> None:
    mine, theirs = big(), other()
    with connection.cursor() as cursor:
        cursor.execute(PLACES)
        cursor.execute(EXPLAIN)
    fill(0, 300)
    fill(300, 10_000)
    assert Message.objects.count() == Delivery.objects.count() == Attempt.objects.count() == HISTORY.total
    assert Message.objects.filter(environment=mine).count() == 400
    assert Message.objects.filter(environment=theirs).count() == 600
    assert Delivery.objects.filter(message__environment=mine, attempts__number=1).count() == 400
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert states == {"delivered": 976, "failed": 10, "pending": 10, "held": 4}
    assert set(Delivery.objects.filter(state="held").values_list("endpoint__description", flat=True)) == {
        "disabled"
    }
    assert RepeatKey.objects.count() == 216  # of 13 days of 60
    newest = Message.objects.order_by("-pk")[0]
    assert newest.received_at == max(Message.objects.values_list("received_at", flat=True))


def test_a_disk_too_small_is_refused_with_what_is_needed_and_found() -> None:
    refuse_if_short(5_000_000_000, 5_000_000_000)
    with pytest.raises(Failed, match=r"5\.0 GB are needed, 4\.9 GB are free"):
        refuse_if_short(5_000_000_000, 4_900_000_000)


RUN = Outcome("run", 1000, 1000, 1.0, [("/e/0", 10.0)], {}, lost=0, duplicates=0)
BEFORE = Figures(3.0, 180.0, [0.1], [RUN], [RUN], Drained(1000, 1.0, 0, [20.0]), [Page("page", [10.0])])


def slower(seconds: float) -> Outcome:
    return replace(RUN, seconds=seconds)


def later(ms: float) -> Outcome:
    return replace(RUN, by_path=[("/e/0", ms)])


@pytest.mark.parametrize(
    ("after", "missed"),
    [
        (replace(BEFORE, saturated=[slower(1.09)], paced=[later(14.9)]), 0),
        (replace(BEFORE, saturated=[slower(1.2)]), 1),
        (replace(BEFORE, saturated=[slower(1.2), RUN]), 0),  # the best of the runs counts
        (replace(BEFORE, paced=[later(15.1)]), 1),
        (replace(BEFORE, paced=[later(40.1)]), 2),  # p95 and p99
        (replace(BEFORE, drained=Drained(1000, 1.2, 0, [20.0])), 1),
        (replace(BEFORE, drained=Drained(999, 1.0, 1, [20.0])), 1),
        (replace(BEFORE, in_force_s=[0.1, 1.1]), 1),
        (replace(BEFORE, pages=[Page("page", [], "page: HTTPError")]), 1),
    ],
)
def test_a_tenth_worse_is_too_much(after: Figures, missed: int) -> None:
    assert sum(not bar.holds for bar in bars(BEFORE, after)) == missed


def test_a_run_too_short_to_compare_is_not_compared() -> None:
    after = replace(BEFORE, saturated=[slower(2.0)], paced=[later(20.0)])
    assert all(bar.holds for bar in bars(BEFORE, after, compared=False))
