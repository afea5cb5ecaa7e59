"""Bearer tokens for endpoints that want them: got once for many deliveries, kept until shortly before they end.

OAuth 2.0 client credentials (RFC 6749 §4.4). The token server is asked by the same transport as endpoints are, so it
is guarded and bounded alike and nothing waits for it but the deliveries that need its token.

submit ─ token at hand ──────────────────────────────→ forward
   └──── else wait; one request for all that wait ─┬─→ forward, once it brought a token
                                                   └─→ on_done: `token`, with the cause as its answer
done: 401 for a token → it is forgotten, and the delivery submitted once more
"""

from __future__ import annotations

import json
import math
import re
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlencode
from uuid import UUID

import certifi

from accounts.clock import clock
from accounts.ids import uuid7
from delivery.addresses import Network
from delivery.exchange import READ_BYTES, Job, Result
from delivery.ways import Tls

DEADLINE_S = 10.0
WAIT_S = 15.0  # for a place on the wire
MOST_WAITING = 32  # deliveries of one endpoint
EARLY_S = 30  # before its end a token is used no more, or a fifth of its life where that is short
UNSAID_S = 300  # of life, where the server does not say
FAILED_FOR = timedelta(seconds=10)  # a server that gave none is left alone for so long
TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
HEADERS = (
    "Content-Type: application/x-www-form-urlencoded",
    "Accept: application/json",
    "User-Agent: smsgateway/1",
    "Expect:",
)


@dataclass(frozen=True, slots=True)
class Grant:
    """The request that gets a token for one endpoint."""

    endpoint: UUID
    url: str
    headers: tuple[str, ...]
    body: bytes
    tls: Tls | None
    only: tuple[Network, ...] | None


def grant_of(endpoint: UUID, oauth2: Mapping[str, Any], ca: str, only: tuple[Network, ...] | None) -> Grant:
    """The grant for what delivery.access keeps; issuers in `ca` are believed beside the public ones."""
    form = {"grant_type": "client_credentials"}
    form |= {name: oauth2[name] for name in ("scope", "audience") if name in oauth2}
    headers: tuple[str, ...] = HEADERS
    if oauth2["authMethod"] == "client_secret_post":
        form |= {"client_id": oauth2["clientId"], "client_secret": oauth2["clientSecret"]}
    else:  # RFC 6749 §2.3.1: encoded, then joined
        pair = ":".join(quote_plus(oauth2[name]) for name in ("clientId", "clientSecret"))
        headers = (*headers, f"Authorization: Basic {b64encode(pair.encode()).decode()}")
    tls = Tls(ca=public_issuers() + ca.encode()) if ca else None
    return Grant(endpoint, oauth2["tokenUrl"], headers, urlencode(form).encode(), tls, only)


def public_issuers() -> bytes:
    with open(certifi.where(), "rb") as bundle:
        return bundle.read()


@dataclass(slots=True)
class Held:
    """The token of one endpoint, why there is none, and who waits for one."""

    grant: Grant
    lane: UUID = field(default_factory=uuid7)  # its places in the transport are not the endpoint's
    token: str = ""
    cause: Result | None = None
    until: datetime | None = None  # until when the token, or the cause of there being none, is good
    asking: bool = False
    waiting: list[Job] = field(default_factory=list)


class Unusable(Exception):
    """An answer without a token; says why in words."""


class Tokens:
    """Stands before the transport and behind it. Methods may be called from any thread and never block."""

    def __init__(
        self,
        *,
        forward: Callable[[Sequence[Job]], None],
        on_done: Callable[[Job, Result], None],
        on_returned: Callable[[Job], None],
    ) -> None:
        self.forward, self.on_done, self.on_returned = forward, on_done, on_returned
        self.clock: Callable[[], datetime] = clock
        self.held: dict[UUID, Held] = {}
        self.lock = threading.Lock()

    def saturated(self) -> list[UUID]:
        """Endpoints for whose token so many deliveries wait that no more should come."""
        return [id for id, held in list(self.held.items()) if len(held.waiting) >= MOST_WAITING]

    def submit(self, jobs: Sequence[Job]) -> None:
        for job in (asking := [job for job in jobs if job.grant is not None]):
            self.lead(job)
        self.forward([job for job in jobs if job.grant is None] if asking else jobs)

    def lead(self, job: Job) -> None:
        """To the transport with a token, back without one, or into the queue for one."""
        with self.lock:
            held = self.of(job.grant)
            good = held.until is not None and self.clock() < held.until
            cause = held.cause if good else None
            job.token = held.token if good else ""
            waits = not job.token and cause is None and len(held.waiting) < MOST_WAITING
            if waits:
                held.waiting.append(job)
            ask = waits and not held.asking
            held.asking |= ask
        if job.token:
            self.forward([job])
        elif cause is not None:
            self.on_done(job, cause)
        elif not waits:
            self.on_returned(job)
        elif ask:
            self.forward([request_for(held)])

    def of(self, grant: Grant) -> Held:
        held = self.held.get(grant.endpoint)
        if (
            held is None or held.grant != grant
        ):  # the endpoint was changed; who waits for the old one still gets it
            held = self.held[grant.endpoint] = Held(grant)
        return held

    # ---- called by the transport

    def done(self, job: Job, result: Result) -> None:
        if isinstance(job.context, Held):
            self.answered(job.context, result)
        elif job.grant is not None and result.status == 401 and not job.renewed:
            job.renewed = True
            self.forget(job)
            self.lead(job)
        else:
            self.on_done(job, result)

    def returned(self, job: Job) -> None:
        if isinstance(job.context, Held):
            for waiting in self.take(job.context):
                self.on_returned(waiting)
        else:
            self.on_returned(job)

    def forget(self, job: Job) -> None:
        """The token that a delivery was refused with; a newer one stays."""
        with self.lock:
            held = self.of(job.grant)
            if held.token == job.token:
                held.token, held.until = "", None

    def answered(self, held: Held, result: Result) -> None:
        cause: Result | None = None
        try:
            token, until = token_in(result, self.clock())
        except Unusable as problem:
            token, until, cause = "", self.clock() + FAILED_FOR, failure(result, str(problem))
        with self.lock:
            held.token, held.until, held.cause = token, until, cause
        jobs = self.take(held)
        for job in jobs:
            job.token = token
            if cause is not None:
                self.on_done(job, cause)
        if cause is None:
            self.forward(jobs)

    def take(self, held: Held) -> list[Job]:
        with self.lock:
            jobs, held.waiting, held.asking = held.waiting, [], False
        return jobs


def token_in(result: Result, now: datetime) -> tuple[str, datetime]:
    """The token in an answer and until when to use it. Raises Unusable."""
    answer = object_of(result)
    token, kind = answer.get("access_token"), answer.get("token_type", "bearer")
    if not isinstance(token, str) or not TOKEN.fullmatch(token) or str(kind).lower() != "bearer":
        raise Unusable("The token server's answer holds no bearer token.")
    life = seconds(answer.get("expires_in"))
    return token, now + timedelta(seconds=life - min(EARLY_S, life / 5))


def request_for(held: Held) -> Job:
    grant = held.grant
    return Job(
        delivery=held.lane,
        lease=held.lane,
        endpoint=held.lane,
        url=grant.url,
        headers=list(grant.headers),
        body=grant.body,
        deadline_s=DEADLINE_S,
        start_by=time.monotonic() + WAIT_S,
        context=held,
        tls=grant.tls,
        only=grant.only,
        kept_bytes=READ_BYTES,
    )


def object_of(result: Result) -> Mapping[str, Any]:
    """The JSON object of a good answer. Raises Unusable."""
    if result.status is None:
        raise Unusable(f"The token server gave no answer: {result.error}.")
    try:
        answer = json.loads(result.body)
    except (ValueError, RecursionError):
        answer = None
    found: Mapping[str, Any] = answer if isinstance(answer, dict) else {}
    if result.status // 100 != 2:
        # RFC 6749 §5.2
        told = [str(found[name])[:200] for name in ("error", "error_description") if name in found]
        raise Unusable(f"The token server answered {': '.join([str(result.status), *told])}.")
    return found


def seconds(value: Any) -> float:
    """`expires_in`, which some servers write as a string."""
    try:
        life = float(value)
    except (TypeError, ValueError, OverflowError):
        return UNSAID_S
    return min(max(life, 0.0), 86_400.0) if math.isfinite(life) else UNSAID_S


def failure(result: Result, cause: str) -> Result:
    """What the deliveries that waited get to hear; our own proxy's trouble stays ours."""
    error = "proxy" if result.error == "proxy" else "token"
    return Result(None, error, total_us=result.total_us, body=cause.encode(errors="replace")[:4096])
