"""Time. Nothing that decides anything reads the wall clock or SQL now(): it asks here.

A sandbox's clock can be moved ahead (`Environment.clock_offset`), so that a 28 h retry ladder runs in seconds.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class HasClock(Protocol):
    clock_offset: timedelta


def clock(environment: HasClock | None = None) -> datetime:
    """The present as `environment` lives it, aware UTC; without one, the operator's own time."""
    now = datetime.now(UTC)
    return now + environment.clock_offset if environment is not None else now


def stamp(at: datetime | None) -> str | None:
    """RFC 3339 UTC with milliseconds, as the API, webhooks and pages' machine-readable times show it."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
