"""The codec: streams cut wherever they come in pieces, other people's encoders as witnesses, and typed errors only."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
import smpplib.command
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.smpp import pdu
from ingest.smpp.pdu import Frames, Malformed, Pdu
from tests.smpp_pdus import data_sm, deliver_sm, parameter
from tests.smpp_pdus import pdu as made

GOOD = (deliver_sm(), deliver_sm(b"", parameters=parameter(0x0424, b"Hello")), data_sm(b"Hi"))


def mutated(noise: bytes) -> bytes:
    """A good body with some octets replaced, as `noise` has it; or noise alone. Cheap, so that there can be many."""
    if len(noise) % 4 == 3:
        return noise
    body = bytearray(GOOD[len(noise) % len(GOOD)])
    for at, octet in zip(noise[::2], noise[1::2], strict=False):
        body[at % len(body)] = octet
    return bytes(body)


class Witness:
    """What smpplib wants of a client to encode for it."""

    sequence = 7

    def next_sequence(self) -> int:
        return self.sequence


def by_smpplib(name: str, **fields: object) -> bytes:
    encoded: bytes = smpplib.command.factory(name, client=Witness(), **fields).generate()
    return encoded


@pytest.mark.parametrize("size", [1, 2, 7, 16, 17, 60, 1000])
def test_a_stream_may_come_in_any_pieces(size: int) -> None:
    stream = made(5, 1, deliver_sm()) + made(0x15, 2) + made(6, 3)
    frames = Frames()
    found = [one for at in range(0, len(stream), size) for one in frames.feed(stream[at : at + size])]
    assert found == [Pdu(5, 0, 1, deliver_sm()), Pdu(0x15, 0, 2, b""), Pdu(6, 0, 3, b"")]


@pytest.mark.parametrize("length", [0, 15, pdu.MOST + 1, 0xFFFFFFFF])
def test_a_senseless_length_ends_the_stream(length: int) -> None:
    with pytest.raises(Malformed) as problem:
        list(Frames().feed(struct.pack(">IIII", length, 5, 0, 1)))
    assert problem.value.status == pdu.RINVCMDLEN


def test_the_longest_pdu_passes() -> None:
    body = bytes(pdu.MOST - 16)
    assert list(Frames().feed(made(5, 1, body))) == [Pdu(5, 0, 1, body)]


def test_smpplib_reads_what_we_write() -> None:
    raw = pdu.bind(pdu.BIND_TRANSCEIVER, 9, "acme", "secret", "VMS", 1, 1, "^337")
    read = smpplib.command.factory("bind_transceiver", client=Witness())
    read.parse(raw)
    told = (read.system_id, read.password, read.system_type, read.interface_version)
    assert told == (b"acme", b"secret", b"VMS", 0x34)
    assert (read.addr_ton, read.addr_npi, read.address_range) == (1, 1, b"^337")
    assert struct.unpack(">IIII", raw[:16]) == (len(raw), 9, 0, 9)


def test_we_read_what_smpplib_writes() -> None:
    raw = by_smpplib(
        "deliver_sm",
        source_addr_ton=5,
        source_addr="Acme",
        dest_addr_ton=1,
        destination_addr="33937000001",
        esm_class=0x40,
        data_coding=8,
        short_message=b"\x05\x00\x03\x2a\x02\x01\x00A",
        sar_msg_ref_num=0x1234,
    )
    (one,) = Frames().feed(raw)
    read = pdu.read_deliver(one.body)
    assert (read.source_ton, read.source, read.destination) == (5, b"Acme", b"33937000001")
    assert (read.esm_class, read.data_coding) == (0x40, 8)
    assert read.short_message == b"\x05\x00\x03\x2a\x02\x01\x00A"
    assert read.parameters[0x020C] == b"\x12\x34"


def test_answers_are_what_a_network_expects() -> None:
    assert pdu.answer(pdu.DELIVER_SM, 7) == bytes.fromhex("00000011 80000005 00000000 00000007 00")
    assert pdu.answer(pdu.DATA_SM, 7, 0x64) == bytes.fromhex("00000011 80000103 00000064 00000007 00")
    assert pdu.answer(pdu.ENQUIRE_LINK, 7) == bytes.fromhex("00000010 80000015 00000000 00000007")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", pdu.RINVCMDLEN),
        (deliver_sm()[:20], pdu.RINVCMDLEN),
        (deliver_sm()[:-1], pdu.RINVMSGLEN),
        (b"123456\0" + deliver_sm(), pdu.RINVSERTYP),
        (deliver_sm(source=b"1" * 65), pdu.RINVSRCADR),
        (deliver_sm(destination=b"1" * 65), pdu.RINVDSTADR),
        (deliver_sm() + b"\x04", pdu.RINVOPTPARSTREAM),
        (deliver_sm() + b"\x04\x24\x00\x05Hell", pdu.RINVOPTPARSTREAM),
    ],
)
def test_each_malformed_part_has_its_status(body: bytes, status: int) -> None:
    with pytest.raises(Malformed) as problem:
        pdu.read_deliver(body)
    assert problem.value.status == status


@settings(max_examples=2000, deadline=None, database=None)
@given(st.lists(st.binary(max_size=60), max_size=5))
def test_no_stream_ends_in_another_error(pieces: list[bytes]) -> None:
    frames = Frames()
    with suppress(Malformed):
        for piece in pieces:
            assert all(len(one.body) <= pdu.MOST for one in frames.feed(piece))


@pytest.mark.parametrize(
    ("source", "destination", "esm_class", "coding", "message", "parameters"),
    [
        ((1, b"33639980417"), (1, b"33937000001"), 0, 0, b"Hello", {}),
        ((1, b"33639980417"), (1, b"33937000001"), 0x40, 8, b"\x05\0\3\x2a\2\1\0H", {0x001E: b"a1\0"}),
    ],
)
def test_a_text_is_written_as_others_write_it(
    source: tuple[int, bytes],
    destination: tuple[int, bytes],
    esm_class: int,
    coding: int,
    message: bytes,
    parameters: dict[int, bytes],
) -> None:
    text = pdu.Deliver(*source, *destination, esm_class, coding, message, parameters)
    rest = b"".join(parameter(tag, value) for tag, value in parameters.items())
    wanted = deliver_sm(message, esm_class=esm_class, data_coding=coding, parameters=rest)
    assert pdu.deliver(text) == wanted
    assert pdu.read_deliver(wanted) == text


def test_a_name_and_a_short_code_have_no_numbering_plan() -> None:
    text = pdu.Deliver(5, b"ACME", 3, b"36184", 0, 0, b"", {})
    assert pdu.deliver(text)[1:17] == b"\5\0ACME\0\3\x0036184\0\0"


def test_a_bind_is_read_as_it_was_written() -> None:
    request = pdu.bind(pdu.BIND_TRANSMITTER, 1, "acme", "s" * 64)
    assert pdu.read_bind(request[pdu.HEADER.size :]) == ("acme", "s" * 64)
    for wrong in (b"", b"acme", b"a" * 16 + b"\0", b"acme\0" + b"s" * 65 + b"\0"):
        with pytest.raises(Malformed):
            pdu.read_bind(wrong)
