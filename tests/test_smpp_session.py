"""A session by itself: whatever an SMSC writes, no error escapes, every text is answered once, and lost answers are
doubted."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import cast
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.configuration import ChannelView
from ingest.smpp.bind import bind_of
from ingest.smpp.session import Session
from numbers.carriers import smpp
from numbers.carriers.base import InboundSms
from tests.smpp_pdus import deliver_sm, pdu
from tests.test_smpp_pdu import mutated

CHANNEL = ChannelView(uuid4(), None, smpp, "", {})
BIND = bind_of({"host": "smsc.example.com", "systemId": "acme", "password": "secret"})
BOUND = pdu(0x80000001, 1, b"smsc\0")


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        """Whoever writes does not look."""

    def resume_reading(self) -> None:
        """Neither here."""

    def answers(self) -> list[tuple[int, int, int]]:
        """Command, status and sequence of each response so far."""
        stream, found = b"".join(self.written), []
        while stream:
            length, *rest = struct.unpack_from(">IIII", stream)
            found.append((rest[0], rest[1], rest[2]))
            stream = stream[length:]
        return [one for one in found if one[0] & 0x80000000]


class Memory:
    """An intake that commits at once, or when told."""

    def __init__(self, committed: bool = True) -> None:
        self.texts: list[InboundSms] = []
        self.doubted: list[bytes] = []
        self.committed = asyncio.Event()
        if committed:
            self.committed.set()

    async def take(
        self,
        channel: ChannelView,
        texts: Sequence[InboundSms],
        at: datetime,
        deadline_s: float,
    ) -> list[bytes]:
        await self.committed.wait()
        self.texts += texts
        return [sms.content.encode() for sms in texts]

    async def keep_unreadable(
        self, channel: ChannelView, raw: bytes, at: datetime, deadline_s: float
    ) -> None:
        await self.committed.wait()

    def doubt(self, digests: Sequence[bytes]) -> None:
        self.doubted += digests


async def bound(intake: Memory) -> tuple[Session, Wire]:
    session, wire = Session(BIND, CHANNEL, intake), Wire()
    session.connection_made(cast(asyncio.BaseTransport, wire))
    opening = asyncio.create_task(session.open())
    await asyncio.sleep(0)
    session.data_received(BOUND)
    assert await opening == 0
    wire.written.clear()
    return session, wire


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def run(work: Coroutine[None, None, None]) -> None:
    asyncio.run(work)


def test_answers_to_many_texts_leave_in_one_write() -> None:
    async def work() -> None:
        intake = Memory(committed=False)
        session, wire = await bound(intake)
        session.data_received(b"".join(pdu(5, n, deliver_sm(b"text %d" % n)) for n in range(50)))
        await turns()
        assert wire.written == []
        intake.committed.set()
        await turns()
        assert len(wire.written) == 1
        assert wire.answers() == [(0x80000005, 0, n) for n in range(50)]

    run(work())


def test_what_was_answered_just_before_the_end_is_doubted() -> None:
    async def work() -> None:
        intake = Memory()
        session, _wire = await bound(intake)
        session.data_received(pdu(5, 1, deliver_sm(b"answered")))
        await turns()
        intake.committed.clear()
        session.data_received(pdu(5, 2, deliver_sm(b"not answered")))
        await turns()
        session.transport.close()
        session.connection_lost(None)
        assert intake.doubted == [b"answered"]
        intake.committed.set()
        await turns()
        assert intake.doubted == [b"answered", b"not answered"]

    run(work())


def test_what_was_answered_before_an_orderly_end_is_not() -> None:
    async def work() -> None:
        intake = Memory()
        session, wire = await bound(intake)
        session.data_received(pdu(5, 1, deliver_sm(b"answered")))
        await turns()
        session.data_received(pdu(6, 2))
        await turns()
        assert wire.answers()[-1] == (0x80000006, 0, 2)
        session.connection_lost(None)
        assert intake.doubted == []

    run(work())


def test_a_text_before_the_bind_is_refused() -> None:
    async def work() -> None:
        intake = Memory()
        session, wire = Session(BIND, CHANNEL, intake), Wire()
        session.connection_made(cast(asyncio.BaseTransport, wire))
        session.data_received(pdu(5, 1, deliver_sm()))
        await turns()
        assert wire.answers() == [(0x80000005, 0x04, 1)]
        assert intake.texts == []

    run(work())


COMMANDS = (
    0x05,
    0x103,
    0x15,
    0x80000015,
    0x06,
    0x80000006,
    0x0B,
    0x80000000,
    0x80000001,
    0x80000009,
    0x02,
    0xFFFF,
)


@settings(max_examples=2000, deadline=None, database=None)
@given(
    st.lists(st.tuples(st.sampled_from(COMMANDS), st.binary(max_size=30)), max_size=6), st.binary(max_size=20)
)
def test_nothing_an_smsc_writes_breaks_a_session(pdus: list[tuple[int, bytes]], rest: bytes) -> None:
    async def work() -> None:
        session, wire = await bound(Memory())
        stream = b"".join(pdu(command, n, mutated(noise)) for n, (command, noise) in enumerate(pdus)) + rest
        for at in range(0, len(stream), 50):
            if not wire.closed:  # as a real transport
                session.data_received(stream[at : at + 50])
        await turns(20)
        texts = [n for n, (command, _noise) in enumerate(pdus) if command in (0x05, 0x103)]
        answered = [sequence for command, _s, sequence in wire.answers() if command & 0xFF in (0x05, 0x03)]
        assert len(answered) == len(set(answered))
        assert set(answered) <= set(texts)
        session.connection_lost(None)
        assert session.ended.is_set()

    run(work())
