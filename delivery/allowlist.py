"""The destinations that an environment allows, which are fewer than the address guard would. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from delivery.addresses import LABEL, NUMERIC, Network, Rejected, is_within, taken_apart


@dataclass(frozen=True, slots=True)
class Allowlist:
    """Hosts by their names, and networks."""

    hosts: frozenset[str] = frozenset()
    domains: tuple[str, ...] = ()  # `.example.com` where it allows *.example.com
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Allowlist | None:
        """The list that `pattern_of` patterns make; None where there are none, which allows everything."""
        patterns = list(patterns)
        names = [one for one in patterns if "/" not in one]
        return (
            cls(
                frozenset(one for one in names if not one.startswith("*.")),
                tuple(one[1:] for one in names if one.startswith("*.")),
                tuple(ip_network(one) for one in patterns if "/" in one),
            )
            if patterns
            else None
        )

    def networks_for(self, host: str) -> tuple[Network, ...] | None:
        """Where `host` must lie; None where it is allowed by its name, wherever it lies."""
        named = host in self.hosts or host.endswith(self.domains)
        return None if named else self.networks

    def leaves_out(self, url: str) -> bool:
        """Whether nothing may go to `url` whatever its name resolves to; where networks are listed, only that tells."""
        networks = self.networks_of(url)
        if not networks:
            return networks is not None
        target = taken_apart(url)
        return target.address is not None and not self.allows(target.host, [target.host])

    def networks_of(self, url: str) -> tuple[Network, ...] | None:
        """Where requests to `url` must go, as for its host; nowhere if it is none."""
        try:
            return self.networks_for(taken_apart(url).host)
        except Rejected:  # a queue's, or saved under other rules
            return ()

    def allows(self, host: str, addresses: Sequence[str]) -> bool:
        """Whether requests to `host` may go to every one of `addresses`; without any, its name must be allowed."""
        networks = self.networks_for(host)
        if networks is None:
            return True
        return bool(addresses) and all(is_within(one, networks) for one in addresses)


def pattern_of(text: str) -> str:
    """`api.example.com`, `*.example.com` or a network in CIDR form, normalised. Raises ValueError."""
    written = text.strip().lower().removesuffix(".")
    if "%" in written:
        raise ValueError("a zone belongs to one machine")
    if "/" in written:
        return str(ip_network(written))
    try:
        return str(ip_network(ip_address(written)))
    except ValueError:
        pass
    labels = written.removeprefix("*.").split(".")
    if len(labels) < 2 or len(written) > 253 or NUMERIC.fullmatch(labels[-1]):
        raise ValueError("no host name")
    if not all(LABEL.fullmatch(label) for label in labels):
        raise ValueError("no host name")
    return written
