"""What a carrier is to us that sells numbers by its own API: `search`, `order`, `point` texts to us, `release`.

A carrier that sells is one more module of this package with the attributes of `Seller`, and one line in the table of
`numbers.acquisition`. It keeps no state: what it needs is in the Account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal, NoReturn, Protocol, TypeVar

import msgspec

from numbers.carriers.base import Call, Reply, Unavailable

T = TypeVar("T")

Kind = Literal["mobile", "geographic", "tollFree", "nonGeographic"]
Code = Literal[
    "no_stock",
    "needs_documents",
    "insufficient_funds",
    "refused_credentials",
    "carrier_busy",
    "carrier_refused",
]
MOST_WORDS = 300  # characters of what a carrier says
#: ISO 4217: the digits of a currency's minor unit, where they are not two.
MINOR_DIGITS: Mapping[str, int] = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account at a carrier, and how to call its API."""

    call: Call
    api: str  # where the carrier's API is, without a slash at the end
    credentials: Mapping[str, str]
    pause: Callable[[], None]  # between two looks at an order that the carrier has not finished


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for among the numbers that a carrier sells. All of them receive SMS."""

    country: str  # ISO 3166-1 alpha-2
    kind: Kind | None = None
    contains: str = ""  # digits
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that a carrier sells."""

    number: str  # E.164
    country: str  # ISO 3166-1 alpha-2
    region: str = ""  # in the carrier's words
    capabilities: tuple[str, ...] = ()  # sms, mms, voice
    monthly_price: int | None = None  # minor units; None where the carrier does not say
    currency: str = ""  # ISO 4217


@dataclass(frozen=True, slots=True)
class Order:
    """One number to buy. `reference` is ours, the same each time that the same purchase is tried."""

    number: str  # E.164
    country: str
    url: str  # where its texts go
    reference: str


@dataclass(frozen=True, slots=True)
class Owned:
    """A number of the account."""

    number: str  # E.164
    ref: str  # the carrier's own id of it
    country: str = ""
    url: str = ""  # where its texts go, if the carrier says so


class Declined(Exception):
    """The carrier said no, and nothing was done. `words` are its own, for a person to read."""

    def __init__(self, code: Code, words: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.words = " ".join(words.split())[:MOST_WORDS]


class Unfinished(Exception):
    """The carrier has taken an order and not decided it yet: asked again with the same reference, it will tell."""


class Seller(Protocol):
    """What the module of a carrier that sells numbers is.

    Every function raises Declined, Unavailable where the carrier does not answer as it should, or what `call` raises;
    after the last two it is not known whether anything was done.
    """

    @property
    def needs(self) -> tuple[str, ...]:
        """The credentials without which a channel cannot buy."""

    def search(self, account: Account, query: Query) -> list[Offer]:
        """At most `query.limit` numbers; [] too where the carrier does not serve the country."""

    def owned(self, account: Account, number: str) -> Owned | None:
        """The number, if it is the account's."""

    def order(self, account: Account, order: Order) -> None:
        """Buy; `owned` finds the number then. Raises Unfinished too."""

    def point(self, account: Account, owned: Owned, url: str) -> None:
        """Have the number's texts posted to `url`."""

    def release(self, account: Account, owned: Owned) -> None:
        """Give the number back to the carrier; one that is gone already is fine."""


def read(reply: Reply, decoder: msgspec.json.Decoder[T]) -> T:
    """A success's body, by type; raises Unavailable."""
    try:
        return decoder.decode(reply.body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise Unavailable("malformedAnswer") from None


def refuse(status: int, code: Code | None, words: str) -> NoReturn:
    """Raise what an answer other than success means. `code` is what the carrier's own code says, if we know it."""
    if status >= 500:
        raise Unavailable(f"status{status}")
    by_status: dict[int, Code] = {
        401: "refused_credentials",
        402: "insufficient_funds",
        403: "refused_credentials",
        429: "carrier_busy",
    }
    raise Declined(code or by_status.get(status, "carrier_refused"), words)


def minor_units(amount: str | None, currency: str) -> int | None:
    """A price as carriers write it, "0.90", in minor units; None where it cannot be read."""
    try:
        price = Decimal(amount or "").scaleb(MINOR_DIGITS.get(currency, 2))
        return int(price.quantize(Decimal(1), ROUND_HALF_UP)) if price >= 0 else None
    except (InvalidOperation, ValueError):
        return None
