"""How many SMS a text takes, and where a phone cuts it; encodings checked against a package that is not ours."""

from __future__ import annotations

import gsm0338
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.segments import EXTENDED, ROOM, encoding_of, measure, split, width

TEXTS = st.text(st.sampled_from("aé€[~\f@Δ\nn°’📦م👩\u200d"), max_size=700)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "left"),
    [
        ("", "GSM-7", 0, 1, 160),
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("€" * 80, "GSM-7", 160, 1, 0),
        ("€" * 81, "GSM-7", 162, 2, 143),  # 76 in the first, which has 153
        ("é" * 160, "GSM-7", 160, 1, 0),
        ("ê" * 70, "UCS-2", 70, 1, 0),
        ("ê" * 71, "UCS-2", 71, 2, 63),
        ("📦" * 35, "UCS-2", 70, 1, 0),
        ("📦" * 36, "UCS-2", 72, 2, 61),  # 33 in the first, which has 67
    ],
)
def test_a_text_takes_so_many(text: str, encoding: str, units: int, segments: int, left: int) -> None:
    found = measure(text)
    assert (found.encoding, found.units, found.segments, found.left) == (encoding, units, segments, left)


def test_what_makes_a_text_ucs_2_is_named_once() -> None:
    assert measure("Reçu n° 4, déjà n° 5 ’").unusual == ("ç", "°", "’")
    assert measure("déjà vu, 5 €").unusual == ()


@given(TEXTS)
def test_parts_are_the_text_and_each_fits(text: str) -> None:
    parts, encoding = split(text), encoding_of(text)
    assert "".join(parts) == text
    room = ROOM[encoding][len(parts) > 1]
    assert all(sum(width(one, encoding) for one in part) <= room for part in parts)
    assert len(parts) == 1 or all(parts)


def test_the_alphabet_is_the_standards() -> None:
    codec = gsm0338.Codec()
    for one in map(chr, range(0x3000)):
        try:
            octets = codec.encode(one)[0]
        except UnicodeEncodeError:
            octets = b""
        if one == "\x1b":  # the escape is no character
            octets = b""
        assert (encoding_of(one) == "GSM-7") == bool(octets), hex(ord(one))
        assert not octets or (len(octets) == 2) == (one in EXTENDED), hex(ord(one))
