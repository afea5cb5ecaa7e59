"""Where the bars of the overview's chart stand: widths in per cent, heights in pixels, so that it fits any screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

HEIGHT = 132  # pixels between the base line and the top line
GAP = 0.22  # of a column's width
STEPS = (1, 2, 4, 5, 10)
LABEL_EVERY = 6  # hours


@dataclass(frozen=True, slots=True)
class Hour:
    """What happened in the hour that starts at `at`."""

    at: datetime
    received: int
    failed: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour, ready to draw; `label_x` is set where the axis names the hour."""

    hour: Hour
    x: str
    width: str
    y: int
    height: int
    failed_y: int
    failed_height: int
    label_x: str


@dataclass(frozen=True, slots=True)
class Chart:
    bars: list[Bar]
    top: int  # the value of the top line
    total: int
    height: int = HEIGHT


def ceiling(value: int) -> int:
    """The smallest round number that is not below `value`."""
    power = 1
    while True:
        for step in STEPS:
            if step * power >= value:
                return step * power
        power *= 10


def draw(hours: Sequence[Hour]) -> Chart:
    top = ceiling(max((max(hour.received, hour.failed) for hour in hours), default=1) or 1)
    column = 100 / max(len(hours), 1)
    return Chart(
        [bar(hour, index, column, top) for index, hour in enumerate(hours)],
        top,
        sum(h.received for h in hours),
    )


def bar(hour: Hour, index: int, column: float, top: int) -> Bar:
    height, failed = (pixels(value, top) for value in (hour.received, hour.failed))
    left = index * column
    return Bar(
        hour,
        x=f"{left + column * GAP / 2:.3f}%",
        width=f"{column * (1 - GAP):.3f}%",
        y=HEIGHT - height,
        height=height,
        failed_y=HEIGHT - failed,
        failed_height=failed,
        label_x=f"{left + column / 2:.3f}%" if hour.at.hour % LABEL_EVERY == 0 else "",
    )


def pixels(value: int, top: int) -> int:
    # Something that happened stays visible beside a very high bar.
    return max(2, round(value / top * HEIGHT)) if value else 0
