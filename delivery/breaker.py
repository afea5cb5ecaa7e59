"""When an endpoint that does nothing but fail is left alone, probed, warned about and at last disabled. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

OPEN_AFTER = 10  # failures in a row
PROBE_PAUSES_S = (30, 60, 120, 300, 600, 900)  # the last one over and over
WARN_AFTER = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=4, hours=12))
DISABLE_AFTER = timedelta(days=5)


class Failing(NamedTuple):
    """What is known of an endpoint since its last success."""

    since: datetime
    failures: int
    opened_at: datetime | None
    warnings: int  # given so far


class Measures(NamedTuple):
    """What is to be done after one more failure."""

    open: bool = False
    warnings: int = 0  # given when this is done
    disable: bool = False


def measures(failing: Failing, now: datetime) -> Measures:
    """An endpoint is disabled after five days of nothing but failure, and not without having been warned about."""
    lasted = now - failing.since
    due = sum(lasted >= after for after in WARN_AFTER)
    return Measures(
        open=failing.opened_at is None and failing.failures >= OPEN_AFTER,
        warnings=max(due, failing.warnings),
        disable=lasted >= DISABLE_AFTER and failing.warnings > 0 and failing.failures >= OPEN_AFTER,
    )


def probe_pause(probes: int) -> timedelta:
    """How long after that many probes the next one waits."""
    return timedelta(seconds=PROBE_PAUSES_S[min(probes, len(PROBE_PAUSES_S) - 1)])
