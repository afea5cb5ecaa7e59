"""What a deliver_sm means: every alphabet, every way to send parts, every kind of address, and what is no text."""

from __future__ import annotations

from contextlib import suppress

import gsm0338
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.smpp import pdu, text
from ingest.smpp.pdu import Malformed
from ingest.smpp.text import Reading
from numbers.alphabets import GSM, decode, encode_gsm
from numbers.carriers.base import InboundSms, Part, Unreadable
from tests.smpp_pdus import data_sm, deliver_sm, parameter
from tests.test_smpp_pdu import mutated

FRENCH, PLAIN = Reading(country="FR"), Reading()


def read(body: bytes, reading: Reading = PLAIN) -> InboundSms | None:
    return text.read(pdu.read_deliver(body), reading)


def taken(body: bytes, reading: Reading = PLAIN) -> InboundSms:
    sms = read(body, reading)
    assert sms is not None
    return sms


def part(body: bytes) -> Part:
    found = taken(body).part
    assert found is not None
    return found


def test_a_plain_text() -> None:
    assert taken(deliver_sm()) == InboundSms(
        None, "+33639980417", "+33937000001", "Hello", None, "gsm7", 1, (), None
    )


@pytest.mark.parametrize(
    ("coding", "octets", "content", "encoding"),
    [
        (0, b"50 \x1be", "50 €", "gsm7"),
        (0, b"a\x00b\x11", "a@b_", "gsm7"),
        (1, b"a@b_$", "a@b_$", "ascii"),
        (1, b"50 \x1be", "50 €", "gsm7"),  # as npm's smpp encodes
        (1, b"a\x00b", "a@b", "gsm7"),
        (1, b"two\r\nlines", "two\r\nlines", "ascii"),
        (1, b"caf\xe9", "café", "latin1"),
        (3, b"caf\xe9", "café", "latin1"),
        (6, b"\xbf\xe0\xd8\xd2\xd5\xe2", "Привет", "cyrillic"),
        (7, b"\xf9\xec\xe5\xed", "שלום", "hebrew"),
        (8, "Ça 😀".encode("utf-16-be"), "Ça 😀", "ucs2"),
        (2, b"\x01\xfe", "01fe", "binary"),
        (4, b"\x01\xfe", "01fe", "binary"),
        (14, b"\xb0\xa1", "b0a1", "binary"),
        (0x11, b"\x1be", "€", "gsm7"),
        (0x15, b"\x01", "01", "binary"),
        (0x18, b"\x00A", "A", "ucs2"),
        (0x21, b"\x01", "01", "binary"),  # compressed
        (0xC8, b"\x1be", "€", "gsm7"),
        (0xD0, b"\x1be", "€", "gsm7"),
        (0xE0, b"\x00A", "A", "ucs2"),
        (0xF1, b"\x1be", "€", "gsm7"),
        (0xF5, b"\x01", "01", "binary"),
    ],
)
def test_each_data_coding(coding: int, octets: bytes, content: str, encoding: str) -> None:
    sms = taken(deliver_sm(octets, data_coding=coding))
    assert (sms.content, sms.encoding) == (content, encoding)


@pytest.mark.parametrize(
    ("alphabet", "octets", "content"),
    [("latin1", b"caf\xe9", "café"), ("utf8", "é".encode(), "é"), ("ascii", b"a@b", "a@b")],
)
def test_the_default_alphabet_is_the_links_own(alphabet: str, octets: bytes, content: str) -> None:
    assert taken(deliver_sm(octets), Reading(alphabet)).content == content  # type: ignore[arg-type]


def test_the_default_alphabet_is_what_the_gsm0338_package_says() -> None:
    codec = gsm0338.Codec()
    for septet in (one for one in range(128) if one != 0x1B):
        assert decode(bytes((septet,)), "gsm7") == codec.decode(bytes((septet,)))[0] == GSM[septet]
        assert encode_gsm(GSM[septet]) == bytes((septet,))
    for character in "^{}\\[~]|€":
        assert decode(codec.encode(character)[0], "gsm7") == character
        assert encode_gsm(character) == codec.encode(character)[0]


@pytest.mark.parametrize("octets", [b"a\0b", b"\0\0ab\0"])
def test_nul_is_no_character_of_a_text(octets: bytes) -> None:
    assert taken(deliver_sm(octets, data_coding=3)).content == "ab"


@pytest.mark.parametrize("esm_class", [0x04, 0x08, 0x10, 0x18, 0x20, 0x24, 0x44])
def test_what_is_about_another_text_is_none(esm_class: int) -> None:
    assert read(deliver_sm(b"id:1 stat:DELIVRD", esm_class=esm_class)) is None


@pytest.mark.parametrize("esm_class", [0x00, 0x01, 0x02, 0x03, 0x80])
def test_modes_and_reply_paths_change_nothing(esm_class: int) -> None:
    assert taken(deliver_sm(esm_class=esm_class)).content == "Hello"


def test_parts_by_header() -> None:
    assert part(deliver_sm(bytes.fromhex("0500032A0202") + b"world", esm_class=0x40)) == Part(
        "8:42", 2, 2, b"world", "gsm7"
    )
    sixteen = deliver_sm(bytes.fromhex("06080412340201") + b"Hello", esm_class=0x40)
    assert part(sixteen) == Part("16:4660", 2, 1, b"Hello", "gsm7")
    ports_first = deliver_sm(bytes.fromhex("0B05040B84000000032A0201") + b"Hello", esm_class=0x40)
    assert part(ports_first) == Part("8:42", 2, 1, b"Hello", "gsm7")


def test_parts_by_the_networks_parameters() -> None:
    place = parameter(0x020C, b"\x12\x34") + parameter(0x020E, b"\x02") + parameter(0x020F, b"\x01")
    assert part(deliver_sm(parameters=place)) == Part("sar:4660", 2, 1, b"Hello", "gsm7")


@pytest.mark.parametrize(
    "place",
    [
        parameter(0x020C, b"\x12\x34") + parameter(0x020E, b"\x02") + parameter(0x020F, b"\x03"),
        parameter(0x020C, b"\x12\x34") + parameter(0x020E, b"\x00") + parameter(0x020F, b"\x00"),
        parameter(0x020C, b"\x12") + parameter(0x020E, b"\x02") + parameter(0x020F, b"\x01"),
        parameter(0x020C, b"\x12\x34") + parameter(0x020E, b"\x02"),
        parameter(0x020C, b"") + parameter(0x020E, b"") + parameter(0x020F, b""),
    ],
)
def test_a_senseless_place_makes_a_whole_text(place: bytes) -> None:
    sms = taken(deliver_sm(parameters=place))
    assert (sms.content, sms.part) == ("Hello", None)


def test_a_payload_is_a_text_too_and_may_begin_with_a_header() -> None:
    assert taken(deliver_sm(b"", parameters=parameter(0x0424, b"Hello"))).content == "Hello"
    payload = parameter(0x0424, bytes.fromhex("0500032A0201") + b"Hello")
    assert part(deliver_sm(b"", parameters=payload, esm_class=0x40)).data == b"Hello"


def test_a_data_sm_is_a_text_too() -> None:
    sms = text.read(pdu.read_data(data_sm("Ça".encode("utf-16-be"), data_coding=8)), Reading())
    assert sms is not None
    assert (sms.sender, sms.recipient, sms.content) == ("+33639980417", "+33937000001", "Ça")


def test_a_character_that_straddles_two_parts_keeps_its_halves() -> None:
    first = deliver_sm(bytes.fromhex("0500032A0201 D83D"), esm_class=0x40, data_coding=8)
    second = deliver_sm(bytes.fromhex("0500032A0202 DE00"), esm_class=0x40, data_coding=8)
    assert decode(part(first).data + part(second).data, "ucs2") == "😀"
    first = deliver_sm(bytes.fromhex("0500032A0201 1B"), esm_class=0x40)
    second = deliver_sm(bytes.fromhex("0500032A0202 65"), esm_class=0x40)
    assert decode(part(first).data + part(second).data, "gsm7") == "€"


def test_parts_of_what_is_no_text_join_as_digits() -> None:
    first = part(deliver_sm(bytes.fromhex("0500032A0201 01"), esm_class=0x40, data_coding=4))
    second = part(deliver_sm(bytes.fromhex("0500032A0202 FE"), esm_class=0x40, data_coding=4))
    assert decode(first.data + second.data, first.alphabet) == "01fe"


def test_the_networks_own_id_is_what_a_repeat_is_known_by() -> None:
    assert taken(deliver_sm(parameters=parameter(0x001E, b"a1b2\0"))).carrier_id == "a1b2"
    assert taken(deliver_sm(parameters=parameter(0x001E, b"\0"))).carrier_id is None


def test_an_smsc_that_says_ia5_and_means_the_default_alphabet() -> None:
    said = deliver_sm(b"sch\x7cn", data_coding=1)
    assert taken(said).content == "sch|n"
    assert taken(said, Reading(ia5="gsm7")).content == "schön"


@pytest.mark.parametrize(
    ("ton", "digits", "reading", "sender"),
    [
        (1, b"33639980417", Reading(), "+33639980417"),
        (1, b"+33639980417", Reading(), "+33639980417"),
        (1, b"0033639980417", Reading(), "+33639980417"),
        (1, b"36180", Reading(), "36180"),
        (0, b"33639980417", Reading(), "+33639980417"),
        (0, b"33639980417", FRENCH, "+33639980417"),
        (0, b"36180", FRENCH, "36180"),
        (3, b"36180", FRENCH, "36180"),
        (2, b"0639980417", FRENCH, "+33639980417"),
        (2, b"639980417", FRENCH, "+33639980417"),
        (0, b"0639980417", FRENCH, "+33639980417"),
        (2, b"0639980417", Reading(), "0639980417"),
        (0, b"2025550123", Reading(country="US"), "+12025550123"),
        (0, b"12025550123", Reading(country="US"), "+12025550123"),
        (5, b"Acme", Reading(), "Acme"),
        (5, b"118218000", FRENCH, "118218000"),
        (5, b"Caf\xe9", Reading(), "Café"),
    ],
)
def test_each_kind_of_address(ton: int, digits: bytes, reading: Reading, sender: str) -> None:
    assert taken(deliver_sm(source=digits, source_ton=ton), reading).sender == sender


@pytest.mark.parametrize(
    "body",
    [
        deliver_sm(source=b""),
        deliver_sm(destination=b""),
        deliver_sm(b"", parameters=parameter(0x0424, b"a" * 10_001)),
    ],
)
def test_what_cannot_be_stored_is_said(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


READINGS = [Reading("gsm7"), Reading("utf8", "FR"), Reading("ucs2", "US"), Reading("ascii", "IT")]


@settings(max_examples=20_000, deadline=None, database=None)
@given(st.binary(min_size=2, max_size=60))
def test_no_body_ends_in_another_error(noise: bytes) -> None:
    coding, esm_class = noise[:2]
    readings = (
        (pdu.read_deliver, mutated(noise)),
        (pdu.read_data, mutated(noise)),
        (pdu.read_deliver, deliver_sm(noise, data_coding=coding, esm_class=esm_class)),
        (pdu.read_deliver, deliver_sm(source=noise, source_ton=coding % 8, data_coding=esm_class)),
    )
    for reader, body in readings:
        with suppress(Malformed, Unreadable):
            sms = text.read(reader(body), READINGS[len(noise) % 4])
            assert sms is None or ("\0" not in sms.content and 0 < len(sms.sender) <= 64)
