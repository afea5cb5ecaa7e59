"""Amounts of money for readers; everywhere else they are whole minor units."""

from __future__ import annotations

from django.utils import formats

from numbers.carriers.selling import MINOR_DIGITS


def shown(amount: int, currency: str) -> str:
    """An amount in minor units as the reader's language writes it: 150 and EUR are "1.50 EUR"."""
    decimals = MINOR_DIGITS.get(currency, 2)
    number = formats.number_format(amount / 10**decimals, decimals, force_grouping=True)
    return f"{number}\u00a0{currency}"
