"""Requests that may be repeated without being carried out twice: the first claims its key, the rest get its answer.

Claim and answer are transactions of their own, since what lies between may ask other systems. A process that dies there
leaves a claim, whose key is in use until LEASE is over; whoever repeats the request then carries it out.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from accounts import encryption, keyring
from accounts.clock import clock
from accounts.ids import uuid7
from accounts.models import Environment
from operations.models import KeptAnswer

KEPT_FOR = timedelta(hours=24)
LEASE = timedelta(minutes=2)  # longer than any request takes
ANSWER = "operations_keptanswer.sealed_answer"


class Reused(Exception):
    """The key came with another body before."""


class InUse(Exception):
    """The first request with this key has no answer yet."""


class Claim(NamedTuple):
    """The right to carry a request out: `keep` or `release` it."""

    environment: Environment
    digest: bytes
    id: UUID


class Kept(NamedTuple):
    """An answer that was given already."""

    status: int
    body: bytes


def begin(environment: Environment, program: UUID, path: str, key: str, body: str) -> Claim | Kept:
    """The kept answer to this request of a program, or the claim to carry it out. Raises Reused and InUse.

    Another program of the environment gets no answer that was not its own: it may show what that one may not see.
    """
    try:
        return claimed(environment, f"{program} {path} {key}", body)
    except IntegrityError:  # another claimed the key and gave it back, between two looks of ours
        raise InUse from None


@transaction.atomic
def claimed(environment: Environment, name: str, body: str) -> Claim | Kept:
    claim = Claim(environment, encryption.fingerprint(name), uuid7())
    terms = {
        "environment": environment,
        "asked": encryption.fingerprint(body),
        "claim": claim.id,
        "claimed_until": clock() + LEASE,
        "expires_at": clock(environment) + KEPT_FOR,
        "status": None,
        "sealed_answer": None,
    }
    row, new = KeptAnswer.objects.select_for_update().get_or_create(digest=claim.digest, defaults=terms)
    if new:
        return claim
    if row.expires_at > clock(environment) and (kept := earlier(row, encryption.fingerprint(body))):
        return kept
    KeptAnswer.objects.filter(pk=claim.digest).update(**terms)
    return claim


def earlier(row: KeptAnswer, asked: bytes) -> Kept | None:
    """What became of the first request; None where it died. Raises Reused and InUse."""
    if bytes(row.asked) != asked:
        raise Reused
    if row.status is not None:
        return Kept(row.status, opened(row))
    if row.claimed_until > clock():
        raise InUse
    return None


def opened(row: KeptAnswer) -> bytes:
    sealed = bytes(row.sealed_answer or b"")
    return keyring.naming(sealed).open(sealed, ANSWER, row.claim)


def keep(claim: Claim, status: int, body: bytes) -> None:
    """Answer every repetition alike from now on, unless another took the claim over."""
    sealed = keyring.of(claim.environment.tenant_id).seal(body, ANSWER, claim.id)
    of_claim(claim).update(status=status, sealed_answer=sealed)


def release(claim: Claim) -> None:
    """Nothing was done: the next request with this key is a first one."""
    of_claim(claim).delete()


def of_claim(claim: Claim) -> QuerySet[KeptAnswer]:
    return KeptAnswer.objects.filter(pk=claim.digest, claim=claim.id)


def forgettable() -> QuerySet[KeptAnswer]:
    """Those past their time, each by the clock of its environment."""
    return KeptAnswer.objects.filter(expires_at__lt=clock() + F("environment__clock_offset"))
