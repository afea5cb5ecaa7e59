"""Carriers that are asked for their texts rather than calling: OVHcloud, and Twilio for what did not arrive.

    each number of an open channel, in its turn → fetch (in a thread) → intake.take → only then advance

What was taken twice is stored once, so each look reaches back over the last one, and the first one of a process over
days. How far a look got is therefore kept in memory alone.

Simulated channels are asked likewise, but only for numbers that somebody `tell`s of: the sandbox's process answers.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import Error, connection

from accounts.clock import clock
from accounts.database import dsn
from accounts.ids import earliest
from inbox.models import Message
from ingest import metrics
from ingest.batch import TryAgain, Unstorable
from ingest.configuration import OLDEST, ChannelView
from ingest.intake import Intake
from numbers.calling import Unanswered, call
from numbers.carriers import ovh, twilio
from numbers.carriers.base import Call, Enquiry, Found, Refused, Reply, Unavailable
from numbers.models import Assignment

log = logging.getLogger("smsgateway.polling")

TICK_S = 0.5
AT_ONCE = 4  # channels
MOST = 500  # texts of one look; the rest comes with the next, which follows at once
OVERLAP = timedelta(hours=3)  # a carrier may list a text later than it dates it
FIRST_REACH = OLDEST - timedelta(hours=1)
DEADLINE_S = 8.0
MOST_PAUSE_S = 3600.0
HEARD_S = 5.0  # within which a connection shows that it lives
TOLD = "simulated_texts"  # the channel of notices that name a simulated channel and a number
SIMULATED = "/sandbox/carriers"  # where the sandbox's process answers instead of carriers

Fetch = Callable[[Enquiry], Iterator[Found]]
Key = tuple[UUID, UUID]  # channel and number


@dataclass(frozen=True, slots=True)
class Source:
    """How a carrier is asked. `api` and `every_s` name settings; `needs` is the credential without which it is not."""

    fetch: Fetch
    api: str
    every_s: str
    needs: str


SOURCES = {
    "ovh": Source(ovh.fetch, "OVH_API_URL", "OVH_POLL_S", "consumerKey"),
    "twilio": Source(twilio.fetch, "TWILIO_API_URL", "TWILIO_RECONCILE_S", "accountSid"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A number on a channel, and since when its holder has it, by the wall clock."""

    number: str
    id: UUID
    environment: UUID
    since: datetime


@dataclass(slots=True)
class Turn:
    """When a channel is looked at next."""

    channel: ChannelView
    due: float = 0.0  # by time.monotonic()
    failures: int = 0
    running: bool = False


def source_of(channel: ChannelView) -> Source | None:
    """How this channel is asked; None where it is not."""
    source = SOURCES.get(channel.carrier.name)
    return source if source and channel.credentials and source.needs in channel.credentials else None


def api_of(source: Source, channel: ChannelView) -> str:
    """Where the carrier's API is for this channel."""
    if channel.simulated:
        return str(settings.SANDBOX_RECEIVER_URL + SIMULATED + channel.path.removeprefix("/in"))
    return str(getattr(settings, source.api))


def tell(channel: UUID, number: str) -> None:
    """Have a simulated channel asked at once for the texts of a number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [TOLD, f"{channel} {number}"])


def first_reach() -> timedelta:
    """How far back it is safe to look: a repeat must still be known for one."""
    return min(FIRST_REACH, timedelta(days=settings.CARRIER_IDS_KEPT_DAYS) / 2)


def held_by(channel: ChannelView, only: Collection[str] | None) -> list[Held]:
    """The numbers on a channel, of a simulated one those of its sandbox; perhaps some `only`. Runs in a thread."""
    on_it = {"environment_id": channel.environment} if channel.simulated else {"channel_id": channel.id}
    rows = Assignment.objects.filter(ends_at=None, **on_it)
    if only is not None:
        rows = rows.filter(number__number__in=only)
    try:
        return [
            Held(
                number=row.number.number,
                id=row.number_id,
                environment=row.environment_id,
                since=row.starts_at - row.environment.clock_offset,
            )
            for row in rows.select_related("number", "environment").order_by("pk")
        ]
    finally:
        connection.close()  # this thread may never come again


def known_ids(held: Held, since: datetime) -> frozenset[str]:
    """The carrier's ids of what came to a number; runs in a thread."""
    came = Message.objects.filter(environment_id=held.environment, number_id=held.id, pk__gte=earliest(since))
    try:
        return frozenset(came.values_list("carrier_message_id", flat=True))
    finally:
        connection.close()


def ask(
    source: Source, channel: ChannelView, held: Held, since: datetime, call: Call
) -> tuple[list[Found], Exception | None]:
    """What a carrier has for a number, at most MOST, and what kept it from telling more; runs in a thread."""
    enquiry = Enquiry(
        call=call,
        api=api_of(source, channel),
        credentials=channel.credentials or {},
        number=held.number,
        since=since,
        known=known_ids(held, since),
        now=clock,
    )
    found: list[Found] = []
    try:
        found.extend(islice(source.fetch(enquiry), MOST))
    except (Refused, Unavailable, Unanswered) as problem:
        return found, problem
    return found, None


class Poller:
    """Asks every channel of a polled carrier, each at its own pace, and hands what it had to the intake."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.turns: dict[UUID, Turn] = {}
        self.reached: dict[Key, datetime] = {}
        self.told: dict[UUID, set[str]] = defaultdict(set)  # by simulated channel, numbers that have texts
        self.wake = asyncio.Event()
        self.places = asyncio.Semaphore(AT_ONCE)
        self.stopping = threading.Event()
        self.brought = 0  # texts that were not here before

    def call(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """One request, unless the process is about to end: nobody waits then for a long list."""
        if self.stopping.is_set():
            raise Unanswered("stopping")
        return call(method, url, headers, body)

    async def run(self) -> None:
        """Until cancelled."""
        tasks = {asyncio.create_task(self.hear())}
        try:
            while True:
                self.wake.clear()
                for turn in self.due():
                    turn.running = True
                    task = asyncio.create_task(self.take_turn(turn))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK_S):
                        await self.wake.wait()
        finally:
            self.stopping.set()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def hear(self) -> None:
        """Learn what others tell, until cancelled and through any outage of the database."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(dsn(), autocommit=True) as link:
                    await link.execute(f"LISTEN {TOLD}")
                    while True:
                        async for notice in link.notifies(timeout=HEARD_S):
                            self.take_note(notice.payload)
                        async with asyncio.timeout(HEARD_S):
                            await link.execute("SELECT 1")
            except (psycopg.Error, OSError, ValueError) as error:  # ValueError: a notice that is none of ours
                log.warning("polling: not hearing", extra={"reason": type(error).__name__})
                await asyncio.sleep(TICK_S)

    def take_note(self, payload: str) -> None:
        channel, _space, number = payload.partition(" ")
        self.told[UUID(channel)].add(number)
        self.wake.set()

    def due(self) -> list[Turn]:
        """Whose time has come. New credentials are tried at once, whatever the old ones came to."""
        channels = self.intake.configuration.channels.values()
        polled = {channel.id: channel for channel in channels if source_of(channel)}
        self.turns = {id: turn for id, turn in self.turns.items() if id in polled or turn.running}
        for id, channel in polled.items():
            turn = self.turns.setdefault(id, Turn(channel))
            if turn.running:
                continue
            if turn.channel.credentials != channel.credentials:
                turn.due, turn.failures = 0.0, 0
            turn.channel = channel
        now = time.monotonic()
        return [turn for turn in self.turns.values() if not turn.running and self.is_due(turn, now)]

    def is_due(self, turn: Turn, now: float) -> bool:
        return bool(self.told.get(turn.channel.id)) if turn.channel.simulated else turn.due <= now

    async def take_turn(self, turn: Turn) -> None:
        channel, every_s = turn.channel, pace(turn.channel)
        try:
            async with self.places:
                complete = await self.look(channel)
            turn.failures = 0
            turn.due = time.monotonic() + (every_s * random.uniform(0.9, 1.1) if complete else 0)  # noqa: S311
            metrics.polls.labels(channel.carrier.name, "ok").inc()
        except Exception as problem:  # noqa: BLE001  whatever it is, the others go on
            turn.failures += 1
            turn.due = time.monotonic() + pause_s(every_s, turn.failures)
            note(channel, problem)
        finally:
            turn.running = False

    async def look(self, channel: ChannelView, since: datetime | None = None) -> bool:
        """Ask for every number of a channel; False where there is more. Raises what went wrong, after all were asked.

        `since` reaches further back than usual, but never beyond the present holder's time.
        """
        problems: list[Exception] = []
        complete = True
        only = self.told.pop(channel.id, None)
        for held in await asyncio.to_thread(held_by, channel, only):
            try:
                complete &= await self.look_at(channel, held, since)
            except (Unavailable, Unanswered) as problem:  # one number's; what is wrong with all ends the look
                problems.append(problem)
        if only and not complete:
            self.told[channel.id] |= only
        if problems:
            raise problems[0]
        return complete

    async def look_at(self, channel: ChannelView, held: Held, since: datetime | None) -> bool:
        source, began = source_of(channel), clock()
        if source is None:
            return True
        key = (channel.id, held.id)
        reach = since or self.reached.get(key, began - first_reach())
        found, problem = await asyncio.to_thread(
            ask, source, channel, held, max(reach, held.since), self.call
        )
        for one in found:
            await self.keep(channel, one)
            self.brought += 1
        if problem is not None:
            raise problem
        if (complete := len(found) < MOST) and not channel.simulated:  # those may be dated as one likes
            self.reached[key] = began - OVERLAP
        return complete

    async def keep(self, channel: ChannelView, found: Found) -> None:
        """Commit one text; raises TryAgain."""
        at = clock()
        try:
            if found.sms is not None:
                await self.intake.take(channel, [found.sms], at, DEADLINE_S)
                return
        except Unstorable:
            log.warning("polling: a text cannot be stored", extra=about(channel))
        await self.intake.keep_unreadable(channel, found.raw, at, DEADLINE_S)


def pace(channel: ChannelView) -> float:
    source = source_of(channel)
    return float(getattr(settings, source.every_s)) if source else MOST_PAUSE_S


def pause_s(every_s: float, failures: int) -> float:
    """Twice as long after each failure, up to an hour."""
    longest = max(MOST_PAUSE_S, every_s)
    return min(every_s * 2.0 ** min(failures - 1, 20), longest) * random.uniform(0.9, 1.1)  # noqa: S311


def about(channel: ChannelView) -> dict[str, str]:
    return {"carrier": channel.carrier.name, "channel": str(channel.id)}


def note(channel: ChannelView, problem: Exception) -> None:
    """Say why a look failed, in a word."""
    expected = isinstance(problem, Refused | Unavailable | Unanswered | TryAgain | Error)
    reason = (
        problem.reason if isinstance(problem, Refused | Unavailable | Unanswered) else type(problem).__name__
    )
    metrics.polls.labels(channel.carrier.name, "refused" if isinstance(problem, Refused) else "failed").inc()
    extra = about(channel) | {"reason": reason}
    log.warning("polling: trying again later", extra=extra, exc_info=None if expected else problem)
