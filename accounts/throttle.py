"""How long somebody waits before the next try to sign in.

Failed tries of the last day are counted by person and network, and by network: whoever guesses slows down themselves
and never the person whose password it is, who comes from elsewhere. A browser in which that person signed in before
counts by itself, so it stays free even where the guesser sits in the same network. The counts lie in PostgreSQL, under
keyed digests, and a try is counted before the password is looked at, so that a thousand at once are counted too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network

from django.db.models import QuerySet

from accounts import encryption
from accounts.clock import clock
from accounts.models import LoginFailure
from accounts.proxies import plain

COUNTED = timedelta(days=1)
FREE, FREE_OF_NETWORK = 5, 50  # failures without a wait: of one person, and of everybody in the network
FREE_OF_CODES = (
    30  # wrong second factors of one person from everywhere: whoever sends them knows the password
)
FIRST, LONGEST = timedelta(seconds=30), timedelta(hours=1)
V6_PREFIX = 64  # what one customer of a provider has


class TooMany(Exception):
    """Nothing was tried: come again after `wait`."""

    def __init__(self, wait: timedelta) -> None:
        self.wait = wait
        super().__init__()


@dataclass(frozen=True, slots=True)
class Source:
    """From where somebody tries: an IP address, and the mark of a browser where they signed in before."""

    address: str
    device: str = ""

    @property
    def digest(self) -> bytes:
        return fingerprint(f"device {self.device}" if self.device else network_of(self.address))


def fingerprint(text: str) -> bytes:
    return encryption.fingerprint(text.lower())


def network_of(address: str) -> str:
    """An IPv4 address itself, the /64 of an IPv6 one; what is no address is one network of its own."""
    known = plain(address)
    if known is None or ":" not in known:
        return known or "unknown"
    return str(ip_network(f"{known}/{V6_PREFIX}", strict=False))


def wait_after(failures: int, free: int) -> timedelta:
    """The wait since the latest of so many failures: none at first, then doubling up to an hour."""
    beyond = failures - free
    return min(FIRST * 2 ** min(beyond, 16), LONGEST) if beyond >= 0 else timedelta(0)


def begin(who: str, source: Source, *, from_everywhere: int = 0) -> LoginFailure:
    """Count a try for `who` (an e-mail address, or what else is guessed at) as failed. Raises TooMany.

    `from_everywhere`: how many failures for `who` are free wherever they come from; 0 counts by network alone.
    """
    now = clock()
    one = LoginFailure.objects.create(who=fingerprint(who), source=source.digest, at=now)
    recent = LoginFailure.objects.filter(at__gt=now - COUNTED).exclude(pk=one.pk)
    waits = [left(recent.filter(source=one.source, who=one.who), FREE, now)]
    if not source.device:
        waits.append(left(recent.filter(source=one.source), FREE_OF_NETWORK, now))
    if from_everywhere and not source.device:
        waits.append(left(recent.filter(who=one.who), from_everywhere, now))
    if wait := max(waits):
        one.delete()  # who does not wait is not set back further
        raise TooMany(wait)
    return one


def left(failures: QuerySet[LoginFailure], free: int, now: datetime) -> timedelta:
    """How much is left of the wait that these failures earned."""
    times = list(failures.order_by("-at").values_list("at", flat=True)[: free + 8])
    return max(times[0] + wait_after(len(times), free) - now, timedelta(0)) if times else timedelta(0)


def succeeded(one: LoginFailure) -> None:
    """Forget this try and the failures before it of the same person from the same place."""
    LoginFailure.objects.filter(who=one.who, source=one.source).delete()
