"""Requests for numbers: a tenant asks, adds proof and may think better of it; an operator approves or refuses.

A sandbox decides at once, since its numbers reach nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit, keyring
from accounts.audit import Actor
from accounts.clock import clock
from accounts.errors import Conflict, Invalid
from accounts.models import Environment
from accounts.walls import watched
from numbers import pool, services
from numbers.models import Assignment, Channel, Number, NumberDocument, NumberRequest
from numbers.plan import COUNTRIES, Category
from numbers.pool import Wanted

Kind, Status = NumberRequest.Kind, NumberRequest.Status

MAX_WAITING = 50  # undecided requests of one environment
MAX_DOCUMENTS = 10
MAX_DOCUMENT = 5_000_000  # bytes
MOST_TEXTS = 2**31 - 1
SIGNATURES = {
    "application/pdf": b"%PDF-",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
}
TYPES = sorted(SIGNATURES)
TRIES = 5  # free numbers of fiction to try, since another sandbox may be faster


def request_number(
    environment: Environment,
    actor: Actor,
    *,
    wanted: Wanted,
    number: str = "",
    channel: Channel | None = None,
    purpose: str = "",
    monthly_volume: int | None = None,
    label: str = "",
) -> NumberRequest:
    """Ask for one number of the pool: `number`, or any that is as `wanted` says.

    `monthly_volume` is in texts. A sandbox names the channel of its own that brings the texts, unless it has only
    one; a number in live comes with its channel. Raises Invalid, or Conflict when `number` is not free.
    """
    told = {"purpose": purpose, "monthly_volume": monthly_volume, "label": label}
    problems = list(wrong(environment, told, wanted, number))
    if channel and environment.is_live:
        problems.append(("/channelId", "not_allowed", _("A number of the pool comes with its channel.")))
    if problems:
        raise Invalid(problems)
    request = NumberRequest(
        environment=environment, kind=Kind.POOL, created_at=clock(environment), **told, **columns(wanted)
    )
    if not environment.is_live:
        request.channel = channel or only_channel(environment)
        with watched(environment, actor):
            return settled(request, actor, number)
    if number:
        with watched(environment, actor):
            request.wanted = row = free_number(environment, number)
        request.country, request.category, request.region = row.country, row.category, row.region
    return filed(request, actor)


def columns(wanted: Wanted) -> dict[str, str]:
    return {"country": wanted.country, "category": wanted.category, "region": wanted.region}


def wrong(
    environment: Environment, told: dict[str, Any], wanted: Wanted, number: str
) -> Iterable[tuple[str, str, str]]:
    """The fields of a request that are missing or wrong."""
    required = ("required", _("This field is required."))
    volume = told["monthly_volume"]
    if environment.is_live and not told["purpose"].strip():
        yield "/purpose", *required
    if environment.is_live and volume is None:
        yield "/monthlyVolume", *required
    if volume is not None and not 0 < volume <= MOST_TEXTS:
        detail = _("Must be from 1 to %(most)s texts a month.") % {"most": MOST_TEXTS}
        yield "/monthlyVolume", "invalid_value", detail
    if environment.is_live and not (number or wanted.country):
        yield "/country", "required", _("Name a country, or one available number.")
    if wanted.country and wanted.country not in COUNTRIES:
        detail = _("Must be a country's code of two capital letters, as in FR.")
        yield "/country", "invalid_value", detail
    if wanted.category and wanted.category not in Category.values:
        detail = _("Use one of: %(known)s.") % {"known": ", ".join(Category.values)}
        yield "/category", "invalid_choice", detail


def free_number(environment: Environment, text: str) -> Number:
    """The available number of the pool that `text` names. Raises Invalid or Conflict."""
    number = services.checked_number(environment, text)
    row = pool.available(clock(environment)).filter(number=number).first()
    if row is None:
        raise pool.taken()
    return row


def only_channel(environment: Environment) -> Channel:
    channels = list(environment.channels.filter(deleted_at=None)[:2])
    if len(channels) == 1:
        return channels[0]
    detail = _("Name the channel that brings the texts.") if channels else _("Create a channel first.")
    raise Invalid([("/channelId", "required", detail)])


@transaction.atomic
def settled(request: NumberRequest, actor: Actor, number: str) -> NumberRequest:
    """A sandbox's request, approved at once."""
    wanted = Wanted(request.country, request.category, request.region)
    request.assignment = one_of(request, actor, [number] if number else candidates(request, wanted))
    request.status, request.decided_at = Status.APPROVED, request.created_at
    request.save(force_insert=True)
    record(request, actor, "created")
    return request


def candidates(request: NumberRequest, wanted: Wanted) -> list[str]:
    return [n.number for n in pool.search(request.environment, wanted, count=TRIES)]


def one_of(request: NumberRequest, actor: Actor, numbers: list[str]) -> Assignment:
    """The first of `numbers` that is still free. Raises Conflict when none is."""
    for number in numbers:
        try:
            return assign(request, actor, number, request.channel)
        except Conflict:
            if number == numbers[-1]:
                raise
    raise Conflict("none_available", _("No number that fits is available at present."))


def bring_number(
    environment: Environment,
    actor: Actor,
    *,
    number: str,
    channel: Channel | None = None,
    label: str = "",
    purpose: str = "",
    monthly_volume: int | None = None,
) -> Assignment | NumberRequest:
    """Bind a number of the tenant's own to one of its channels: at once in a sandbox, on approval in live.

    A number that the environment gave back a short while ago comes back at once; one of the pool names no channel.
    Where it became the operator's meanwhile, that is a request for a number of the pool. Raises Invalid or Conflict.
    """
    with watched(environment, actor):
        e164 = services.checked_number(environment, number)
    row = Number.objects.filter(number=e164).select_related("channel").first()
    told = {"label": label, "purpose": purpose, "monthly_volume": monthly_volume}
    if row and row.channel and pool.rests_for(row, environment) and not pool.may_return(row, environment):
        return wanted_back(environment, actor, row, channel, told)
    returning = row if row and pool.may_return(row, environment) else None
    channel = channel_for(returning, channel)
    if returning or not environment.is_live:
        return services.assign_number(environment, actor, number=e164, channel=channel, label=label)
    if row:
        refuse_unbringable(row, environment)
    facts = pool.facts(e164)
    request = NumberRequest(
        environment=environment,
        kind=Kind.BRING,
        number=e164,
        country=facts["country"],
        category=facts["category"],
        region=facts["region"],
        channel=channel,
        created_at=clock(environment),
        **told,
    )
    return filed(request, actor)


def wanted_back(
    environment: Environment, actor: Actor, row: Number, named: Channel | None, told: dict[str, Any]
) -> NumberRequest:
    """Ask for a number that rests for the environment, and that the operator bought meanwhile."""
    refuse_channel(named)
    wanted = columns(Wanted(row.country, row.category, row.region))
    now = clock(environment)
    request = NumberRequest(
        environment=environment, kind=Kind.POOL, wanted=row, created_at=now, **told, **wanted
    )
    return filed(request, actor)


def refuse_channel(named: Channel | None) -> None:
    if named:
        raise Invalid([("/channelId", "not_allowed", _("A number of the pool comes with its channel."))])


def channel_for(returning: Number | None, named: Channel | None) -> Channel:
    """The channel of a number that is brought: the one named, or the pool's own where one of the pool returns."""
    of_pool = returning.channel if returning else None
    if of_pool:
        refuse_channel(named)
    channel = named or of_pool
    if channel is None:
        raise Invalid([("/channelId", "required", _("This field is required."))])
    return channel


def refuse_unbringable(row: Number, environment: Environment) -> None:
    if row.channel_id is not None:
        raise pool.taken()
    pool.refuse_unfree(row, environment)


def filed(request: NumberRequest, actor: Actor) -> NumberRequest:
    """Store a request that an operator decides. Raises Conflict when there are too many, or one for that number."""
    waiting = NumberRequest.objects.filter(environment=request.environment, status=Status.REQUESTED)
    if waiting.count() >= MAX_WAITING:
        detail = _("%(most)s requests wait already: cancel some, or wait for an answer.") % {
            "most": MAX_WAITING
        }
        raise Conflict("too_many_requests_wait", detail)
    try:
        with transaction.atomic():
            request.save(force_insert=True)
            record(request, actor, "created")
    except IntegrityError:
        detail = _("You asked for this number already.")
        raise Conflict("number_requested", detail, "/number") from None
    return request


@transaction.atomic
def add_document(
    request: NumberRequest, actor: Actor, *, name: str, content_type: str, content: bytes
) -> NumberDocument:
    """Add a PDF, PNG or JPEG to an undecided request. Raises Invalid or Conflict."""
    if problems := list(wrong_document(content_type, content)):
        raise Invalid(problems)
    undecided(request)
    if request.documents.count() >= MAX_DOCUMENTS:
        detail = _("A request takes %(most)s documents at most.") % {"most": MAX_DOCUMENTS}
        raise Conflict("too_many_documents", detail)
    environment = request.environment
    document = NumberDocument(
        environment=environment,
        request=request,
        name=name,
        content_type=content_type,
        size=len(content),
        created_at=clock(environment),
    )
    key = keyring.of(environment.tenant_id)
    document.sealed_content = key.seal(content, NumberDocument.CONTENT, document.pk)
    document.save(force_insert=True)
    after = {"request": str(request.pk), "contentType": content_type, "size": len(content)}
    audit.record(actor, "number_document.added", document.pk, environment=environment, after=after)
    return document


@transaction.atomic
def opened(document: NumberDocument, actor: Actor) -> bytes | None:
    """A document in the clear, for an operator to look at; None once it is erased. Raises Unsealable."""
    content = document.content()
    if content is not None:
        audit.record(actor, "number_document.opened", document.pk, environment=document.environment)
    return content


def wrong_document(content_type: str, content: bytes) -> Iterable[tuple[str, str, str]]:
    signature = SIGNATURES.get(content_type)
    if signature is None:
        detail = _("Use one of: %(known)s.") % {"known": ", ".join(TYPES)}
        yield "/contentType", "invalid_choice", detail
    elif not content.startswith(signature):
        yield "/content", "invalid_value", _("This is no file of that type.")
    if len(content) > MAX_DOCUMENT:
        yield "/content", "max_length", _("A document may have 5 MB at most.")


def undecided(request: NumberRequest) -> NumberRequest:
    """The request as it is now, for this transaction alone to decide. Raises Conflict when somebody has."""
    row = NumberRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if row.status != Status.REQUESTED:
        raise Conflict("request_decided", _("This request is decided already."))
    return row


@transaction.atomic
def cancel(request: NumberRequest, actor: Actor) -> NumberRequest:
    """The tenant wants the number no longer. Raises Conflict when the request is decided."""
    return decided(undecided(request), actor, Status.CANCELLED)


@transaction.atomic
def refuse(request: NumberRequest, actor: Actor, *, note: str) -> NumberRequest:
    """An operator says no, and why. Raises Invalid without a reason, Conflict when the request is decided."""
    if not note.strip():
        raise Invalid([("/note", "required", _("Say why: the customer reads it."))])
    row = undecided(request)
    row.note = note
    return decided(row, actor, Status.REFUSED)


@transaction.atomic
def approve(request: NumberRequest, actor: Actor, *, number: str = "", note: str = "") -> NumberRequest:
    """An operator says yes: to the number that is brought, to `number` of the pool, or else to the one wanted.

    Everything is looked at once more. Raises Invalid, or Conflict when the request is decided or the number gone.
    """
    row = undecided(request)
    row.note = note
    if row.kind == Kind.BRING:
        row.assignment = assign(row, actor, row.number, row.channel)
    else:
        chosen = number or (row.wanted.number if row.wanted else "")
        row.assignment = assign(row, actor, chosen, pool_channel(row.environment, chosen))
    return decided(row, actor, Status.APPROVED)


def pool_channel(environment: Environment, text: str) -> Channel | None:
    """The channel of a number of the pool. Raises Invalid or Conflict."""
    if not text:
        raise Invalid([("/number", "required", _("Choose a number of the pool."))])
    number = services.checked_number(environment, text)
    row = Number.objects.filter(number=number).exclude(channel=None).first()
    if row is None:
        raise Invalid([("/number", "not_in_pool", _("This number is not in the pool."))])
    return row.channel


@transaction.atomic
def assign(request: NumberRequest, actor: Actor, number: str, channel: Channel | None) -> Assignment:
    assert channel is not None  # who brings a number names one, and every number of the pool has one
    return services.assign_number(
        request.environment, actor, number=number, channel=channel, label=request.label
    )


def decided(request: NumberRequest, actor: Actor, status: NumberRequest.Status) -> NumberRequest:
    request.status, request.decided_at = status, clock(request.environment)
    request.decided_by_id = actor.id if actor.kind in {"user", "operator"} else None
    request.save(update_fields=["status", "decided_at", "decided_by", "note", "assignment"])
    record(request, actor, status.value)
    return request


def record(request: NumberRequest, actor: Actor, verb: str) -> None:
    """What happened to a request, without the words that people wrote into it."""
    after = {"kind": request.kind, "status": request.status} | columns_of(request)
    audit.record(actor, f"number_request.{verb}", request.pk, environment=request.environment, after=after)


def columns_of(request: NumberRequest) -> dict[str, Any]:
    values = {
        "country": request.country,
        "category": request.category,
        "region": request.region,
        "number": request.asked_number,
        "monthlyVolume": request.monthly_volume,
    }
    return {name: value for name, value in values.items() if value}
