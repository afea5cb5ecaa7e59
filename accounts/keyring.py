"""The data keys in use, unwrapped and kept in this process; whoever seals or opens a value starts here."""

from __future__ import annotations

from uuid import UUID

from accounts import encryption
from accounts.clock import clock
from accounts.encryption import DataKey, Unsealable
from accounts.models import DataKeyRow, Tenant

by_head: dict[bytes, DataKey] = {}  # with what each value starts that it sealed


def ready(row: DataKeyRow) -> DataKey:
    """The usable key of a stored row, remembered."""
    key = by_head.get(encryption.VERSION + row.id.bytes)
    if key is None:
        aes = encryption.unwrap(row.id, row.wrapped_by, bytes(row.wrapped))
        key = DataKey(row.id, row.tenant_id, aes)
        by_head[key.head] = key
    return key


def create(tenant: Tenant | None) -> DataKey:
    row = DataKeyRow(tenant=tenant, created_at=clock())
    row.wrapped_by, row.wrapped = encryption.new_wrapped_key(row.id)
    row.save(force_insert=True)
    return ready(row)


def of(tenant_id: UUID | None) -> DataKey:
    """The newest key of a tenant (None: the cell's own), which seals what is written now."""
    row = DataKeyRow.objects.filter(tenant=tenant_id).order_by("-created_at", "-id").first()
    if row is None and tenant_id is None:
        return create(None)  # two at once make two keys, which harms nothing
    if row is None:
        raise Unsealable("this tenant has no data key")
    return ready(row)


def naming(sealed: bytes) -> DataKey:
    """The key that a sealed value names."""
    key = by_head.get(sealed[: encryption.HEAD])
    if key is not None:
        return key
    row = DataKeyRow.objects.filter(pk=encryption.key_id(sealed)).first()
    if row is None:
        raise Unsealable("the data key of this value is gone")
    return ready(row)


def open_text(sealed: bytes | memoryview, column: str, row: UUID) -> str:
    """The text of one sealed column of one row; raises Unsealable."""
    value = bytes(sealed)
    return naming(value).open(value, column, row).decode()
