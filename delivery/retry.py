"""When to try again, and what an answer means. Pure: the caller brings the time and the dice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from delivery.policy import Policy
from delivery.remedies import remedy_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

JITTER = 0.1  # of the delay, only ever added: nobody is tried sooner than documented
SLOWLY_S = 300  # the shortest pause after a failure that a person has to mend
MOST_RETRY_AFTER_S = 86_400

Directive = Literal["", "disable", "abort-message"]


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """Why a try failed: a number and a word that stay, the class that a policy treats, a sentence for people."""

    code: int
    word: str
    treated_as: str
    explanation: StrOrPromise

    @property
    def remedy(self) -> StrOrPromise:
        """What to do about it."""
        return remedy_of(self.word)


class Reason(TextChoices):
    """Why a delivery waits, or why it was given up."""

    LADDER = "ladder", _("Tried again after the pause that the endpoint's policy names.")
    SLOW = "slow", _("Tried again after five minutes or more: a person has to mend this.")
    RETRY_AFTER = "retryAfter", _("Tried again when the endpoint asked for it (Retry-After).")
    BUSY = "busy", _("Waits for a free place at its endpoint.")
    CIRCUIT = "circuit", _("Waits for its endpoint to work again, and then for its turn.")
    RATE = "rate", _("Waits for its turn at the rate that the endpoint takes.")
    DRAIN = "drain", _("Waits for its turn, since what piled up is sent little by little.")
    ORDER = "order", _("Waits for an earlier text of the same sender.")
    OURS = "ours", _("Waits for us: we could not send it, or not tell how it went. No try is used up.")
    QUEUED = "queued", _("Waits in the queue to be taken again.")
    TRIES_USED = "triesUsed", _("Given up: all tries are used up.")
    STOPPED = "stopped", _("Given up: the endpoint's policy stops at this failure.")
    EXPIRED = "expired", _("Given up: it could not be delivered in the time that the endpoint allows.")
    ABORTED = "aborted", _("Given up: the endpoint asked to (webhook-delivery: abort-message).")
    GONE = "gone", _("Given up: the endpoint says that it is gone for good.")


ERRORS: Mapping[str, ErrorKind] = {
    kind.word: kind
    for kind in (
        ErrorKind(5101, "dns", "dns", _("The endpoint's host name could not be resolved.")),
        ErrorKind(
            5102, "connect", "connect", _("No connection: the endpoint refused it or did not answer in time.")
        ),
        ErrorKind(
            5103,
            "tls",
            "tls",
            _("The TLS handshake failed; often the certificate is expired or for another name."),
        ),
        ErrorKind(5104, "timeout", "timeout", _("The endpoint took the request but did not answer in time.")),
        ErrorKind(5105, "status", "5xx", _("The endpoint answered with an error of its own.")),
        ErrorKind(
            5106,
            "redirect",
            "3xx",
            _("The endpoint answered with a redirect, which is not followed: change its URL."),
        ),
        ErrorKind(
            5107,
            "refused_address",
            "other",
            _("The endpoint's address is private or reserved; nothing is sent there."),
        ),
        ErrorKind(5108, "too_large", "other", _("The endpoint's answer was too large to read.")),
        ErrorKind(
            5109, "protocol", "other", _("The endpoint's answer was not valid HTTP, or the connection broke.")
        ),
        ErrorKind(5110, "refused", "4xx", _("The endpoint refused the request.")),
        ErrorKind(5111, "gone", "410", _("The endpoint says that it is gone for good.")),
        ErrorKind(5112, "too_many", "429", _("The endpoint gets more requests than it takes.")),
        ErrorKind(
            5113, "expired", "other", _("It could not be delivered in the time that the endpoint allows.")
        ),
        ErrorKind(
            5114, "token", "token", _("No token for the request: the token server refused or did not answer.")
        ),
        ErrorKind(
            5115,
            "not_allowed_destination",
            "other",
            _(
                "The endpoint lies outside the destinations that this environment allows; nothing is sent there."
            ),
        ),
        ErrorKind(
            5116, "unexpected_answer", "other", _("The endpoint answered, but not what its template expects.")
        ),
        ErrorKind(
            5117, "unacknowledged", "other", _("Your code took it but did not acknowledge it in time.")
        ),
        ErrorKind(5118, "released", "other", _("Your code took it and gave it back.")),
        ErrorKind(5199, "other", "other", _("The request could not be made.")),
    )
}
BY_CODE: Mapping[int, ErrorKind] = {kind.code: kind for kind in ERRORS.values()}
OF_STATUS = {410: "gone", 429: "too_many"}
OF_HUNDRED = {3: "redirect", 4: "refused"}


class Try(NamedTuple):
    """How a try ended, and what is known when that is judged."""

    number: int  # 1 is the first
    status: int | None = None
    error: str | None = None  # a word of ERRORS where there is no status to go by
    retry_after: str = ""  # the answer's header
    directive: Directive = ""  # and its `webhook-delivery`
    expires_at: datetime | None = None  # when the content becomes worthless
    expected: bool | None = None  # whether a callback's answer was; None: its status tells
    answered_at: datetime | None = None  # by the real clock, which the endpoint's own dates go by


class Verdict(NamedTuple):
    """What becomes of the delivery. `due_at` is set where it is tried again."""

    state: Literal["delivered", "pending", "failed"]
    error: ErrorKind | None = None
    reason: Reason | None = None
    due_at: datetime | None = None
    disable: Literal["", "gone", "asked"] = ""  # why the endpoint is to get nothing more

    @property
    def error_code(self) -> int | None:
        return self.error.code if self.error else None


def judge(tried: Try, policy: Policy, *, now: datetime, random: float) -> Verdict:
    """What a try comes to. `random` is 0 to 1, `now` of the environment's clock."""
    error, disable = error_of(tried.status, tried.error, tried.expected), disables(tried.directive)
    if error is None:
        return Verdict("delivered", disable=disable)
    treatment = policy.treatments.get(error.treated_as, "retry")
    if treatment == "disable":
        return Verdict("failed", error, Reason.GONE, disable="gone")
    if tried.directive == "abort-message":
        return Verdict("failed", error, Reason.ABORTED)
    if treatment == "stop":
        return Verdict("failed", error, Reason.STOPPED, disable=disable)
    if tried.number >= len(policy.delays):
        return Verdict("failed", error, Reason.TRIES_USED, disable=disable)
    reason, pause_s = pause(tried, policy, treatment, now)
    due_at = now + timedelta(seconds=pause_s * (1 + JITTER * random))
    if tried.expires_at is not None and due_at >= tried.expires_at:
        return Verdict("failed", ERRORS["expired"], Reason.EXPIRED, disable=disable)
    return Verdict("pending", error, reason, due_at, disable)


def offer_again(
    error: ErrorKind, number: int, policy: Policy, *, expires_at: datetime | None, now: datetime
) -> Verdict:
    """What becomes of what was taken from a queue and not done: the pauses are the customer's, the tries are ours."""
    if number >= len(policy.delays):
        return Verdict("failed", error, Reason.TRIES_USED)
    if expires_at is not None and expires_at <= now:
        return Verdict("failed", ERRORS["expired"], Reason.EXPIRED)
    return Verdict("pending", error, Reason.QUEUED)


def disables(directive: Directive) -> Literal["", "asked"]:
    return "asked" if directive == "disable" else ""


def pause(tried: Try, policy: Policy, treatment: str, now: datetime) -> tuple[Reason, float]:
    """Seconds to wait and why; never less than the policy's, and at most a day more because the endpoint asks."""
    planned: float = policy.delays[tried.number]
    asked = seconds_asked(tried.retry_after, tried.answered_at or now)
    if asked > planned:
        return Reason.RETRY_AFTER, asked
    if treatment == "slow" and planned < SLOWLY_S:
        return Reason.SLOW, SLOWLY_S
    return Reason.LADDER, planned


def error_of(status: int | None, word: str | None, expected: bool | None = None) -> ErrorKind | None:
    """None is success: 2xx, or what a callback expects; an answer too large to read still counts by its status."""
    if word and not (word == "too_large" and status):
        return ERRORS.get(word, ERRORS["other"])
    if expected is not None:
        return None if expected else ERRORS["unexpected_answer"]
    if status is None:
        return ERRORS["other"]
    if 200 <= status < 300:
        return None
    return ERRORS[OF_STATUS.get(status) or OF_HUNDRED.get(status // 100, "status")]


def seconds_asked(retry_after: str, now: datetime) -> float:
    """What `Retry-After` comes to, as seconds or as an HTTP date (RFC 9110 §10.2.3), 0 to a day; 0 for nonsense."""
    text = retry_after.strip()
    try:
        seconds = float(text)
    except ValueError:
        seconds = seconds_until(text, now)
    return min(max(seconds, 0.0), MOST_RETRY_AFTER_S) if math.isfinite(seconds) else 0.0


def seconds_until(text: str, now: datetime) -> float:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError, OverflowError):
        return 0.0
    return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - now).total_seconds()
