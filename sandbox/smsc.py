"""The simulator's SMSC: to it the `smpp` process binds for channels of the simulator's own, as to any carrier's.

`sandbox.door` binds with the same login as a transmitter, and hands each text over as the deliver_sm that it is to be.
It goes down the line of who receives with that login, and what he answers goes back. Nothing is kept here: where nobody
receives, or his line is lost, the answer is RINVBNDSTS.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any
from uuid import UUID

from django.db import Error

from accounts.models import Environment
from ingest.smpp import pdu
from ingest.smpp.pdu import Frames, Malformed, Pdu
from numbers.models import Channel
from sandbox.dialects import smpp
from sandbox.simulator import seed_of

log = logging.getLogger("smsgateway.sandbox")

BIND_WITHIN_S = 10
STOP_WITHIN_S = 1
SILENT_S = 120  # of a line enquire_link comes four times as often
PIECE = 65_536
RECEIVERS = frozenset({pdu.BIND_RECEIVER, pdu.BIND_TRANSCEIVER})
BINDS = RECEIVERS | {pdu.BIND_TRANSMITTER}
DELIVERED = pdu.DELIVER_SM | pdu.RESPONSE


@dataclass(eq=False, slots=True)
class Link:
    """One connection, of who receives or of who hands over."""

    writer: asyncio.StreamWriter
    system_id: str = ""  # once it is bound
    transmits: bool = False
    sequence: int = 0
    #: Who handed a text over, and under which number, by ours.
    waiting: dict[int, tuple[Link, int]] = field(default_factory=dict)

    def write(self, data: bytes) -> None:
        if not self.writer.is_closing():
            self.writer.write(data)

    def pass_on(self, one: Pdu, sender: Link) -> None:
        self.sequence += 1
        self.waiting[self.sequence] = sender, one.sequence
        self.write(pdu.encode(pdu.DELIVER_SM, self.sequence, one.body))

    def pass_back(self, one: Pdu) -> None:
        if one.sequence in self.waiting:
            sender, sequence = self.waiting.pop(one.sequence)
            sender.write(pdu.answer(pdu.DELIVER_SM, sequence, one.status))

    def lost(self) -> None:
        for sender, sequence in self.waiting.values():
            sender.write(pdu.answer(pdu.DELIVER_SM, sequence, pdu.RINVBNDSTS))


class Smsc:
    """Whoever is connected; `run` asks the database from a thread."""

    def __init__(self, run: Callable[..., Coroutine[Any, Any, int]]) -> None:
        self.run = run
        self.logins = Logins()
        self.lines: dict[str, Link] = {}  # who receives, by system_id; the newest where there are several
        self.open: dict[Link, asyncio.Task[Any]] = {}

    async def stop(self) -> None:
        """Hang up everywhere."""
        for link in self.open:
            link.writer.close()
        if self.open:
            await asyncio.wait(self.open.values(), timeout=STOP_WITHIN_S)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link, task = Link(writer), asyncio.current_task()
        assert task is not None
        self.open[link] = task
        try:
            await self.serve(link, reader)
        except (OSError, Malformed):  # TimeoutError too
            pass
        except Exception:
            log.exception("SMSC")
        finally:
            del self.open[link]
            if self.lines.get(link.system_id) is link:
                del self.lines[link.system_id]
            link.lost()
            writer.close()

    async def serve(self, link: Link, reader: asyncio.StreamReader) -> None:
        """Until it is over. Raises OSError or Malformed."""
        frames = Frames()
        while True:
            async with asyncio.timeout(SILENT_S if link.system_id else BIND_WITHIN_S):
                data = await reader.read(PIECE)
            for one in frames.feed(data):
                await self.handle(link, one)
                if one.command == pdu.UNBIND:
                    return
            if not data:
                return
            await link.writer.drain()

    async def handle(self, link: Link, one: Pdu) -> None:
        if one.command in BINDS:
            await self.bind(link, one)
        elif one.command == pdu.DELIVER_SM and link.transmits:
            self.hand_over(link, one)
        elif one.command == DELIVERED:
            link.pass_back(one)
        elif one.command in (pdu.ENQUIRE_LINK, pdu.UNBIND):
            link.write(pdu.answer(one.command, one.sequence))
        elif not one.command & pdu.RESPONSE:
            link.write(pdu.encode(pdu.GENERIC_NACK, one.sequence, status=pdu.RINVCMDID))

    async def bind(self, link: Link, one: Pdu) -> None:
        system_id, password = pdu.read_bind(one.body)
        status = pdu.RALYBND if link.system_id else await self.admitted(system_id, password)
        if status == pdu.ROK:
            link.system_id, link.transmits = system_id, one.command not in RECEIVERS
            if not link.transmits:
                self.lines[system_id] = link
        link.write(pdu.encode(one.command | pdu.RESPONSE, one.sequence, b"simulator\0", status))

    async def admitted(self, system_id: str, password: str) -> int:
        try:
            return await self.run(self.logins.status_of, system_id, password)
        except Error as error:
            log.warning("a bind could not be looked at", extra={"reason": type(error).__name__})
            return pdu.RSYSERR

    def hand_over(self, sender: Link, one: Pdu) -> None:
        line = self.lines.get(sender.system_id)
        if line is None:
            sender.write(pdu.answer(pdu.DELIVER_SM, one.sequence, pdu.RINVBNDSTS))
        else:
            line.pass_on(one, sender)


class Logins:
    """Those of the simulator's own channels, by system_id; all are read anew only for one that is not among them."""

    def __init__(self) -> None:
        self.known: dict[str, tuple[UUID, str]] = {}  # channel and password

    def status_of(self, system_id: str, password: str) -> int:
        """ROK for the login of a channel that is of a sandbox and not deleted; runs in a thread."""
        own = Channel.objects.filter(
            carrier="smpp", simulated=True, deleted_at=None, environment__kind=Environment.Kind.SANDBOX
        )
        if system_id not in self.known:
            self.known = dict(map(login_of, own.select_related("environment")))
        channel, right = self.known.get(system_id, (None, ""))
        if channel is None or not own.filter(pk=channel).exists():
            self.known.pop(system_id, None)  # it may have been made anew
            return pdu.RINVSYSID
        return pdu.ROK if compare_digest(right.encode(), password.encode()) else pdu.RINVPASWD


def login_of(channel: Channel) -> tuple[str, tuple[UUID, str]]:
    assert channel.environment is not None  # the operator's are never simulated
    known = smpp.credentials(seed_of(channel.environment))
    return known["systemId"], (channel.pk, known["password"])
