"""Which channels can buy numbers, what their carriers offer, and what a carrier's refusal means to a person.

channel → Source (numbers/carriers/<carrier>_numbers.py) → Account: bounded calls with the channel's credentials
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import get_args

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import Conflict
from numbers import phone, plan
from numbers.calling import Unanswered, call
from numbers.carriers import telnyx_numbers, twilio_numbers, vonage_numbers
from numbers.carriers.base import Reply, Unavailable
from numbers.carriers.selling import Account, Declined, Kind, Offer, Query, Seller, Unfinished
from numbers.models import Channel

log = logging.getLogger("smsgateway.sellers")

CALL_S = 12.0  # one call to a carrier's API
TOTAL_S = 40.0  # all calls for one thing that somebody waits for
MOST_OFFERS = 50  # of one search
PAUSE_S = 1.0  # before an order is looked at again


@dataclass(frozen=True, slots=True)
class Source:
    """How a carrier sells. `api` names a setting."""

    title: str
    seller: Seller
    api: str


SOURCES: Mapping[str, Source] = {
    "twilio": Source("Twilio", twilio_numbers, "TWILIO_API_URL"),
    "telnyx": Source("Telnyx", telnyx_numbers, "TELNYX_API_URL"),
    "vonage": Source("Vonage", vonage_numbers, "VONAGE_API_URL"),
}
SAID = {
    "no_stock": gettext_lazy("%(carrier)s does not sell this number."),
    "needs_documents": gettext_lazy("%(carrier)s wants documents first: add them in its console."),
    "insufficient_funds": gettext_lazy("Your account at %(carrier)s has not enough money."),
    "refused_credentials": gettext_lazy("%(carrier)s refuses the credentials of this channel."),
    "carrier_busy": gettext_lazy("%(carrier)s has too much to do: try again in a minute."),
    "carrier_refused": gettext_lazy("%(carrier)s refuses this."),
}
KINDS: tuple[Kind, ...] = get_args(Kind)
POINTERS = {"no_stock": "/number", "needs_documents": "/number"}


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a channel buys: how its carrier sells, and the channel's account there."""

    source: Source
    account: Account

    @property
    def seller(self) -> Seller:
        return self.source.seller


def sells(channel: Channel, credentials: Mapping[str, str] | None = None) -> bool:
    """Whether numbers can be bought through the channel; `credentials` where they are at hand."""
    source = SOURCES.get(channel.carrier)
    if source is None:
        return False
    given = channel.credentials() if credentials is None else credentials
    return all(name in given for name in source.seller.needs)


def counter_of(channel: Channel) -> Counter:
    """Raises Conflict where the channel cannot buy."""
    source = SOURCES.get(channel.carrier)
    if source is None:
        raise Conflict("channel_sells_no_numbers", _("Numbers cannot be bought through this carrier here."))
    credentials = channel.credentials()
    if not sells(channel, credentials):
        needed = ", ".join(source.seller.needs)
        detail = _("To buy numbers, the channel needs the credentials %(needed)s.") % {"needed": needed}
        raise Conflict("channel_sells_no_numbers", detail)
    return Counter(source, account_of(source, credentials))


def account_of(source: Source, credentials: Mapping[str, str]) -> Account:
    """All calls of the account together take TOTAL_S seconds at most."""
    until = time.monotonic() + TOTAL_S

    def bounded(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        left = until - time.monotonic()
        if left <= 0:
            raise Unanswered("deadline")
        return call(method, url, headers, body, total_s=min(CALL_S, left))

    return Account(bounded, getattr(settings, source.api), credentials, pause)


def pause() -> None:
    time.sleep(PAUSE_S)


def search(channel: Channel, query: Query) -> list[Offer]:
    """What the channel's carrier offers and its environment may hold. Raises Conflict."""
    counter = counter_of(channel)
    with telling(counter):
        offers = counter.seller.search(counter.account, query)
    return [offer for offer in offers if may_hold(channel, offer.number)]


def may_hold(channel: Channel, number: str) -> bool:
    """Whether the channel's environment, or the pool, may have such a number at all."""
    if not phone.is_e164(number):
        return False
    if phone.is_fictional(number):
        return channel.environment is not None and not channel.environment.is_live
    live = channel.environment is None or channel.environment.is_live
    return live and plan.problem(number, phone.country_of(number) or "") is None


@contextmanager
def telling(counter: Counter) -> Iterator[None]:
    """Whatever a carrier's module raises inside becomes a Conflict that a person can read."""
    try:
        yield
    except Declined as no:
        note(counter, no.code)
        raise refusal(counter, no) from None
    except Unfinished:
        note(counter, "pending")
        detail = _("%(carrier)s has taken the order and not decided it yet: try again in some minutes.")
        raise Conflict("order_pending", detail % {"carrier": counter.source.title}) from None
    except (Unanswered, Unavailable) as problem:
        note(counter, problem.reason)
        detail = _("%(carrier)s does not answer. Try again: what was bought is found then, not bought twice.")
        raise Conflict("carrier_unreachable", detail % {"carrier": counter.source.title}) from None


def note(counter: Counter, reason: str) -> None:
    log.warning(
        "buying: the carrier did not do it", extra={"carrier": counter.source.title, "reason": reason}
    )


def refusal(counter: Counter, no: Declined) -> Conflict:
    """In our words, then in the carrier's own."""
    detail = str(SAID[no.code]) % {"carrier": counter.source.title}
    if words := harmless(no.words, counter.account.credentials):
        detail += " " + _("It says: “%(words)s”") % {"words": words}
    return Conflict(no.code, detail, POINTERS.get(no.code, ""))


def harmless(words: str, credentials: Mapping[str, str]) -> str:
    """A carrier's words without our credentials, should it quote them."""
    for value in sorted(credentials.values(), key=len, reverse=True):
        words = words.replace(value, "…")
    return "".join(character for character in words if character.isprintable())
