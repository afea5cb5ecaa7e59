"""Joins parts into texts: when all of one are here, or, marked partial, when the first has waited its time.

The parts lie in the database, so it does not matter in which order, twice, or through which process they came. A text
is stored and its parts are removed by one statement, so that of two processes that find the same parts one does both.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple, cast
from uuid import UUID

import psycopg
from django.db import connection

from accounts import keyring
from inbox.models import PART_DATA, PART_SENDER
from ingest import metrics
from ingest.acceptance import Accepted, Origin, place
from ingest.batch import Batch, Rows
from ingest.configuration import Configuration, EnvironmentView
from ingest.link import Link
from numbers.alphabets import Alphabet, decode
from numbers.carriers.base import InboundSms

log = logging.getLogger("smsgateway.door")

SWEEP_S = 1.0
LOOK_BACK_S = 30.0  # for complete groups that a process left behind when it died
PAGE = 200
LATER = timedelta(minutes=10)  # when what could not be joined is tried again

DUE = """
SELECT "group" FROM inbox_part WHERE expires_at <= %(now)s
UNION
SELECT p."group" FROM accounts_environment e JOIN inbox_part p ON p.environment_id = e.id
WHERE e.clock_offset > interval '0' AND p.expires_at <= %(now)s + e.clock_offset
LIMIT %(limit)s
"""
COMPLETE = """
SELECT "group" FROM inbox_part GROUP BY "group"
HAVING count(DISTINCT number) >= max(total) AND max(tries) = 0 LIMIT %(limit)s
"""
READ = """
SELECT p.id, p."group", p.total, p.number, p.environment_id, p.channel_id, p.holding_id, p.number_used, p.alphabet,
       p.data, p.sender, p.carrier_message_id, p.encoding, p.received_at, p.sent_at, p.expires_at
FROM inbox_part p WHERE p."group" = ANY(%(groups)s) ORDER BY p."group", p.received_at DESC, p.id DESC
"""
PUT_OFF = """
UPDATE inbox_part SET tries = tries + 1, expires_at = greatest(expires_at, %(now)s) + %(later)s WHERE id = ANY(%(ids)s)
"""


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


Pieces = list[Piece]  # of one text, by their numbers


@dataclass(frozen=True, slots=True)
class Joined:
    """A text from its pieces, ready to be stored in their place."""

    pieces: Pieces
    accepted: Accepted

    @property
    def rows(self) -> Rows:
        accepted = self.accepted
        return Rows(accepted.messages, accepted.deliveries, explanations=accepted.explanations)

    @property
    def taken(self) -> list[tuple[UUID, UUID]]:
        message = self.accepted.messages[0].id
        return [(piece.id, message) for piece in self.pieces]


class Joiner:
    """One task of an intake: looks at the groups it hears of, and now and then at those nobody rang for."""

    def __init__(self, dsn: str, configuration: Configuration, batch: Batch) -> None:
        self.link, self.configuration, self.batch = Link(dsn), configuration, batch
        self.heard: set[bytes] = set()
        self.wake = asyncio.Event()
        self.next_sweep = self.next_look_back = 0.0

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
                except Exception as error:
                    # Whatever it is, the parts are still there and the sweep finds them, not before its time.
                    self.link.drop()
                    self.next_sweep, self.next_look_back = time.monotonic() + SWEEP_S, 0.0
                    log.warning("parts: trying again", extra={"reason": type(error).__name__})
                    if not isinstance(error, psycopg.Error | OSError):
                        log.exception("parts")
        finally:
            self.link.drop()

    async def pause(self) -> None:
        try:
            async with asyncio.timeout(max(0.0, self.next_sweep - time.monotonic())):
                await self.wake.wait()
        except TimeoutError:
            pass
        self.wake.clear()

    async def groups(self) -> list[bytes]:
        """What was heard of, and in their time those that are due or were left behind."""
        found, self.heard = self.heard, set()
        now = time.monotonic()
        if now >= self.next_sweep:
            page = await self.look(DUE)
            self.next_sweep = now if len(page) == PAGE else now + SWEEP_S
            found |= page
        if now >= self.next_look_back:
            self.next_look_back = now + LOOK_BACK_S
            found |= await self.look(COMPLETE)
        return list(found)

    async def look(self, question: str) -> set[bytes]:
        rows = await self.link.fetch(question, {"now": datetime.now(UTC), "limit": PAGE})
        return {bytes(row[0]) for row in rows}

    async def join(self, groups: list[bytes]) -> None:
        if not groups:
            return
        pieces = [Piece(*row) for row in await self.link.fetch(READ, {"groups": groups})]
        ready = [text for text in texts(pieces) if self.is_ready(text)]
        if not ready:
            return
        joined, failed = await asyncio.to_thread(self.joined, ready)
        for at in range(0, len(joined), PAGE):
            await self.store(joined[at : at + PAGE])
        if failed:
            ids = [piece.id for pieces in failed for piece in pieces]
            await self.link.execute(PUT_OFF, {"ids": ids, "now": datetime.now(UTC), "later": LATER})

    def is_ready(self, pieces: Pieces) -> bool:
        """All are there, or the first that came has waited its time."""
        environment = self.configuration.environments.get(pieces[0].environment_id)
        offset = environment.clock_offset if environment else timedelta()
        expires_at = min(piece.expires_at for piece in pieces)
        return len(pieces) == pieces[0].total or expires_at <= datetime.now(UTC) + offset

    def joined(self, found: list[Pieces]) -> tuple[list[Joined], list[Pieces]]:
        """The texts, and the pieces of those that cannot be had. In a thread of its own: a key may have to be read."""
        joined, failed = [], []
        try:
            for pieces in found:
                try:
                    joined.append(self.one(pieces))
                except Exception:
                    log.exception("parts that cannot be joined", extra={"count": len(pieces)})
                    failed.append(pieces)
        finally:
            connection.close()
        return joined, failed

    def one(self, pieces: Pieces) -> Joined:
        first = pieces[0]
        environment: EnvironmentView = self.configuration.environments[first.environment_id]
        accepted, origin = Accepted(), Origin(first.channel_id, first.holding_id)
        at = max(piece.received_at for piece in pieces)
        partial = len(pieces) < first.total
        place(accepted, environment, origin, as_sms(pieces), at, partial=partial)
        return Joined(pieces, accepted)

    async def store(self, joined: list[Joined]) -> None:
        taken = [pair for one in joined for pair in one.taken]
        await self.batch.join(self.link, [one.rows for one in joined], taken)
        for one in joined:
            metrics.joined.labels("partial" if one.accepted.messages[0].partial else "whole").inc()


def texts(pieces: Iterable[Piece]) -> Iterator[Pieces]:
    """The pieces of each text, from all of some groups, the newest first.

    References wrap around, so a place may be taken by a piece of an earlier text: the latest belong together. (Where
    that earlier text lost the very piece that came first of the new one, they cannot be told apart.)
    """
    for _group, rows in groupby(pieces, key=lambda piece: piece.group):
        places: list[dict[int, Piece]] = []
        taken: dict[int, int] = defaultdict(int)
        for piece in rows:
            depth = taken[piece.number]
            taken[piece.number] += 1
            if depth == len(places):
                places.append({})
            places[depth][piece.number] = piece
        for text in places:
            yield [text[number] for number in sorted(text)]


def as_sms(pieces: Pieces) -> InboundSms:
    """Opened, joined and decoded. Raises Unsealable."""
    first = pieces[0]
    octets = [keyring.naming(piece.data).open(piece.data, PART_DATA, piece.id) for piece in pieces]
    return InboundSms(
        carrier_id=first.carrier_message_id or None,
        sender=keyring.open_text(first.sender, PART_SENDER, first.id),
        recipient=first.number_used,
        content=decoded(zip(pieces, octets, strict=True)),
        sent_at=first.sent_at,
        encoding=first.encoding or None,
        segments=first.total,
    )


def decoded(pieces: Iterable[tuple[Piece, bytes]]) -> str:
    """Octets are joined before they are decoded, wherever neighbours in the same alphabet are both there."""
    numbered = list(enumerate(pieces))
    # SMSCs that say IA5 and mean the default alphabet are known by some of its octets, which one part has and one not.
    means_gsm = "gsm7" in {piece.alphabet for _at, (piece, _octets) in numbered}

    def run_of(one: tuple[int, tuple[Piece, bytes]]) -> tuple[str, int]:
        at, (piece, _octets) = one
        return "gsm7" if means_gsm and piece.alphabet == "ascii" else piece.alphabet, piece.number - at

    joined = (
        decode(b"".join(octets for _at, (_piece, octets) in run), cast(Alphabet, alphabet))
        for (alphabet, _gap), run in groupby(numbered, key=run_of)
    )
    return "".join(joined).replace("\0", "")
