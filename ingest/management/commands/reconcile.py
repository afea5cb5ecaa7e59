"""Ask a channel's carrier once for texts that did not arrive: Twilio does not send them again, OVHcloud not at all.

    manage.py reconcile --channel chn_… [--since 2026-11-24T08:00:00Z]

Without --since it looks a day back. What is there already is not stored again.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import ids
from accounts.clock import clock
from ingest.batch import TryAgain
from ingest.configuration import ChannelView
from ingest.intake import Intake
from ingest.polling import Poller, first_reach, source_of
from numbers.calling import Unanswered
from numbers.carriers.base import Refused, Unavailable

LOADED_WITHIN_S = 30


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--channel", required=True, help="its id, chn_…")
        parser.add_argument("--since", help="RFC 3339; by default a day ago")

    def handle(self, *args: Any, **options: Any) -> None:
        channel = ids.parse("channel", options["channel"])
        if channel is None:
            raise CommandError("--channel must be the id of a channel, chn_…")
        try:
            brought = asyncio.run(reconcile(channel, moment(options["since"])))
        except (Refused, Unavailable, Unanswered) as problem:
            raise CommandError(f"the carrier did not answer as it should: {problem.reason}") from None
        except (TryAgain, TimeoutError):
            raise CommandError("the database did not answer in time; run it again") from None
        self.stdout.write(f"{brought} texts brought")


def moment(text: str | None) -> datetime:
    """From when on; CommandError where a repeat could not be known for one any more."""
    now = clock()
    try:
        since = datetime.fromisoformat(text) if text else now - timedelta(days=1)
    except ValueError:
        raise CommandError("--since must look like 2026-11-24T08:00:00Z") from None
    if since.tzinfo is None:
        raise CommandError("--since must name its zone: end it with Z for UTC")
    if since < now - first_reach():
        raise CommandError(f"--since may be {first_reach()} ago at most: what is older could be stored twice")
    return since


async def reconcile(channel: UUID, since: datetime) -> int:
    """How many texts the carrier had that we had not."""
    intake = Intake()
    await intake.start()
    try:
        async with asyncio.timeout(LOADED_WITHIN_S):
            await intake.configuration.loaded.wait()
        poller = Poller(intake)
        view = asked_for(intake, channel)
        while not await poller.look(view, since):
            pass  # there is more
        return poller.brought
    finally:
        await intake.stop()


def asked_for(intake: Intake, channel: UUID) -> ChannelView:
    channels = intake.configuration.channels.values()
    view = next((view for view in channels if view.id == channel), None)
    if view is None:
        raise CommandError("there is no such channel, or it is closed")
    if source_of(view) is None:
        raise CommandError("this channel's carrier cannot be asked, or lacks the credential for it")
    return view
