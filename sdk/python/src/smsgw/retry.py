"""When a request is sent again, and after how long. Pure: nothing here waits or sends."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST_S, LONGEST_S = 0.5, 8.0
PATIENCE_S = 60.0  # a server that wants more is told to the caller


@dataclass(frozen=True)
class Retry:
    """Up to `most` tries after the first."""

    most: int = 2

    def pause(self, tries: int, status: int | None, headers: Mapping[str, str]) -> float | None:
        """Seconds until the next try, after `tries` of them; None to give up. `status` is None without an answer."""
        if tries > self.most or not self.again(status, headers):
            return None
        asked = seconds(headers.get("retry-after"))
        if asked is None:
            longest = min(LONGEST_S, FIRST_S * 2.0 ** (tries - 1))
            return longest * random.uniform(0.5, 1)  # noqa: S311  so that many clients do not come back at once
        return asked if asked <= PATIENCE_S else None

    def again(self, status: int | None, headers: Mapping[str, str]) -> bool:
        """409 is for good unless it says when to come back: another request with this key is still running."""
        if status == 409:
            return "retry-after" in headers
        return status is None or status in (408, 429) or status >= 500


def seconds(retry_after: str | None) -> float | None:
    """From now on; None where there is nothing that can be read."""
    if retry_after is None:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
