"""Amounts of money for readers; everywhere else they are whole minor units."""

from __future__ import annotations

from django.utils import formats

# ISO 4217: the digits behind the point, where they are not two.
DECIMALS = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def shown(amount: int, currency: str) -> str:
    """An amount in minor units as the reader's language writes it: 150 and EUR are "1.50 EUR"."""
    decimals = DECIMALS.get(currency, 2)
    number = formats.number_format(amount / 10**decimals, decimals, force_grouping=True)
    return f"{number}\u00a0{currency}"
