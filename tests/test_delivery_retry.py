"""When a delivery is tried again, and what counts as delivered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.retry import BY_CODE, DELAYS, ERRORS, MAX_TRIES, judge, next_try

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts_made", "seconds"),
    [(0, 0), (1, 5), (2, 300), (3, 1800), (4, 7200), (5, 18000), (6, 36000), (7, 36000)],
)
def test_ladder(attempts_made: int, seconds: int) -> None:
    assert next_try(attempts_made, now=NOW, random=0) == NOW + timedelta(seconds=seconds)
    assert next_try(attempts_made, now=NOW, random=1) == NOW + timedelta(seconds=seconds * 1.1)


def test_eighth_try_is_the_last() -> None:
    assert MAX_TRIES == 8
    assert next_try(8, now=NOW, random=0) is None
    assert next_try(9, now=NOW, random=0) is None


@given(st.integers(0, 7), st.floats(0, 1))
def test_jitter_only_adds(attempts_made: int, random: float) -> None:
    delay = timedelta(seconds=DELAYS[attempts_made])
    at = next_try(attempts_made, now=NOW, random=random)
    assert at is not None
    assert NOW + delay <= at <= NOW + 1.1 * delay


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_success(status: int) -> None:
    outcome = judge(status, None)
    assert outcome.success
    assert outcome.error_code is None


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (100, None, 5105),
        (301, None, 5106),
        (304, None, 5106),
        (308, None, 5106),
        (400, None, 5105),
        (410, None, 5105),
        (429, None, 5105),
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
    outcome = judge(status, error)
    assert not outcome.success
    assert outcome.error_code == code


def test_answer_too_large_to_read_counts_by_its_status() -> None:
    assert judge(200, "too_large").success
    assert judge(302, "too_large").error_code == 5106


def test_each_error_has_a_number_of_its_own_and_an_explanation() -> None:
    assert len(BY_CODE) == len(ERRORS)
    assert all(str(kind.explanation).endswith(".") for kind in ERRORS.values())
    assert all(word == kind.word for word, kind in ERRORS.items())
