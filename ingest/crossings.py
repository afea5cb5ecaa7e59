"""Who brings a text by a channel of one environment to a number of another one of the organisation: written down.

It is a stray text as any that is nobody's there. So that a flood of them fills no audit log, a channel and a number
have one entry an hour.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from accounts import ids, walls
from accounts.audit import SYSTEM
from accounts.clock import clock
from accounts.models import Environment

ONCE_IN = timedelta(hours=1)
MOST_REMEMBERED = 1_000


class Reach(NamedTuple):
    """From a channel to a number of another environment."""

    channel: UUID
    environment: UUID  # the channel's
    number: UUID


class Crossings:
    """Remembers what is written down, so that a flood asks the database once."""

    def __init__(self) -> None:
        self.written: dict[Reach, datetime] = {}

    async def note(self, came: Reach) -> None:
        """Write it down unless it was lately. Raises what the database raises."""
        now = clock()
        if came in self.written and now - self.written[came] < ONCE_IN:
            return
        if await asyncio.to_thread(noted, came):
            if len(self.written) >= MOST_REMEMBERED:
                self.written.clear()
            self.written[came] = now


def noted(came: Reach) -> bool:
    """Whether it is on the trail then, which takes so many refusals a minute of an environment."""
    try:
        environment = Environment.objects.select_related("tenant").get(pk=came.environment)
        return tell(environment, {"channel": str(came.channel), "ids": [ids.public("number", came.number)]})
    finally:
        connection.close()  # this thread may never come again


def tell(environment: Environment, told: dict[str, object]) -> bool:
    """An entry, unless one of this hour says the same: another process, or this one before it began anew, wrote it."""
    lately = environment.audit_entries.filter(
        action=walls.REFUSED, pk__gt=ids.earliest(clock() - ONCE_IN), after__contains=told
    )
    return lately.exists() or walls.note_refusal(environment, SYSTEM, "unknown_number", **told)
