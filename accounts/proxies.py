"""Who really asks: the address that the nearest trusted proxy saw. A client's own headers change nothing."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from django.conf import settings


@lru_cache(maxsize=1024)  # the proxies are few, and each request comes from one
def trusted(text: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in networks)


def plain(text: str) -> str | None:
    """An address as it is kept, None where `text` is none: a proxy may name its client anything."""
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def client_address(peer: str, forwarded_for: str) -> str:
    """Walk from the peer outwards through proxies that we trust; the first stranger is the client."""
    if not forwarded_for:
        return peer
    for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        if not trusted(peer, settings.TRUSTED_PROXIES):
            break
        peer = hop
    return peer
