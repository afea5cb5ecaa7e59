"""Joins parts into texts: when all of one are here, or, marked partial, when the others did not come in time.

The parts lie in the database, so it does not matter in which order, twice, or through which process they came. Two
processes may join the same parts at once: both find the same digest, and one of the texts is ignored as a repeat.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, NamedTuple, cast
from uuid import UUID

import psycopg
from django.db import Error, connection

from accounts import keyring
from accounts.encryption import Unsealable
from inbox.models import PART_DATA, PART_SENDER
from ingest import metrics
from ingest.acceptance import FOR_EVER, Accepted, Known, Origin, place
from ingest.batch import Batch, Link, Rows, TryAgain, Unstorable
from ingest.configuration import Configuration
from numbers.alphabets import Alphabet, decode
from numbers.carriers.base import InboundSms

log = logging.getLogger("smsgateway.door")

SWEEP_S = 1.0
DEADLINE_S = 8.0
MOST_GROUPS = 200

# Complete groups that a process left behind when it died, and groups whose time is up.
DUE = """
SELECT p."group" FROM inbox_part p JOIN accounts_environment e ON e.id = p.environment_id
GROUP BY p."group"
HAVING count(DISTINCT p.number) >= max(p.total) OR max(p.expires_at - e.clock_offset) <= %(now)s
ORDER BY max(p.received_at) DESC LIMIT %(limit)s
"""
READ = """
SELECT p.id, p."group", p.total, p.number, p.environment_id, p.channel_id, p.holding_id, p.number_used, p.alphabet,
       p.data, p.sender, p.carrier_message_id, p.encoding, p.received_at, p.sent_at, p.expires_at
FROM inbox_part p WHERE p."group" = ANY(%(groups)s) ORDER BY p."group", p.received_at, p.id
"""
FORGET = "DELETE FROM inbox_part WHERE id = ANY(%(ids)s)"


class Piece(NamedTuple):
    """A stored part, as READ answers it."""

    id: UUID
    group: bytes
    total: int
    number: int
    environment_id: UUID
    channel_id: UUID
    holding_id: UUID
    number_used: str
    alphabet: str
    data: bytes
    sender: bytes
    carrier_message_id: str
    encoding: str
    received_at: datetime
    sent_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Whole:
    """The pieces of one text by their numbers, all there are; and what they say."""

    pieces: list[Piece]
    sender: str
    content: str

    @property
    def partial(self) -> bool:
        return len(self.pieces) < self.pieces[0].total


class Joiner:
    """One task of an intake: looks at the groups it hears of, and each second at those that are due."""

    def __init__(self, dsn: str, configuration: Configuration, batch: Batch) -> None:
        self.link, self.configuration, self.batch = Link(dsn), configuration, batch
        self.heard: set[bytes] = set()
        self.wake = asyncio.Event()

    def hear(self, groups: Iterable[bytes]) -> None:
        """Parts of these groups were just committed."""
        self.heard.update(groups)
        self.wake.set()

    async def run(self) -> None:
        """Until cancelled, through any outage of the database."""
        try:
            while True:
                await self.pause()
                try:
                    await self.join(await self.groups())
                except (psycopg.Error, Error, OSError, TimeoutError, TryAgain, Unstorable) as error:
                    self.link.drop()
                    log.warning("parts: trying again", extra={"reason": type(error).__name__})
        finally:
            self.link.drop()

    async def pause(self) -> None:
        try:
            async with asyncio.timeout(SWEEP_S):
                await self.wake.wait()
        except TimeoutError:
            return
        self.wake.clear()

    async def groups(self) -> list[bytes]:
        """What was heard of, or what is due where nothing was."""
        if self.heard:
            heard, self.heard = list(self.heard), set()
            return heard
        now = datetime.now(UTC)
        return [bytes(row[0]) for row in await self.link.fetch(DUE, {"now": now, "limit": MOST_GROUPS})]

    async def join(self, groups: list[bytes]) -> None:
        if not groups:
            return
        pieces = [Piece(*row) for row in await self.link.fetch(READ, {"groups": groups})]
        ready = [text for text in texts(pieces) if self.is_ready(text)]
        if not ready:
            return
        wholes = await asyncio.to_thread(opened, ready)
        outcomes = await asyncio.gather(*map(self.store, wholes), return_exceptions=True)
        kept = [whole for whole, outcome in zip(wholes, outcomes, strict=True) if outcome is None]
        await self.link.execute(FORGET, {"ids": [piece.id for whole in kept for piece in whole.pieces]})
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    def is_ready(self, pieces: list[Piece]) -> bool:
        """All are there, or the time of the last that came is up."""
        environment = self.configuration.environments.get(pieces[0].environment_id)
        if environment is None:
            return False  # loaded later, or its key does not open: the parts wait
        now = datetime.now(UTC) + environment.clock_offset
        return len(pieces) == pieces[0].total or max(piece.expires_at for piece in pieces) <= now

    async def store(self, whole: Whole) -> None:
        """Commit the text like any other."""
        first = whole.pieces[0]
        environment = self.configuration.environments[first.environment_id]
        accepted, origin = Accepted(), Origin(first.channel_id, first.holding_id)
        at = max(piece.received_at for piece in whole.pieces)
        known = Known(digest(whole.pieces), datetime.now(UTC), FOR_EVER)
        place(accepted, environment, origin, as_sms(whole), at, known, partial=whole.partial)
        await self.batch.store(Rows(accepted.messages, accepted.deliveries), DEADLINE_S)
        metrics.joined.labels("partial" if whole.partial else "whole").inc()


def texts(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """The pieces of each text, by their numbers.

    References wrap around, so a place may be taken by the piece of an earlier text: the latest belong together.
    """
    for _group, rows in groupby(pieces, key=lambda piece: piece.group):
        left = list(rows)
        while left:
            places = {piece.number: piece for piece in left}
            yield [places[number] for number in sorted(places)]
            left = [piece for piece in left if places[piece.number] is not piece]


def opened(found: list[list[Piece]]) -> list[Whole]:
    """Decrypted and decoded; runs in a thread of its own, for a key may have to be read."""
    try:
        return [whole for pieces in found if (whole := open_one(pieces)) is not None]
    finally:
        connection.close()


def open_one(pieces: list[Piece]) -> Whole | None:
    try:
        octets = [keyring.naming(piece.data).open(piece.data, PART_DATA, piece.id) for piece in pieces]
        sender = keyring.open_text(pieces[0].sender, PART_SENDER, pieces[0].id)
    except Unsealable:
        log.exception("a stored part does not open", extra={"environment": str(pieces[0].environment_id)})
        return None
    return Whole(pieces, sender, decoded(zip(pieces, octets, strict=True)))


def decoded(pieces: Iterable[tuple[Piece, bytes]]) -> str:
    """Octets joined before they are decoded, wherever neighbours are in the same alphabet."""
    runs = groupby(pieces, key=lambda one: one[0].alphabet)
    joined = ((cast(Alphabet, name), b"".join(octets for _piece, octets in run)) for name, run in runs)
    return "".join(decode(octets, name) for name, octets in joined).replace("\0", "")


def digest(pieces: list[Piece]) -> bytes:
    return hashlib.blake2b(b"".join(piece.id.bytes for piece in pieces), digest_size=16).digest()


def as_sms(whole: Whole) -> InboundSms:
    first: Any = whole.pieces[0]
    return InboundSms(
        carrier_id=first.carrier_message_id or None,
        sender=whole.sender,
        recipient=first.number_used,
        content=whole.content,
        sent_at=first.sent_at,
        encoding=first.encoding or None,
        segments=first.total,
    )
