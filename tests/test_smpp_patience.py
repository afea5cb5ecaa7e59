"""How long a line waits before it tries again, and when it stops trying."""

from __future__ import annotations

import pytest

from ingest.models import Line as Row
from ingest.smpp import pdu
from ingest.smpp.connection import REFUSALS, Failed
from ingest.smpp.line import Backoff, Tries

Reason = Row.Reason


def test_pauses_double_from_one_second_to_a_minute() -> None:
    backoff = Backoff()
    pauses = [backoff.pause() for _ in range(12)]
    assert 0.5 <= pauses[0] <= 1
    assert all(0.5 <= pause <= 60 for pause in pauses)
    assert all(30 <= pause <= 60 for pause in pauses[6:])
    backoff.reset()
    assert backoff.pause() <= 1


def test_pauses_differ_so_that_not_all_come_at_once() -> None:
    assert len({Backoff().pause() for _ in range(20)}) > 10


@pytest.mark.parametrize(
    ("status", "most"),
    [(pdu.RINVPASWD, 3), (pdu.RINVSYSID, 3), (pdu.RBINDFAIL, 3), (pdu.RALYBND, 8)],
)
def test_a_refusal_in_a_row_ends_the_tries(status: int, most: int) -> None:
    tries = Tries()
    assert [tries.useless(Failed(*REFUSALS[status])) for _ in range(most)] == [False] * (most - 1) + [True]


def test_what_passes_by_itself_is_tried_for_ever() -> None:
    tries = Tries()
    assert not any(tries.useless(Failed(Reason.UNREACHABLE)) for _ in range(1000))


def test_another_failure_in_between_begins_the_count_anew() -> None:
    tries, refused = Tries(), Failed(*REFUSALS[pdu.RINVPASWD])
    for failed in (refused, refused, Failed(Reason.UNREACHABLE), refused, refused):
        assert not tries.useless(failed)
    assert tries.useless(refused)


def test_a_session_that_was_bound_begins_the_count_anew() -> None:
    tries, refused = Tries(), Failed(*REFUSALS[pdu.RINVPASWD])
    assert [tries.useless(refused) for _ in range(2)] == [False, False]
    tries.reset()
    assert not tries.useless(refused)


def test_already_bound_outlasts_the_minute_an_smsc_needs_to_notice() -> None:
    backoff = Backoff()
    spent = sum(backoff.pause() for _ in range(REFUSALS[pdu.RALYBND][1] - 1))
    assert spent > 60
