"""When a delivery is tried again, and what counts as delivered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.policy import DELAYS, ON_FAILURE, Policy
from delivery.retry import BY_CODE, ERRORS, Reason, Try, Verdict, error_of, judge

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
POLICY = Policy()


def judged(tried: Try, policy: Policy = POLICY, random: float = 0) -> Verdict:
    return judge(tried, policy, now=NOW, random=random)


def pause(tried: Try, policy: Policy = POLICY) -> float:
    """Seconds until the next try."""
    due_at = judged(tried, policy).due_at
    assert due_at is not None
    return (due_at - NOW).total_seconds()


@pytest.mark.parametrize(
    ("number", "seconds"), [(1, 5), (2, 300), (3, 1800), (4, 7200), (5, 18000), (6, 36000), (7, 36000)]
)
def test_ladder(number: int, seconds: int) -> None:
    assert judged(Try(number, 500)) == Verdict(
        "pending", ERRORS["status"], Reason.LADDER, NOW + timedelta(seconds=seconds)
    )
    assert judged(Try(number, 500), random=1).due_at == NOW + timedelta(seconds=seconds * 1.1)


def test_eighth_try_is_the_last() -> None:
    assert len(DELAYS) == 8
    for number in (8, 9):
        assert judged(Try(number, 500)) == Verdict("failed", ERRORS["status"], Reason.TRIES_USED)


def test_an_endpoint_may_want_fewer_tries() -> None:
    policy = Policy(delays=(0, 60))
    assert pause(Try(1, 500), policy) == 60
    assert judged(Try(2, 500), policy).state == "failed"


@given(st.integers(1, 7), st.floats(0, 1))
def test_jitter_only_adds(number: int, random: float) -> None:
    delay = timedelta(seconds=DELAYS[number])
    at = judged(Try(number, 500), random=random).due_at
    assert at is not None
    assert NOW + delay <= at <= NOW + 1.1 * delay


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_success(status: int) -> None:
    assert judged(Try(1, status)) == Verdict("delivered")


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (100, None, 5105),
        (301, None, 5106),
        (304, None, 5106),
        (308, None, 5106),
        (400, None, 5110),
        (410, None, 5111),
        (429, None, 5112),
        (500, None, 5105),
        (599, None, 5105),
        (None, "dns", 5101),
        (None, "connect", 5102),
        (None, "tls", 5103),
        (None, "timeout", 5104),
        (200, "timeout", 5104),  # the status came, the rest of the answer did not
        (None, "refused_address", 5107),
        (None, "too_large", 5108),
        (None, "protocol", 5109),
        (None, "other", 5199),
        (None, "a word of tomorrow", 5199),
        (None, None, 5199),
    ],
)
def test_everything_else_is_a_failure_with_a_number(status: int | None, error: str | None, code: int) -> None:
    verdict = judged(Try(1, status, error))
    assert verdict.state != "delivered"
    assert verdict.error_code == code


def test_answer_too_large_to_read_counts_by_its_status() -> None:
    assert error_of(200, "too_large") is None
    assert judged(Try(1, 302, "too_large")).error_code == 5106


@pytest.mark.parametrize("tried", [Try(1, 404), Try(1, 301), Try(1, None, "tls")])
def test_what_a_person_has_to_mend_is_tried_slowly(tried: Try) -> None:
    assert judged(tried).reason == Reason.SLOW
    assert pause(tried) == 300
    later = tried._replace(number=4)
    assert (pause(later), judged(later).reason) == (7200, Reason.LADDER)


@pytest.mark.parametrize("name", ["dns", "connect", "tls", "timeout"])
def test_each_failure_can_be_treated_in_its_own_way(name: str) -> None:
    assert judged(Try(1, None, name), treating(name, "stop")).reason == Reason.STOPPED
    assert pause(Try(1, None, name), treating(name, "retry")) == 5
    assert pause(Try(1, None, name), treating(name, "slow")) == 300


@pytest.mark.parametrize(
    ("name", "status"), [("3xx", 302), ("4xx", 404), ("410", 410), ("429", 429), ("5xx", 503)]
)
def test_each_answer_can_be_treated_in_its_own_way(name: str, status: int) -> None:
    stopped = judged(Try(1, status), treating(name, "stop"))
    assert (stopped.state, stopped.reason, stopped.disable) == ("failed", Reason.STOPPED, "")
    assert pause(Try(1, status), treating(name, "retry")) == 5


def treating(name: str, treatment: str) -> Policy:
    return replace(POLICY, treatments={**ON_FAILURE, name: treatment})


def test_410_gives_up_and_disables() -> None:
    assert judged(Try(1, 410)) == Verdict("failed", ERRORS["gone"], Reason.GONE, disable="gone")


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120),
        (" 120.5 ", 120.5),
        ("Sun, 22 Nov 2026 12:02:00 GMT", 120),
        ("999999999", 86_400),
        ("2", 5),  # never sooner than the policy says
        ("-3", 5),
        ("nan", 5),
        ("inf", 5),
        ("soon", 5),
        ("Sun, 22 Nov 2020 12:02:00 GMT", 5),
        ("Sun, 99 Nov 2026 12:02:00 GMT", 5),
        ("", 5),
    ],
)
def test_retry_after_is_honoured_within_bounds(asked: str, seconds: float) -> None:
    tried = Try(1, 503, retry_after=asked)
    assert pause(tried) == seconds
    assert judged(tried).reason == (Reason.RETRY_AFTER if seconds > 5 else Reason.LADDER)


def test_worthless_content_is_not_tried_again() -> None:
    tried = Try(2, 503, expires_at=NOW + timedelta(seconds=299))
    assert judged(tried) == Verdict("failed", ERRORS["expired"], Reason.EXPIRED)
    assert pause(tried._replace(expires_at=NOW + timedelta(seconds=301))) == 300


def test_an_endpoint_says_that_it_does_not_want_this_one() -> None:
    assert judged(Try(1, 422, directive="abort-message")).reason == Reason.ABORTED
    assert judged(Try(1, 200, directive="abort-message")).state == "delivered"


def test_an_endpoint_says_that_it_wants_nothing_more() -> None:
    assert judged(Try(1, 200, directive="disable")) == Verdict("delivered", disable="asked")
    refused = judged(Try(1, 500, directive="disable"))
    assert (refused.state, refused.disable) == ("pending", "asked")


def test_each_error_has_a_number_of_its_own_and_an_explanation() -> None:
    assert len(BY_CODE) == len(ERRORS)
    assert all(str(kind.explanation).endswith(".") for kind in ERRORS.values())
    assert all(word == kind.word for word, kind in ERRORS.items())
    assert {kind.treated_as for kind in ERRORS.values()} == {*ON_FAILURE, "other"}
