"""Who really asks: the address that the nearest trusted proxy saw. A client's own headers change nothing."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network

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


def household(address: str) -> str:
    """The network that one party has to itself, as far as addresses tell: IPv4's own address, a /64 of IPv6."""
    text = plain(address)
    if text is None:
        return ""
    found = ip_address(text)
    ipv4 = found if isinstance(found, IPv4Address) else found.ipv4_mapped  # in a dual-stack socket's dress
    return str(ipv4 or ip_network(f"{text}/64", strict=False))
