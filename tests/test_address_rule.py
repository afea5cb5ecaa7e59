"""Which numeric addresses a delivery may go to."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.addresses import is_allowed
from tests.hostile_addresses import HOSTILE, NOT_ADDRESSES, PUBLIC


@pytest.mark.parametrize("address", HOSTILE)
def test_private_and_reserved_are_refused(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_ones_right_beside_are_allowed(address: str) -> None:
    assert is_allowed(address)


@pytest.mark.parametrize("text", NOT_ADDRESSES)
def test_what_is_no_plain_address_is_refused(text: str) -> None:
    assert not is_allowed(text)


def test_networks_can_be_opened_by_name_only() -> None:
    opened = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    assert is_allowed("127.0.0.1", opened)
    assert is_allowed("::1", opened)
    assert is_allowed("1.1.1.1", opened)
    assert not is_allowed("10.0.0.1", opened)
    assert not is_allowed("::ffff:127.0.0.1", opened)
    assert not is_allowed("::1%lo", opened)


@given(
    st.ip_addresses(v=4),
    st.sampled_from(["::ffff:{}", "::{}", "64:ff9b::{}", "::ffff:0:{}", "2a00:1450::5efe:{}"]),
)
def test_an_embedded_address_is_never_better_than_its_own(address: IPv4Address, form: str) -> None:
    assert is_allowed(str(address)) or not is_allowed(form.format(address))


@given(st.text(st.characters(), max_size=40))
def test_no_text_makes_it_raise(text: str) -> None:
    is_allowed(text)
