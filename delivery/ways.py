"""How a curl handle reaches a server: past the address guard or through a proxy, and as whom over TLS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import certifi
import pycurl

from delivery.addresses import Guard

SUPPRESS_CONNECT_HEADERS = 265  # CURLOPT_SUPPRESS_CONNECT_HEADERS, which pycurl has no name for
# A proxy's answers to CONNECT that speak of the destination; any other is the proxy's own trouble.
OF_DESTINATION = {403: "refused_address", 502: "connect", 503: "connect", 504: "connect"}


@dataclass(frozen=True, slots=True)
class Tls:
    """Whom a server sees and whom we believe, in PEM; empty: nobody in particular, and the public issuers.

    libcurl shares no connection and no session between handles that differ in the certificate or the issuers.
    """

    certificate: bytes = b""
    key: bytes = b""
    ca: bytes = b""

    def set_on(self, curl: Any) -> None:
        if self.certificate:
            curl.setopt(pycurl.SSLCERT_BLOB, self.certificate)
            curl.setopt(pycurl.SSLKEY_BLOB, self.key)
        if self.ca:
            curl.setopt(pycurl.CAINFO_BLOB, self.ca)


def go_straight(curl: Any, guard: Guard) -> None:
    curl.setopt(pycurl.PROXY, "")
    curl.setopt(pycurl.NOPROXY, "*")
    curl.setopt(pycurl.OPENSOCKETFUNCTION, guard.opensocket)
    curl.setopt(pycurl.PREREQFUNCTION, guard.prereq)


def go_through(curl: Any, proxy: str) -> None:
    """Every socket then leads to the proxy, which is the operator's own: no guard is asked about it."""
    curl.setopt(pycurl.PROXY, proxy)
    curl.setopt(pycurl.NOPROXY, "")
    curl.setopt(pycurl.HTTPPROXYTUNNEL, 1)  # plain http too, so that the proxy never reads what we send
    curl.setopt(pycurl.HEADEROPT, pycurl.HEADER_SEPARATE)  # nor gets the headers
    curl.setopt(pycurl.PROXY_CAINFO, certifi.where())
    curl.setopt(SUPPRESS_CONNECT_HEADERS, 1)


def trouble_of_proxy(curl: Any, error: int) -> str | None:
    """The word for a failure before the tunnel stood; None where it stood and the endpoint has to explain itself."""
    answered = curl.getinfo(pycurl.HTTP_CONNECTCODE)
    reused = curl.getinfo(pycurl.NUM_CONNECTS) == 0 and curl.getinfo(pycurl.PRIMARY_IP)
    if reused or answered // 100 == 2:
        return None
    if answered:
        return OF_DESTINATION.get(answered, "proxy")
    asked = error == pycurl.E_OPERATION_TIMEDOUT and curl.getinfo(pycurl.CONNECT_TIME_T)
    return "connect" if asked else "proxy"  # it took the request and waits for the endpoint, as we do
