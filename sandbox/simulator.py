"""The simulator: texts as a carrier would bring them, planned here and sent through the door (sandbox.sending).

The channel of the number decides in which dialect. Where another carrier is named, or the channel is the operator's,
it is a channel of the simulator's own, made once in the sandbox, that brings texts to every number of it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit, walls
from accounts.audit import Actor
from accounts.clock import clock
from accounts.encryption import fingerprint
from accounts.errors import Conflict, Crossing, Invalid
from accounts.models import Environment
from numbers import services as numbers
from numbers.carriers.base import MAX_ADDRESS, MAX_CONTENT, text_problem
from numbers.models import Assignment, Channel
from numbers.phone import is_e164, is_fictional, normalise
from sandbox import magic, quarantine
from sandbox.dialects import DIALECTS, ID_PREFIXES, UNFORGEABLE, CannotWrite, Dialect, Place, Text, Way
from sandbox.scenario_run import ScenarioRun
from sandbox.segments import encoding_of, split
from sandbox.simulation import Said, SimulatedText, Simulation

MOST_TEXTS = 1000  # requests of one simulation
MOST_WAITING = 10_000  # of one sandbox
MOST_REPEATS = 20
FASTEST = 200  # texts a second
LATEST_DELAY = timedelta(days=30)
REFERENCES = 255
NOTHING = timedelta(0)
BELIEVABLE = timedelta(days=3653)


class PartSent(NamedTuple):
    """One part on its way. Parts that are not named are lost, those named twice come twice."""

    number: int  # from 1
    delay: timedelta = NOTHING  # after the text's own


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants sent."""

    number_used: str
    sender_id: str
    content: str
    carrier: str | None = None  # None: the number's own channel
    parts: Sequence[PartSent] | None = None  # None: all, in order, where the carrier does not join them
    sent_at: datetime | None = None  # by the sandbox's clock: what the carrier says; None: when it posts
    skew: timedelta = NOTHING  # by how much the carrier's clock is ahead
    count: int = 1
    per_second: float | None = None  # None: all at once
    delay: timedelta = NOTHING  # by the sandbox's clock
    repeats: int = 0  # how often each request comes again
    carrier_message_id: str | None = None  # None: a new one a text


def simulate(
    environment: Environment, actor: Actor, order: Order, run: ScenarioRun | None = None
) -> Simulation:
    """Plan an order's texts; nothing is sent yet. Raises Forbidden in live, Invalid, or Conflict when too many wait."""
    walls.keep_out_live(environment, actor)
    check_words(order)
    order = as_its_sender_wants(order)
    with walls.watched(environment, actor):
        holding = holding_of(environment, order.number_used)
    channel = channel_of(environment, actor, holding, order.carrier)
    simulation = Simulation(
        environment=environment,
        channel=channel,
        run=run,
        number_used=holding.number.number,
        sent_at=order.sent_at,
        skew=order.skew,
        created_at=clock(environment),
    )
    texts = list(planned(simulation, order, DIALECTS[channel.carrier]))
    said = Said(order.sender_id, order.content)
    try_to_write(simulation, texts, said)
    if magic.writes(order.sender_id, magic.QUARANTINED):
        quarantine.set_up(environment, actor)
    simulation.next_due_at = min(text.due_at for text in texts)
    simulation.seal(said)
    with transaction.atomic():
        check_room(environment, len(texts))
        simulation.save(force_insert=True)
        SimulatedText.objects.bulk_create(texts)
        after = {"channel": str(channel.pk), "carrier": channel.carrier, "texts": len(texts)}
        audit.record(actor, "simulation.created", simulation.pk, environment=environment, after=after)
    return simulation


def as_its_sender_wants(order: Order) -> Order:
    """The order with what its sender does to it before it is sent (sandbox.magic)."""
    if magic.writes(order.sender_id, magic.DELAYED):
        return replace(order, delay=order.delay + magic.LATE)
    if magic.writes(order.sender_id, magic.REPEATED):
        return replace(order, repeats=order.repeats + 1)
    if magic.writes(order.sender_id, magic.QUARANTINED):
        return replace(order, delay=order.delay + quarantine.HEARD_WITHIN)
    return order


def check_words(order: Order) -> None:
    """Raises Invalid for a sender, a text or an id that no carrier could bring."""
    limits = [
        ("/senderId", order.sender_id.strip(), MAX_ADDRESS),
        ("/content", order.content, MAX_CONTENT),
        ("/carrierMessageId", order.carrier_message_id or "", MAX_ADDRESS),
    ]
    wrong = [(name, "invalid_value", _("Must be at most %(limit)d characters of text.") % {"limit": limit})
             for name, text, limit in limits if text_problem(text, limit)]  # fmt: skip
    if not order.sender_id.strip():
        wrong.append(("/senderId", "required", _("This field is required.")))
    if order.carrier_message_id and order.count > 1:
        detail = _("Texts with one carrier’s id are one text: leave it away, or count.")
        wrong.append(("/carrierMessageId", "contradicts", detail))
    if order.sent_at and abs(order.sent_at - clock()) > BELIEVABLE:
        wrong.append(("/sentAt", "out_of_range", _("Must be within ten years of now.")))
    if order.sent_at and order.skew:
        wrong.append(("/skewSeconds", "contradicts", _("Give only one of this and sentAt.")))
    if wrong:
        raise Invalid(wrong)


def holding_of(environment: Environment, number: str) -> Assignment:
    """Raises Invalid for a number that the sandbox does not hold, Crossing where it is beyond a wall."""
    open_now = environment.assignments.filter(ends_at=None).select_related("number", "channel")
    number = normalise(number)
    found = open_now.filter(number__number=number, number__fictional=True).first()
    if found is None:
        detail = _("This sandbox does not hold this number.")
        refusal = Crossing if is_beyond(environment, number) else Invalid
        raise refusal([("/numberUsed", "unknown_number", detail)])
    return found


def is_beyond(environment: Environment, number: str) -> bool:
    """Whether it is a real number, whoever has it, or one that another sandbox of the organisation holds."""
    if is_e164(number) and not is_fictional(number):
        return True
    siblings = Assignment.objects.filter(ends_at=None, environment__tenant=environment.tenant_id)
    return siblings.filter(number__number=number).exists()


# ---- the channel


def channel_of(environment: Environment, actor: Actor, holding: Assignment, carrier: str | None) -> Channel:
    """By which channel the text comes. Raises Invalid for a carrier whose dialect we do not know."""
    own = holding.channel if holding.own_channel_id else None
    wanted = carrier or holding.channel.carrier
    if wanted not in DIALECTS:
        known = ", ".join(sorted(DIALECTS))
        detail = _("This carrier cannot be simulated. Name one of: %(known)s.") % {"known": known}
        raise Invalid([("/carrier", "not_simulated", detail)])
    if own is not None and own.carrier == wanted and carrier not in UNFORGEABLE:
        return own
    return simulated_channel(environment, actor, wanted)


def simulated_channel(environment: Environment, actor: Actor, carrier: str) -> Channel:
    """The simulator's own channel of that carrier in the sandbox, made when it is first needed."""
    own = environment.channels.filter(carrier=carrier, simulated=True, deleted_at=None)
    if (found := own.first()) is not None:
        return found
    try:
        return numbers.create_channel(
            environment,
            actor,
            carrier=carrier,
            name=_("Simulated %(carrier)s") % {"carrier": carrier},
            credentials=DIALECTS[carrier].credentials(seed_of(environment)),
            simulated=True,
        )
    except IntegrityError:  # somebody was faster
        return own.get()


def seed_of(environment: Environment) -> bytes:
    """32 bytes that nobody knows without INDEX_KEY, the same for a sandbox at all times."""
    return fingerprint(f"simulator|1|{environment.pk}") + fingerprint(f"simulator|2|{environment.pk}")


def way_of(channel: Channel) -> Way:
    """Raises Unsealable."""
    assert channel.environment is not None  # the operator's are never used
    url = settings.PUBLIC_INGEST_URL + channel.path
    return Way(url, channel.credentials(), seed_of(channel.environment), clock())


# ---- the texts


def planned(simulation: Simulation, order: Order, dialect: Dialect) -> Iterator[SimulatedText]:
    """Each request in the order in which it is sent. Raises Invalid."""
    sent = parts_of(order, dialect)
    check_count(order, sent)
    start, reference = simulation.created_at + order.delay, secrets.randbelow(REFERENCES)
    total = max(len(split(order.content)), 1) if sent[0].number else None
    place = 0
    for turn in range(order.count):
        ids: dict[int, str] = {}
        due = start + timedelta(seconds=turn / order.per_second if order.per_second else 0)
        for part in sent:
            id = ids.setdefault(part.number, order.carrier_message_id or new_id(simulation.channel.carrier))
            for _again in range(order.repeats + 1):
                yield SimulatedText(
                    simulation=simulation,
                    position=place,
                    due_at=due + part.delay,
                    carrier_message_id=id,
                    part=part.number or None,
                    parts=total,
                    reference=(reference + turn) % REFERENCES + 1 if total else None,
                )
                place += 1


def parts_of(order: Order, dialect: Dialect) -> Sequence[PartSent]:
    """The parts to send of one text; part 0 stands for the whole. Raises Invalid."""
    total = len(split(order.content))
    if order.parts is None:
        joined = total == 1 or not dialect.hands_over_parts
        return [PartSent(0)] if joined else [PartSent(number) for number in range(1, total + 1)]
    if not dialect.hands_over_parts:
        able = ", ".join(name for name, one in DIALECTS.items() if one.hands_over_parts)
        detail = _("This carrier joins the parts itself. Name one that does not: %(able)s.") % {"able": able}
        raise Invalid([("/parts", "carrier_joins_parts", detail)])
    if total == 1:
        raise Invalid([("/parts", "one_part", _("This text fits into one part. Make it longer."))])
    wrong = [place for place, part in enumerate(order.parts) if not 1 <= part.number <= total]
    if wrong or not order.parts:
        pointer = f"/parts/{wrong[0]}/number" if wrong else "/parts"
        detail = _("This text has parts 1 to %(total)d.") % {"total": total}
        raise Invalid([(pointer, "out_of_range", detail)])
    return order.parts


def check_count(order: Order, sent: Sequence[PartSent]) -> None:
    if order.count * len(sent) * (order.repeats + 1) > MOST_TEXTS:
        detail = _("At most %(most)d requests at once: texts, times parts, times repeats.") % {
            "most": MOST_TEXTS
        }
        raise Invalid([("/count", "too_many", detail)])


def new_id(carrier: str) -> str:
    prefix = ID_PREFIXES.get(carrier)
    return str(uuid4()) if prefix is None else prefix + uuid4().hex


def check_room(environment: Environment, more: int) -> None:
    waiting = SimulatedText.objects.filter(
        simulation__environment=environment, state=SimulatedText.State.WAITING
    )
    if waiting.count() + more > MOST_WAITING:
        detail = _("Too many simulated texts wait to be sent. Let them go first.")
        raise Conflict("too_many_waiting", detail)


def try_to_write(simulation: Simulation, texts: Sequence[SimulatedText], said: Said) -> None:
    """Raises Invalid where the carrier could not send this."""
    way, dialect = way_of(simulation.channel), DIALECTS[simulation.channel.carrier]
    if simulation.sent_at and not dialect.tells_time:
        detail = _("This carrier does not say when a text was sent.")
        raise Invalid([("/sentAt", "carrier_tells_no_time", detail)])
    if simulation.skew and not dialect.tells_time:
        detail = _("This carrier does not say when a text was sent.")
        raise Invalid([("/skewSeconds", "carrier_tells_no_time", detail)])
    try:
        dialect.write(written(simulation, texts[0], said), way)
    except CannotWrite as problem:
        raise Invalid([(problem.pointer, problem.code, problem.detail)]) from None


def written(simulation: Simulation, text: SimulatedText, said: Said) -> Text:
    """One request's text. Carriers live by the wall clock, whatever the sandbox's says."""
    pieces = split(said.content)
    at = clock() if simulation.sent_at is None else simulation.sent_at - simulation.environment.clock_offset
    place = (
        Place(text.reference, text.parts, text.part)
        if text.part is not None and text.parts is not None and text.reference is not None
        else None
    )
    return Text(
        id=text.carrier_message_id,
        sender=said.sender,
        recipient=simulation.number_used,
        content=pieces[place.number - 1] if place else said.content,
        sent_at=at + simulation.skew,
        encoding=encoding_of(said.content),
        segments=1 if place else len(pieces),
        place=place,
    )
