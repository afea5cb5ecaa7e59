"""Leases of numbers: each worker of a pipeline takes one, so that no two of them see each other's texts.

Only numbers that were added for leases are leased: to one that somebody set up, others may be writing. A lease keeps
nothing away from its number, it says who may count on it. Takers of one sandbox wait for each other, so that no two get
the same.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts import audit, walls
from accounts.audit import Actor
from accounts.clock import clock, stamp
from accounts.errors import Conflict
from accounts.models import Environment
from numbers import pool
from numbers import services as numbers
from numbers.models import Number
from numbers.plan import Category
from numbers.pool import Wanted
from sandbox.lease import NumberLease
from sandbox.simulator import simulated_channel

DEFAULT = timedelta(minutes=10)
LONGEST = timedelta(days=1)
MOST = 100  # of one sandbox at a time, as all sandboxes share the ranges of fiction
CARRIER = "sandbox"  # whose simulated channel brings the texts of a number that is added for a lease
#: Such as a form for mobile numbers takes; else any.
LIKED = Wanted(country="FR", category=Category.MOBILE)
TRIES = 20  # free numbers, since another sandbox may be faster


def take(environment: Environment, actor: Actor, *, ttl: timedelta = DEFAULT) -> NumberLease:
    """Lease a number of the sandbox that is free, or one more of the ranges reserved for fiction.

    Raises Forbidden in live, and Conflict `no_number_left`.
    """
    walls.keep_out_live(environment, actor)
    with transaction.atomic():
        number = free_number(environment, actor)
        environment.number_leases.filter(number=number).delete()
        lease = NumberLease(environment=environment, number=number, expires_at=clock() + ttl)
        lease.save(force_insert=True)
        after = {"number": number.number, "expiresAt": stamp(lease.expires_at)}
        audit.record(actor, "number_lease.taken", lease.pk, environment=environment, after=after)
    return lease


@transaction.atomic
def release(lease: NumberLease, actor: Actor) -> None:
    """End a lease before its time. The number stays the sandbox's, for whoever takes one next."""
    now = clock()
    if NumberLease.objects.filter(pk=lease.pk, expires_at__gt=now).update(expires_at=now):
        audit.record(actor, "number_lease.released", lease.pk, environment=lease.environment)


def living(environment: Environment) -> QuerySet[NumberLease]:
    """The leases that are not over."""
    return environment.number_leases.filter(expires_at__gt=clock()).select_related("number")


def free_number(environment: Environment, actor: Actor) -> Number:
    """A number that nobody else can take before this transaction ends. Raises Conflict."""
    Environment.objects.select_for_update(no_key=True).get(pk=environment.pk)
    if living(environment).count() >= MOST:
        raise none_left()
    return rested(environment) or added(environment, actor)


def rested(environment: Environment) -> Number | None:
    """Of the numbers whose lease is over and that the sandbox still holds, the one that has rested longest."""
    held = environment.assignments.filter(ends_at=None).values("number")
    over = environment.number_leases.filter(expires_at__lte=clock(), number__in=held)
    last = over.order_by("expires_at").select_related("number").first()
    return last.number if last else None


def added(environment: Environment, actor: Actor) -> Number:
    """One more number for the sandbox. Raises Conflict where all of fiction is held."""
    channel = simulated_channel(environment, actor, CARRIER)
    for wanted in (LIKED, Wanted()):
        for free in pool.search(environment, wanted, count=TRIES):
            try:
                return numbers.assign_number(environment, actor, number=free.number, channel=channel).number
            except Conflict:
                continue  # somebody was faster
    raise none_left()


def none_left() -> Conflict:
    detail = _("This sandbox has no number left to lease: %(most)d at a time, until some are released.")
    return Conflict("no_number_left", detail % {"most": MOST})
