"""The time by which limits are counted, for tests to stop and move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from accounts.clock import clock
from operations import rates


class Time:
    """It stands still until it is moved."""

    def __init__(self) -> None:
        self.at = clock()

    def __call__(self) -> datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@contextmanager
def stopped(monkeypatch: pytest.MonkeyPatch) -> Iterator[Time]:
    """What operations.rates goes by; afterwards it counts again, whatever the test did to it."""
    time = Time()
    monkeypatch.setattr(rates, "clock", time)
    yield time
    rates.Valkey.away_until = 0.0
    rates.Valkey.take.cache_clear()
