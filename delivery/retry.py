"""When to try again, and what an answer means. Pure: the caller brings the time and the dice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Seconds before each try: 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h.
# The last comes 27.6 to 30.4 hours after the first.
DELAYS = (0, 5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
MAX_TRIES = len(DELAYS)
JITTER = 0.1  # of the delay, only ever added: nobody is tried sooner than documented


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """Why a try failed: a number and a word that stay, and a sentence for whoever runs the endpoint."""

    code: int
    word: str
    explanation: StrOrPromise


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended; `error` is None where it succeeded."""

    error: ErrorKind | None

    @property
    def success(self) -> bool:
        return self.error is None

    @property
    def error_code(self) -> int | None:
        return self.error.code if self.error else None


ERRORS: Mapping[str, ErrorKind] = {
    kind.word: kind
    for kind in (
        ErrorKind(5101, "dns", _("The endpoint's host name could not be resolved.")),
        ErrorKind(5102, "connect", _("No connection: the endpoint refused it or did not answer in time.")),
        ErrorKind(
            5103, "tls", _("The TLS handshake failed; often the certificate is expired or for another name.")
        ),
        ErrorKind(5104, "timeout", _("The endpoint took the request but did not answer in time.")),
        ErrorKind(5105, "status", _("The endpoint answered with a status other than 2xx.")),
        ErrorKind(
            5106,
            "redirect",
            _("The endpoint answered with a redirect, which is not followed: change its URL."),
        ),
        ErrorKind(
            5107,
            "refused_address",
            _("The endpoint's address is private or reserved; nothing is sent there."),
        ),
        ErrorKind(5108, "too_large", _("The endpoint's answer was too large to read.")),
        ErrorKind(5109, "protocol", _("The endpoint's answer was not valid HTTP, or the connection broke.")),
        ErrorKind(5199, "other", _("The request could not be made.")),
    )
}
BY_CODE: Mapping[int, ErrorKind] = {kind.code: kind for kind in ERRORS.values()}


def next_try(attempts_made: int, *, now: datetime, random: float) -> datetime | None:
    """When to try again after so many finished tries, or None when all are used up. `random` is 0 to 1."""
    if attempts_made >= MAX_TRIES:
        return None
    return now + timedelta(seconds=DELAYS[attempts_made] * (1 + JITTER * random))


def judge(status: int | None, error: str | None) -> Outcome:
    """What a try came to. Only 2xx is success; an answer too large to read still counts by its status."""
    if error and not (error == "too_large" and status):
        return Outcome(ERRORS.get(error, ERRORS["other"]))
    if status is None:
        return Outcome(ERRORS["other"])
    if 200 <= status < 300:
        return Outcome(None)
    return Outcome(ERRORS["redirect" if 300 <= status < 400 else "status"])
