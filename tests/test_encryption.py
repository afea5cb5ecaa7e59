"""Sealed values open for their own row only, whatever key sealed them."""

from __future__ import annotations

from base64 import b64encode

import pytest
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured

from accounts import encryption, keyring
from accounts.encryption import Unsealable
from accounts.ids import uuid7
from accounts.models import DataKeyRow
from inbox.models import CONTENT, SENDER, Message
from tests.cast import House


def key(byte: int) -> str:
    return b64encode(bytes([byte]) * 32).decode()


@pytest.fixture(autouse=True)
def no_keys_from_before() -> None:
    keyring.by_head.clear()


def test_what_is_sealed_opens_again(acme: House) -> None:
    tenant_key, row = keyring.of(acme.tenant.pk), uuid7()
    sealed = tenant_key.seal("Où ? 😀".encode(), CONTENT, row)
    assert keyring.open_text(sealed, CONTENT, row) == "Où ? 😀"
    assert encryption.key_id(sealed) == tenant_key.id


def test_a_value_moved_to_another_row_or_column_does_not_open(acme: House) -> None:
    tenant_key, row = keyring.of(acme.tenant.pk), uuid7()
    sealed = tenant_key.seal(b"secret", CONTENT, row)
    for column, other in ((CONTENT, uuid7()), (SENDER, row)):
        with pytest.raises(Unsealable):
            keyring.open_text(sealed, column, other)


@pytest.mark.parametrize("position", [0, 5, 20, 40, -1])
def test_one_changed_byte_is_noticed(acme: House, position: int) -> None:
    row = uuid7()
    sealed = bytearray(keyring.of(acme.tenant.pk).seal(b"some text that is long", CONTENT, row))
    sealed[position] ^= 1
    with pytest.raises(Unsealable):
        keyring.open_text(bytes(sealed), CONTENT, row)


def test_another_tenants_row_does_not_take_it(acme: House, borealis: House) -> None:
    theirs = borealis.live.message
    Message.objects.filter(pk=theirs.pk).update(sealed_content=acme.live.message.sealed_content)
    with pytest.raises(Unsealable):
        Message.objects.get(pk=theirs.pk).content  # noqa: B018


def test_the_same_sender_has_one_index_a_tenant(acme: House, borealis: House) -> None:
    ours, theirs = keyring.of(acme.tenant.pk), keyring.of(borealis.tenant.pk)
    assert ours.blind("+33639980417") == acme.live.message.sender_index
    assert ours.blind("+33639980417") != ours.blind("+33639980418")
    assert ours.blind("+33639980417") != theirs.blind("+33639980417")


def test_the_wrapping_key_can_be_rotated(acme: House, settings: LazySettings) -> None:
    message, old = acme.live.message, settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = f"k2:{key(7)},{old}"
    keyring.by_head.clear()
    assert message.content == "Votre code est 020005"
    keyring.create(acme.tenant)
    assert DataKeyRow.objects.filter(tenant=acme.tenant).latest("created_at").wrapped_by == "k2"
    settings.ENCRYPTION_KEYS = f"k2:{key(7)}"
    keyring.by_head.clear()
    with pytest.raises(Unsealable):
        message.content  # noqa: B018


def test_a_wrong_wrapping_key_of_the_same_name_is_said_so(acme: House, settings: LazySettings) -> None:
    name = settings.ENCRYPTION_KEYS.split(":")[0]
    settings.ENCRYPTION_KEYS = f"{name}:{key(9)}"
    keyring.by_head.clear()
    with pytest.raises(Unsealable, match="not the one that wrapped"):
        keyring.of(acme.tenant.pk)


@pytest.mark.parametrize("text", ["k1", "k1:", "k1:short", ":" + key(1), f"k1:{key(1)}x"])
def test_malformed_keys_stop_the_start(text: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="ENCRYPTION_KEYS"):
        encryption.wrapping_keys(text)
