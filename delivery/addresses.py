"""Where deliveries may go: public addresses over https, checked when an endpoint is saved and when a socket opens.

`ipaddress.is_global` alone lets through NAT64, 6to4, multicast and more, differently in each Python; so what it says
counts only together with the lists below. A name is judged by its addresses; since these change between saving and
sending, what counts in the end is `Guard`, which libcurl asks with the very address it is about to use.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import pycurl
from django.utils.translation import gettext as _

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
Resolver = Callable[[str], Iterable[str]]

PORTS = frozenset({443, 8443})
DEFAULT_PORTS = {"https": 443, "http": 80}
MAX_URL = 2048
MAX_ADDRESSES = 50  # of one name; more is no endpoint but an attempt at something

REFUSED_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and metadata services behind it
        "168.63.129.16/32",  # Azure's metadata and DNS
        "192.0.0.0/24",
        "192.88.99.0/24",  # 6to4 relays
    )
)
REFUSED_V6 = tuple(
    IPv6Network(text)
    for text in (
        "64:ff9b:1::/48",  # NAT64 of one's own network
        "100::/64",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
GLOBAL_UNICAST = IPv6Network("2000::/3")
REFUSED_SUFFIXES = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".corp", ".onion")

SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
URL = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?]*)(?P<path>[/?].*)?", re.IGNORECASE)
AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?", re.IGNORECASE)
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMERIC = re.compile(
    r"[0-9]+|0x[0-9a-f]*"
)  # a last label that makes the system's resolver read an IPv4 address


@lru_cache(maxsize=4096)
def is_allowed(address: str, allow_networks: tuple[Network, ...] = ()) -> bool:
    """Whether a numeric address may be connected to: it is public, or in one of `allow_networks`."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if getattr(ip, "scope_id", None):
        return False
    return _is_within(ip, allow_networks) or _is_public(ip)


def _is_within(ip: Address, networks: Iterable[Network]) -> bool:
    return any(ip.version == network.version and ip in network for network in networks)


def _is_public(ip: Address) -> bool:
    if (
        not ip.is_global
        or ip.is_multicast
        or ip.is_unspecified
        or ip.is_loopback
        or ip.is_link_local
        or ip.is_private
    ):
        return False
    if isinstance(ip, IPv4Address):
        return not _is_within(ip, REFUSED_V4)
    return (
        ip in GLOBAL_UNICAST
        and not _is_within(ip, REFUSED_V6)
        and all(_is_public(inner) for inner in _embedded(ip))
    )


def _embedded(ip: IPv6Address) -> Iterator[IPv4Address]:
    """ISATAP: the one way to hide an IPv4 address inside global unicast that the lists above do not refuse whole."""
    if (int(ip) >> 32) & 0xFCFFFFFF == 0x00005EFE:
        yield IPv4Address(int(ip) & 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a URL may be an endpoint's. `errors` are (code, detail), most telling first; `url` is its normal form.

    Codes: `url_invalid`, `userinfo_forbidden`, `host_forbidden`, `address_forbidden`, `scheme_forbidden`,
    `port_forbidden`. `addresses` are those of the host, where all is well.
    """

    url: str = ""
    errors: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    @property
    def code(self) -> str | None:
        return self.errors[0][0] if self.errors else None

    @property
    def detail(self) -> str:
        return self.errors[0][1] if self.errors else ""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart."""

    scheme: str
    host: str  # lower case, without brackets and final dot
    port: int
    rest: str

    @property
    def address(self) -> Address | None:
        """The host, where it is a numeric address written the plain way."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.rest}"


class Rejected(Exception):
    """A URL that cannot even be taken apart."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.error = (code, detail)


def host_of(url: str) -> str:
    """The host of a URL that `check_url` let pass, in lower case, without brackets. Raises Rejected for any other."""
    return taken_apart(url).host


def check_url(url: str, *, allow_networks: Sequence[Network], resolve: Resolver) -> Verdict:
    """Judge a URL that is about to be saved.

    `resolve` answers the addresses of a name, none or an OSError where there are none: that is but a warning.
    Inside `allow_networks` plain http, any port and any name are fine.
    """
    try:
        target = taken_apart(url)
    except Rejected as rejected:
        return Verdict(errors=(rejected.error,))
    refused_name = list(_name_errors(target))
    if refused_name and not allow_networks:
        return Verdict(errors=(*refused_name, *_way_errors(target)))
    addresses = _addresses(target, resolve)
    if addresses and all(is_within(address, allow_networks) for address in addresses):
        return Verdict(target.url, addresses=tuple(addresses))
    errors = (*refused_name, *_address_errors(addresses, allow_networks), *_way_errors(target))
    if errors:
        return Verdict(errors=errors)
    warning = _("This host name has no address yet; deliveries fail until it has one.")
    return Verdict(target.url, warnings=() if addresses else (warning,), addresses=tuple(addresses))


def taken_apart(url: str) -> Target:
    """One parser, and a strict one: what two parsers may read differently is no URL of an endpoint."""
    if len(url) > MAX_URL:
        raise Rejected("url_invalid", _("At most %(limit)d characters.") % {"limit": MAX_URL})
    if not url.isascii() or not url.isprintable() or set(url) & set(' \\"<>^`{|}#'):
        detail = _(
            "Must be ASCII without spaces, backslashes and fragment; write other names and paths encoded."
        )
        raise Rejected("url_invalid", detail)
    scheme = SCHEME.match(url)
    if scheme and scheme[1].lower() not in DEFAULT_PORTS:
        raise Rejected("scheme_forbidden", _("Must begin with https://."))
    whole = URL.fullmatch(url)
    if whole is None or not whole["authority"]:
        raise Rejected("url_invalid", _("Must look like https://example.com/path."))
    if "@" in whole["authority"]:
        raise Rejected("userinfo_forbidden", _("Must not contain a user name or password."))
    parts = AUTHORITY.fullmatch(whole["authority"])
    if parts is None:
        raise Rejected("url_invalid", _("The host or port cannot be read."))
    return _target(whole["scheme"].lower(), parts["host"].lower(), parts["port"], whole["path"] or "/")


def _target(scheme: str, host: str, port: str | None, rest: str) -> Target:
    bare = host[1:-1] if host.startswith("[") else host.removesuffix(".")
    if host.startswith("["):
        try:
            bare = IPv6Address(bare).compressed
        except ValueError:
            raise Rejected("url_invalid", _("The host is no IPv6 address.")) from None
    number = DEFAULT_PORTS[scheme] if port is None else int(port)
    if not 0 < number < 65536:
        raise Rejected("port_forbidden", _("There is no such port."))
    return Target(scheme, bare, number, rest if rest.startswith("/") else "/" + rest)


def _name_errors(target: Target) -> Iterator[tuple[str, str]]:
    host = target.host
    if target.address is not None:
        return
    labels = host.split(".")
    if len(host) > 253 or not all(LABEL.fullmatch(label) for label in labels):
        yield "host_forbidden", _("This is no host name.")
    elif NUMERIC.fullmatch(labels[-1]):
        yield "host_forbidden", _("Write an IPv4 address as four decimal numbers.")
    elif len(labels) == 1 or host.endswith(REFUSED_SUFFIXES):
        yield "host_forbidden", _("This name is local to a machine or network.")


def _way_errors(target: Target) -> Iterator[tuple[str, str]]:
    if target.scheme != "https":
        yield "scheme_forbidden", _("Must begin with https://.")
    if target.port not in PORTS and (target.scheme, target.port) != ("http", 80):
        ports = {"ports": ", ".join(map(str, sorted(PORTS)))}
        yield "port_forbidden", _("Deliveries go to these ports only: %(ports)s.") % ports


def _addresses(target: Target, resolve: Resolver) -> list[str]:
    if target.address is not None:
        return [str(target.address)]
    try:
        return list(resolve(target.host))
    except (OSError, UnicodeError):
        return []


def _address_errors(addresses: list[str], allow_networks: Sequence[Network]) -> Iterator[tuple[str, str]]:
    """One bad address among good ones is enough: which of them is used is not ours to say."""
    if len(addresses) > MAX_ADDRESSES or not all(is_allowed(a, tuple(allow_networks)) for a in addresses):
        yield (
            "address_forbidden",
            _("This host's address is private or reserved; deliveries go to public ones only."),
        )


def is_within(address: str, networks: Sequence[Network]) -> bool:
    try:
        return _is_within(ip_address(address), networks)
    except ValueError:
        return False


class Lent:
    """A socket for pycurl, which takes a duplicate of it at once: ours is closed as soon as nobody looks."""

    __slots__ = ("socket",)

    def __init__(self, socket: socket.socket) -> None:
        self.socket = socket

    def fileno(self) -> int:
        return self.socket.fileno()

    def __del__(self) -> None:
        self.socket.close()


class Guard:
    """What libcurl asks before it opens a socket (OPENSOCKETFUNCTION) and before it sends (PREREQFUNCTION).

    The second is asked for reused connections too. To libcurl a refusal is a failed connect like any other;
    `refused` holds the addresses we refused, for the caller to read and clear; `unlisted` those that lie outside
    `only`, where that is set. `opening` is the one port that may be anywhere (delivery.receivers).
    """

    def __init__(self, allow_networks: Sequence[Network] = ()) -> None:
        self.allow_networks = tuple(allow_networks)
        self.only: tuple[Network, ...] | None = None
        self.opening: int | None = None
        self.refused: list[str] = []
        self.unlisted: list[str] = []

    def clear(self, only: tuple[Network, ...] | None, opening: int | None = None) -> None:
        """Begin anew, for a request that may go into the networks `only`, or everywhere."""
        self.only, self.opening = only, opening
        self.refused.clear()
        self.unlisted.clear()

    def opensocket(self, purpose: int, address: Any) -> Lent | int:
        """A socket for one candidate address (family, type, protocol, socket address), or SOCKET_BAD."""
        family, kind, protocol, sockaddr = address
        if family not in (socket.AF_INET, socket.AF_INET6):
            return self._refuse("unix")
        if not self.permits(sockaddr[0], sockaddr[1]):
            return int(pycurl.SOCKET_BAD)
        return Lent(socket.socket(family, kind, protocol))

    def prereq(self, remote: str, local: str, remote_port: int, local_port: int) -> int:
        """Whether the request may go out on this connection, be it new or reused."""
        return int(pycurl.PREREQFUNC_OK if self.permits(remote, remote_port) else pycurl.PREREQFUNC_ABORT)

    def permits(self, address: str, port: int) -> bool:
        if port == self.opening:
            return True
        if not is_allowed(address, self.allow_networks):
            self.refused.append(address)
        elif self.only is not None and not is_within(address, self.only):
            self.unlisted.append(address)
        else:
            return True
        return False

    def _refuse(self, address: str) -> int:
        self.refused.append(address)
        return int(pycurl.SOCKET_BAD)
