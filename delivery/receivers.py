"""The sandbox's own receiver: the one place inside our network that deliveries go to, and a sandbox's only.

SANDBOX_RECEIVER_URL names its origin: a host, and the port that requests come to. At the three ports behind it are the
listeners whose certificates are wrong, and at the next one is the simulator's SMSC, to which no delivery goes. Whatever
else lies at that host stays as closed as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext as _

from accounts import walls
from accounts.audit import Actor
from accounts.errors import Invalid
from accounts.models import Environment
from delivery.addresses import Rejected, Resolver, Target, taken_apart

PLAIN = ""
#: What is wrong with the certificate at each port behind the first, in their order.
BAD_TLS = ("expired", "selfSigned", "wrongHost")


@lru_cache(maxsize=8)
def listeners(url: str) -> dict[str, Target]:
    """Where the receiver of that URL is reached, by what is wrong there."""
    plain = taken_apart(url)
    ports = enumerate(BAD_TLS, plain.port + 1)
    return {PLAIN: plain} | {fault: Target("https", plain.host, port, "/") for port, fault in ports}


def smsc() -> tuple[str, int]:
    """Host and port of the simulator's SMSC."""
    plain = listeners(settings.SANDBOX_RECEIVER_URL)[PLAIN]
    return plain.host, smsc_port(plain.port)


def smsc_port(first: int) -> int:
    """Its port, where that of requests is `first`."""
    return first + len(BAD_TLS) + 1


def ours() -> Collection[Target]:
    return listeners(settings.SANDBOX_RECEIVER_URL).values()


def target_of(url: str) -> Target | None:
    try:
        return taken_apart(url)
    except Rejected:
        return None


def is_ours(url: str) -> bool:
    target = target_of(url)
    return target is not None and target.origin in {one.origin for one in ours()}


def opening_of(url: str, environment: Environment) -> int | None:
    """The port that the guard opens for requests of `environment` to an endpoint's URL; None for all but ours."""
    target = target_of(url)
    return target.port if target and is_ours(url) and not environment.is_live else None


def leads_to_us(url: str, resolve: Resolver) -> bool:
    """Whether a URL, however it names the host, comes out at the receiver."""
    target = target_of(url)
    if target is None or target.port not in {one.port for one in ours()}:
        return False  # nearly every URL, and no name was looked up
    host = next(iter(ours())).host
    return target.host == host or bool(set(resolve(target.host)) & set(resolve(host)))


def keep_live_away(environment: Environment, actor: Actor, url: str, pointer: str, resolve: Resolver) -> None:
    """Refuse live the receiver, and write down who tried. Raises Invalid."""
    if environment.is_live and leads_to_us(url, resolve):
        walls.note_refusal(environment, actor, "sandbox_only", field=pointer)
        text = _("This is a receiver of sandboxes: no text of live may go there.")
        raise Invalid([(pointer, "sandbox_only", text)])
