"""All that the door must know of every tenant, in memory: it asks the database nothing a message.

LISTEN comes first, then the load, so that no change slips between. A notice names the environment whose
channels, numbers, routes or endpoints changed, and only that environment is loaded again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID
from zlib import crc32

import psycopg
from django.db import close_old_connections, connection, transaction
from django.db.models import Exists, OuterRef, Q

from accounts import keyring, process
from accounts.clock import clock
from accounts.encryption import DataKey, Unsealable
from accounts.models import Environment
from delivery.models import Endpoint
from ingest.explanations import Explanations
from numbers.carriers import CARRIERS
from numbers.carriers.base import Carrier
from numbers.models import Assignment, Channel
from routing.match import CompiledRoute, InvalidCondition, Table
from routing.models import Route

log = logging.getLogger("smsgateway.door")

# A carrier goes on trying for some days. What is older, no holder is looked up for.
OLDEST = timedelta(days=7)
SKEW = timedelta(minutes=5)
NO_OFFSET = timedelta(0)


class ChannelView(NamedTuple):
    """One way in, ready to verify with."""

    id: UUID
    environment: UUID | None
    carrier: Carrier
    path: str
    credentials: Mapping[str, str] | None  # None: they do not open, which is ours to mend
    saved: int = 0  # differs each time the credentials are saved, be they the same
    simulated: bool = False  # the simulator's own, see simulated_holders


class Holder(NamedTuple):
    """Who holds, or lately held, a number on a channel: from `since` until `until` by that environment's clock."""

    environment: UUID
    number: UUID
    since: datetime
    until: datetime | None
    contested: bool  # another environment held the number before, on whatever channel


@dataclass(frozen=True, slots=True)
class EnvironmentView:
    """What decides about a text of one environment."""

    id: UUID
    key: DataKey
    clock_offset: timedelta
    simulated: bool
    routes: Table
    endpoints: frozenset[UUID]  # that exist; whether one is disabled is the worker's to see, when it sends
    default_endpoint: UUID | None
    queues: frozenset[UUID] = frozenset()  # those of the endpoints that nothing is sent to: their tenants ask
    explanations: Explanations = field(default_factory=Explanations)


NumberOnChannel = tuple[UUID, str]
Holdings = dict[NumberOnChannel, tuple[Holder, ...]]  # the newest first


@dataclass(slots=True)
class Loaded:
    """What one look at the database found, for some environments or all."""

    environments: dict[UUID, EnvironmentView] = field(default_factory=dict)
    channels: list[tuple[str, ChannelView]] = field(default_factory=list)
    holders: Holdings = field(default_factory=dict)


class Configuration:
    """The door's view of the world, replaced piece by piece as notices come in."""

    def __init__(self) -> None:
        self.environments: dict[UUID, EnvironmentView] = {}
        self.channels: dict[str, ChannelView] = {}
        self.holders: Holdings = {}
        self.numbers: dict[UUID, set[NumberOnChannel]] = defaultdict(
            set
        )  # what each environment holds of these
        self.loaded = asyncio.Event()

    def holder(self, channel: ChannelView, number: str, at: datetime) -> Holder | None:
        """Who held `number` on `channel` at that moment; a tenant's own channel serves its own environment only."""
        holders = self.holders.get((channel.id, number), ())
        if channel.environment is not None:
            holders = tuple(one for one in holders if one.environment == channel.environment)
        for one in holders:
            if self.held(one, at):
                return one
        return self.began(holders, at)

    def began(self, holders: Sequence[Holder], at: datetime) -> Holder | None:
        """Clocks differ: a text from shortly before a number's first holder began is that holder's."""
        oldest = holders[-1] if holders else None
        return oldest if oldest and not oldest.contested and self.held(oldest, at + SKEW) else None

    def held(self, holder: Holder, at: datetime) -> bool:
        environment = self.environments.get(holder.environment)
        at += environment.clock_offset if environment else NO_OFFSET
        return holder.since <= at and (holder.until is None or at < holder.until)

    def replace(self, loaded: Loaded, only: set[UUID] | None) -> None:
        """Put what was loaded in force at once; `only` names the environments it is about, None means all."""
        if only is None:
            self.environments, self.channels, self.holders = {}, {}, {}
            self.numbers.clear()
        else:
            self.forget(only)
        self.environments.update(loaded.environments)
        self.channels.update(loaded.channels)
        for key, found in loaded.holders.items():
            # On a channel of the operator, others may have held the number, whose holdings were not loaded again.
            others = self.holders.get(key)
            self.holders[key] = newest_first((*found, *others)) if others else found
            for holder in found:
                self.numbers[holder.environment].add(key)
        self.loaded.set()

    def forget(self, only: set[UUID]) -> None:
        self.channels = {token: c for token, c in self.channels.items() if c.environment not in only}
        for id in only:
            self.environments.pop(id, None)
            for key in self.numbers.pop(id, ()):
                left = tuple(holder for holder in self.holders[key] if holder.environment != id)
                if left:
                    self.holders[key] = left
                else:
                    del self.holders[key]


def newest_first(holders: Iterable[Holder]) -> tuple[Holder, ...]:
    return tuple(sorted(holders, key=attrgetter("since"), reverse=True))


def load(only: set[UUID] | None) -> Loaded:
    """Read the configuration of some environments, or of all, as of one instant; runs in a thread of its own."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # Else a number could be there whose routes, made before it, are not yet.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return read_all(only)
    finally:
        connection.close()


def read_all(only: set[UUID] | None) -> Loaded:
    channels, holders = list(channel_views(only)), holder_views(only)
    return Loaded(
        environments=dict(environment_views(only)),
        channels=channels,
        holders=holders | simulated_holders((view for _token, view in channels), holders),
    )


def within(only: set[UUID] | None, name: str = "environment_id") -> dict[str, Any]:
    return {} if only is None else {f"{name}__in": only}


def environment_views(only: set[UUID] | None) -> Iterable[tuple[UUID, EnvironmentView]]:
    routes, endpoints = compiled_routes(only), endpoints_of(only)
    for row in Environment.objects.filter(**within(only, "id")):
        known = endpoints[row.pk]
        try:
            key = keyring.of(row.tenant_id)
        except Unsealable:
            # Its texts are put off (see accept); everybody else's must not be.
            log.exception("an environment cannot be used", extra={"environment": str(row.pk)})
            continue
        yield (
            row.pk,
            EnvironmentView(
                id=row.pk,
                key=key,
                clock_offset=row.clock_offset,
                simulated=not row.is_live,
                routes=Table(routes[row.pk]),
                endpoints=frozenset(endpoint.pk for endpoint in known),
                default_endpoint=next((endpoint.pk for endpoint in known if endpoint.is_default), None),
                queues=frozenset(endpoint.pk for endpoint in known if endpoint.kind == Endpoint.Kind.POLLING),
            ),
        )


def endpoints_of(only: set[UUID] | None) -> dict[UUID, list[Endpoint]]:
    found: dict[UUID, list[Endpoint]] = defaultdict(list)
    for endpoint in Endpoint.objects.filter(deleted_at=None, **within(only)).iterator():
        found[endpoint.environment_id].append(endpoint)
    return found


def compiled_routes(only: set[UUID] | None) -> dict[UUID, list[CompiledRoute]]:
    found: dict[UUID, list[CompiledRoute]] = defaultdict(list)
    for route in Route.objects.filter(**within(only)).order_by("position").prefetch_related("endpoints"):
        try:
            found[route.environment_id].append(route.compiled())
        except InvalidCondition:
            # Saved by an older version's rules: skipping it sends texts to the next route, which loses none.
            log.exception("a stored route does not compile", extra={"environment": str(route.environment_id)})
    return found


def channel_views(only: set[UUID] | None) -> Iterable[tuple[str, ChannelView]]:
    for row in Channel.objects.filter(deleted_at=None, **within(only)).iterator():
        carrier = CARRIERS.get(row.carrier)
        if carrier is None:
            log.error("a stored channel's carrier is unknown", extra={"channel": str(row.pk)})
            continue
        saved = crc32(row.sealed_credentials)
        credentials = opened(row)
        yield (
            row.token,
            ChannelView(
                row.pk, row.environment_id, carrier, row.path, credentials, saved, simulated=row.simulated
            ),
        )


def opened(row: Channel) -> dict[str, str] | None:
    try:
        return row.credentials()
    except Unsealable:
        log.exception("a stored channel's credentials do not open", extra={"channel": str(row.pk)})
        return None


def holder_views(only: set[UUID] | None) -> Holdings:
    """Present holders, and those of the days for which a carrier's time stamp is believed."""
    lately = clock() - OLDEST
    others = Assignment.objects.filter(number=OuterRef("number")).exclude(environment=OuterRef("environment"))
    rows = (
        Assignment.objects.filter(Q(ends_at=None) | Q(ends_at__gt=lately), **within(only))
        .order_by("-starts_at")
        .annotate(contested=Exists(others))
        .values_list(
            "channel_id", "number__number", "environment_id", "number_id", "starts_at", "ends_at", "contested"
        )
    )
    found: Holdings = {}
    for channel, number, environment, id, since, until, contested in rows.iterator(chunk_size=10_000):
        key = channel, number
        found[key] = (*found.get(key, ()), Holder(environment, id, since, until, contested))
    return found


def simulated_holders(channels: Iterable[ChannelView], holders: Holdings) -> Holdings:
    """The same holdings on the simulator's channels, each of which serves every number of its sandbox."""
    serving: dict[UUID | None, list[ChannelView]] = defaultdict(list)
    for channel in channels:
        if channel.simulated:
            serving[channel.environment].append(channel)
    found: Holdings = {}
    for (_own, number), held in holders.items() if serving else ():
        for holder in held:
            for channel in serving.get(holder.environment, ()):
                key = channel.id, number
                found[key] = newest_first((*found.get(key, ()), holder))
    return found


async def follow(configuration: Configuration, dsn: str, on_state: Callable[[bool], None]) -> None:
    """Keep `configuration` in step with the database until cancelled, through any outage of it."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as link:
                await link.execute("LISTEN configuration")
                configuration.replace(await asyncio.to_thread(load, None), None)
                process.settle()  # of 100,000 numbers each collection would take a tenth of a second
                on_state(True)
                await heed(configuration, link, on_state)
        except (psycopg.Error, OSError, Exception) as error:  # noqa: BLE001  whatever it is, the door goes on
            on_state(False)
            log.warning("configuration: trying again", extra={"reason": type(error).__name__})
            close_old_connections()
            await asyncio.sleep(0.5)


async def heed(
    configuration: Configuration, link: psycopg.AsyncConnection[Any], on_state: Callable[[bool], None]
) -> None:
    """Load again what each notice names. The time-out turns a silently dead connection into an error."""
    while True:
        changed = [notice.payload async for notice in link.notifies(timeout=5, stop_after=1)]
        changed += [notice.payload async for notice in link.notifies(timeout=0)]
        if not changed:
            async with asyncio.timeout(5):  # a frozen server answers nothing at all
                await link.execute("SELECT 1")
            on_state(True)  # a door that failed to commit hears so even where nobody sends it texts any more
            continue
        only = None if "" in changed else {UUID(payload) for payload in changed}
        configuration.replace(await asyncio.to_thread(load, only), only)
