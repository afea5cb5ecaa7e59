"""What keys and OAuth clients have in common: which scopes may be handed to one, from where it calls, overlaps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.utils.translation import gettext as _

from accounts.errors import Forbidden, Invalid
from accounts.models import Environment
from accounts.roles import MANAGE_MEMBERS, MANAGE_SANDBOXES, SCOPES, covers

OVERLAP_S = 86_400
LONGEST_OVERLAP_S = 7 * 86_400
MOST_NETWORKS = 50


def offered(environment: Environment, held: Collection[str]) -> list[str]:
    """The scopes that whoever holds `held` may hand to a program of `environment`, in the order of the table.

    Members enter live as well, so no program of a sandbox is given power over them; nor one of live over sandboxes.
    """
    left_out = MANAGE_SANDBOXES if environment.is_live else MANAGE_MEMBERS
    return [scope for scope in SCOPES if scope in held and scope != left_out]


def scopes_of(environment: Environment, held: Collection[str], wanted: Sequence[str]) -> list[str]:
    """`wanted` in the order of the table. Raises Invalid naming each that cannot be given."""
    able = offered(environment, held)
    detail = _("This scope does not exist here, or you do not have it yourself.")
    errors = [(f"/scopes/{at}", "not_yours", detail) for at, scope in enumerate(wanted) if scope not in able]
    if not wanted:
        errors = [("/scopes", "required", _("Choose at least one scope."))]
    if errors:
        raise Invalid(errors)
    return [scope for scope in able if scope in wanted]


def must_cover(held: Collection[str], scopes: Collection[str]) -> None:
    """Raises Forbidden for whoever would gain by it: the program has a scope that they have not."""
    if not covers(held, scopes):
        raise Forbidden(
            "beyond_you", _("This has scopes that you do not have, so it is not yours to change.")
        )


def networks_of(texts: Sequence[str]) -> list[str]:
    """Addresses and networks in their shortest form. Raises Invalid naming each that is none."""
    if len(texts) > MOST_NETWORKS:
        detail = _("At most %(count)d.") % {"count": MOST_NETWORKS}
        raise Invalid([("/allowedNetworks", "too_many", detail)])
    errors, found = [], []
    for at, text in enumerate(texts):
        try:
            found.append(str(ip_network(text.strip())).removesuffix("/32").removesuffix("/128"))
        except ValueError:
            detail = _("Must be an IP address, or a network such as 192.0.2.0/24.")
            errors.append((f"/allowedNetworks/{at}", "invalid_value", detail))
    if errors:
        raise Invalid(errors)
    return list(dict.fromkeys(found))


def admits(networks: Iterable[str], address: str) -> bool:
    """Whether a request from `address` (the true one: accounts.proxies) may come; an empty list admits everybody."""
    networks = list(networks)
    if not networks:
        return True
    came_from = parsed(address)
    return came_from is not None and any(came_from in ip_network(network) for network in networks)


def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """The address, an IPv4 one in its own form even where a dual-stack socket dressed it as IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def overlap_of(overlap_s: int) -> timedelta:
    """Raises Invalid for what is not from 0 to seven days."""
    if not 0 <= overlap_s <= LONGEST_OVERLAP_S:
        text = _("Must be a whole number from %(low)d to %(high)d.") % {"low": 0, "high": LONGEST_OVERLAP_S}
        raise Invalid([("/overlapSeconds", "invalid", text)])
    return timedelta(seconds=overlap_s)
