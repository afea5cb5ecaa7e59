"""What a production start refuses: each sentence names the knob and what to set."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Any
from urllib.parse import parse_qs, urlsplit

API_URLS = ("TWILIO_API_URL", "TELNYX_API_URL", "VONAGE_API_URL", "OVH_API_URL")
LOCAL_HOSTS = {"", "localhost", "127.0.0.1", "::1"}
PUBLIC_V6 = IPv6Network("2000::/3")
REFUSED_V6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
PRIVATE_V4 = tuple(
    map(
        IPv4Network,
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
        "192.168.0.0/16 198.18.0.0/15 224.0.0.0/3".split(),
    )
)


def insecurities(settings: Mapping[str, Any], given: frozenset[str]) -> list[str]:
    """Sentences for people about every insecure value in `settings`; `given` names the set environment variables."""
    local = settings["LOCAL_SECRETS"]
    found = [f"{name} has its default value: set your own" for name in local if settings[name] == local[name]]
    if "SECRET_KEY" in given and len(settings["SECRET_KEY"]) < 50:
        found.append("SECRET_KEY is shorter than 50 characters")
    for name in ("PUBLIC_URL", "PUBLIC_INGEST_URL"):
        if urlsplit(settings[name]).scheme != "https":
            found.append(f"{name} must be the https URL that the outside uses")
    for name in API_URLS:
        if urlsplit(settings[name]).scheme != "https":
            found.append(f"{name} must be https: credentials go there")
    if "ALLOWED_HOSTS" not in given or "*" in settings["ALLOWED_HOSTS"]:
        found.append("ALLOWED_HOSTS must name the hosts that people and the API use")
    if not settings["TRUSTED_PROXIES"]:
        found.append("TRUSTED_PROXIES must name the networks of the TLS proxy in front")
    if any(map(opens_private, settings["DELIVERY_ALLOW_NETWORKS"])):
        found.append("DELIVERY_ALLOW_NETWORKS opens a private network: endpoints could reach our own systems")
    return (
        found + database_insecurities(settings["DATABASE_URL"]) + broker_insecurities(settings["REDIS_URL"])
    )


def opens_private(network: IPv4Network | IPv6Network) -> bool:
    """Whether any address of `network` is one that the guard refuses for its own sake; a wide one has all of them."""
    if isinstance(network, IPv4Network):
        return any(network.overlaps(private) for private in PRIVATE_V4)
    return not network.subnet_of(PUBLIC_V6) or any(network.overlaps(private) for private in REFUSED_V6)


def database_insecurities(url: str) -> list[str]:
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    host = (options.get("host") or [parts.hostname or ""])[0]
    if host in LOCAL_HOSTS or host.startswith("/"):
        return []
    if (options.get("sslmode") or [""])[0] in {"require", "verify-ca", "verify-full"}:
        return []
    return ["DATABASE_URL reaches another host without TLS: add ?sslmode=verify-full (or require)"]


def broker_insecurities(url: str) -> list[str]:
    parts = urlsplit(url)
    if parts.scheme == "unix" or (parts.hostname or "") in LOCAL_HOSTS or parts.scheme == "rediss":
        return []
    if parts.password:
        return []
    return ["REDIS_URL reaches another host without TLS or a password: use rediss:// or set a password"]
