"""Buying a number at a channel's carrier, and giving it back there.

    claim (committed) → order → bought (committed) → point its texts to us → keep (committed)

No transaction is open while the carrier is called. After any failure the same purchase may be tried again: it goes on
where it ended, and asks the carrier first whether the account has the number already.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, Invalid
from accounts.models import Environment
from accounts.walls import watched
from numbers import phone, plan, pool, requests, services
from numbers.calling import Unanswered
from numbers.carriers.base import Unavailable
from numbers.carriers.selling import Declined, Order, Owned
from numbers.models import Assignment, Channel, Number, NumberRequest, Purchase
from numbers.sellers import TOTAL_S, Counter, counter_of, sells, telling

Kept = TypeVar("Kept")
State = Purchase.State

LEASE = timedelta(seconds=TOTAL_S + 20)
LOOKS = 4  # for a number that was ordered and is not in the account's list yet
OPEN = (State.ORDERING, State.BOUGHT)
FINAL = frozenset({"no_stock", "insufficient_funds"})  # after others an order may still wait for something


def buy_own(channel: Channel, actor: Actor, *, number: str, label: str = "") -> Assignment | NumberRequest:
    """Buy one number through an environment's channel, as if the environment brought it: numbers.requests.bring_number.

    So it is held at once in a sandbox, and waits for approval in live. Raises Invalid or Conflict; where that says
    `purchase_unfinished`, `order_pending` or `carrier_unreachable` money may have been spent, and the same purchase,
    tried again, goes on.
    """
    environment = channel.environment
    assert environment is not None
    with watched(environment, actor):
        e164 = own_number(environment, number)

    def keep() -> Assignment | NumberRequest:
        return requests.bring_number(environment, actor, number=e164, channel=channel, label=label)

    return buy(channel, actor, e164, keep)


def buy_for_pool(
    channel: Channel, actor: Actor, *, number: str, price: tuple[int, str] | None = None
) -> Number:
    """Buy one number through a channel of the operator's, for the pool.

    `price` is what a tenant pays a month: minor units and currency. Raises as `buy_own` does.
    """
    e164 = pool_number(channel, number)
    return buy(channel, actor, e164, lambda: pooled(channel, actor, e164, price))


def buy(channel: Channel, actor: Actor, number: str, keep: Callable[[], Kept]) -> Kept:
    counter = counter_of(channel)
    purchase = claim(channel, actor, number)
    try:
        acquired(purchase, actor, counter)
        return kept(purchase, keep)
    finally:
        let_go(purchase)


def own_number(environment: Environment, text: str) -> str:
    """The number as we keep it, if the environment could hold it now: else buying is for nothing. Raises."""
    number = international(services.checked_number(environment, text))
    row = Number.objects.filter(number=number).first()
    if row is not None and row.channel_id is not None:
        raise pool.taken()
    if row is not None:
        pool.refuse_unfree(row, environment)
    return number


def pool_number(channel: Channel, text: str) -> str:
    """The number as we keep it, if it could be of the pool on this channel. Raises Invalid or Conflict."""
    try:
        number = international(phone.validate_number(text))
    except ValueError as error:
        raise Invalid([("/number", "number_invalid", str(error))]) from None
    if phone.is_fictional(number):
        detail = _("Numbers reserved for fiction belong in a sandbox.")
        raise Invalid([("/number", "number_not_for_this_environment", detail)])
    if problem := plan.problem(number, phone.country_of(number) or ""):
        raise Invalid([("/number", "number_not_allowed", problem)])
    row = Number.objects.filter(number=number).first()
    if row is not None:
        refuse_unpoolable(row, channel)
    return number


def international(number: str) -> str:
    if not phone.is_e164(number):
        detail = _("Must be an international number: + and 7 to 15 digits.")
        raise Invalid([("/number", "number_invalid", detail)])
    return number


def refuse_unpoolable(row: Number, channel: Channel) -> None:
    if pool.open_holding(row) or row.channel_id not in (None, channel.pk):
        raise pool.taken()


def refuse_asked_for(number: str, environment: Environment) -> None:
    undecided = environment.number_requests.filter(status=NumberRequest.Status.REQUESTED)
    if undecided.filter(number=number).exists():
        raise Conflict("number_requested", _("You asked for this number already."), "/number")


@transaction.atomic
def claim(channel: Channel, actor: Actor, number: str) -> Purchase:
    """The purchase to work on, for us alone. Raises Conflict while somebody else does."""
    services.keep_open(channel)  # which also makes two buyers take turns
    if channel.environment:
        refuse_asked_for(number, channel.environment)
    now = clock()
    purchase = channel.purchases.filter(number=number, state__in=OPEN).first()
    if purchase is None:
        purchase = Purchase(
            environment=channel.environment, channel=channel, number=number, created_at=now, leased_until=now
        )
        purchase.save(force_insert=True)
        record(purchase, actor, "ordering")
    elif leased(purchase, now):
        detail = _("This number is being bought at this moment.")
        raise Conflict("purchase_under_way", detail, "/number")
    purchase.leased_until = now + LEASE
    purchase.save(update_fields=["leased_until"])
    return purchase


def leased(purchase: Purchase, now: datetime) -> bool:
    return purchase.leased_until is not None and purchase.leased_until > now


def let_go(purchase: Purchase) -> None:
    """Whoever comes next need not wait for the lease to end."""
    Purchase.objects.filter(pk=purchase.pk, leased_until=purchase.leased_until).update(leased_until=None)


def record(purchase: Purchase, actor: Actor, verb: str) -> None:
    after = {"number": purchase.number, "channel": str(purchase.channel_id)}
    if purchase.channel_ref:
        after["channelRef"] = purchase.channel_ref
    audit.record(actor, f"purchase.{verb}", purchase.pk, environment=purchase.environment, after=after)


def acquired(purchase: Purchase, actor: Actor, counter: Counter) -> None:
    """Make the number the account's, and its texts ours. Raises Conflict."""
    with telling(counter):
        owned = counter.seller.owned(counter.account, purchase.number) or ordered(purchase, counter)
    bought(purchase, actor, owned)
    url = settings.PUBLIC_INGEST_URL + purchase.channel.path
    if owned.url != url:
        pointed(counter, owned, url)


def ordered(purchase: Purchase, counter: Counter) -> Owned:
    """Order the number, and find it in the account. Raises what a carrier's module does."""
    number = purchase.number
    url = settings.PUBLIC_INGEST_URL + purchase.channel.path
    order = Order(number, phone.country_of(number) or "", url, f"smsgateway-{purchase.pk}")
    try:
        counter.seller.order(counter.account, order)
    except Declined as no:
        # An earlier order, which nobody answered, may be why there is none left.
        if no.code == "no_stock" and (owned := found(number, counter, 1)):
            return owned
        if no.code in FINAL:
            Purchase.objects.filter(pk=purchase.pk).update(state=State.DECLINED)
        raise
    except (Unanswered, Unavailable):
        with suppress(Unanswered, Unavailable):
            if owned := found(number, counter, LOOKS):
                return owned
        raise
    if owned := found(number, counter, LOOKS):
        return owned
    raise Unavailable("notThere")


def found(number: str, counter: Counter, looks: int) -> Owned | None:
    for look in range(looks):
        if look:
            counter.account.pause()
        if owned := counter.seller.owned(counter.account, number):
            return owned
    return None


@transaction.atomic
def bought(purchase: Purchase, actor: Actor, owned: Owned) -> None:
    if purchase.state == State.BOUGHT:
        return
    purchase.state, purchase.channel_ref = State.BOUGHT, owned.ref
    purchase.save(update_fields=["state", "channel_ref"])
    record(purchase, actor, "bought")


def pointed(counter: Counter, owned: Owned, url: str) -> None:
    try:
        with telling(counter):
            counter.seller.point(counter.account, owned, url)
    except Conflict as problem:
        raise not_ready(problem.detail) from None


def kept(purchase: Purchase, keep: Callable[[], Kept]) -> Kept:
    """Store whose the bought number is."""
    try:
        with transaction.atomic():
            Purchase.objects.filter(pk=purchase.pk).update(state=State.KEPT)
            return keep()
    except Conflict as problem:  # somebody else got it meanwhile
        if Purchase.objects.filter(pk=purchase.pk, state=State.KEPT).exists():
            raise  # by this very purchase: who asked for the same at the same time
        raise not_ready(problem.detail) from None
    except Invalid as problem:
        raise not_ready(" ".join(error.detail for error in problem.errors)) from None


def not_ready(why: str) -> Conflict:
    detail = _("The number is bought, but not ready to use. Buy it again: it is not paid twice.")
    return Conflict("purchase_unfinished", f"{detail} {why}", "/number")


def pooled(channel: Channel, actor: Actor, number: str, price: tuple[int, str] | None) -> Number:
    row = pool.locked(number, clock())
    refuse_unpoolable(row, channel)
    row.channel, row.withdrawn_at = channel, None
    row.channel_ref = latest_ref(channel, number)
    row.monthly_price, row.currency = price or (None, "")
    row.save(update_fields=["channel", "channel_ref", "withdrawn_at", "monthly_price", "currency"])
    audit.record(actor, "number.pooled", row.pk, after={"number": number, "channel": str(channel.pk)})
    return row


def latest_ref(channel: Channel, number: str) -> str:
    return channel.purchases.filter(number=number).values_list("channel_ref", flat=True)[0]


def unfinished(channel: Channel) -> list[Purchase]:
    """What was begun and is neither kept nor declined: buying the same number again goes on with it."""
    return [p for p in channel.purchases.filter(state__in=OPEN) if not leased(p, clock())]


def can_give_back(assignment: Assignment) -> bool:
    """Whether the holder's own account has the number, as far as we can tell without asking."""
    channel = assignment.channel
    return channel.environment_id == assignment.environment_id and sells(channel)


def give_back(assignment: Assignment, actor: Actor) -> None:
    """Release a number here and at the carrier. Raises Conflict, and nothing is released then.

    The carrier comes first: should it fail, the holder still has the number and can try again, whereas a number that
    is released here alone would go on costing money unseen.
    """
    if assignment.channel.environment_id != assignment.environment_id:
        detail = _("A number of the pool is the operator's to give back: release it without.")
        raise Conflict("number_of_the_pool", detail)
    counter = counter_of(assignment.channel)
    number = assignment.number.number
    with telling(counter):
        owned = counter.seller.owned(counter.account, number)
        if owned is not None:
            counter.seller.release(counter.account, owned)
    with transaction.atomic():
        services.release_number(assignment, actor)
        audit.record(
            actor,
            "number.given_back",
            assignment.number_id,
            environment=assignment.environment,
            after={"channel": str(assignment.channel_id), "owned": owned is not None},
        )
