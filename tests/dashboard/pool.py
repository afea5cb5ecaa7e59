"""Numbers of the pool, and files to prove things with."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.clock import clock
from accounts.ids import public
from numbers import pool
from numbers.models import Channel, Number
from tests.cast import CARRIER_SECRET

PDF = b"%PDF-1.7 a contract"


def operators_channel(name: str = "Pool line") -> Channel:
    """A channel of the operator's, as stored."""
    channel = Channel(
        environment=None, carrier="generic", name=name, token=f"token-{name}", created_at=clock()
    )
    channel.seal_credentials({"secret": CARRIER_SECRET})
    channel.save(force_insert=True)
    return channel


def pool_number(number: str, **columns: Any) -> Number:
    """An available number of the pool."""
    values = {**pool.facts(number), "number": number, "created_at": clock()}
    channel = columns.pop("channel", None) or Channel.objects.filter(environment=None).first()
    return Number.objects.create(channel=channel or operators_channel(), **values | columns)


def id_of(number: Number) -> str:
    return public("number", number.pk)


def pdf(name: str = "contract.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")
