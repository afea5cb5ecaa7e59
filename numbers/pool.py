"""Which numbers are free, for whom, and what a search of them finds. Acts that change a number lock its row here.

A sandbox's pool is the ranges reserved for fiction: its numbers have no row until somebody takes one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict
from accounts.models import Environment
from numbers import phone, plan
from numbers.models import Assignment, Number
from numbers.plan import Capability

# North America has fiction numbers in every area code; one area is plenty.
SANDBOX_RANGES = (*phone.FICTION, (12025550100, 12025550199))
LOOKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for; empty asks for nothing in particular."""

    country: str = ""
    category: str = ""
    region: str = ""
    capability: str = ""


class State(models.TextChoices):
    """What a number is at present."""

    AVAILABLE = "available", gettext_lazy("available")
    HELD = "held", gettext_lazy("held")
    AGING = "aging", gettext_lazy("aging")
    WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")
    OUTSIDE = "outside", gettext_lazy("not of the pool")  # a tenant brought it and gave it back


def taken() -> Conflict:
    """One answer for held, aging and withdrawn: who had a number, and why it is not free, is nobody's business."""
    return Conflict("number_taken", _("This number is not available."), "/number")


def facts(number: str) -> dict[str, Any]:
    """What a number tells of itself, as columns of Number."""
    return {
        "country": phone.country_of(number) or "",
        "fictional": phone.is_fictional(number),
        "category": plan.category_of(number),
        "region": plan.region_of(number),
    }


def locked(number: str, now: datetime) -> Number:
    """The row of a number, made where there is none; until this transaction ends, only it may change who holds it."""
    Number.objects.get_or_create(number=number, defaults={**facts(number), "created_at": now})
    # Messages refer to the row, and must be stored meanwhile: hence no_key.
    return Number.objects.select_for_update(no_key=True).get(number=number)


def locked_row(id: UUID) -> Number:
    return Number.objects.select_for_update(no_key=True).get(pk=id)


def open_holding(number: Number) -> Assignment | None:
    return number.assignments.filter(ends_at=None).first()


def last_holding(number: Number) -> Assignment | None:
    """The holding that ended last."""
    return number.assignments.exclude(ends_at=None).order_by("-ends_at").first()


def ages(number: Number, now: datetime) -> bool:
    return number.aging_until is not None and number.aging_until > now


def rests_for(number: Number, environment: Environment) -> bool:
    """Whether `environment` gave the number back so lately that nobody else may have it."""
    if number.withdrawn_at or not ages(number, clock(environment)) or open_holding(number):
        return False
    last = last_holding(number)
    return last is not None and last.environment_id == environment.pk


def may_return(number: Number, environment: Environment) -> bool:
    """Whether `environment` may have it again just so: it rests for it, and did not become the operator's since."""
    last = last_holding(number)
    unchanged = last is not None and number.channel_id in (None, last.channel_id)
    return unchanged and rests_for(number, environment)


def returnable(environment: Environment) -> QuerySet[Number]:
    """The numbers that `environment` may have again just so."""
    holdings = Assignment.objects.filter(number=OuterRef("pk"))
    last = holdings.exclude(ends_at=None).order_by("-ends_at")
    rows = Number.objects.filter(
        ~Exists(holdings.filter(ends_at=None)),
        assignments__environment=environment,
        aging_until__gt=clock(environment),
        withdrawn_at=None,
    )
    rows = rows.annotate(
        last=Subquery(last.values("environment")[:1]), on=Subquery(last.values("channel")[:1])
    )
    return rows.filter(Q(channel=None) | Q(channel=F("on")), last=environment.pk).distinct()


def refuse_unfree(number: Number, environment: Environment) -> None:
    """Raises Conflict unless `environment` may have the number now."""
    if number.withdrawn_at or open_holding(number):
        raise taken()
    if ages(number, clock(environment)) and not rests_for(number, environment):
        raise taken()


def available(now: datetime) -> QuerySet[Number]:
    """The numbers of the pool that anybody may ask for."""
    held = Assignment.objects.filter(number=OuterRef("pk"), ends_at=None)
    rested = Q(aging_until=None) | Q(aging_until__lte=now)
    return Number.objects.filter(
        rested, ~Exists(held), withdrawn_at=None, fictional=False, channel__deleted_at=None
    ).exclude(channel=None)


def with_state(rows: QuerySet[Number], now: datetime) -> QuerySet[Number]:
    """The numbers with their `state`, a State, and the name of the tenant that holds each as `holder`."""
    holdings = Assignment.objects.filter(number=OuterRef("pk"), ends_at=None)
    return rows.annotate(
        holder=Subquery(holdings.values("environment__tenant__name")[:1]),
        state=Case(
            When(withdrawn_at__isnull=False, then=Value(State.WITHDRAWN.value)),
            When(Exists(holdings), then=Value(State.HELD.value)),
            When(aging_until__gt=now, then=Value(State.AGING.value)),
            When(channel=None, then=Value(State.OUTSIDE.value)),
            default=Value(State.AVAILABLE.value),
        ),
    )


def search(environment: Environment, wanted: Wanted, *, count: int, after: str | None = None) -> list[Number]:
    """Up to `count` free numbers, the cheapest first, from behind the `place` of another search's last.

    In a sandbox the rows are not stored ones.
    """
    if not environment.is_live:
        return list(islice(fictional(wanted, after), count))
    rows = matching(available(clock(environment)), wanted)
    if after is not None:
        rows = rows.filter(behind(after))
    return list(rows.order_by(F("monthly_price").asc(nulls_last=True), "number")[:count])


def offer(environment: Environment, number: str) -> Number | None:
    """The free number that `number` names; in a sandbox the row is not a stored one."""
    if environment.is_live:
        return available(clock(environment)).filter(number=number).first()
    held = Assignment.objects.filter(number__number=number, ends_at=None)
    free = phone.is_fictional(number) and not held.exists()
    return Number(number=number, **facts(number)) if free else None


def offered(environment: Environment) -> list[tuple[str, str, str]]:
    """Each country, category and region together of which something is free, to choose a search from."""
    names = ("country", "category", "region")
    if environment.is_live:
        return list(available(clock(environment)).order_by(*names).values_list(*names).distinct())
    told = [facts(f"+{first}") for first, _last in SANDBOX_RANGES]
    return sorted({(fact["country"], str(fact["category"]), fact["region"]) for fact in told})


def matching(rows: QuerySet[Number], wanted: Wanted) -> QuerySet[Number]:
    rows = rows.filter(**{name: value for name, value in asked(wanted) if value})
    return rows.filter(capabilities__contains=[wanted.capability]) if wanted.capability else rows


def place(number: Number) -> str:
    """Where a number stands in the order of a search, in letters that need no escaping in a URL."""
    price = "" if number.monthly_price is None else number.monthly_price
    return f"{price}-{number.number.replace('+', 'e')}"


def placed(place: str) -> tuple[str, str]:
    """The price, empty where there is none, and the number of a place."""
    price, _hyphen, number = place.partition("-")
    return price, number.replace("e", "+")


def behind(place: str) -> Q:
    price, number = placed(place)
    if not price:
        return Q(monthly_price=None, number__gt=number)
    same = Q(monthly_price=price, number__gt=number)
    return same | Q(monthly_price__gt=price) | Q(monthly_price=None)


def fictional(wanted: Wanted, after: str | None = None) -> Iterator[Number]:
    """The free numbers of fiction, in the order of the ranges, each as a row that is not stored."""
    coming = fiction(wanted, int(placed(after)[1]) if after else 0)
    while some := list(islice(coming, LOOKED_AT_ONCE)):
        rows = Assignment.objects.filter(ends_at=None, number__number__in=[n.number for n in some])
        held = set(rows.values_list("number__number", flat=True))
        yield from (number for number in some if number.number not in held)


def fiction(wanted: Wanted, after: int) -> Iterator[Number]:
    if wanted.capability not in ("", Capability.SMS):
        return
    for first, last in sorted(SANDBOX_RANGES):
        known = facts(f"+{first}")  # all numbers of a range are alike
        if all(not value or value == known[name] for name, value in asked(wanted)):
            yield from (Number(number=f"+{n}", **known) for n in range(max(first, after + 1), last + 1))


def asked(wanted: Wanted) -> tuple[tuple[str, str], ...]:
    return ("country", wanted.country), ("category", wanted.category), ("region", wanted.region)


@transaction.atomic
def withdraw_number(number: Number, actor: Actor) -> None:
    """Take a number out of circulation, because the carrier took it back, say. Raises Conflict while it is held."""
    row = locked_row(number.pk)
    if open_holding(row):
        raise Conflict("number_held", _("A tenant holds this number: it must be released first."))
    if row.withdrawn_at is None:
        Number.objects.filter(pk=row.pk).update(withdrawn_at=clock())
        audit.record(actor, "number.withdrawn", row.pk, after={"number": row.number})


@transaction.atomic
def restore_number(number: Number, actor: Actor) -> None:
    """Put a withdrawn number back; what was left of its aging still counts."""
    row = locked_row(number.pk)
    if row.withdrawn_at is not None:
        Number.objects.filter(pk=row.pk).update(withdrawn_at=None)
        audit.record(actor, "number.restored", row.pk, after={"number": row.number})
