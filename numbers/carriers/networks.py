"""From where a carrier calls: for those that sign nothing, the addresses that they publish."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from numbers.carriers.base import CarrierRequest, CredentialField, Refused

MOST = 100


def _problem(text: str) -> str | None:
    entries = [entry.strip() for entry in text.split(",")]
    if len(entries) > MOST:
        return _("At most %(limit)d addresses.") % {"limit": MOST}
    for place, entry in enumerate(entries, 1):
        try:
            ip_network(entry)
        except ValueError:
            return _(
                "Entry %(place)d is neither an IP address nor a network. Write them like 192.0.2.7, "
                "198.51.100.0/24 or 2001:db8::/32, separated by commas."
            ) % {"place": place}
    return None


credentials: Mapping[str, CredentialField] = {
    "allowedNetworks": CredentialField(
        gettext_lazy(
            "The addresses that the carrier calls from, as it publishes them: IP addresses and networks, "
            "separated by commas. Requests from elsewhere are refused. Empty allows any."
        ),
        _problem,
        required=False,
        secret=False,
    ),
}


def check(request: CarrierRequest, credentials: Mapping[str, str], status: int = 403) -> None:
    """Refused where the channel names networks and the caller's address is in none of them."""
    allowed = credentials.get("allowedNetworks")
    if allowed and not _is_within(request.client, _networks(allowed)):
        raise Refused(status, "wrongAddress")


@lru_cache(maxsize=1024)
def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(entry.strip()) for entry in text.split(","))


def _is_within(client: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    try:
        address = ip_address(client)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:  # as a socket for both families shows them
        address = address.ipv4_mapped
    return any(address in network for network in networks)
