"""What the forms of pages share."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from accounts import ids
from accounts.forms import refuse as refuse
from dashboard.words import titled
from delivery.models import Endpoint
from numbers.models import Channel


def channel_choices(channels: Iterable[Channel]) -> list[tuple[str, str]]:
    return [(ids.public("channel", row.pk), titled(row)) for row in channels]


def endpoint_choices(endpoints: Iterable[Endpoint]) -> list[tuple[str, str]]:
    return [(ids.public("endpoint", row.pk), str(row)) for row in endpoints]


def chosen(noun: str, text: str) -> UUID | None:
    """The id behind a choice, which the form has checked already."""
    return ids.parse(noun, text)
