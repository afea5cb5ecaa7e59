"""User data headers: concatenation of both widths wherever it stands, other elements passed over, and no text lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numbers import udh
from numbers.udh import Place, UserData


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("0500032A0201", Place("8:42", 2, 1)),
        ("06080412340201", Place("16:4660", 2, 1)),
        ("0B05040B84000000032A0201", Place("8:42", 2, 1)),  # ports first
        ("0824010100032A0302", Place("8:42", 3, 2)),  # a language first
        ("0B00032A020105040B840000", Place("8:42", 2, 1)),  # ports last
        ("0A00030103020003020101", Place("8:2", 1, 1)),  # twice: the last counts
        ("0605040B840000", None),  # ports only: one whole text
        ("00", None),
    ],
)
def test_a_header_is_taken_off(header: str, place: Place | None) -> None:
    octets = bytes.fromhex(header)
    assert udh.read(octets + b"Hello") == UserData(place, b"Hello")
    assert udh.place_of(octets) == place


@pytest.mark.parametrize(
    "header", ["0500032A0203", "0500032A0200", "0500032A0000", "0400022A02", "0508032A0201"]
)
def test_a_senseless_place_makes_a_whole_text(header: str) -> None:
    assert udh.read(bytes.fromhex(header) + b"Hello") == UserData(None, b"Hello")


@pytest.mark.parametrize("header", ["0500042A0201", "0100", "0600032A020100", "020001"])
def test_elements_that_do_not_fill_the_header_void_it(header: str) -> None:
    octets = bytes.fromhex(header)
    assert udh.read(octets + b"Hello") == UserData(None, b"Hello", malformed=True)


def test_a_header_longer_than_the_octets_is_none() -> None:
    assert udh.read(b"Hello") == UserData(None, b"Hello", malformed=True)
    assert udh.read(b"") == UserData(None, b"", malformed=True)


@settings(max_examples=2000, deadline=None, database=None)
@given(st.binary(max_size=200))
def test_whatever_comes_is_read(octets: bytes) -> None:
    found = udh.read(octets)
    assert octets.endswith(found.text)
    assert found.place is None or 1 <= found.place.number <= found.place.total <= 255
