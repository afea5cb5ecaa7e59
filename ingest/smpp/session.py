"""One bound connection: texts in, each answered only after its commit, many at once.

A text is a task of its own while it waits for its commit. The batch wakes many tasks at one go; what they answer
leaves in one write.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from typing import Protocol, cast

from ingest import metrics
from ingest.batch import TryAgain, Unstorable
from ingest.configuration import ChannelView
from ingest.models import Line
from ingest.smpp import pdu, text
from ingest.smpp.bind import Bind
from ingest.smpp.pdu import Frames, Malformed, Pdu
from numbers.carriers import smpp
from numbers.carriers.base import InboundSms, Unreadable

log = logging.getLogger("smsgateway.smpp")

WINDOW = 1000  # texts that wait for their commit; an SMSC that sends more is told to slow down
ANSWER_WITHIN_S = 10  # to a bind, or to an enquire_link
GRACE_S = 4  # for what is under way when a session ends in order
UNBIND_WITHIN_S = 2
DOUBT_S = 5  # an answer younger than this may not have reached an SMSC whose connection died

BIND_ANSWERS = {pdu.BIND_RECEIVER | pdu.RESPONSE, pdu.BIND_TRANSCEIVER | pdu.RESPONSE, pdu.GENERIC_NACK}
Reason = Line.Reason
Keys = Sequence[bytes]


class Taker(Protocol):
    """What a session needs of the intake."""

    async def take(
        self,
        channel: ChannelView,
        texts: Sequence[InboundSms],
        at: datetime,
        deadline_s: float,
    ) -> Keys: ...
    def doubt(self, digests: Keys) -> None: ...
    async def keep_unreadable(
        self, channel: ChannelView, raw: bytes, at: datetime, deadline_s: float
    ) -> None: ...


class Session(asyncio.Protocol):
    """A connection to an SMSC from its opening to its end."""

    def __init__(self, bind: Bind, channel: ChannelView, intake: Taker) -> None:
        self.bind, self.channel, self.intake = bind, channel, intake
        self.loop = asyncio.get_running_loop()
        self.frames = Frames()
        self.bind_status: asyncio.Future[int] = self.loop.create_future()
        self.is_bound = self.closing = self.heard = False
        self.ended, self.reason = asyncio.Event(), Reason.LOST
        self.sequence = 1  # the bind's
        self.under_way: set[asyncio.Task[None]] = set()
        self.answers: list[bytes] = []
        # By these a text without an id of its own is known again, should the SMSC not have got our answer.
        self.keys: list[bytes] = []
        self.recent: deque[tuple[float, Keys]] = deque()  # of what was answered in the last seconds
        self.timer: asyncio.TimerHandle | None = None

    # The connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class does not say so

    def data_received(self, data: bytes) -> None:
        self.heard, at = True, datetime.now(UTC)
        try:
            for one in self.frames.feed(data):
                self.handle(one, at)
        except Malformed as malformed:
            self.transport.write(pdu.encode(pdu.GENERIC_NACK, 0, status=malformed.status))
            self.end(Reason.NONSENSE)

    def pause_writing(self) -> None:
        """An SMSC that does not read our answers gets no more of them to make."""
        self.read_on(False)

    def resume_writing(self) -> None:
        self.read_on(True)

    def connection_lost(self, error: Exception | None) -> None:
        if self.timer:
            self.timer.cancel()
        if not self.bind_status.done():
            self.bind_status.set_exception(ConnectionError())
        self.forget_old_answers()
        for _at, keys in self.recent:
            self.intake.doubt(keys)
        self.ended.set()

    def end(self, reason: Reason) -> None:
        """Hang up, once what was written is out; `enquire` ends the waiting for that."""
        self.reason = reason
        self.transport.close()

    # What comes

    def handle(self, one: Pdu, at: datetime) -> None:
        command = one.command
        if command in pdu.READERS:
            self.receive(one, at)
        elif command == pdu.ENQUIRE_LINK:
            self.answer(one)
        elif command == pdu.UNBIND:
            self.spawn(self.leave(one))
        elif command == pdu.UNBIND | pdu.RESPONSE:
            self.recent.clear()  # it has read all that we wrote before
            self.end(self.reason)
        elif command in BIND_ANSWERS:
            self.note_bind(one)
        elif command & pdu.RESPONSE:
            pass  # to an enquire_link; that something was heard is noted already
        elif command != pdu.OUTBIND:
            self.transport.write(pdu.encode(pdu.GENERIC_NACK, one.sequence, status=pdu.RINVCMDID))

    def note_bind(self, one: Pdu) -> None:
        if self.bind_status.done():
            return
        status = one.status or (pdu.RBINDFAIL if one.command == pdu.GENERIC_NACK else pdu.ROK)
        self.is_bound = status == pdu.ROK
        self.bind_status.set_result(status)

    def receive(self, one: Pdu, at: datetime) -> None:
        if not self.is_bound:
            self.answer(one, pdu.RINVBNDSTS)
        elif self.closing:
            self.answer(one, pdu.RX_T_APPN)
        elif len(self.under_way) >= WINDOW:
            metrics.try_again.labels(smpp.name).inc()
            self.answer(one, pdu.RTHROTTLED)
        else:
            self.spawn(self.settle(one, at))

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self.loop.create_task(work)
        self.under_way.add(task)
        task.add_done_callback(self.under_way.discard)

    async def settle(self, one: Pdu, at: datetime) -> None:
        """Take in one text and answer for it."""
        keys: Keys = ()
        try:
            status, keys = await self.store(one, at)
        except (TryAgain, OSError):
            status = pdu.RX_T_APPN
        except Exception:
            # A fault of ours: the SMSC keeps the text and comes again.
            log.exception("smpp")
            status = pdu.RX_T_APPN
        if status == pdu.RX_T_APPN:
            metrics.try_again.labels(smpp.name).inc()
        self.answer(one, status, keys)

    async def store(self, one: Pdu, at: datetime) -> tuple[int, Keys]:
        """The status to answer with, once what came is committed. Raises TryAgain."""
        try:
            sms = text.read(pdu.READERS[one.command](one.body), self.bind.reading)
            if sms is None:
                return pdu.ROK, ()
            return pdu.ROK, await self.intake.take(self.channel, [sms], at, smpp.deadline_s)
        except Malformed as malformed:
            status = malformed.status
        except (Unreadable, Unstorable):
            status = pdu.RX_P_APPN
        await self.intake.keep_unreadable(self.channel, one.body, at, smpp.deadline_s)
        return status, ()

    # What goes

    def answer(self, one: Pdu, status: int = pdu.ROK, keys: Keys = ()) -> None:
        if not self.answers:
            self.loop.call_soon(self.flush)
        self.answers.append(pdu.answer(one.command, one.sequence, status))
        self.keys += keys

    def flush(self) -> None:
        """Write the answers of this turn of the loop, in one piece."""
        answers, keys = self.answers, self.keys
        self.answers, self.keys = [], []
        if self.transport.is_closing():
            self.intake.doubt(keys)
            return
        self.transport.write(b"".join(answers))
        if keys:
            self.recent.append((self.loop.time(), keys))
            self.forget_old_answers()

    def forget_old_answers(self) -> None:
        while self.recent and self.recent[0][0] < self.loop.time() - DOUBT_S:
            self.recent.popleft()

    def request(self, command: int) -> None:
        self.sequence = self.sequence % 0x7FFFFFFF + 1
        self.transport.write(pdu.encode(command, self.sequence))

    async def open(self) -> int:
        """Send the bind; answers its status. Raises TimeoutError or ConnectionError."""
        self.transport.write(self.bind.request)
        async with asyncio.timeout(ANSWER_WITHIN_S):
            status = await self.bind_status
        self.timer = self.loop.call_later(self.bind.enquire_s, self.enquire)
        return status

    def enquire(self) -> None:
        if self.transport.is_closing():
            self.transport.abort()
            return
        self.heard = False
        self.request(pdu.ENQUIRE_LINK)
        self.timer = self.loop.call_later(min(ANSWER_WITHIN_S, self.bind.enquire_s), self.check)

    def check(self) -> None:
        """The time for an answer is up; an SMSC busy sending texts is alive as well."""
        if not self.heard:
            self.reason = Reason.SILENT
            self.transport.abort()
            return
        pause = max(0, self.bind.enquire_s - ANSWER_WITHIN_S)
        self.timer = self.loop.call_later(pause, self.enquire)

    async def leave(self, one: Pdu) -> None:
        """The SMSC ends the session: it gets its answers first."""
        self.closing = True
        await self.settled(asyncio.current_task())
        self.answer(one)
        self.flush()
        self.recent.clear()
        self.end(Reason.UNBOUND)

    async def close(self) -> None:
        """End the session in order: read no more, answer what is under way, unbind."""
        self.closing = True
        self.read_on(False)
        await self.settled()
        self.flush()
        self.read_on(True)
        if not self.transport.is_closing():
            self.request(pdu.UNBIND)
        try:
            async with asyncio.timeout(UNBIND_WITHIN_S):
                await self.ended.wait()
        except TimeoutError:
            self.transport.abort()

    def read_on(self, wanted: bool) -> None:
        if not self.transport.is_closing():
            (self.transport.resume_reading if wanted else self.transport.pause_reading)()

    async def settled(self, but: asyncio.Task[None] | None = None) -> None:
        if waiting := self.under_way - {but}:
            await asyncio.wait(waiting, timeout=GRACE_S)
