"""The receiver's check: four requests, sent at once and in sequence, that show whether an endpoint's code is right.

A good one, one whose body was changed after signing, one that is an hour old, and the good one again. All are marked
as a test (`smsgateway-check: 1`, type `endpoint.check`), so that a receiver can leave them out of its books.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict
from accounts.ids import public, uuid7
from delivery import errand, health, payload, retry, signing
from delivery.composing import HEADERS, Target, Ticket, load_targets
from delivery.exchange import Job, Result
from delivery.models import Endpoint

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DEADLINE_S = 3.0  # for each of the four: somebody waits for them
STALE = timedelta(hours=1)
TYPE = "endpoint.check"


class Probe(NamedTuple):
    """One of the requests: what it is, whether it is to be taken, and what each outcome means."""

    name: str
    taken: bool  # 2xx is right, else anything but 2xx
    what: StrOrPromise
    right: StrOrPromise
    wrong: StrOrPromise


PROBES = (
    Probe(
        "good",
        True,
        _("A good request"),
        _("It was taken."),
        _("It was not taken: the code refuses what we really send. Check the secret and the raw body."),
    ),
    Probe(
        "tampered",
        False,
        _("A body that was changed after it was signed"),
        _("It was refused."),
        _("It was taken: the code does not check the signature, so anybody can send it texts."),
    ),
    Probe(
        "stale",
        False,
        _("A request that is an hour old"),
        _("It was refused."),
        _(
            "It was taken: the code does not check webhook-timestamp, so whoever caught a request can repeat it."
        ),
    ),
    Probe(
        "duplicate",
        True,
        _("The good request once more, with the same webhook-id"),
        _("It was taken. Whether it counted once, only your own data tells."),
        _("It was not taken: answer 2xx to a repeat as well and leave it out, or it comes again for a day."),
    ),
)
UNANSWERED = _("No answer came, so nothing can be said.")


class Finding(NamedTuple):
    """What one request came to. `right` is None where no answer came."""

    probe: Probe
    status: int | None
    error: retry.ErrorKind | None  # where no answer came
    took_us: int
    right: bool | None

    @property
    def verdict(self) -> StrOrPromise:
        if self.right is None:
            return UNANSWERED
        return self.probe.right if self.right else self.probe.wrong


def check(endpoint: Endpoint, actor: Actor) -> list[Finding]:
    """Send all four and tell how the receiver took them; nothing is kept but the trail's entry. Where the good one is
    taken, an endpoint that is left alone is probed at once.

    Call it outside any transaction. Raises Conflict where the endpoint is no webhook or a secret does not open.
    """
    if endpoint.kind != Endpoint.Kind.WEBHOOK:
        raise Conflict("not_a_webhook", gettext("Only the code behind a webhook can be checked."))
    target = load_targets([endpoint.pk])[endpoint.pk]
    requests = composed(endpoint, target, datetime.now(UTC))
    ticket = opened(target)
    token = errand.token_for(ticket.grant, DEADLINE_S) if ticket.grant else ""
    findings = [
        judged(
            probe, send(endpoint, target, token, *requests[probe.name]) if isinstance(token, str) else token
        )
        for probe in PROBES
    ]
    after = {finding.probe.name: finding.right for finding in findings}
    if after["good"]:
        health.probe_soon(endpoint)
    audit.record(actor, "endpoint.checked", endpoint.pk, environment=endpoint.environment, after=after)
    return findings


def composed(endpoint: Endpoint, target: Target, wall: datetime) -> Mapping[str, tuple[list[str], bytes]]:
    """Headers and body of each request by the name of its probe."""
    data = {"endpointId": public("endpoint", endpoint.pk)}
    simulated = not endpoint.environment.is_live
    body = payload.event(TYPE, wall, data, simulated)
    changed = payload.event(TYPE, wall, data | {"changed": True}, simulated)
    signers = live(target, clock(endpoint.environment))
    id = public("event", uuid7())
    good = signed(signers, id, wall, body), body
    return {
        "good": good,
        "tampered": (signed(signers, public("event", uuid7()), wall, body), changed),
        "stale": (signed(signers, public("event", uuid7()), wall - STALE, body), body),
        "duplicate": good,
    }


def opened(target: Target) -> Ticket:
    """What the endpoint asks for with each request, as deliveries have it."""
    if target.ticket is None:
        raise Conflict("access_unreadable", gettext("What is sent along cannot be opened: give it anew."))
    return target.ticket


def live(target: Target, now: datetime) -> list[signing.Signer]:
    if target.signers is None:
        raise Conflict(
            "secret_unreadable", gettext("A secret of this endpoint does not open: make a new one.")
        )
    return [signer for signer, expires_at in target.signers if expires_at is None or expires_at > now]


def signed(signers: list[signing.Signer], id: str, at: datetime, body: bytes) -> list[str]:
    timestamp = int(at.timestamp())
    return [
        *HEADERS,
        f"webhook-id: {id}",
        f"webhook-timestamp: {timestamp}",
        f"webhook-signature: {signing.sign(signers, id, timestamp, body)}",
        "smsgateway-attempt: 1",
        "smsgateway-check: 1",
    ]


def send(endpoint: Endpoint, target: Target, token: str, headers: list[str], body: bytes) -> Result:
    """One request, here and now, on the way of deliveries."""
    ticket = opened(target)
    return errand.run(
        Job(
            delivery=uuid7(),
            lease=uuid7(),
            endpoint=endpoint.pk,
            url=target.url,
            headers=[*headers, *ticket.headers],
            body=body,
            deadline_s=min(target.policy.deadline_s or DEADLINE_S, DEADLINE_S),
            start_by=0,
            tls=ticket.tls,
            only=target.only,
            opening=target.opening,
            token=token,
        )
    )


def judged(probe: Probe, result: Result) -> Finding:
    kind = retry.ERRORS.get(result.error, retry.ERRORS["other"]) if result.error else None
    taken = result.status is not None and 200 <= result.status < 300
    right = None if result.status is None else taken == probe.taken
    return Finding(probe, result.status, kind, result.total_us, right)
