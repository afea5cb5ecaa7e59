"""One HTTP request by libcurl: the try to make, the handle that makes it, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import certifi
import pycurl

from delivery.addresses import Guard, Network
from delivery.retry import Directive
from delivery.ways import Tls, go_straight, go_through, trouble_of_proxy

CONNECT_TIMEOUT_MS = 3000
KEPT_BYTES = 4096  # of an answer's body, for the person who looks into a failure
READ_BYTES = 65_536  # more than that nobody reads, of headers or body: the connection is cut
HEARD = {b"retry-after": "retry_after", b"webhook-delivery": "directive"}  # of an answer's headers
HEARD_BYTES = 64  # of each
DIRECTIVES: dict[str, Directive] = {"disable": "disable", "abort-message": "abort-message"}
TOO_LARGE = 100  # CURLE_TOO_LARGE, which pycurl has no name for: one header, or their number, beyond libcurl's own cap
WORDS = {6: "dns", 5: "dns", 7: "connect", 23: "too_large", 63: "too_large", TOO_LARGE: "too_large"}
TLS_ERRORS = {35, 51, 53, 54, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91}


@dataclass(slots=True)
class Job:
    """One try of one delivery, ready to send."""

    delivery: UUID
    lease: UUID
    endpoint: UUID
    url: str
    headers: list[str]
    body: bytes
    deadline_s: float
    start_by: float  # time.monotonic() after which the lease no longer covers a whole try
    most_at_once: int | None = None  # of its endpoint's requests, of all workers together
    method: str = "POST"
    swept: bool = False  # it waited in the database, not for a doorbell
    context: Any = None  # whatever the one who records wants back
    tls: Tls | None = None
    only: tuple[Network, ...] | None = None  # where it may go; None: anywhere public
    opening: int | None = None  # the port of the sandbox's own receiver, where that is where it goes
    kept_bytes: int = KEPT_BYTES
    grant: Any = None  # how to get the token that it needs (delivery.tokens)
    token: str = ""
    renewed: bool = False  # a token was refused and another one got


@dataclass(slots=True)
class Result:
    """How a try went: either `status` or `error` tells. Times are microseconds since its start."""

    status: int | None
    error: str | None  # a word of delivery.retry
    address: str = ""
    dns_us: int | None = None
    connect_us: int | None = None
    tls_us: int | None = None
    first_byte_us: int | None = None
    total_us: int = 0
    body: bytes = b""  # up to READ_BYTES of it
    retry_after: str = ""
    directive: Directive = ""


class Exchange:
    """A curl handle and what happens on it; reused from try to try."""

    def __init__(self, allow_networks: Sequence[Network], proxy: str = "") -> None:
        self.guard, self.proxy = Guard(allow_networks), proxy
        self.tls: Tls | None = None
        self.job: Job | None = None
        self.method = "POST"
        self.body = bytearray()
        self.header_bytes = 0
        self.headed = False  # the head of the answer came whole
        self.heard: dict[str, str] = {}
        self.capped = False
        self.curl = self.prepare(pycurl.Curl())

    def prepare(self, curl: Any) -> Any:
        curl.exchange = self
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.REDIR_PROTOCOLS, 0)
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS)
        go_through(curl, self.proxy) if self.proxy else go_straight(curl, self.guard)
        curl.setopt(pycurl.WRITEFUNCTION, self.write)
        curl.setopt(pycurl.HEADERFUNCTION, self.hear)
        curl.setopt(pycurl.CAINFO, certifi.where())
        curl.setopt(pycurl.POST, 1)
        return curl

    def load(self, job: Job) -> Any:
        """The curl handle, set up for `job`."""
        self.job, self.capped, self.headed, self.header_bytes = job, False, False, 0
        self.body.clear()
        self.heard.clear()
        self.guard.clear(job.only, job.opening)
        curl = self.curl
        if job.tls is not self.tls:
            self.become(job.tls)
        curl.setopt(pycurl.URL, job.url)
        authorized = [*job.headers, f"Authorization: Bearer {job.token}"] if job.token else job.headers
        curl.setopt(pycurl.HTTPHEADER, authorized)
        if job.method != self.method:
            self.turn_to(job.method)
        if job.method != "GET":
            curl.setopt(pycurl.POSTFIELDS, job.body)
        curl.setopt(pycurl.TIMEOUT_MS, int(job.deadline_s * 1000))
        return curl

    def turn_to(self, method: str) -> None:
        self.method = method
        self.curl.setopt(pycurl.HTTPGET if method == "GET" else pycurl.POST, 1)
        if method in ("GET", "POST"):
            self.curl.unsetopt(pycurl.CUSTOMREQUEST)
        else:
            self.curl.setopt(pycurl.CUSTOMREQUEST, method)

    def become(self, tls: Tls | None) -> None:
        """Show this certificate and believe these issuers from now on, and those of before no more."""
        self.curl.reset()
        self.prepare(self.curl)
        self.tls, self.method = tls, "POST"
        if tls is not None:
            tls.set_on(self.curl)

    def write(self, data: bytes) -> int | None:
        if len(self.body) + len(data) > READ_BYTES:
            self.capped = True
            return 0  # anything but the length ends the transfer
        self.body += data
        return None

    def hear(self, line: bytes) -> int | None:
        """One header line of the answer."""
        self.header_bytes += len(line)
        if self.header_bytes > READ_BYTES:
            self.capped = True
            return 0
        if len(line) <= 2:  # the empty line that ends a head
            self.headed = True
        elif line[:5] == b"HTTP/":  # after an informational answer comes another
            self.headed = False
        elif line[:1] in b"rRwW":
            name, _colon, value = line.partition(b":")
            if word := HEARD.get(name.lower()):
                self.heard[word] = value.strip()[:HEARD_BYTES].decode("ascii", "replace")
        return None

    def result(self, error: int | None) -> Result:
        """What came of it; `error` is libcurl's number, None when the transfer ended well."""
        curl, counts = self.curl, self.counts(error)
        connected = curl.getinfo(pycurl.CONNECT_TIME_T)
        return Result(
            status=curl.getinfo(pycurl.RESPONSE_CODE) if counts else None,
            error=None if counts else self.word(error or 0),
            address="" if self.proxy else curl.getinfo(pycurl.PRIMARY_IP) or "",
            dns_us=curl.getinfo(pycurl.NAMELOOKUP_TIME_T),
            connect_us=connected,
            tls_us=curl.getinfo(pycurl.APPCONNECT_TIME_T),
            first_byte_us=curl.getinfo(pycurl.STARTTRANSFER_TIME_T) if self.header_bytes else None,
            total_us=curl.getinfo(pycurl.TOTAL_TIME_T),
            body=bytes(self.body[: self.job.kept_bytes if self.job else KEPT_BYTES]),
            retry_after=self.heard.get("retry_after", ""),
            directive=DIRECTIVES.get(self.heard.get("directive", "").lower(), ""),
        )

    def counts(self, error: int | None) -> bool:
        """Whether the status says how the try ended: that of a whole answer, or of one too large to read.

        Informational ones (1xx) say nothing yet. libcurl takes an answer for whole that broke off in its head.
        """
        whole = error is None and self.headed
        return (whole or self.capped or error == TOO_LARGE) and self.curl.getinfo(pycurl.RESPONSE_CODE) >= 200

    def word(self, error: int) -> str:
        if self.proxy and (word := trouble_of_proxy(self.curl, error)):
            return word
        if self.guard.unlisted and not self.guard.refused:
            return "not_allowed_destination"
        if self.guard.refused or error == 42:  # a refused address looks like any failed connect
            return "refused_address"
        if error == 28:
            return "timeout" if self.curl.getinfo(pycurl.REQUEST_SIZE) else "connect"
        if error in TLS_ERRORS or (error in {55, 56} and self.is_disliked()):
            return "tls"
        return WORDS.get(error, "protocol")

    def is_disliked(self) -> bool:
        """Whether the server broke off for our certificate, or for want of one: TLS 1.3 tells after the handshake.

        Its alert may come too late to be read, so that of an endpoint with certificates a break at once counts too.
        """
        at_once = not self.header_bytes and self.curl.getinfo(pycurl.NUM_CONNECTS)
        told = "SSL routines::" in self.curl.errstr()
        return told or bool(at_once and self.job is not None and self.job.tls is not None)
